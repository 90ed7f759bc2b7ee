// Everything that the package exports, for every entry.
export { AerJob, WorkerExecutor, version } from '#glue';
export { Aer, AerSimulator, assemble } from '../aer_simulator.mjs';
export { BaseJob, JOB_FINAL_STATES, JOB_STATUS_DESCRIPTIONS, JobStatus } from '../base_job.mjs';
export { AerError, JobCancelledError, JobError, JobTimeoutError } from '../errors.mjs';
export { ClassicalRegister, QuantumCircuit, QuantumRegister } from '../quantum_circuit.mjs';
export { Result } from '../result.mjs';
