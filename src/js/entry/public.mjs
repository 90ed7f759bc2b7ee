// Everything that the package exports, for every entry.
export { AerJob, WorkerExecutor, version } from '#glue';
export { Aer, AerSimulator, assemble } from '../aer_simulator.js';
export { BaseJob, JOB_FINAL_STATES, JOB_STATUS_DESCRIPTIONS, JobStatus } from '../base_job.js';
export { AerError, JobCancelledError, JobError, JobTimeoutError } from '../errors.js';
export {
  NoiseModel, QuantumError, ReadoutError, amplitude_damping_error, coherent_unitary_error, depolarizing_error, kraus_error,
  mixed_unitary_error, pauli_error, phase_amplitude_damping_error, phase_damping_error, reset_error, thermal_relaxation_error,
} from '../noise.js';
export {
  CASE_DEFAULT, ClassicalRegister, Parameter, ParameterExpression, ParameterVector, QuantumRegister, expr, types,
} from '../operands.js';
export { QuantumCircuit } from '../quantum_circuit.js';
export { Result } from '../result.js';
