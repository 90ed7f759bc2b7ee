// The life of jobs, in Node with real workers: BaseJob, AerJob, JobStatus, executors.

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { aer, assert_forward, life, long, rejection, script, settles, sleep, until, with_pool } from './jobs.mjs';
import { bell, deep } from './packed.mjs';

const { AerJob, AerSimulator, BaseJob, JobCancelledError, JobError, JobTimeoutError, QuantumCircuit, Result, WorkerExecutor } = aer;

const backend = new AerSimulator();
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
const timed = async (promise) => {
  const begun = performance.now();
  const error = await rejection(promise);
  return { error, took_s: (performance.now() - begun) / 1000 };
};

/** A result dict as a function or an executor may give it. */
const dict = (counts = { '0x0': 5 }) => ({
  success: true,
  status: 'COMPLETED',
  results: [{ success: true, status: 'DONE', shots: 5, header: { memory_slots: 1 }, data: { counts } }],
});

after(() => AerJob._executor.shutdown({ cancel_futures: true }));

// Status

test('a short text that takes long to read is VALIDATING meanwhile, and its time counts', async () => {
  const gates = Array.from({ length: 19 }, (_, i) => `gate g${i + 1} q { g${i} q; g${i} q; }`);
  const text = `OPENQASM 2.0; include "qelib1.inc"; gate g0 q { x q; } ${gates.join(' ')} qreg q[1]; g19 q[0];`;
  const job = await backend.run(text, { max_runtime_s: 0.02 });
  await until(job, 'VALIDATING');
  assert.equal((await rejection(job.result())).code, 'MAX_RUNTIME_EXCEEDED');
});

test('whole numbers of any size are options, and odd seeds of a request are numbers too', async () => {
  for (const seed_simulator of [2 ** 53, 1e16, 2 ** 63]) {
    const result = await (await backend.run(bell, { seed_simulator, shots: 3 })).result();
    assert.equal(result.results[0].seed_simulator, seed_simulator);
  }
  const pool = new WorkerExecutor({ max_workers: 1 });
  const submit = (request, on_event) => pool.submit({ ...request, fallback_seed: 1.5, request: 'mine' }, on_event);
  const job = await backend.run(bell, { executor: { submit, shutdown() {} } });
  assert.equal(total((await job.result()).get_counts()), 1024);
  await pool.shutdown();
});

test('status() tells the truth while a job of 22 qubits runs, and only goes forward', () =>
  with_pool(1, async (backend) => {
    const job = await backend.run(deep(22, 1), { shots: 10 });
    assert.equal(await job.status(), 'INITIALIZING');
    const seen = await settles(life(job), 'the end', 60);
    assert_forward(seen);
    assert(seen.includes('RUNNING') && seen.at(-1) === 'DONE', String(seen));
    assert.equal(total((await job.result()).get_counts()), 10);
  }));

test('a second job waits in QUEUED for the only worker', () =>
  with_pool(1, async (backend, executor) => {
    const first = await backend.run(long());
    const second = await backend.run(bell);
    assert.equal(await first.status(), 'INITIALIZING');
    assert.equal(await second.status(), 'QUEUED');
    await until(first, 'RUNNING');
    assert.equal(await second.status(), 'QUEUED');
    assert.equal(executor.pending, 2);
    assert.equal(executor.max_workers, 1);
    assert.equal(await first.cancel(), true);
    assert.equal(total((await settles(second.result())).get_counts()), 1024);
  }));

test('done, running, cancelled and in_final_state follow the status', () =>
  with_pool(1, async (backend) => {
    const flags = async (job) =>
      (await Promise.all([job.done(), job.running(), job.cancelled(), job.in_final_state()])).map(Number).join('');
    const job = await backend.run(long());
    assert.equal(await flags(job), '0000');
    await until(job, 'RUNNING');
    assert.equal(await flags(job), '0100');
    await job.cancel();
    assert.equal(await flags(job), '0011');
    const good = await backend.run(bell);
    await good.result();
    assert.equal(await flags(good), '1001');
    const bad = await backend.run('OPENQASM 2.0;');
    await rejection((await backend.run('OPENQASM 2.0; nonsense')).result());
    await bad.wait_for_final_state(5, 0.01);
  }));

test('statuses are Qiskit’s strings with Qiskit’s sentences', () => {
  assert.deepEqual(
    { ...aer.JOB_STATUS_DESCRIPTIONS },
    {
      INITIALIZING: 'job is being initialized',
      QUEUED: 'job is queued',
      VALIDATING: 'job is being validated',
      RUNNING: 'job is actively running',
      CANCELLED: 'job has been cancelled',
      DONE: 'job has successfully run',
      ERROR: 'job incurred error',
    },
  );
  for (const [key, value] of Object.entries(aer.JobStatus)) assert.equal(key, value);
  assert.deepEqual([...aer.JOB_FINAL_STATES].sort(), ['CANCELLED', 'DONE', 'ERROR']);
});

// Submission

