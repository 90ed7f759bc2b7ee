// Small jobs for what is looked at, beside those of the user: in a worker of their own, so that a state need not wait
// until a long job is done.

import type { AerOptions, Circuits, Result } from 'aer-wasm';
import type { Aer } from '../state';

let own: { aer: Aer; simulator: InstanceType<Aer['AerSimulator']> } | null = null;

/** What is looked at is small: what takes longer than this does not end. */
const MOST_SECONDS = 20;

export async function simulate(aer: Aer, circuits: Circuits, options: AerOptions): Promise<Result> {
  own ??= { aer, simulator: new aer.AerSimulator({ executor: new aer.WorkerExecutor({ max_workers: 1 }), max_runtime_s: MOST_SECONDS }) };
  const job = await own.simulator.run(circuits, options);
  return job.result();
}

/** Whether it was stopped because its answer is no longer wanted. */
export const was_cancelled = (error: unknown): boolean => (error as { code?: string }).code === 'JOB_CANCELLED';
