// 2,000 random interleavings of everything that can happen to a job, against the package with real workers.
//
// Each is one job with a random plan: what runs, what stops it, when, and who waits for it how. Jobs of a batch
// share a pool and run side by side, while workers of that pool are killed. Whatever happens: every promise
// settles, statuses only go forward, a job ends once, the pool is empty afterwards and takes a fresh job.
// The plans are a function of SEED; how they interleave is the machine's, so no false alarm is possible either
// way: the laws hold for all of them.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { aer, assert_forward, settles, sleep } from './jobs.mjs';
import { bell, deep } from './packed.mjs';

const SEED = 20_261_121;
const JOBS = 2_000;
const BATCH = 50;

const { AerSimulator, WorkerExecutor, JOB_FINAL_STATES } = aer;

/** Mulberry32: a number of [0, 1). */
function random_of(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const programs = [bell, bell, [bell, bell], deep(8, 4), deep(14, 3), deep(16, 6), 'nonsense', [bell, 'nonsense']];
const TIMES = [0, 0, 0.001, 0.003, 0.01, 0.03];

const codes = {
  DONE: [undefined],
  CANCELLED: ['JOB_CANCELLED'],
  ERROR: ['WORKER_LOST', 'MAX_RUNTIME_EXCEEDED', 'UNKNOWN_GATE'],
};

/** Everything that one job goes through; what it came to. */
async function interleave(backend, executor, random, name) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (share) => random() < share;
  const later = async (act) => (await sleep(pick(TIMES)), act());
  await sleep(pick(TIMES));
  const controller = new AbortController();
  if (chance(0.03)) controller.abort();
  let ended_progress = false;
  const job = await backend.run(pick(programs), {
    shots: 20,
    seed_simulator: 1,
    signal: controller.signal,
    on_progress: () => assert(!ended_progress, 'progress after the end'),
    ...(chance(0.15) && { max_runtime_s: pick([0, 0.001, 0.01, 60]) }),
  });

  const statuses = [];
  const watch = (async () => {
    for (;;) {
      const status = await job.status();
      if (statuses.at(-1) !== status) statuses.push(status);
      if (JOB_FINAL_STATES.includes(status)) {
        ended_progress = true;
        return status;
      }
      await sleep(0.001);
    }
  })();
  const told = (promise) => promise.then((value) => ({ value }), (error) => ({ error }));
  const acts = [told(job.result()), watch, job.wait_for_final_state(null, 0.002)];
  let cancel;
  if (chance(0.3)) acts.push((cancel = later(() => job.cancel())));
  if (chance(0.1)) acts.push(later(() => job.cancel()));
  if (chance(0.2)) acts.push(later(() => controller.abort()));
  if (chance(0.3)) acts.push(later(() => told(job.result(pick(TIMES)))));
  if (chance(0.2)) acts.push(told(job.wait_for_final_state(pick(TIMES), 0.002)));
  if (chance(0.1)) acts.push(told(job.wait_for_final_state({ signal: controller.signal, wait: 0.002, timeout: 0.02 })));
  // Not while it starts: two workers that cannot be started would rightly end the use of workers.
  const kill = async () => ['VALIDATING', 'RUNNING'].includes(await job.status()) && void executor._workers[0]?.terminate();
  if (chance(0.2)) acts.push(later(kill));
  await settles(Promise.all(acts), `${name}, ${statuses}`);

  assert_forward(statuses);
  const [{ value, error }, final] = await Promise.all(acts.slice(0, 2));
  assert.equal(await job.status(), final);
  assert(codes[final].includes(error?.code), `${name}: ${final} with ${error?.stack}`);
  if (final === 'DONE') assert.equal(value, await job.result(0));
  else assert.equal((await told(job.result(0))).error.code, error.code);
  if (cancel) assert.equal(await cancel, final === 'CANCELLED', name);
  return final;
}

test(`${JOBS} random interleavings leave nothing pending and nothing inconsistent (seed ${SEED})`, async () => {
  const random = random_of(SEED);
  const ends = { DONE: 0, CANCELLED: 0, ERROR: 0 };
  for (let first = 0; first < JOBS; first += BATCH) {
    const executor = new WorkerExecutor({ max_workers: 1 + (first / BATCH) % 2 });
    const backend = new AerSimulator({ executor });
    const jobs = Array.from({ length: BATCH }, (_, i) => interleave(backend, executor, random_of(random() * 2 ** 32), `job ${first + i}`));
    for (const final of await Promise.all(jobs)) ends[final]++;
    assert.equal(executor.pending, 0);
    assert.equal(backend.status().pending_jobs, 0);
    const fresh = await settles((await backend.run(bell, { shots: 10 })).result(), 'a fresh job');
    assert.equal(fresh.success, true);
    await settles(executor.shutdown(), 'shutdown');
    assert.equal(executor._workers.length, 0);
  }
  // A test in which nothing happens would prove nothing.
  for (const [end, count] of Object.entries(ends)) assert(count > JOBS / 20, `${end}: ${count} of ${JSON.stringify(ends)}`);
});
