// Shared-memory threads: chosen by themselves, told, and without any effect on results. In Node, and in Chromium
// with and without isolation headers. On a machine with one core only the reason for one thread is looked at.

import { strict as assert } from 'node:assert';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { aer, rejection, script, settles as settles_in_time, sleep, until, with_pool } from './jobs.mjs';
import { consumer, deep, installed, launch, open, serve } from './packed.mjs';

/** Large jobs take their time on a busy machine. */
const settles = (promise) => settles_in_time(promise, 'a large job', 60);

const cores = availableParallelism();
/** Large enough for threads. */
const large = deep(18, 16);
const options = { shots: 2000, seed_simulator: 11 };

const used = (result) => result.results[0].metadata.parallel_state_update;

/** Runs alone on its executor, so that all cores are its own. */
const run = (circuit, more = {}) =>
  with_pool(1, async (backend) => settles((await backend.run(circuit, { ...options, ...more })).result()));

test('threads are there in Node, and the backend says so', () => {
  const backend = new aer.AerSimulator();
  const { simd, threads, reason } = backend.acceleration();
  assert.equal(typeof simd, 'boolean');
  assert.equal(threads, cores);
  assert.match(reason, cores > 1 ? /cores/ : /one core/);
  assert.deepEqual(backend.configuration().acceleration, backend.acceleration());
  const one = new aer.AerSimulator({ max_parallel_threads: 1 }).acceleration();
  assert.equal(one.threads, 1);
  assert.match(one.reason, cores > 1 ? /max_parallel_threads/ : /one core/);
});

test('any number of threads gives the same counts, and the result tells how many there were', async () => {
  const expected = await run(large, { max_parallel_threads: 1 });
  assert.equal(used(expected), 1);
  assert.equal(expected.metadata.omp_enabled, false);
  assert.equal(expected.metadata.acceleration.threads, 1);
  for (const max_parallel_threads of [0, 2, 3]) {
    const result = await run(large, { max_parallel_threads });
    assert.deepEqual(result.get_counts(), expected.get_counts(), `${max_parallel_threads} threads`);
    const threads = Math.min(cores, max_parallel_threads || cores);
    assert.equal(used(result), threads);
    assert.equal(result.metadata.omp_enabled, threads > 1);
    assert.equal(result.metadata.acceleration.threads, threads);
    assert.match(result.metadata.acceleration.reason, cores > 1 ? /2\^18 amplitudes/ : /one core/);
  }
});

test('a saved state is the same, bit by bit', async () => {
  const state = async (max_parallel_threads) => {
    const circuit = aer.QuantumCircuit.from_qasm_str(large.replace('measure q -> c;', ''));
    circuit.save_statevector();
    return (await run(circuit, { max_parallel_threads })).get_statevector();
  };
  const [one, many] = [await state(1), await state(0)];
  assert.equal(one.length, 2 << 18);
  assert(one.every((value, index) => Object.is(value, many[index])));
});

test('small jobs stay with one thread, also in a worker that has threads', async () => {
  await with_pool(1, async (backend, executor) => {
    const result = async (circuit) => settles((await backend.run(circuit, options)).result());
    assert.equal(used(await result(large)), cores);
    const small = await result(deep(10, 5));
    assert.equal(used(small), 1);
    assert.match(small.metadata.acceleration.reason, cores > 1 ? /no state/ : /one core/);
    assert.equal(used(await result(large)), cores);
  });
});

test('jobs that run at the same time share the cores', async () => {
  await with_pool(2, async (backend, executor) => {
    const jobs = await Promise.all([large, large].map((circuit) => backend.run(circuit, options)));
    const results = await settles(Promise.all(jobs.map((job) => job.result())));
    assert.deepEqual(results[0].get_counts(), results[1].get_counts());
    assert(used(results[0]) + used(results[1]) <= cores + 1);
  });
});