test('before submit every method but five rejects, with Aer’s text', async () => {
  const job = new AerJob(backend, 'mine', null, bell);
  const methods = ['status', 'result', 'cancel', 'done', 'running', 'cancelled', 'in_final_state', 'wait_for_final_state'];
  for (const method of [...methods, 'error_message', 'progress']) {
    const error = await rejection(job[method](), method);
    assert(error instanceof JobError, method);
    assert.equal(error.message, 'Job not submitted yet!. You have to .submit() first!', method);
    assert.equal(error.code, 'JOB_NOT_SUBMITTED', method);
  }
  assert.equal(await job.job_id(), 'mine');
  assert.equal(await job.backend(), backend);
  assert.deepEqual(await job.circuits(), [bell]);
  assert.equal(await job.executor(), AerJob._executor);
  assert.equal((await job.qobj()).experiments.length, 1);
  assert.equal(await job.submit(), undefined);
  assert.equal(total((await job.result()).get_counts()), 1024);
  assert.equal((await job.result()).job_id, 'mine');
});

test('a second submit rejects, also when it comes at once, and the job goes on', async () => {
  const job = new AerJob(backend, 'twice', null, bell);
  const [first, second] = await Promise.allSettled([job.submit(), job.submit()]);
  assert.equal(first.status, 'fulfilled');
  assert.equal(second.reason.message, 'Aer job has already been submitted.');
  assert.equal(second.reason.code, 'JOB_ALREADY_SUBMITTED');
  assert(second.reason instanceof JobError);
  assert.equal((await job.result()).success, true);
  assert.equal((await rejection(job.submit())).code, 'JOB_ALREADY_SUBMITTED');
});

test('every method of a job returns a promise', async () => {
  const job = await backend.run(bell);
  const methods = [
    ...['status', 'job_id', 'backend', 'qobj', 'circuits', 'executor', 'result', 'cancel', 'done', 'running', 'cancelled'],
    ...['in_final_state', 'error_message', 'progress', 'submit'],
  ];
  for (const method of methods) {
    const answer = job[method]();
    assert(answer instanceof Promise, method);
    await answer.catch(() => {});
  }
  assert(job.wait_for_final_state(1, 0) instanceof Promise);
});

test('a job is a BaseJob, knows its executor, and gives back the very circuits', async () => {
  const circuit = new QuantumCircuit(2, 2).h(0).cx(0, 1).measure([0, 1], [0, 1]);
  const given = [circuit, bell];
  const job = await backend.run(given, { shots: 10 });
  assert(job instanceof BaseJob && job instanceof AerJob);
  assert(AerJob._executor instanceof WorkerExecutor);
  assert.equal(await job.executor(), AerJob._executor);
  assert.equal(await job.backend(), backend);
  given.pop();
  const circuits = await job.circuits();
  assert.equal(circuits.length, 2, 'what was given, whatever became of the array');
  assert.equal(circuits[0], circuit);
  assert.equal(circuits[1], bell);
  await job.result();
  await with_pool(1, async (other, executor) => assert.equal(await (await other.run(bell)).executor(), executor));
});

test('wrong arguments of the constructor are told at once', () => {
  for (const args of [[backend, 5, null, bell], [backend, 'id', 'text', bell]]) {
    assert.throws(() => new AerJob(...args), { name: 'AerError', code: 'INVALID_ARGUMENT' });
  }
});

test('qobj() is JSON-safe and runs again to the same counts, from circuits, QASM, a Qobj and its text', async () => {
  const circuit = new QuantumCircuit(3, 3).h(0).u(0.3, 0.2, 0.1, 1).cx(0, 2).measure([0, 1, 2], [0, 1, 2]);
  const options = { shots: 500, seed_simulator: 11 };
  const counts = async (given) => (await (await backend.run(given, options)).result()).get_counts();
  const object = aer.assemble(circuit, options);
  for (const given of [circuit, bell, object, JSON.stringify(object), [circuit, bell]]) {
    const job = await backend.run(given, options);
    const qobj = await job.qobj();
    const copy = JSON.parse(JSON.stringify(qobj));
    assert.deepEqual(copy, qobj);
    assert.equal(copy.type, 'QASM');
    const own = (await job.result()).get_counts();
    assert.deepEqual(await counts(copy), own);
    assert.deepEqual(await counts(JSON.stringify(copy)), own);
  }
});

// Waiting

/** A timer counts whole milliseconds from the start of the event loop's turn: it may fire that much early. */
const TIMER_S = 0.002;

test('result(timeout) rejects on time, and the job goes on', () =>
  with_pool(1, async (backend) => {
    const job = await backend.run(deep(20, 12), { shots: 10 });
    await until(job, 'RUNNING');
    for (const timeout of [0, 0.05]) {
      const { error, took_s } = await timed(job.result(timeout));
      assert(error instanceof JobTimeoutError && error.code === 'JOB_TIMEOUT', String(error));
      assert(took_s >= timeout - TIMER_S && took_s < timeout + 0.5, `${timeout} s took ${took_s} s`);
      assert.equal(await job.status(), 'RUNNING');
    }
    const result = await settles(job.result(60), 'result', 60);
    assert(result instanceof Result);
    assert.equal(await job.result(0), result, 'the same Result, and no timeout once it is there');
    assert.equal((await rejection(job.result('soon'))).code, 'INVALID_ARGUMENT');
  }));

