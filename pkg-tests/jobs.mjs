// What the tests of jobs share: the installed package in this very process, and ways to watch a job.

import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { consumer, deep, installed, outcome } from './packed.mjs';

export const aer = await import(pathToFileURL(join(installed, 'dist', 'node.mjs')));

export const sleep = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));

/** The promise, or an error that names it: nothing may stay pending. */
export function settles(promise, name = 'a promise', seconds = 20) {
  let timer;
  const watchdog = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} is still pending after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, watchdog]).finally(() => clearTimeout(timer));
}

/** What a promise is rejected with; being resolved is a failure. */
export const rejection = (promise, name = 'a promise') =>
  settles(
    promise.then(
      (value) => assert.fail(`${name} was resolved, to ${value}`),
      (error) => error,
    ),
    name,
  );

/** Waits until the job has one of these statuses. */
export async function until(job, ...wanted) {
  for (const begun = performance.now(); performance.now() - begun < 20_000; await sleep(0.001)) {
    const status = await job.status();
    if (wanted.includes(status)) return status;
    assert(!aer.JOB_FINAL_STATES.includes(status), `${status} came before ${wanted}: ${await job.error_message()}`);
  }
  assert.fail(`${wanted} did not come`);
}

/** Every status of a job that can be seen, in order, until its end. */
export async function life(job) {
  const seen = [];
  for (;;) {
    const status = await job.status();
    if (seen.at(-1) !== status) seen.push(status);
    if (aer.JOB_FINAL_STATES.includes(status)) return seen;
    await new Promise(setImmediate);
  }
}

const order = ['INITIALIZING', 'QUEUED', 'VALIDATING', 'RUNNING', ['CANCELLED', 'DONE', 'ERROR']].flatMap((rank, i) =>
  [rank].flat().map((status) => [status, i]),
);

/** Statuses that only go forward. */
export function assert_forward(statuses) {
  const ranks = statuses.map((status) => new Map(order).get(status));
  assert(
    ranks.every((rank, i) => i === 0 || rank > ranks[i - 1]),
    `statuses went back: ${statuses}`,
  );
}

/** A job that would take a minute: 22 qubits, or as many as are wanted. */
export const long = (qubits = 22) => deep(qubits, 100);

/** A pool of its own for a test, shut down whatever happens. */
export async function with_pool(max_workers, use) {
  const executor = new aer.WorkerExecutor({ max_workers });
  try {
    return await use(new aer.AerSimulator({ executor }), executor);
  } finally {
    await settles(executor.shutdown({ cancel_futures: true }), 'shutdown');
  }
}

/** Runs a module that imports `aer-wasm` in a Node of its own. */
export const script = (source) =>
  outcome(process.execPath, ['--input-type=module', '-e', source], { cwd: consumer('empty'), timeout: 30_000 });