test('a job with threads is cancelled by a message, and its worker goes on', async () => {
  // Five tries: on a busy machine the worker may not answer in time, and is then terminated.
  let kept = false;
  const expected = (await run(large, { max_parallel_threads: 1 })).get_counts();
  for (let i = 0; i < 5 && !kept; i++) {
    await with_pool(1, async (backend, executor) => {
      let started;
      const running = new Promise((resolve) => {
        started = resolve;
      });
      const job = await backend.run(deep(20, 400), { on_progress: ({ completed }) => completed > 0 && started() });
      await settles(running);
      const [worker] = executor._workers;
      assert.equal(await settles(job.cancel()), true);
      assert((await rejection(job.result())) instanceof aer.JobCancelledError);
      const next = await settles((await backend.run(large, options)).result());
      assert.equal(used(next), cores);
      assert.deepEqual(next.get_counts(), expected, 'what stopped the one job leaves the next alone');
      kept = executor._workers[0] === worker;
    });
  }
  assert(kept, 'the worker answers in time');
});

test('a job is cancelled while its threads start', async () => {
  for (const wait of [0, 0.005, 0.02, 0.05]) {
    await with_pool(1, async (backend) => {
      const job = await backend.run(deep(20, 400));
      await until(job, 'VALIDATING', 'RUNNING');
      await sleep(wait);
      assert.equal(await settles(job.cancel()), true);
      assert((await rejection(job.result())) instanceof aer.JobCancelledError);
      assert.equal((await settles((await backend.run(deep(3, 1), options)).result())).success, true);
    });
  }
});

test('threads end with their worker', { skip: !existsSync('/proc/self/task') }, async () => {
  const count = () => readdirSync('/proc/self/task').length;
  await with_pool(1, async (backend, executor) => {
    await settles((await backend.run(deep(3, 1))).result());
    const before = count();
    const job = await backend.run(deep(20, 400));
    for (const begun = performance.now(); count() < before + cores - 1; await sleep(0.01))
      assert(performance.now() - begun < 20_000, 'threads start');
    executor._workers[0].terminate();
    assert.equal((await rejection(job.result())).code, 'WORKER_LOST');
    for (const begun = performance.now(); count() > before; await sleep(0.01))
      assert(performance.now() - begun < 20_000, `${count()} threads are left of ${before}`);
  });
});

test('a process that has used threads ends by itself', async () => {
  const { status, stdout, stderr } = await script(`
    import { AerSimulator } from 'aer-wasm';
    const job = await new AerSimulator().run(${JSON.stringify(large)}, ${JSON.stringify(options)});
    console.log((await job.result()).results[0].metadata.parallel_state_update);`);
  assert.equal(status, 0, stderr);
  assert.equal(Number(stdout), cores);
});

let browser, folder, plain, isolated;

before(async () => {
  folder = consumer('web');
  cpSync(installed, join(folder, 'node_modules', 'aer-wasm'), { recursive: true });
  plain = await serve(folder);
  isolated = await serve(folder, {}, {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await plain?.close();
  await isolated?.close();
});

/** What a page of this server tells of a large job. */
async function in_page(server) {
  const { page, errors } = await open(browser, `${server.url}index.html`);
  await page.waitForFunction('window.counts', undefined, { timeout: 30_000 });
  const told = await page.evaluate(
    async ([circuit, options]) => {
      const backend = new window.aer.AerSimulator({ executor: new window.aer.WorkerExecutor({ max_workers: 1 }) });
      const result = await (await backend.run(circuit, options)).result();
      return {
        isolated: crossOriginIsolated,
        cores: navigator.hardwareConcurrency,
        available: backend.acceleration(),
        used: result.results[0].metadata.parallel_state_update,
        chosen: result.metadata.acceleration,
        counts: result.get_counts(),
      };
    },
    [large, options],
  );
  assert.deepEqual(errors, []);
  await page.close();
  return told;
}

test('in Chromium threads are used where the page is isolated; elsewhere the reason is told', async () => {
  const expected = (await run(large)).get_counts();
  const without = await in_page(plain);
  assert.equal(without.isolated, false);
  assert.equal(without.used, 1);
  for (const { threads, reason } of [without.available, without.chosen]) {
    assert.equal(threads, 1);
    assert.match(reason, /not cross-origin isolated/);
  }
  const threaded = await in_page(isolated);
  assert.equal(threaded.isolated, true);
  assert.equal(threaded.available.threads, threaded.cores);
  assert.equal(threaded.used, threaded.cores);
  assert.equal(threaded.chosen.threads, threaded.cores);
  assert.deepEqual(without.counts, expected);
  assert.deepEqual(threaded.counts, expected);
});