/** A job in JavaScript that is done at its nth status. */
class Counting extends BaseJob {
  log = [];
  constructor(last, final = 'DONE') {
    super('a backend', 'counting');
    this.left = last;
    this.final = final;
  }
  async status() {
    this.log.push('status');
    return this.left-- > 1 ? 'RUNNING' : this.final;
  }
}

test('wait_for_final_state asks, tests the deadline, calls back, sleeps', async () => {
  const job = new Counting(3);
  const seen = [];
  const callback = (...args) => {
    job.log.push('callback');
    seen.push(args);
  };
  assert.equal(await job.wait_for_final_state(null, 0.001, callback), undefined);
  assert.deepEqual(job.log, ['status', 'callback', 'status', 'callback', 'status']);
  for (const args of seen) {
    assert.equal(args.length, 3);
    assert.equal(args[0], 'counting');
    assert.equal(args[1], 'RUNNING');
    assert.equal(args[2], job);
  }
});

test('the callback gets the very same AerJob, and a promise of it is awaited', () =>
  with_pool(1, async (backend) => {
    const job = await backend.run(long());
    let inside = 0;
    let most = 0;
    let calls = 0;
    const done = job.wait_for_final_state(null, 0, async (id, status, same) => {
      most = Math.max(most, ++inside);
      assert.equal(same, job);
      assert.equal(id, await job.job_id());
      assert(['INITIALIZING', 'QUEUED', 'VALIDATING', 'RUNNING'].includes(status), status);
      await sleep(0.005);
      inside--;
      if (++calls === 4) await job.cancel();
    });
    await settles(done);
    assert.equal(most, 1);
    assert.equal(calls, 4);
  }));

test('no callback for a final status, none at timeout 0; what it throws comes out', async () => {
  const never = () => assert.fail('called');
  for (const final of aer.JOB_FINAL_STATES) await new Counting(1, final).wait_for_final_state(null, 5, never);
  const error = await rejection(new Counting(9).wait_for_final_state(0, 5, never));
  assert(error instanceof JobTimeoutError);
  assert.equal(error.message, 'Timeout while waiting for job counting.');
  assert.equal(error.code, 'JOB_TIMEOUT');
  const mine = new Error('mine');
  for (const callback of [() => { throw mine; }, async () => { throw mine; }]) {
    assert.equal(await rejection(new Counting(9).wait_for_final_state(null, 0, callback)), mine);
  }
  const broken = new Counting(9);
  broken.status = async () => { throw mine; };
  assert.equal(await rejection(broken.wait_for_final_state()), mine);
  assert.equal((await rejection(new Counting(9).wait_for_final_state(null, 5, 'call'))).code, 'INVALID_ARGUMENT');
  assert.equal((await rejection(new Counting(9).wait_for_final_state('long'))).code, 'INVALID_ARGUMENT');
});

test('the last sleep is cut at the deadline, and the status is asked once more', async () => {
  const { error, took_s } = await timed(new Counting(99).wait_for_final_state(0.15, 5));
  assert(error instanceof JobTimeoutError);
  assert(took_s >= 0.15 - TIMER_S && took_s < 0.6, `${took_s} s`);
  await new Counting(2).wait_for_final_state(0.05, 5);
});

test('the default wait is 5 s', async () => {
  const job = new Counting(2);
  const begun = performance.now();
  await job.wait_for_final_state();
  const took_s = (performance.now() - begun) / 1000;
  assert(took_s >= 4.99 && took_s < 6, `${took_s} s`);
});

test('the object form takes timeout, wait, callback and signal', async () => {
  const job = new Counting(2);
  let calls = 0;
  await job.wait_for_final_state({ timeout: 5, wait: 0.001, callback: () => calls++ });
  assert.equal(calls, 1);
  assert((await rejection(new Counting(9).wait_for_final_state({ timeout: 0 }))) instanceof JobTimeoutError);
});

test('an abort ends the wait with its reason, whenever it comes, and the job goes on', () =>
  with_pool(1, async (backend) => {
    const reason = new Error('enough');
    const job = await backend.run(long());
    await until(job, 'RUNNING');
    const abort_in = (seconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), seconds * 1000);
      return controller.signal;
    };
    const waits = {
      'aborted before': () => job.wait_for_final_state({ signal: AbortSignal.abort(reason) }),
      'while it sleeps': () => job.wait_for_final_state({ signal: abort_in(0.02) }),
      'while the callback runs': () => job.wait_for_final_state({ signal: abort_in(0.02), callback: () => sleep(0.1) }),
      'while the callback hangs': () => job.wait_for_final_state({ signal: abort_in(0.02), callback: () => new Promise(() => {}) }),
      'from the callback': () => {
        const controller = new AbortController();
        return job.wait_for_final_state({ signal: controller.signal, callback: () => controller.abort(reason) });
      },
    };
    for (const [when, wait] of Object.entries(waits)) {
      const { error, took_s } = await timed(wait());
      assert.equal(error, reason, when);
      assert(took_s < 1, `${when}: ${took_s} s`);
    }
    assert.equal(await job.status(), 'RUNNING');
    await job.cancel();
  }));

