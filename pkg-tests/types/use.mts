// Compiled, never run. A line under `@ts-expect-error` has to be an error.
import {
  AerError,
  AerJob,
  AerSimulator,
  BaseJob,
  JobCancelledError,
  JobError,
  JobStatus,
  JobTimeoutError,
  QuantumCircuit,
  Result,
  WorkerExecutor,
  assemble,
} from 'aer-wasm';

const circuit = new QuantumCircuit(2, 2);
circuit.h(0);
circuit.cx(0, 1);
circuit.rx(0.5, 0);
circuit.measure([0, 1], [0, 1]);
circuit.measure_all();

const executor: WorkerExecutor = new WorkerExecutor({ max_workers: 2 });
const backend = new AerSimulator({ method: 'statevector', executor });
const controller = new AbortController();

const job: AerJob = await backend.run([circuit, 'OPENQASM 2.0;'], {
  shots: 100,
  seed_simulator: 7,
  signal: controller.signal,
  on_progress: ({ fraction, unit }) => console.log(fraction.toFixed(2), unit satisfies 'operations' | 'shots'),
  max_runtime_s: 10,
});
const base: BaseJob = job;
const status: JobStatus = await base.status();
if (status === JobStatus.DONE || status === 'ERROR') console.log(status);
await job.wait_for_final_state(null, 0.1, async (id, status, same) => console.log(id.length, status, same === job));
await job.wait_for_final_state({ timeout: 3, signal: controller.signal });
const cancelled: boolean = await job.cancel();
const reason: string | null = await job.error_message();
console.log(cancelled, reason, (await job.progress()).elapsed_s);

try {
  const result: Result = await job.result(5);
  const counts: Record<string, number> = result.get_counts(0);
  const amplitudes: Float64Array = result.get_statevector(circuit);
  console.log(counts, amplitudes.length, Result.from_dict(result.to_dict()).success);
} catch (error) {
  if (error instanceof JobTimeoutError || error instanceof JobCancelledError) console.log(error.code);
  else if (error instanceof JobError) console.log(error.line, error.column, error.result?.results.length);
  else if (error instanceof AerError) console.log(error.message);
}
await executor.shutdown({ wait: true, cancel_futures: false });
console.log(assemble([circuit], { shots: 1 }));

// @ts-expect-error: shots are a number
await backend.run(circuit, { shots: 'many' });
// @ts-expect-error: there is no such status
const wrong: JobStatus = 'PAUSED';
// @ts-expect-error: an angle is missing
circuit.rx(0);
console.log(wrong);
