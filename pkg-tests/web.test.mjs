import { strict as assert } from 'node:assert';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bell, consumer, deep, installed, launch, open, serve } from './packed.mjs';

let browser, folder, server;

before(async () => {
  folder = consumer('web');
  cpSync(installed, join(folder, 'node_modules', 'aer-wasm'), { recursive: true });
  server = await serve(folder);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** The page of web/index.html, once its own job is done. */
async function ready_page(url = server.url) {
  const opened = await open(browser, `${url}index.html`);
  await opened.page.waitForFunction('window.counts', undefined, { timeout: 30_000 });
  return opened;
}

test('a plain page runs a circuit, without isolation headers', async () => {
  const { page, errors } = await ready_page();
  assert.equal(await page.evaluate('crossOriginIsolated'), false);
  const counts = await page.evaluate('window.counts');
  assert.deepEqual(Object.keys(counts).sort(), ['00', '11']);
  assert.equal(counts['00'] + counts['11'], 200);
  assert.deepEqual(errors, []);
  await page.close();
});

test('a server that gives wasm the wrong type is put up with', async () => {
  const wrong = await serve(folder, { '.wasm': 'application/octet-stream' });
  const { page, errors } = await ready_page(wrong.url);
  assert.deepEqual(errors, []);
  await page.close();
  await wrong.close();
});

test('the whole life of a job', async () => {
  const { page, errors } = await ready_page();
  const life = await page.evaluate(
    async (qasm) => {
      const { aer } = window;
      const executor = new aer.WorkerExecutor({ max_workers: 1 });
      const backend = new aer.AerSimulator({ executor });
      const progress = [];
      const job = await backend.run(qasm, { shots: 300, seed_simulator: 5, on_progress: (p) => progress.push(p.fraction) });
      const statuses = [];
      for (;;) {
        const status = await job.status();
        if (statuses.at(-1) !== status) statuses.push(status);
        if (aer.JOB_FINAL_STATES.includes(status)) break;
        await new Promise((resume) => setTimeout(resume, 1));
      }
      const result = await job.result();
      const shots = Object.values(result.get_counts()).reduce((a, b) => a + b, 0);
      const answers = {
        base: job instanceof aer.BaseJob,
        id: typeof (await job.job_id()),
        backend: (await job.backend()) === backend,
        circuits: (await job.circuits())[0] === qasm,
        executor: (await job.executor()) === executor,
        qobj: (await job.qobj()).type,
        done: await job.done(),
        running: await job.running(),
        cancelled: await job.cancelled(),
        final: await job.in_final_state(),
        cancel: await job.cancel(),
        error: await job.error_message(),
        fraction: (await job.progress()).fraction,
        waited: await job.wait_for_final_state(1),
      };
      await executor.shutdown();
      return { statuses, progress, shots, answers };
    },
    deep(18, 8),
  );

  const order = ['INITIALIZING', 'QUEUED', 'VALIDATING', 'RUNNING', 'DONE'];
  assert.deepEqual(
    life.statuses,
    order.filter((status) => life.statuses.includes(status)),
    'statuses go forward only',
  );
  for (const status of ['INITIALIZING', 'RUNNING', 'DONE'])
    assert(life.statuses.includes(status), `${status} in ${life.statuses}`);
  assert(life.progress.length > 0 && life.progress.every((fraction) => fraction >= 0 && fraction <= 1), String(life.progress));
  assert.deepEqual(
    life.progress,
    [...life.progress].sort((a, b) => a - b),
    'progress goes forward only',
  );
  assert.equal(life.shots, 300);
  assert.deepEqual(life.answers, {
    base: true,
    id: 'string',
    backend: true,
    circuits: true,
    executor: true,
    qobj: 'QASM',
    done: true,
    running: false,
    cancelled: false,
    final: true,
    cancel: false,
    error: null,
    fraction: 1,
    waited: undefined,
  });
  assert.deepEqual(errors, []);
  await page.close();
});

test('a bad program fails with its place, and the next job works', async () => {
  const { page, errors } = await ready_page();
  const told = await page.evaluate(async (bell) => {
    const { AerSimulator, JobError } = window.aer;
    const backend = new AerSimulator();
    const bad = await backend.run('OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0]\n');
    const error = await bad.result().catch((error) => error);
    const good = await (await backend.run(bell, { shots: 10 })).result();
    return {
      is: error instanceof JobError,
      code: error.code,
      line: error.line,
      column: typeof error.column,
      status: await bad.status(),
      good: good.success,
    };
  }, bell);
  assert.equal(told.is, true);
  assert.equal(told.code, 'SYNTAX_ERROR');
  assert([4, 5].includes(told.line), `line ${told.line}`);
  assert.equal(told.column, 'number');
  assert.equal(told.status, 'ERROR');
  assert.equal(told.good, true);
  assert.deepEqual(errors, []);
  await page.close();
});

/** In the page: starts to watch its thread; what it gives tells the longest time that a timer was kept waiting. */
const watch = `
  window.watch = () => {
    let worst = 0, last = performance.now(), on = true;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
      if (on) setTimeout(() => channel.port2.postMessage(null), 1);
    };
    channel.port2.postMessage(null);
    return () => { on = false; return worst; };
  };`;

test('the page is never blocked for 50 ms while a job of 22 qubits runs', async () => {
  const { page } = await ready_page();
  await page.evaluate(watch);
  const seen = await page.evaluate(async () => {
    const stop = window.watch();
    await new Promise((resume) => setTimeout(resume, 50));
    const end = performance.now() + 80;
    while (performance.now() < end);
    await new Promise((resume) => setTimeout(resume, 50));
    return stop();
  });
  assert(seen >= 80, `the watch has to see a block of 80 ms, saw ${seen}`);

  // Three tries: other work on the machine may hold the page up, a library that blocks does so each time.
  const tries = [];
  for (let i = 0; i < 3 && !tries.some((worst) => worst < 50); i++) {
    tries.push(
      await page.evaluate(
        async (qasm) => {
          const stop = window.watch();
          const job = await new window.aer.AerSimulator().run(qasm, { shots: 1000, on_progress: () => {} });
          const result = await job.result();
          const worst = stop();
          if (!result.success || Object.keys(result.get_counts()).length === 0) throw new Error('no result');
          return worst;
        },
        deep(22, 5),
      ),
    );
  }
  assert(
    tries.some((worst) => worst < 50),
    `blocked for ${tries} ms`,
  );
  await page.close();
});

test('a running job of 22 qubits is cancelled within 100 ms', async () => {
  const { page, errors } = await ready_page();
  // The median of five: a busy machine may hold up one, a job that does not listen holds up all.
  const took = await page.evaluate(
    async (qasm) => {
      const { AerSimulator, JobCancelledError } = window.aer;
      const took = [];
      for (let i = 0; i < 5; i++) {
        let started;
        const running = new Promise((resolve) => {
          started = resolve;
        });
        const job = await new AerSimulator().run(qasm, { on_progress: ({ completed }) => completed > 0 && started() });
        await running;
        const begun = performance.now();
        const [cancelled, error] = await Promise.all([job.cancel(), job.result().catch((error) => error)]);
        if (!cancelled || !(error instanceof JobCancelledError)) throw new Error(`not cancelled: ${error}`);
        took.push(performance.now() - begun);
      }
      return took;
    },
    deep(22, 100),
  );
  took.sort((a, b) => a - b);
  assert(took[2] < 100, `cancel took ${took} ms`);
  assert.deepEqual(errors, []);
  await page.close();
});