// BaseJob

test('the abstract methods of BaseJob are not implemented, the others work on a subclass', async () => {
  const bare = new BaseJob('a backend', 'bare');
  for (const method of ['submit', 'status', 'result', 'cancel', 'done', 'running', 'cancelled', 'in_final_state', 'wait_for_final_state']) {
    const error = await rejection(bare[method](), method);
    assert(error instanceof JobError, method);
    assert.equal(error.code, 'NOT_IMPLEMENTED', method);
    assert.match(error.message, /not implemented/, method);
  }
  assert.equal(await bare.job_id(), 'bare');
  assert.equal(await bare.backend(), 'a backend');
  for (const status of Object.values(aer.JobStatus)) {
    const job = new Counting(1, status);
    assert.equal(await job.done(), status === 'DONE');
    assert.equal(await job.running(), status === 'RUNNING');
    assert.equal(await job.cancelled(), status === 'CANCELLED');
    assert.equal(await job.in_final_state(), ['DONE', 'CANCELLED', 'ERROR'].includes(status));
  }
});

// Cancel, signal, max_runtime_s

test('cancel of a queued, a running, a finished, a failed and a cancelled job', () =>
  with_pool(1, async (backend) => {
    const running = await backend.run(long());
    const queued = await backend.run(bell);
    await until(running, 'RUNNING');
    assert.equal(await settles(queued.cancel()), true);
    assert.equal(await queued.status(), 'CANCELLED');
    assert.equal(await running.status(), 'RUNNING');
    const pending = rejection(running.result());
    assert.deepEqual(await settles(Promise.all([running.cancel(), running.cancel()])), [true, true]);
    const error = await pending;
    assert(error instanceof JobCancelledError && error.code === 'JOB_CANCELLED', String(error));
    assert.equal(await running.status(), 'CANCELLED');
    assert.equal(await running.cancel(), true);
    assert((await rejection(queued.result())) instanceof JobCancelledError);
    const good = await backend.run(bell);
    await settles(good.result());
    assert.equal(await good.cancel(), false);
    assert.equal(await good.status(), 'DONE');
    const bad = await backend.run('nonsense');
    await rejection(bad.result());
    assert.equal(await bad.cancel(), false);
    assert.equal(await bad.status(), 'ERROR');
  }));

test('a job whose worker is still starting can be cancelled', () =>
  with_pool(1, async (backend) => {
    const job = await backend.run(long());
    assert.equal(await job.status(), 'INITIALIZING');
    assert.equal(await settles(job.cancel()), true);
    assert.equal((await settles((await backend.run(bell)).result())).success, true);
  }));

test('a signal cancels: aborted before, while queued, while running; later it does nothing', () =>
  with_pool(1, async (backend) => {
    const before = await backend.run(bell, { signal: AbortSignal.abort() });
    assert.equal(await before.status(), 'CANCELLED');
    assert((await rejection(before.result())) instanceof JobCancelledError);
    const [one, two] = [new AbortController(), new AbortController()];
    const running = await backend.run(long(), { signal: one.signal });
    const queued = await backend.run(bell, { signal: two.signal });
    await until(running, 'RUNNING');
    two.abort();
    await settles(queued.wait_for_final_state(5, 0.001));
    assert.equal(await queued.status(), 'CANCELLED');
    one.abort();
    assert((await rejection(running.result())) instanceof JobCancelledError);
    const late = new AbortController();
    const job = await backend.run(bell, { signal: late.signal });
    await settles(job.result());
    late.abort();
    assert.equal(await job.status(), 'DONE');
    assert.equal(backend.status().pending_jobs, 0);
  }));

test('max_runtime_s stops a job in ERROR; a job within it is left alone', () =>
  with_pool(1, async (backend) => {
    const job = await backend.run(long(), { max_runtime_s: 0.1 });
    const error = await rejection(job.result());
    assert(error instanceof JobError && error.code === 'MAX_RUNTIME_EXCEEDED', String(error));
    assert.equal(await job.status(), 'ERROR');
    assert.match(await job.error_message(), /max_runtime_s/);
    assert.equal(await job.cancel(), false);
    const { elapsed_s } = await job.progress();
    assert(elapsed_s >= 0.1 - TIMER_S && elapsed_s < 1, `${elapsed_s} s`);
    assert.equal((await settles((await backend.run(bell, { max_runtime_s: 30 })).result())).success, true);
  }));

test('the time that a job waits for a worker is not its run time', () =>
  with_pool(1, async (backend) => {
    const first = await backend.run(long());
    const second = await backend.run(bell, { max_runtime_s: 5 });
    await until(first, 'RUNNING');
    await sleep(0.05);
    assert.equal((await second.progress()).elapsed_s, 0);
    await first.cancel();
    assert.equal((await settles(second.result())).success, true);
  }));

