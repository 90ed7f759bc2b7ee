export * from './core.js';
export * from './errors.js';
export * from './result.js';
import { core, on_core } from './core.js';
import { JobError, explained } from './errors.js';

/** Qiskit's job statuses: `JobStatus.RUNNING === 'RUNNING'`. */
export const JobStatus = {};

/** Qiskit's sentence for each status. */
export const JOB_STATUS_DESCRIPTIONS = {};

/** The statuses of a job that has ended. */
export const JOB_FINAL_STATES = [];

on_core(({ statuses }) => {
  for (const { name, description, final } of statuses) {
    JobStatus[name] = name;
    JOB_STATUS_DESCRIPTIONS[name] = description;
    if (final) JOB_FINAL_STATES.push(name);
  }
  [JobStatus, JOB_STATUS_DESCRIPTIONS, JOB_FINAL_STATES].forEach(Object.freeze);
});

/**
 * The abstract job. A subclass gives `submit`, `status`, `result` and `cancel`; the rest works on it.
 * Every method returns a Promise.
 */
export class BaseJob {
  #backend;
  #job_id;

  constructor(backend, job_id) {
    this.#backend = backend;
    this.#job_id = job_id;
  }

  async job_id() { return this.#job_id; }
  async backend() { return this.#backend; }

  async submit() { throw not_implemented('submit'); }
  async status() { throw not_implemented('status'); }
  async result() { throw not_implemented('result'); }
  async cancel() { throw not_implemented('cancel'); }

  async done() { return (await this.status()) === JobStatus.DONE; }
  async running() { return (await this.status()) === JobStatus.RUNNING; }
  async cancelled() { return (await this.status()) === JobStatus.CANCELLED; }
  async in_final_state() { return JOB_FINAL_STATES.includes(await this.status()); }

  /** Polls `status()` until it is final. The policy and the loop are Rust's. */
  async wait_for_final_state(timeout, wait, callback) {
    await core.wait_for_final_state(this, timeout, wait, callback);
  }
}

function not_implemented(method) {
  const hint = `A subclass of BaseJob has to give ${method}().`;
  return explained(`${method}() is not implemented.`, { code: 'NOT_IMPLEMENTED', hint }, JobError);
}

/** Called by Rust: puts the wasm class under the JavaScript one, so that `instanceof` and inheritance hold. */
export function inherit_base_job(job_class) {
  Object.setPrototypeOf(job_class, BaseJob);
  Object.setPrototypeOf(job_class.prototype, BaseJob.prototype);
}