test('on_progress comes at most 20 times a second and gives what progress() gives', () =>
  with_pool(1, async (backend) => {
    const reports = [];
    const on_progress = (report) => reports.push([performance.now(), report]);
    const job = await backend.run(deep(20, 24), { shots: 10, on_progress });
    await until(job, 'RUNNING');
    const fields = Object.keys(await job.progress());
    await settles(job.result(), 'result', 60);
    assert.deepEqual(fields, ['experiment', 'experiments', 'completed', 'total', 'unit', 'fraction', 'elapsed_s']);
    assert(reports.length > 2, `${reports.length} reports`);
    let last = 0;
    for (const [i, [at, report]] of reports.entries()) {
      assert.deepEqual(Object.keys(report), fields);
      assert.equal(report.experiments, 1);
      assert(['operations', 'shots'].includes(report.unit), report.unit);
      assert(report.completed >= 0 && report.completed <= report.total);
      assert(report.fraction >= last && report.fraction <= 1, `${report.fraction} after ${last}`);
      last = report.fraction;
      if (i > 0) assert(at - reports[i - 1][0] >= 49, `${at - reports[i - 1][0]} ms apart`);
    }
    assert.equal((await job.progress()).fraction, 1);
  }));

test('a progress function that throws harms nobody but itself', async () => {
  const { status, stdout, stderr } = await script(`
    import { AerSimulator } from 'aer-wasm';
    const on_progress = () => { throw new Error('mine'); };
    const job = await new AerSimulator().run(${JSON.stringify(deep(18, 20))}, { on_progress });
    console.log((await job.result()).success);`);
  assert.equal(stdout.trim(), 'true', stderr);
  assert.equal(status, 0);
});

test('error_message() is null but for a failed job', async () => {
  const good = await backend.run(bell);
  assert.equal(await good.error_message(), null);
  await good.result();
  assert.equal(await good.error_message(), null);
  const bad = await backend.run('OPENQASM 2.0;\nqreg q[1];\nfoo q[0];');
  const error = await rejection(bad.result());
  assert.equal(await bad.error_message(), error.message);
});

// Jobs with a function of their own

const call = async (fn, ...args) => {
  const job = new AerJob(backend, 'own', fn, bell, ...args);
  await job.submit();
  return job;
};

test('a function gets (qobj, job_id, ...args); what it gives is the result', async () => {
  let seen;
  const job = await call((...args) => ((seen = args), dict()), 1, 'two', backend);
  assert.deepEqual((await settles(job.result())).get_counts(), { 0: 5 });
  assert.equal(seen[0].type, 'QASM');
  assert.deepEqual(seen.slice(1, 4), ['own', 1, 'two']);
  assert.equal(seen[4], backend);
  assert.equal(seen.length, 5);
  assert.equal(await job.status(), 'DONE');
});

test('a function may give a promise, a dict or a Result', async () => {
  const result = Result.from_dict(dict());
  assert.equal(await (await call(() => result)).result(), result);
  assert.equal(await (await call(async () => result)).result(), result);
  const slow = await call(async () => (await sleep(0.05), dict()));
  assert.equal(await slow.status(), 'RUNNING');
  assert.equal((await rejection(slow.result(0))).code, 'JOB_TIMEOUT');
  assert((await slow.result()) instanceof Result);
});

test('a function that throws, rejects or gives no result is a failed job', async () => {
  const mine = new TypeError('mine');
  for (const fn of [() => { throw mine; }, async () => { throw mine; }]) {
    const job = await call(fn);
    const error = await rejection(job.result());
    assert(error instanceof JobError && error.code === 'FUNCTION_FAILED', String(error));
    assert.equal(error.cause, mine);
    assert.match(error.message, /mine/);
    assert.equal(await job.status(), 'ERROR');
  }
  for (const value of [undefined, null, 5, 'text', {}, { results: 5 }, []]) {
    const error = await rejection((await call(() => value)).result());
    assert.equal(error.code, 'INVALID_RESULT', String(value));
  }
  for (const thrown of [undefined, null, 'text', 5]) {
    const error = await rejection((await call(() => { throw thrown; })).result());
    assert.equal(error.code, 'FUNCTION_FAILED', String(thrown));
  }
  const failed = { ...dict(), success: false, status: 'ERROR: no luck' };
  const error = await rejection((await call(() => failed)).result());
  assert.equal(error.code, 'SIMULATION_FAILED');
  assert.match(error.message, /no luck/);
  assert.equal(error.result.results.length, 1);
});

test('a running function job is cancelled at once, and what it gives later is dropped', async () => {
  let finish;
  const job = await call(() => new Promise((resolve) => { finish = resolve; }));
  await until(job, 'RUNNING');
  assert.equal(await settles(job.cancel()), true);
  finish(dict());
  await sleep(0.01);
  assert.equal(await job.status(), 'CANCELLED');
  assert((await rejection(job.result())) instanceof JobCancelledError);
});

test('a function job that is cancelled before it began is not called', async () => {
  let called = false;
  const job = new AerJob(backend, 'own', () => ((called = true), dict()), bell);
  const submitted = job.submit();
  const cancelled = await settles(job.cancel());
  await submitted;
  await sleep(0.01);
  if (cancelled) assert.equal(called, false);
  assert.equal(await job.cancelled(), cancelled);
});

test('max_runtime_s stops a function job that never ends, in a process that does nothing else', async () => {
  const { status, stdout, stderr } = await script(`
    import { AerJob, AerSimulator } from 'aer-wasm';
    const job = new AerJob(new AerSimulator({ max_runtime_s: 0.1 }), 'own', () => new Promise(() => {}), ${JSON.stringify(bell)});
    await job.submit();
    console.log((await job.result().catch((error) => error)).code);`);
  assert.equal(stdout.trim(), 'MAX_RUNTIME_EXCEEDED', `${status} ${stderr}`);
  assert.equal(status, 0);
});

// Custom executors

/** An executor whose `submit` is the given function. */
const executor_of = (submit) => ({ submit, shutdown: async () => {} });
const run_on = (submit, options) => new AerSimulator({ executor: executor_of(submit) }).run(bell, options);

test('an object of the documented interface is an executor', async () => {
  let request;
  const executor = executor_of((given, on_event) => {
    request = given;
    const say = (kind, fields = {}) => on_event({ kind, ...fields });
    setTimeout(() => {
      ['queued', 'initializing', 'validating', 'running'].forEach((kind) => say(kind));
      say('progress', { progress: { experiment: 0, experiments: 1, completed: 1, total: 2, unit: 'shots' } });
      setTimeout(() => (say('done', { result: dict() }), say('failed', { error: new Error('late') }), say('running')), 10);
    });
    return { cancel() {} };
  });
  const job = await new AerSimulator({ executor }).run(bell, { shots: 3 });
  assert.equal(await job.executor(), executor);
  await until(job, 'RUNNING');
  const { completed, total, unit, fraction } = await job.progress();
  assert.deepEqual({ completed, total, unit, fraction }, { completed: 1, total: 2, unit: 'shots', fraction: 0.5 });
  assert.deepEqual((await settles(job.result())).get_counts(), { 0: 5 });
  assert.equal(await job.status(), 'DONE');
  assert.deepEqual(structuredClone(request), request, 'the request is plain data');
  assert.deepEqual(request.circuits, [bell]);
  assert.equal(request.run_options.shots, 3);
});

test('a wrapped executor gets circuits as texts that stand alone, one that is invalid too', async () => {
  const pool = new WorkerExecutor({ max_workers: 1 });
  let texts;
  const executor = {
    submit(request, on_event) {
      texts = request.circuits;
      return pool.submit(JSON.parse(JSON.stringify(request)), on_event);
    },
    shutdown: () => {},
  };
  const good = new QuantumCircuit(1, 1).x(0).measure(0, 0);
  const same_key_twice = new QuantumCircuit(1).save_statevector().repeat(2);
  const job = await new AerSimulator({ executor }).run([good, same_key_twice], { shots: 3 });
  const error = await rejection(job.result());
  assert.deepEqual(error.result.get_counts(0), { 1: 3 });
  assert.deepEqual(texts.map((text) => JSON.parse(text).experiments[0].instructions.length), [2, 2]);
  await pool.shutdown();
});

test('an executor may wrap the pool of workers', () =>
  with_pool(1, async (_, pool) => {
    const kinds = [];
    const submit = (request, on_event) => pool.submit(request, (event) => (kinds.push(event.kind), on_event(event)));
    const job = await run_on(submit, { shots: 7 });
    assert.equal(total((await settles(job.result())).get_counts()), 7);
    assert.equal(kinds.at(-1), 'done');
    const cancelled = await new AerSimulator({ executor: executor_of(submit) }).run(long());
    await until(cancelled, 'RUNNING');
    assert.equal(await settles(cancelled.cancel()), true);
    assert.equal(kinds.at(-1), 'cancelled');
  }));

test('submit of an executor may be asynchronous, throw or reject', async () => {
  const good = await run_on(async (_, on_event) => {
    await sleep(0.01);
    on_event({ kind: 'done', result: dict() });
    return { cancel() {} };
  });
  assert.equal((await settles(good.result())).success, true);
  const mine = new Error('no room');
  const thrown = await rejection(run_on(() => { throw mine; }));
  assert.equal(thrown.code, 'EXECUTOR_FAILED');
  assert.equal(thrown.cause, mine);
  const rejected = await run_on(async () => { throw mine; });
  const error = await rejection(rejected.result());
  assert.equal(error.code, 'EXECUTOR_FAILED');
  assert.equal(error.cause, mine);
  assert.equal(await rejected.status(), 'ERROR');
});

test('a cancel that comes before an asynchronous executor has answered reaches it', async () => {
  let cancelled = 0;
  const job = await run_on(async (_, on_event) => {
    await sleep(0.05);
    return { cancel: () => (cancelled++, on_event({ kind: 'cancelled' })) };
  });
  assert.equal(await settles(job.cancel()), true);
  assert.equal(cancelled, 1);
});

test('a cancel that an executor never answers, throws at or rejects ends the job all the same', async () => {
  const { status, stdout, stderr } = await script(`
    import { AerSimulator } from 'aer-wasm';
    const cancels = [() => {}, () => { throw new Error('mine'); }, async () => { throw new Error('mine'); }, undefined];
    for (const cancel of cancels) {
      const executor = { submit: () => ({ cancel }), shutdown: async () => {} };
      const job = await new AerSimulator({ executor }).run(${JSON.stringify(bell)});
      console.log(await job.cancel(), await job.status());
    }`);
  assert.equal(stdout, 'true CANCELLED\n'.repeat(4), `${status} ${stderr}`);
  assert.equal(status, 0, stderr);
});

test('what an executor says wrongly fails the job', async () => {
  const say = async (event) => {
    const job = await run_on((_, on_event) => (setTimeout(() => on_event(event)), { cancel() {} }));
    return rejection(job.result());
  };
  const mine = new RangeError('mine');
  const failed = await say({ kind: 'failed', error: mine, result: dict() });
  assert.equal(failed.code, 'EXECUTOR_FAILED');
  assert.equal(failed.cause, mine);
  assert.equal(failed.result.results.length, 1);
  assert.match(failed.message, /mine/);
  const plain = await say({ kind: 'failed', error: { code: 'SYNTAX_ERROR', message: 'No.', line: 2, column: 3 } });
  assert.equal(plain.code, 'SYNTAX_ERROR');
  assert.equal(plain.line, 2);
  for (const event of [{ kind: 'nonsense' }, {}, null, 5, undefined]) {
    assert.equal((await say(event)).code, 'EXECUTOR_FAILED', JSON.stringify(event));
  }
  assert.equal((await say({ kind: 'done' })).code, 'INVALID_RESULT');
});

test('what is no executor is refused by option check', () => {
  assert.throws(() => new AerSimulator({ executor: {} }), { code: 'INVALID_OPTION' });
  for (const max_workers of [0, -1, 1.5, '2', 5000]) {
    assert.throws(() => new WorkerExecutor({ max_workers }), { code: 'INVALID_OPTION' }, String(max_workers));
  }
});

// The pool

test('two workers run two jobs at the same time', () =>
  with_pool(2, async (backend, executor) => {
    const jobs = await Promise.all([backend.run(long(20)), backend.run(long(20))]);
    await Promise.all(jobs.map((job) => until(job, 'RUNNING')));
    assert.deepEqual(await Promise.all(jobs.map((job) => job.status())), ['RUNNING', 'RUNNING']);
    assert.equal(executor._workers.length, 2);
    assert.deepEqual(await Promise.all(jobs.map((job) => job.cancel())), [true, true]);
  }));

test('the same seed gives the same counts over one and two workers', async () => {
  const circuits = [deep(5, 3), bell, deep(7, 2), deep(3, 4)];
  const counts = (max_workers) =>
    with_pool(max_workers, async (backend) => {
      const jobs = await Promise.all(circuits.map((circuit) => backend.run(circuit, { seed_simulator: 3, shots: 400 })));
      return Promise.all(jobs.map(async (job) => (await job.result()).get_counts()));
    });
  const one = await counts(1);
  assert.deepEqual(await counts(2), one);
  assert(one.every((each) => total(each) === 400));
});

test('shutdown waits for the pending jobs, cancels them, or does not wait', async () => {
  const start = async () => {
    const executor = new WorkerExecutor({ max_workers: 1 });
    const backend = new AerSimulator({ executor });
    const jobs = [await backend.run(deep(18, 3)), await backend.run(bell)];
    await until(jobs[0], 'RUNNING', 'DONE');
    const gone = Promise.all(executor._workers.map((worker) => new Promise((exit) => worker.once('exit', exit))));
    return { executor, jobs, gone, statuses: () => Promise.all(jobs.map((job) => job.status())) };
  };
  for (const wait of [true, false]) {
    for (const cancel_futures of [false, true]) {
      const { executor, jobs, gone, statuses } = await start();
      let exited = false;
      gone.then(() => { exited = true; });
      await settles(executor.shutdown({ wait, cancel_futures }), 'shutdown');
      if (wait) {
        assert.equal(executor.pending, 0);
        assert.equal(exited, true, 'its workers are gone');
        assert.equal(executor._workers.length, 0);
      } else if (!cancel_futures) {
        assert.equal(executor.pending > 0, true);
      }
      await settles(Promise.all(jobs.map((job) => job.result().catch(() => {}))));
      const final = await statuses();
      if (cancel_futures) assert.equal(final[1], 'CANCELLED');
      else assert.deepEqual(final, ['DONE', 'DONE']);
      await settles(gone, 'the exit of the workers');
      await settles(executor.shutdown(), 'a second shutdown');
      const error = await rejection(new AerSimulator({ executor }).run(bell));
      assert.equal(error.code, 'EXECUTOR_SHUT_DOWN');
      assert(error instanceof JobError);
    }
  }
  await settles(new WorkerExecutor({ max_workers: 1 }).shutdown(), 'shutdown of a pool that never worked');
});

test('a process with an idle pool ends by itself, one that awaits a job does not end early', async () => {
  const idle = await script(`
    import { AerSimulator } from 'aer-wasm';
    await (await new AerSimulator().run(${JSON.stringify(bell)})).result();
    console.log('idle');`);
  assert.deepEqual([idle.status, idle.stdout], [0, 'idle\n'], idle.stderr);
  const busy = await script(`
    import { AerSimulator } from 'aer-wasm';
    const job = await new AerSimulator().run(${JSON.stringify(deep(20, 6))}, { shots: 10 });
    job.result().then((result) => console.log(result.success));`);
  assert.deepEqual([busy.status, busy.stdout], [0, 'true\n'], busy.stderr);
});

test('a failed job that nobody asks about is no unhandled rejection', async () => {
  const { status, stdout, stderr } = await script(`
    import { AerJob, AerSimulator } from 'aer-wasm';
    const backend = new AerSimulator();
    const bad = await backend.run('nonsense');
    await bad.wait_for_final_state(10, 0.01);
    const own = new AerJob(backend, 'own', () => { throw new Error('mine'); }, ${JSON.stringify(bell)});
    await own.submit();
    const cancelled = await backend.run(${JSON.stringify(bell)});
    await cancelled.cancel();
    const killed = await backend.run(${JSON.stringify(long())});
    while ((await killed.status()) !== 'RUNNING') await new Promise(setImmediate);
    AerJob._executor._workers[0].terminate();
    await killed.wait_for_final_state(10, 0.01);
    console.log(await bad.status(), await own.status(), await killed.status());`);
  assert.equal(stdout, 'ERROR ERROR ERROR\n', stderr);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('a worker that is killed ends its job in ERROR; jobs that wait go on in a fresh worker', () =>
  with_pool(1, async (backend, executor) => {
    const job = await backend.run(long());
    const waiting = await backend.run(bell);
    await until(job, 'RUNNING');
    const [worker] = executor._workers;
    worker.terminate();
    const error = await rejection(job.result());
    assert(error instanceof JobError && error.code === 'WORKER_LOST', String(error));
    assert.equal(await job.status(), 'ERROR');
    assert.equal(await job.cancel(), false);
    assert.equal((await settles(waiting.result())).success, true);
    assert.notEqual(executor._workers[0], worker);
    // An idle worker may die too.
    executor._workers[0].terminate();
    assert.equal((await settles((await backend.run(bell)).result())).success, true);
  }));

test('a worker that dies while it starts is replaced, and its job runs', () =>
  with_pool(1, async (backend, executor) => {
    const job = await backend.run(bell);
    executor._workers[0].terminate();
    assert.equal((await settles(job.result())).success, true);
  }));

test('a worker that traps ends its job in ERROR with the reason, and the next job works', () =>
  with_pool(1, async (backend, executor) => {
    const job = await backend.run(long());
    await until(job, 'RUNNING');
    executor._workers[0].postMessage({ kind: 'forbidden' });
    const error = await rejection(job.result());
    assert.equal(error.code, 'WORKER_LOST');
    assert.match(error.message, /unknown message/);
    assert.equal((await settles((await backend.run(bell)).result())).success, true);
  }));

test('a job whose worker is killed keeps the experiments that had finished', () =>
  with_pool(1, async (backend, executor) => {
    const job = await backend.run([bell, bell, long()], { shots: 20 });
    // Reading tells progress of the third experiment too: only what comes after it counts.
    await until(job, 'RUNNING');
    await sleep(0.2);
    for (let done = 0; done < 2; done = (await job.progress()).experiment) await sleep(0.01);
    executor._workers[0].terminate();
    const error = await rejection(job.result());
    assert.equal(error.code, 'WORKER_LOST');
    assert.equal(error.result.success, false);
    assert.equal(error.result.results.length, 2);
    for (const index of [0, 1]) assert.equal(total(error.result.get_counts(index)), 20);
    const cancelled = await backend.run([bell, bell, long()], { shots: 20 });
    await until(cancelled, 'RUNNING');
    await sleep(0.2);
    for (let done = 0; done < 2; done = (await cancelled.progress()).experiment) await sleep(0.01);
    await cancelled.cancel();
    assert.equal((await rejection(cancelled.result())).result.results.length, 2);
  }));

test('status() of a backend counts the jobs that have not ended', () =>
  with_pool(1, async (backend) => {
    const jobs = [await backend.run(long()), await backend.run(bell), await backend.run(bell)];
    assert.equal(backend.status().pending_jobs, 3);
    await jobs[2].cancel();
    assert.equal(backend.status().pending_jobs, 2);
    await jobs[0].cancel();
    await settles(jobs[1].result());
    assert.equal(backend.status().pending_jobs, 0);
  }));
