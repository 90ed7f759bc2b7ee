/**
 * Types of `aer-wasm`: Qiskit Aer for browsers and Node.
 *
 * Names are Qiskit's, spelled as in Qiskit. Conventions that hold everywhere: qubit 0 is the least significant
 * bit of an index, times are in seconds, angles in radians, memory in MiB. Complex arrays are `Float64Array`s,
 * interleaved re, im.
 *
 * Whatever is thrown or rejected here is an {@link AerError} with a stable `code`.
 */

// ---------------------------------------------------------------------------------------------------- errors

/** Stable reason of an {@link AerError}. */
export type ErrorCode =
  /** `submit()` was called a second time. */
  | 'JOB_ALREADY_SUBMITTED'
  /** The method needs a job that has been submitted. */
  | 'JOB_NOT_SUBMITTED'
  /** An abstract method of `BaseJob` was called. */
  | 'NOT_IMPLEMENTED'
  /** The wait ended before the job did; the job goes on. */
  | 'JOB_TIMEOUT'
  /** The job was cancelled. */
  | 'JOB_CANCELLED'
  /** The job ran longer than its `max_runtime_s` and was stopped. */
  | 'MAX_RUNTIME_EXCEEDED'
  /** The worker that ran the job trapped, ran out of memory or was killed. */
  | 'WORKER_LOST'
  /** Front and worker come from different versions of the package. */
  | 'PROTOCOL_MISMATCH'
  /** The job's own function threw. */
  | 'FUNCTION_FAILED'
  /** A job function or an executor gave something that is not a Result. */
  | 'INVALID_RESULT'
  /** The executor takes no more jobs. */
  | 'EXECUTOR_SHUT_DOWN'
  /** The executor threw, or broke its interface. */
  | 'EXECUTOR_FAILED'
  /** More than one experiment failed, for different reasons. */
  | 'SIMULATION_FAILED'
  /** An argument has the wrong type or value. */
  | 'INVALID_ARGUMENT'
  /** No option of this name exists. */
  | 'UNKNOWN_OPTION'
  /** An option has the wrong type or value. */
  | 'INVALID_OPTION'
  /** No backend of this name exists. */
  | 'UNKNOWN_BACKEND'
  /** The simulation method is not available. */
  | 'UNSUPPORTED_METHOD'
  /** The text does not follow its grammar. */
  | 'SYNTAX_ERROR'
  /** The text follows its grammar but means nothing valid. */
  | 'SEMANTIC_ERROR'
  /** The input is in no format that can be read. */
  | 'UNSUPPORTED_FORMAT'
  /** The Qobj lacks a field or has one of the wrong type. */
  | 'INVALID_QOBJ'
  /** A noise model lacks a field or has one of the wrong type. */
  | 'INVALID_NOISE_MODEL'
  /** There is nothing to run. */
  | 'NO_EXPERIMENTS'
  /** No gate or instruction of this name exists. */
  | 'UNKNOWN_GATE'
  /** A gate got the wrong number of parameters. */
  | 'PARAMETER_COUNT'
  /** A parameter is not finite, or of the wrong type or value. */
  | 'INVALID_PARAMETER'
  /** An instruction got the wrong number of qubits. */
  | 'QUBIT_COUNT'
  /** A qubit index is not below the number of qubits. */
  | 'QUBIT_OUT_OF_RANGE'
  /** A classical bit index is not below the number of bits. */
  | 'CLBIT_OUT_OF_RANGE'
  /** An instruction names a qubit twice. */
  | 'DUPLICATE_QUBIT'
  /** A matrix has the wrong size or is not unitary. */
  | 'INVALID_MATRIX'
  /** A state has the wrong size or is not normalised. */
  | 'INVALID_STATE'
  /** The instruction cannot be conditional, or its condition is broken. */
  | 'INVALID_CONDITIONAL'
  /** Two save instructions of one circuit share a label. */
  | 'DUPLICATE_KEY'
  /** The method cannot run the instruction. */
  | 'UNSUPPORTED_INSTRUCTION'
  /** The circuit needs more memory than there is. */
  | 'INSUFFICIENT_MEMORY'
  /** A defect of aer-wasm; please report it. */
  | 'INTERNAL';

/** The fields that an error has besides its message; each is there where it is known. */
export interface ErrorDetails {
  /** Stable reason. */
  code?: ErrorCode;
  /** Index of the experiment (circuit) within the job, from 0. */
  experiment?: number;
  /** Index of the instruction within its circuit, from 0. */
  instruction?: number;
  /** Name of that instruction. */
  instruction_name?: string;
  /** Line in the source text, from 1. */
  line?: number;
  /** Column in that line in characters, from 1. */
  column?: number;
  /** What was found. */
  found?: string;
  /** What was expected instead. */
  expected?: string;
  /** What you can do. */
  hint?: string;
  /** The line of the source with a caret below the column, ready to print in a fixed-width font. */
  snippet?: string;
  /** What was thrown underneath, such as the error of a job's own function. */
  cause?: unknown;
}

/** The details of a {@link JobError}. */
export interface JobErrorDetails extends ErrorDetails {
  /** The job's id. */
  job_id?: string;
  /** Everything that did succeed, if the job got that far. */
  result?: Result;
}

/** An error in plain form, as it travels between workers. */
export interface PlainError extends ErrorDetails {
  code: ErrorCode;
  /** One sentence, without place, found, expected and hint. */
  message: string;
}

/**
 * Any error of this package; `message` tells the whole story: place, reason, what was found and expected, a
 * hint, and the source line where there is one.
 */
export class AerError extends Error implements ErrorDetails {
  constructor(message: string, details?: ErrorDetails);
  /** Stable reason; `INTERNAL` if none was given. */
  code: ErrorCode;
  experiment?: number;
  instruction?: number;
  instruction_name?: string;
  line?: number;
  column?: number;
  found?: string;
  expected?: string;
  hint?: string;
  snippet?: string;
  cause?: unknown;
}

/** A job that failed, or a method of a job used wrongly. */
export class JobError extends AerError implements JobErrorDetails {
  constructor(message: string, details?: JobErrorDetails);
  job_id?: string;
  /** Everything that did succeed, if the job got that far; its experiments that failed say why. */
  result?: Result;
}

/** A wait ended before the job did (`JOB_TIMEOUT`). The job goes on; wait again, or cancel it. */
export class JobTimeoutError extends JobError {}

/** The result of a cancelled job was asked for (`JOB_CANCELLED`). */
export class JobCancelledError extends JobError {}

// ------------------------------------------------------------------------------------------------------ jobs

/**
 * Qiskit's job statuses; the values are these very strings. A status only moves forward, in this order.
 *
 * `INITIALIZING`: made, or its worker is starting. `QUEUED`: waits for a worker. `VALIDATING`: the worker reads
 * and checks the input. `CANCELLED`, `DONE` and `ERROR` are final. A job of which any experiment failed is an
 * `ERROR` (native Aer calls it `DONE`).
 */
export const JobStatus: {
  /** job is being initialized */
  readonly INITIALIZING: 'INITIALIZING';
  /** job is queued */
  readonly QUEUED: 'QUEUED';
  /** job is being validated */
  readonly VALIDATING: 'VALIDATING';
  /** job is actively running */
  readonly RUNNING: 'RUNNING';
  /** job has been cancelled */
  readonly CANCELLED: 'CANCELLED';
  /** job has successfully run */
  readonly DONE: 'DONE';
  /** job incurred error */
  readonly ERROR: 'ERROR';
};
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

/** Qiskit's sentence for each status. */
export const JOB_STATUS_DESCRIPTIONS: Readonly<Record<JobStatus, string>>;

/** The statuses of a job that has ended: `CANCELLED`, `DONE`, `ERROR`. */
export const JOB_FINAL_STATES: readonly JobStatus[];

/** How far the experiment that runs is. */
export interface Progress {
  /** Index of the experiment that runs, from 0. */
  experiment: number;
  /** Number of experiments of the job. */
  experiments: number;
  /** Units done of this experiment. */
  completed: number;
  /** Units of this experiment; 0 until it is known. */
  total: number;
  /** `operations` where the circuit runs once and is then sampled, `shots` where it runs once per shot. */
  unit: 'operations' | 'shots';
}

/** How far a job is. */
export interface JobProgress extends Progress {
  /** Share of the whole job, 0 to 1; 1 once it is done. Experiments count alike, however large. */
  fraction: number;
  /** Seconds since a worker took the job up; 0 before, and it stands still once the job has ended. */
  elapsed_s: number;
}

/** Called at each poll that finds the job not yet ended; a promise that it returns is awaited. */
export type WaitCallback<Job> = (job_id: string, status: JobStatus, job: Job) => unknown;

/** Arguments of `wait_for_final_state`, by name. */
export interface WaitOptions<Job> {
  /**
   * Seconds to wait at most; `null` for ever.
   * @defaultValue `null`
   */
  timeout?: number | null;
  /**
   * Seconds between two polls.
   * @defaultValue `5`
   */
  wait?: number | null;
  /** @defaultValue `null` */
  callback?: WaitCallback<Job> | null;
  /** Aborting it ends the wait, which rejects with the signal's reason. The job goes on. */
  signal?: AbortSignalLike | null;
}

/** What is needed of an `AbortSignal`, whoever declares that type. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: any;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Qiskit's abstract job: a subclass gives `submit`, `status`, `result` and `cancel`, and the other methods work
 * on it. Here every method returns a Promise. In JavaScript those four reject with `NOT_IMPLEMENTED` until they
 * are given.
 */
export abstract class BaseJob<Backend = unknown> {
  constructor(backend: Backend, job_id: string);
  /** The id given to the constructor. */
  job_id(): Promise<string>;
  /** The backend given to the constructor. */
  backend(): Promise<Backend>;
  /** Starts the job. */
  abstract submit(): Promise<void>;
  /** The status now. */
  abstract status(): Promise<JobStatus>;
  /** The result, once there is one. @param timeout seconds to wait at most */
  abstract result(timeout?: number | null): Promise<Result>;
  /** Tries to cancel; whether the job is cancelled now. */
  abstract cancel(): Promise<boolean>;
  /** Whether the status is `DONE`. */
  done(): Promise<boolean>;
  /** Whether the status is `RUNNING`. */
  running(): Promise<boolean>;
  /** Whether the status is `CANCELLED`. */
  cancelled(): Promise<boolean>;
  /** Whether the status is final. */
  in_final_state(): Promise<boolean>;
  /**
   * Polls `status()` until it is final, whichever final status that is. As in Qiskit: the deadline is looked at
   * before the callback is called, and the callback is not called for the final status. The last sleep ends at
   * the deadline (native Aer overshoots it).
   *
   * Rejects with {@link JobTimeoutError} past the deadline; with what the callback or `status()` throws.
   * @param timeout seconds to wait at most; `null` for ever
   * @param wait seconds between two polls, 5 by default
   * @param callback called at each poll before the end
   */
  wait_for_final_state(timeout?: number | null, wait?: number | null, callback?: WaitCallback<this> | null): Promise<void>;
  wait_for_final_state(options: WaitOptions<this>): Promise<void>;
}

/**
 * A job's own function, which then runs instead of the engine, on the event loop of the page. It gets the whole
 * Qobj, the job's id and the further arguments of the constructor. What it returns is the job's result; what it
 * throws makes the job an `ERROR` with `FUNCTION_FAILED`; something that is no result, with `INVALID_RESULT`.
 * A cancel ends the job at once; the function itself cannot be stopped.
 */
export type JobFunction = (
  qobj: Qobj,
  job_id: string,
  ...args: any[]
) => Result | ResultDict | PromiseLike<Result | ResultDict>;

/**
 * A job: circuits on their way through an executor. `backend.run` gives one that is submitted already.
 *
 * Methods marked "once submitted" reject with `JOB_NOT_SUBMITTED` before. A job ends exactly once, and no
 * promise stays pending for ever: a worker that dies ends its job in `ERROR`. A job that fails and whose
 * `result()` nobody asks for raises no unhandled rejection.
 */
export class AerJob<Backend = AerSimulator> extends BaseJob<Backend> {
  /**
   * A job that is not yet submitted.
   * @param backend an {@link AerSimulator}, whose options apply, or any object
   * @param fn runs the job; `null` for the backend's own engine in a worker
   * @param qobj what to run
   * @param args further arguments of `fn`
   * @throws {@link AerError} `INVALID_ARGUMENT`
   */
  constructor(backend: Backend, job_id: string, fn: JobFunction | null | undefined, qobj: Circuits, ...args: any[]);

  /** The default pool of workers, which every backend uses unless option `executor` names another. */
  static readonly _executor: WorkerExecutor;

  /**
   * Hands the job to its executor. Rejects with `JOB_ALREADY_SUBMITTED` the second time, and with the reason
   * where the executor refuses the job at once (`EXECUTOR_SHUT_DOWN`, `EXECUTOR_FAILED`).
   */
  submit(): Promise<void>;

  /** The status now, also while the job runs; once submitted. */
  status(): Promise<JobStatus>;

  /**
   * The result; once submitted. May be asked for again, and is then the same object.
   *
   * Rejects with {@link JobTimeoutError} past the timeout; {@link JobCancelledError} if the job was cancelled;
   * {@link JobError} if it failed, with the reason as `code` and `message`. The last two have in `result` what
   * did succeed.
   * @param timeout seconds to wait at most; 0 or less does not wait; `null` waits for the end
   */
  result(timeout?: number | null): Promise<Result>;

  /**
   * Cancels the job, queued **or running** (native Aer never stops a running job); once submitted. Resolves
   * when the job has ended: true if it is `CANCELLED`, false if it was `DONE` or `ERROR` already. With workers
   * that takes milliseconds; an executor that does not answer is waited for 2 seconds.
   */
  cancel(): Promise<boolean>;

  /** The id given to the constructor; `run` makes a UUID. It is reported in the result. */
  job_id(): Promise<string>;

  /** The backend given to the constructor, or that of `run`: the very same object. */
  backend(): Promise<Backend>;

  /** The circuits as they were given: the very same objects. */
  circuits(): Promise<CircuitInput[]>;

  /**
   * The whole Qobj: one that was given as such, or else one assembled from the circuits and the options.
   * Rejects where a circuit cannot be read.
   */
  qobj(): Promise<Qobj>;

  /** The executor that runs the job. */
  executor(): Promise<Executor>;

  /** Why the job is an `ERROR`; `null` if it is not; once submitted. */
  error_message(): Promise<string | null>;

  /** How far the job is, as last heard of its worker (every 50 ms); once submitted. */
  progress(): Promise<JobProgress>;
}

// ------------------------------------------------------------------------------------------------- executors

/** Any value of JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** What a job asks an executor for: plain data that can be cloned, posted, or sent elsewhere as JSON. */
export interface RunRequest {
  /** The job's id, reported in the result. */
  job_id: string;
  /** The backend's name, reported in the result. */
  backend_name: string;
  /** The programs as texts: OpenQASM or Qobj JSON. */
  circuits: string[];
  /** Options of the backend: the weakest. A Qobj's own `config` is stronger. */
  backend_options: Record<string, JsonValue>;
  /** Options given to `run`: the strongest. */
  run_options: Record<string, JsonValue>;
  /** The base seed if no option gives one: below 2^32. */
  fallback_seed: number;
}

/**
 * What an executor tells of a job, in this order: `initializing`, `queued`, `validating`, `running`, any number
 * of `progress`, and one end.
 *
 * - `initializing`, `queued`, `validating`, `running`: the job's status from now on. Each may be left out; one
 *   that lies behind the present status is ignored. `max_runtime_s` counts from the first `validating` or
 *   `running`.
 * - `progress`: how far it is; as often as you like (`on_progress` gets at most 20 a second).
 * - `done`: the end; `result` is a {@link Result} or its dict. With `success: false` in it the job is an
 *   `ERROR`; something that is no result is one with `INVALID_RESULT`.
 * - `failed`: the end; `error` says why. A {@link PlainError}, or an `Error` with an {@link ErrorCode} as its
 *   `code`, keeps that code; anything else gets `EXECUTOR_FAILED`. `result` may hold what did succeed.
 * - `cancelled`: the end, as asked for; `result` may hold what had succeeded.
 *
 * The first of `done`, `failed` and `cancelled` ends the job; whatever comes later is dropped. An event of any
 * other kind ends the job with `EXECUTOR_FAILED`.
 */
export type ExecutorEvent =
  | { kind: 'initializing' | 'queued' | 'validating' | 'running' }
  | { kind: 'progress'; progress: Progress }
  | { kind: 'done'; result: Result | ResultDict }
  | { kind: 'failed'; error: PlainError | Error | string; result?: Result | ResultDict | null }
  | { kind: 'cancelled'; result?: Result | ResultDict | null };

/** An executor's hold on a job that it has taken. */
export interface JobHandle {
  /**
   * Asks to stop the job, queued or running; called at most once. Answer with a `cancelled` event, or with
   * the other end if that came first. Without any answer the job ends by itself after 2 seconds.
   */
  cancel(): void;
}

/** Arguments of an executor's `shutdown`, as in Python's `concurrent.futures`. */
export interface ShutdownOptions {
  /**
   * Whether the promise waits until the pending jobs have ended and the workers are gone.
   * @defaultValue `true`
   */
  wait?: boolean;
  /**
   * Whether pending jobs are cancelled, queued and running ones.
   * @defaultValue `false`
   */
  cancel_futures?: boolean;
}

/**
 * Where jobs run. {@link WorkerExecutor} is one; any object with these two methods is another: a pool of your
 * own, or a queue for other machines, whose workers may hand the request on to a `WorkerExecutor`.
 */
export interface Executor {
  /**
   * Takes a job and reports on it by `on_event`, at once or later, from within this call or after it.
   *
   * Returns the job's handle or a promise of it. A throw or a rejection refuses the job: it ends in `ERROR`
   * with what was thrown as `cause`; a throw makes `AerJob.submit()` and `AerSimulator.run()` reject too. A job
   * that is cancelled before the promise of its handle is fulfilled is not told so: it ends after 2 seconds.
   *
   * The executor owes every job it has taken an end: nothing else ends a job, except cancel and `max_runtime_s`.
   */
  submit(request: RunRequest, on_event: (event: ExecutorEvent) => void): JobHandle | Promise<JobHandle>;
  /** Takes no more jobs. */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

/**
 * A pool of workers (Web Workers, or Node's worker threads). Each runs one job at a time, further jobs wait in
 * order. Workers start with the first jobs and are kept; an idle pool does not keep a Node process alive. A
 * worker that is lost ends its job with `WORKER_LOST`; waiting jobs go on in a fresh one. Where no worker can be
 * started at all, jobs run on the page's own event loop, in slices.
 */
export class WorkerExecutor implements Executor {
  /**
   * @param options `max_workers`: the most workers at a time, 1 to 1024; by default one fewer than the
   * machine's cores, but 1 to 4. Each worker has its own memory for its state.
   * @throws {@link AerError} `INVALID_OPTION`
   */
  constructor(options?: { max_workers?: number | null });
  /** The most workers at a time. */
  readonly max_workers: number;
  /** Number of jobs that have not ended. */
  readonly pending: number;
  /** Whether jobs run on the page's own event loop, because no worker could be started: known once a job has run. */
  readonly inline: boolean;
  /** Takes a job. @throws {@link AerError} `EXECUTOR_SHUT_DOWN` after a shutdown */
  submit(request: RunRequest, on_event: (event: ExecutorEvent) => void): JobHandle;
  /**
   * Takes no more jobs; resolves when the pending ones have ended and the workers are gone, or at once with
   * `wait: false`.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

// -------------------------------------------------------------------------------------------------- backends

/** Names of the simulation methods; `automatic` chooses one per circuit. */
export type SimulationMethod = 'automatic' | 'statevector' | 'density_matrix' | 'stabilizer' | 'matrix_product_state' | 'extended_stabilizer' | 'unitary' | 'superop';

/** Names that {@link Aer} knows: `aer_simulator`, one for each method, and three older ones. */
export type BackendName =
  | 'aer_simulator'
  | 'aer_simulator_statevector'
  | 'aer_simulator_density_matrix'
  | 'aer_simulator_stabilizer'
  | 'aer_simulator_matrix_product_state'
  | 'aer_simulator_extended_stabilizer'
  | 'aer_simulator_unitary'
  | 'aer_simulator_superop'
  /** The older name of `aer_simulator`. */
  | 'qasm_simulator'
  /** Like `aer_simulator_statevector`, and a circuit that saves nothing gives its state at the end. */
  | 'statevector_simulator'
  /** Like `aer_simulator_unitary`, and a circuit that saves nothing gives its unitary at the end. */
  | 'unitary_simulator';

/**
 * Options of a backend and of `run`: Aer's, by Aer's names and with Aer's defaults, and a few beyond Aer
 * (`signal`, `on_progress`, `max_runtime_s`). Those given to `run` override a Qobj's `config`, which overrides
 * the backend's. `undefined` is "not given", and so is `null` where it is the default. An unknown name is an error
 * (`UNKNOWN_OPTION`) that names the nearest known one; a wrong value is `INVALID_OPTION`.
 */
export interface AerOptions {
  /**
   * How often the circuit is run.
   * With 0, nothing is measured.
   * @defaultValue `1024`
   */
  shots?: number;
  /**
   * The simulation method; `automatic` chooses one per circuit.
   * @defaultValue `"automatic"`
   */
  method?: SimulationMethod;
  /**
   * Where it is simulated.
   * @defaultValue `"CPU"`
   */
  device?: 'CPU';
  /**
   * Precision of the amplitudes; `single` takes half the memory.
   * @defaultValue `"double"`
   */
  precision?: 'double' | 'single';
  /**
   * Base seed; experiment `i` uses this plus `2113 * i`. Random if not given.
   * The same seed gives the same counts on any machine, whatever the number of workers.
   * @defaultValue `null`
   */
  seed_simulator?: number | null;
  /**
   * Whether the result lists the memory of each shot.
   * `null` is `false`.
   * @defaultValue `null`
   */
  memory?: boolean | null;
  /**
   * Seconds after which the job is stopped and ends in ERROR.
   * Counted from when a worker takes the job up; its error has the code `MAX_RUNTIME_EXCEEDED`.
   * @defaultValue `null`
   */
  max_runtime_s?: number | null;
  /**
   * Memory that a state may take, in MiB; 0 for what there is, -1 for no check.
   * A circuit that needs more fails with `INSUFFICIENT_MEMORY` before memory is taken. Wasm has less than 4096.
   * @defaultValue `null`
   */
  max_memory_mb?: number | null;
  /**
   * Whether qubits that cannot reach a result are left out.
   * @defaultValue `true`
   */
  enable_truncation?: boolean;
  /**
   * Saved values below this become 0.
   * @defaultValue `1e-10`
   */
  zero_threshold?: number;
  /**
   * Tolerance of Aer's checks of matrices and states.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  validation_threshold?: number | null;
  /**
   * Saved values of a matrix product state below this become 0.
   * @defaultValue `1e-8`
   */
  chop_threshold?: number;
  /**
   * Most workers of a job, and most threads on a state; 0 for as many as there are.
   * @defaultValue `null`
   */
  max_parallel_threads?: number | null;
  /**
   * Most circuits at a time, each in a worker; 0 for all.
   * @defaultValue `null`
   */
  max_parallel_experiments?: number | null;
  /**
   * Most shots at a time, each in a worker, of a circuit that runs once per shot; 0 for all.
   * @defaultValue `null`
   */
  max_parallel_shots?: number | null;
  /**
   * Circuits per sub-job.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  max_job_size?: number | null;
  /**
   * Shots per sub-job.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  max_shot_size?: number | null;
  /**
   * Whether gates are merged.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `true`
   */
  fusion_enable?: boolean;
  /**
   * Whether the result tells the merged gates.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `false`
   */
  fusion_verbose?: boolean;
  /**
   * Most qubits of a merged gate.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  fusion_max_qubit?: number | null;
  /**
   * Qubits from which gates are merged.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  fusion_threshold?: number | null;
  /**
   * Whether the result of one process of several is taken.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `null`
   */
  accept_distributed_results?: boolean | null;
  /**
   * Whether shots share a state until they differ.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `false`
   */
  shot_branching_enable?: boolean;
  /**
   * Whether branched shots are sampled.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `false`
   */
  shot_branching_sampling_enable?: boolean;
  /**
   * Whether parameters are bound while running.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `false`
   */
  runtime_parameter_bind_enable?: boolean;
  /**
   * Qubits from which a statevector is worked on in parallel.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `14`
   */
  statevector_parallel_threshold?: number;
  /**
   * Qubits from which sampling keeps an index.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `10`
   */
  statevector_sample_measure_opt?: number;
  /**
   * Most qubits of probabilities that a stabilizer state saves.
   * @defaultValue `32`
   */
  stabilizer_max_snapshot_probabilities?: number;
  /**
   * How an extended stabilizer state is sampled.
   * @defaultValue `"resampled_metropolis"`
   */
  extended_stabilizer_sampling_method?: 'resampled_metropolis' | 'metropolis' | 'norm_estimation';
  /**
   * Steps of the Monte Carlo method before a sample.
   * @defaultValue `5000`
   */
  extended_stabilizer_metropolis_mixing_time?: number;
  /**
   * Error of the extended stabilizer's approximation.
   * @defaultValue `0.05`
   */
  extended_stabilizer_approximation_error?: number;
  /**
   * Samples of a norm estimation.
   * @defaultValue `100`
   */
  extended_stabilizer_norm_estimation_samples?: number;
  /**
   * Repetitions of a norm estimation.
   * @defaultValue `3`
   */
  extended_stabilizer_norm_estimation_repetitions?: number;
  /**
   * Terms from which an extended stabilizer is worked on in parallel.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `100`
   */
  extended_stabilizer_parallel_threshold?: number;
  /**
   * Samples for saved probabilities.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `3000`
   */
  extended_stabilizer_probabilities_snapshot_samples?: number;
  /**
   * Squared Schmidt coefficients that may be discarded.
   * @defaultValue `1e-16`
   */
  matrix_product_state_truncation_threshold?: number;
  /**
   * Most Schmidt coefficients that are kept.
   * @defaultValue `null`
   */
  matrix_product_state_max_bond_dimension?: number | null;
  /**
   * How a matrix product state is sampled.
   * @defaultValue `"mps_heuristic"`
   */
  mps_sample_measure_algorithm?: 'mps_heuristic' | 'mps_probabilities' | 'mps_apply_measure';
  /**
   * Whether the result tells bond dimensions.
   * @defaultValue `false`
   */
  mps_log_data?: boolean;
  /**
   * Where qubits are moved to meet.
   * @defaultValue `"mps_swap_left"`
   */
  mps_swap_direction?: 'mps_swap_left' | 'mps_swap_right';
  /**
   * Qubits from which a matrix product state is worked on in parallel.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `14`
   */
  mps_parallel_threshold?: number;
  /**
   * Threads of a matrix product state.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `1`
   */
  mps_omp_threads?: number;
  /**
   * Whether singular values come from LAPACK.
   * Taken as Aer takes it; changes nothing here.
   * @defaultValue `false`
   */
  mps_lapack?: boolean;
  /**
   * Values for the `input`s of OpenQASM 3 programs, by name (not in Aer).
   * Numbers, truth values, strings of 0 and 1, arrays of those.
   * @defaultValue `null`
   */
  inputs?: Record<string, unknown> | null;
  /**
   * The texts of files that OpenQASM programs include, by name (not in Aer).
   * @defaultValue `null`
   */
  includes?: Record<string, unknown> | null;
  /**
   * Where jobs run: an Executor.
   * Each backend uses the package's one pool of workers unless this names another: see {@link Executor}.
   * @defaultValue `null`
   */
  executor?: Executor | null;
  /**
   * An AbortSignal that cancels the job.
   * An aborted one cancels the job at once.
   * @defaultValue `null`
   */
  signal?: AbortSignalLike | null;
  /**
   * Called with what `progress()` gives.
   * At most 20 times a second.
   * @defaultValue `null`
   */
  on_progress?: ((progress: JobProgress) => void) | null;
  /**
   * What goes wrong: a NoiseModel, or what its `to_dict()` gives.
   * It is taken as it is when the job is made; one without errors silences a backend's.
   * @defaultValue `null`
   */
  noise_model?: NoiseModel | NoiseModelDict | null;
  /**
   * Values for the circuits' parameters, one object per circuit.
   * Parameters or their names with a number or an array of numbers, all of one length; the circuit is run once
   * for each, and the result has an experiment for each, in order. A circuit without parameters gets `{}`.
   * @defaultValue `null`
   */
  parameter_binds?: readonly (ParameterBinds | null)[] | null;
}

/** What a backend is and can, as Qiskit's `QasmBackendConfiguration`. */
export interface BackendConfiguration {
  backend_name: string;
  backend_version: string;
  /** The most qubits for which there is memory: 16 bytes times 2^n, within `max_memory_mb`. */
  n_qubits: number;
  url: null;
  simulator: boolean;
  local: boolean;
  conditional: boolean;
  memory: boolean;
  open_pulse: boolean;
  /** Aer's number; more are run too. */
  max_shots: number;
  coupling_map: null;
  description: string;
  basis_gates: GateName[];
  custom_instructions: string[];
  gates: unknown[];
  /** As `acceleration()` gives it. */
  acceleration: Acceleration;
}

/** What makes simulation faster: chosen by itself, and why. Results are the same in any case. */
export interface Acceleration {
  /** Whether the wasm uses 128-bit vectors. */
  simd: boolean;
  /**
   * Threads on one state. They share memory, which Node always has, and a browser on pages that are cross-origin
   * isolated; they are used on states of 2^18 amplitudes or more.
   */
  threads: number;
  /** Why there are so many threads, in words. */
  reason: string;
}

/** Qiskit's `BackendStatus`. */
export interface BackendStatus {
  backend_name: string;
  backend_version: string;
  operational: boolean;
  /** The true number of jobs of this backend object that have not ended. */
  pending_jobs: number;
  status_msg: string;
}

/** One of what can be run: a circuit, OpenQASM 2 or 3 text, or a Qobj as an object or as JSON text. */
export type CircuitInput = QuantumCircuit | Qobj | string;

/** What can be run: one, or several, which become the experiments of one job. */
export type Circuits = CircuitInput | readonly CircuitInput[];

/** The simulator. Making one starts nothing; workers start with the first job. */
export class AerSimulator {
  /** @throws {@link AerError} `UNKNOWN_OPTION`, `INVALID_OPTION`, `UNSUPPORTED_METHOD` */
  constructor(options?: AerOptions);
  /** `aer_simulator`, with the method where one is fixed: `aer_simulator_statevector`. */
  readonly name: string;
  /** Every option with its value: the default where none was set. A copy; see `set_options`. */
  readonly options: Required<AerOptions>;
  /** No device stands behind it. */
  readonly properties: null;
  /** Sets options for all jobs to come; where one is wrong, nothing is set. */
  set_options(options: AerOptions): void;
  /**
   * Runs circuits. Resolves to the submitted job before its worker is ready.
   *
   * Rejects with an {@link AerError} for options and arguments that are wrong. What is wrong *in* a circuit
   * makes the job an `ERROR`.
   */
  run(circuits: Circuits, options?: AerOptions): Promise<AerJob<this>>;
  /** What the simulator is and can. */
  configuration(): BackendConfiguration;
  /** What a job that runs alone may use. What a job did use is in its result: `metadata.acceleration`. */
  acceleration(): Acceleration;
  /** The methods that option `method` takes. */
  available_methods(): SimulationMethod[];
  available_devices(): 'CPU'[];
  status(): BackendStatus;
  toString(): string;
}

/** Qiskit's provider. */
export const Aer: {
  /** A new backend for every name, or for this one; none where the name is unknown. */
  backends(name?: BackendName): AerSimulator[];
  /** A new backend of this name. @throws {@link AerError} `UNKNOWN_BACKEND` */
  get_backend(name: BackendName, options?: AerOptions): AerSimulator;
};

/**
 * The whole Qobj of circuits, as `run` would take them: JSON-safe.
 * @throws {@link AerError} for options that are wrong and circuits that cannot be read
 */
export function assemble(circuits: Circuits, options?: AerOptions): Qobj;

/** The version of the package, such as `0.1.0`. */
export function version(): string;

// ---------------------------------------------------------------------------------------------------- result

/** How an experiment is named: by index, by its circuit's name, or by the circuit. */
export type ExperimentKey = number | string | { name: string };

/** Shots by outcome. */
export type Counts = Record<string, number>;

/**
 * A value that was saved: numbers, a complex vector (interleaved re, im) or the rows of a complex matrix (each
 * interleaved re, im); of a dictionary an object, keyed by the basis state in hexadecimal, of numbers
 * (probabilities) or pairs `[re, im]` (amplitudes). A list of values for a save per shot; an object of them,
 * keyed by the memory in hexadecimal, for a conditional save.
 */
export type SavedData =
  | number
  | number[]
  | Float64Array
  | SavedData[]
  | { [memory: string]: SavedData };

/** What an experiment measured and saved; in `data` of an {@link ExperimentResult}. */
export interface ExperimentData {
  /**
   * Shots by memory, in hexadecimal (`0x3`): memory bit 0 is the least significant. Absent where nothing was
   * measured. Of many outcomes the object is made when it is first read, which takes longer than drawing them;
   * `get_counts()` does not need it.
   */
  counts?: Counts;
  /**
   * The memory of each shot in order, in hexadecimal; with option `memory`. Made when it is first read, as
   * `counts`.
   */
  memory?: string[];
  /** What was saved, by label. */
  [label: string]: SavedData | string[] | undefined;
}

/** The header of an experiment, passed through from its circuit. */
export interface ExperimentHeader {
  name?: string;
  n_qubits?: number;
  /** Number of classical bits. */
  memory_slots?: number;
  /** Registers as `[name, size]`, the lowest bits first. */
  qreg_sizes?: [string, number][];
  creg_sizes?: [string, number][];
  /** Bits as `[register, index]`. */
  qubit_labels?: [string, number][];
  clbit_labels?: [string, number][];
  global_phase?: number;
  [key: string]: unknown;
}

/** The dict of one experiment's result. */
export interface ExperimentResultDict {
  /** Shots run; 0 for a failed experiment. */
  shots: number;
  success: boolean;
  /** `DONE`, or `ERROR: ` and the reason. */
  status: string;
  /** The seed that this experiment used: `seed_simulator + 2113 * index`. */
  seed_simulator?: number;
  /** Seconds. */
  time_taken?: number;
  header?: ExperimentHeader;
  /** As {@link ExperimentData}; complex numbers may be `[re, im]` pairs. */
  data: { counts?: Counts; memory?: string[]; [label: string]: unknown };
  /** `method`, `device`, `measure_sampling`, `num_qubits`, `required_memory_mb` and more, as Aer's. */
  metadata?: Record<string, unknown>;
}

/** Qiskit's result dict. With `[re, im]` for complex numbers it is JSON-safe and what Python reads and writes. */
export interface ResultDict {
  backend_name?: string;
  backend_version?: string;
  qobj_id?: string;
  job_id?: string;
  /** When it ended, in ISO 8601. */
  date?: string;
  /** The Qobj's header, passed through. */
  header?: Record<string, unknown> | null;
  /** Whether every experiment succeeded. */
  success: boolean;
  /** `COMPLETED`; `PARTIAL COMPLETED` where some experiments failed; `ERROR: ` and every reason where all did. */
  status: string;
  /** Seconds from when a worker took the job up to its end. */
  time_taken?: number;
  metadata?: Record<string, unknown>;
  /** One for each experiment, in order; those that ended before a job was cancelled or lost its worker. */
  results: ExperimentResultDict[];
}

/** One experiment's result. */
export interface ExperimentResult extends ExperimentResultDict {
  data: ExperimentData;
}

/** An instruction of a quantum error, as in a Qobj: `qubits` are positions among those of the instruction that errs. */
export interface ErrorInstruction {
  name: string;
  qubits: readonly number[];
  params?: readonly unknown[];
  label?: string;
}

/** A quantum error as an entry of a noise model. */
export interface QuantumErrorDict {
  type: 'qerror';
  id?: string;
  /** Labels of instructions, or names of those without a label. */
  operations: readonly string[];
  /** One short circuit for each probability. */
  instructions: readonly (readonly ErrorInstruction[])[];
  probabilities: readonly number[];
  /** The qubits of the instruction, in order; absent for all qubits. */
  gate_qubits?: readonly (readonly number[])[];
  /** The qubits that the error acts on, if they are others. */
  noise_qubits?: readonly (readonly number[])[];
  /** More than the instructions name. */
  num_qubits?: number;
}

/** A readout error as an entry of a noise model. */
export interface ReadoutErrorDict {
  type: 'roerror';
  operations?: readonly string[];
  /** Row `m` has the probabilities of recording each value where the outcome was `m`. */
  probabilities: readonly (readonly number[])[];
  /** The measured qubits, in order; absent for each qubit. */
  gate_qubits?: readonly (readonly number[])[];
}

/** A whole noise model: Qiskit's `NoiseModel.to_dict(serializable=True)`. */
export interface NoiseModelDict {
  errors?: readonly (QuantumErrorDict | ReadoutErrorDict)[] | null;
}

/** What a quantum error is made of: pairs of a circuit and its probability. */
export type NoiseOps = readonly (readonly [
  circuit: QuantumCircuit | ErrorInstruction | readonly ErrorInstruction[],
  probability: number,
])[];

/**
 * A quantum error: a mixture of short circuits, one of which is run at random. Any channel is one, as a circuit
 * may hold Kraus operators. Methods that give an error leave this one as it is. They throw an {@link AerError}
 * where the result would have more than 65,536 circuits.
 */
export class QuantumError {
  /**
   * @throws `INVALID_PARAMETER` where a probability is negative or their sum is not 1, `INVALID_MATRIX` where a
   * matrix is no channel
   */
  constructor(noise_ops: NoiseOps);
  static from_dict(dict: Omit<QuantumErrorDict, 'type' | 'operations'>): QuantumError;
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly num_qubits: number;
  /** Number of circuits. */
  readonly size: number;
  readonly probabilities: number[];
  readonly circuits: ErrorInstruction[][];
  /** A circuit and its probability. */
  error_term(position: number): [circuit: ErrorInstruction[], probability: number];
  /** Whether each instruction of each circuit changes nothing, up to a phase. */
  ideal(): boolean;
  /** This error, then another: on some of its qubits (`qargs`), or before it (`front`). */
  compose(other: QuantumError | NoiseOps, qargs?: readonly number[] | null, front?: boolean): QuantumError;
  compose(other: QuantumError | NoiseOps, options: { qargs?: readonly number[] | null; front?: boolean }): QuantumError;
  /** The other error, then this one. */
  dot(other: QuantumError | NoiseOps): QuantumError;
  /** Side by side: the other error on the first qubits, this one on those after. */
  tensor(other: QuantumError | NoiseOps): QuantumError;
  /** Side by side: this error on the first qubits, the other one on those after. */
  expand(other: QuantumError | NoiseOps): QuantumError;
  /** This error `n` times, at least once. */
  power(n: number): QuantumError;
  /**
   * The error as a matrix of `4^n` rows on column-stacked density matrices; up to 3 qubits.
   * Entries are `[re, im]`.
   */
  to_quantumchannel(): [re: number, im: number][][];
  to_dict(): QuantumErrorDict;
  toJSON(): QuantumErrorDict;
  toString(): string;
}

/** A readout error: what is recorded instead of what was measured. */
export class ReadoutError {
  /**
   * `probabilities[m][n]` is the probability of recording `n` where the outcome was `m`; bit `j` of either is the
   * `j`-th qubit. `2^n` rows, for 1 to 10 qubits.
   * @throws `INVALID_PARAMETER` where a row is no distribution
   */
  constructor(probabilities: readonly (readonly number[])[]);
  readonly num_qubits: number;
  readonly number_of_qubits: number;
  readonly probabilities: number[][];
  /** Whether all is recorded as it was measured. */
  ideal(): boolean;
  /** The matrix product `other · this` of the tables, as in Qiskit; with `front` it is `this · other`. */
  compose(other: ReadoutError | readonly (readonly number[])[], front?: boolean): ReadoutError;
  /** The matrix product `this · other` of the tables. */
  dot(other: ReadoutError | readonly (readonly number[])[]): ReadoutError;
  /** Side by side: the other error on the first qubits. */
  tensor(other: ReadoutError | readonly (readonly number[])[]): ReadoutError;
  /** Side by side: this error on the first qubits. */
  expand(other: ReadoutError | readonly (readonly number[])[]): ReadoutError;
  /** The `n`-th power of the table. */
  power(n: number): ReadoutError;
  to_dict(): ReadoutErrorDict;
  toJSON(): ReadoutErrorDict;
  toString(): string;
}

/** What is made of a device's numbers. */
export interface DeviceNoiseOptions {
  /** Whether gates err. @defaultValue `true` */
  gate_error?: boolean;
  /** Whether measurements are misread. @defaultValue `true` */
  readout_error?: boolean;
  /** Whether qubits relax while gates last. @defaultValue `true` */
  thermal_relaxation?: boolean;
  /** In millikelvin. @defaultValue `0` */
  temperature?: number;
  /** Lengths of gates instead of the device's, on some qubits or (`null`) on all. */
  gate_lengths?: readonly (readonly [gate: string, qubits: readonly number[] | null, length: number])[] | null;
  /** The unit of `gate_lengths`. @defaultValue `'ns'` */
  gate_length_units?: 's' | 'ms' | 'us' | 'ns';
}

/** A named number of a device. */
export interface DeviceNumber {
  name: string;
  value: number | null;
  unit?: string;
}

/** What is read of Qiskit's `BackendProperties.to_dict()`. */
export interface BackendProperties {
  /** `T1`, `T2`, `frequency`, and `readout_error` or `prob_meas1_prep0` with `prob_meas0_prep1`, of each qubit. */
  qubits: readonly (readonly DeviceNumber[])[];
  /** `gate_error` and `gate_length` of each gate, wherever it can be done. */
  gates: readonly { gate: string; qubits: readonly number[]; parameters: readonly DeviceNumber[] }[];
}

/**
 * Which errors go with which instructions: Qiskit's NoiseModel, for option `noise_model`. An error follows its
 * instruction, that of a measurement precedes it. Those of the instruction's very qubits, in order, replace those
 * of all qubits; several on the same are applied in order. Errors that change nothing are left out.
 */
export class NoiseModel {
  constructor(basis_gates?: readonly string[]);
  /** @throws `INVALID_NOISE_MODEL`, or the code of what is wrong in it */
  static from_dict(dict: NoiseModelDict): NoiseModel;
  /**
   * The noise of a device from its numbers: each gate relaxes its qubits for as long as it takes (T1, T2), and is
   * depolarized before by as much as then lacks of its error; measurements are misread.
   */
  static from_backend_properties(backend_properties: BackendProperties, options?: DeviceNoiseOptions): NoiseModel;
  readonly basis_gates: string[];
  /** The labels and names of instructions with errors. */
  readonly noise_instructions: string[];
  /** The qubits that errors name. */
  readonly noise_qubits: number[];
  add_basis_gates(instructions: string | readonly string[]): void;
  /** @param instructions names, or labels: a gate with a label is known by that alone */
  add_all_qubit_quantum_error(error: QuantumError | NoiseOps, instructions: string | readonly string[]): void;
  add_quantum_error(
    error: QuantumError | NoiseOps,
    instructions: string | readonly string[],
    qubits: readonly number[],
  ): void;
  /** Takes the place of the one before. */
  add_all_qubit_readout_error(error: ReadoutError | readonly (readonly number[])[]): void;
  /** Takes the place of one on the same qubits. */
  add_readout_error(error: ReadoutError | readonly (readonly number[])[], qubits: readonly number[]): void;
  is_ideal(): boolean;
  to_dict(): NoiseModelDict;
  toJSON(): NoiseModelDict;
  toString(): string;
}

/**
 * `E(ρ) = (1 - param) ρ + param Tr[ρ] 1 / 2^n`.
 * @param param from 0 to `4^n / (4^n - 1)`
 * @param num_qubits `n`, from 1 to 8
 */
export function depolarizing_error(param: number, num_qubits: number): QuantumError;
/** A mixture of Pauli strings: pairs of letters, the leftmost for the last qubit, and a probability. */
export function pauli_error(noise_ops: readonly (readonly [letters: string, probability: number])[]): QuantumError;
/**
 * What a qubit suffers that waits.
 * @param t1 relaxation time; it may be `Infinity`
 * @param t2 dephasing time, at most `2 * t1`
 * @param time how long, in the same unit
 * @param excited_state_population the probability of |1⟩ in the end, 0 by default; or an object with it
 */
export function thermal_relaxation_error(
  t1: number,
  t2: number,
  time: number,
  excited_state_population?: number | { excited_state_population?: number },
): QuantumError;
/** Options of errors of damping. */
export interface DampingOptions {
  /** The probability of |1⟩ in the end. @defaultValue `0` */
  excited_state_population?: number;
  /** Whether the error has the fewest Kraus operators. @defaultValue `true` */
  canonical_kraus?: boolean;
}
/** Amplitude damping; parameters from 0 to 1. */
export function amplitude_damping_error(
  param_amp: number,
  excited_state_population?: number | DampingOptions,
  canonical_kraus?: boolean,
): QuantumError;
/** Phase damping; `param_phase` from 0 to 1. */
export function phase_damping_error(
  param_phase: number,
  canonical_kraus?: boolean | Omit<DampingOptions, 'excited_state_population'>,
): QuantumError;
/** Both; `param_amp + param_phase` is at most 1. */
export function phase_amplitude_damping_error(
  param_amp: number,
  param_phase: number,
  excited_state_population?: number | DampingOptions,
  canonical_kraus?: boolean,
): QuantumError;
/** A unitary matrix that always acts. */
export function coherent_unitary_error(unitary: Iterable<ComplexArray>): QuantumError;
/** A mixture of unitary matrices of the same size: pairs of a matrix and a probability. */
export function mixed_unitary_error(
  noise_ops: readonly (readonly [unitary: Iterable<ComplexArray>, probability: number])[],
): QuantumError;
/** With probability `prob0` the qubit becomes |0⟩, with `prob1` (0 by default) |1⟩. */
export function reset_error(prob0: number, prob1?: number | { prob1?: number }): QuantumError;
/** A channel by its Kraus operators, which have to keep the trace. */
export function kraus_error(
  noise_ops: readonly Iterable<ComplexArray>[],
  canonical_kraus?: boolean | { canonical_kraus?: boolean },
): QuantumError;

/**
 * Qiskit's Result. Complex arrays came from the worker by transfer, as `Float64Array`s.
 *
 * The methods that read one experiment take its index, name or circuit, which may be left out where there is
 * but one. They throw an {@link AerError}: `INVALID_ARGUMENT` where the experiment or its data do not exist,
 * `SIMULATION_FAILED` where it failed.
 */
export class Result implements ResultDict {
  /** The fields are taken as they are; see `from_dict`. */
  constructor(dict: ResultDict);
  /** The Result of a dict, such as `to_dict()` here or in Python gives. @throws `INVALID_RESULT` */
  static from_dict(dict: ResultDict): Result;
  backend_name?: string;
  backend_version?: string;
  qobj_id?: string;
  job_id?: string;
  date?: string;
  header?: Record<string, unknown> | null;
  success: boolean;
  status: string;
  time_taken?: number;
  metadata?: Record<string, unknown>;
  results: ExperimentResult[];
  /** Everything that the experiment measured and saved. */
  data(experiment?: ExperimentKey): ExperimentData;
  /**
   * Shots by bit string: the last register leftmost, bit 0 of each rightmost, registers apart by a space.
   * Without an argument and with several experiments: an array, one each.
   */
  get_counts(experiment: ExperimentKey): Counts;
  get_counts(experiment?: undefined): Counts | Counts[];
  /** The bit string of each shot, in order, written as in `get_counts`; needs option `memory`. */
  get_memory(experiment?: ExperimentKey): string[];
  /**
   * The 2^n amplitudes under label `statevector`: 2·2^n numbers, re and im by turns. Amplitude `k` belongs to
   * the basis state in which qubit `j` is bit `j` of `k`. For a save per shot or by memory, see `data`.
   */
  get_statevector(experiment?: ExperimentKey): Float64Array;
  /** The 2^n rows of the matrix under label `unitary`, each 2·2^n numbers, re and im by turns. */
  get_unitary(experiment?: ExperimentKey): Float64Array[];
  /** The 2^n rows of the matrix under label `density_matrix`, each 2·2^n numbers, re and im by turns. */
  get_density_matrix(experiment?: ExperimentKey): Float64Array[];
  /** JSON-safe: complex numbers are `[re, im]`. Python's `qiskit.result.Result.from_dict` reads it. */
  to_dict(): ResultDict;
  /** For `JSON.stringify`: as `to_dict`. */
  toJSON(): ResultDict;
}

// -------------------------------------------------------------------------------------------------- circuits

/** A qubit of a register. */
export interface Qubit {
  readonly register: QuantumRegister;
  readonly index: number;
}

/** A classical bit of a register. */
export interface Clbit {
  readonly register: ClassicalRegister;
  readonly index: number;
}

/** A named register of qubits; an iterable of them. */
export class QuantumRegister {
  #private;
  /** @throws {@link AerError} `INVALID_ARGUMENT` unless the size is an integer of at least 0. */
  constructor(size: number, name?: string);
  readonly size: number;
  /** @defaultValue `q` */
  readonly name: string;
  readonly length: number;
  /** One qubit of it; a negative index counts from the end. */
  at(index: number): Qubit;
  [Symbol.iterator](): Generator<Qubit, void, unknown>;
}

/** A named register of classical bits; an iterable of them. */
export class ClassicalRegister {
  #private;
  /** @throws {@link AerError} `INVALID_ARGUMENT` unless the size is an integer of at least 0. */
  constructor(size: number, name?: string);
  readonly size: number;
  /** @defaultValue `c` */
  readonly name: string;
  readonly length: number;
  /** One bit of it; a negative index counts from the end. */
  at(index: number): Clbit;
  [Symbol.iterator](): Generator<Clbit, void, unknown>;
}

/**
 * Qubits of a circuit: an index (a negative one counts from the end), a qubit of a register, a register, or an
 * array of those.
 */
export type QubitSpecifier = number | Qubit | Iterable<QubitSpecifier>;

/** Classical bits of a circuit, given like {@link QubitSpecifier}. */
export type ClbitSpecifier = number | Clbit | Iterable<ClbitSpecifier>;

/** A complex number. */
export type ComplexNumber = number | readonly [re: number, im: number] | { readonly re: number; readonly im: number };

/** Complex numbers: one by one, or interleaved re, im in a `Float64Array`. */
export type ComplexArray = Float64Array | Iterable<ComplexNumber>;

/**
 * The names of the gates in a Qobj and in OpenQASM. Each is a method of {@link QuantumCircuit}, except `U` and
 * `CX`, the built-ins of OpenQASM, which are its `u` and `cx`.
 */
export type GateName =
  | 'id' | 'u0' | 'x' | 'y' | 'z' | 'h' | 's' | 'sdg' | 't' | 'tdg' | 'sx' | 'sxdg' | 'p' | 'u1' | 'r' | 'rx'
  | 'ry' | 'rz' | 'u2' | 'u3' | 'u' | 'U' | 'cx' | 'CX' | 'cy' | 'cz' | 'ch' | 'cs' | 'csdg' | 'csx' | 'csxdg'
  | 'cp' | 'cu1' | 'crx' | 'cry' | 'crz' | 'cu2' | 'cu3' | 'cu' | 'swap' | 'iswap' | 'dcx' | 'ecr' | 'rxx'
  | 'ryy' | 'rzz' | 'rzx' | 'ccx' | 'ccz' | 'cswap' | 'rccx' | 'rc3x' | 'c3x' | 'c3sqrtx' | 'c4x' | 'mcx'
  | 'mcx_gray' | 'mcy' | 'mcz' | 'mcsx' | 'mcsxdg' | 'mcp' | 'mcphase' | 'mcu1' | 'mcr' | 'mcrx' | 'mcry'
  | 'mcrz' | 'mcu2' | 'mcu3' | 'mcu' | 'mcswap';

/**
 * A formula of parameters, whose value is a real number. Operations give a new formula, and what is constant is
 * computed at once. @throws {@link AerError} `INVALID_ARGUMENT` for what is no number, and where a constant has no
 * value, such as 1/0
 */
export class ParameterExpression {
  #private;
  /** A number, or a copy of an expression: `new ParameterExpression(1).sub(theta)`. */
  constructor(value?: ParameterValue);
  /** The parameters in it, in order of appearance, each once. */
  readonly parameters: Parameter[];
  add(other: ParameterValue): ParameterExpression;
  sub(other: ParameterValue): ParameterExpression;
  mul(other: ParameterValue): ParameterExpression;
  div(other: ParameterValue): ParameterExpression;
  pow(other: ParameterValue): ParameterExpression;
  neg(): ParameterExpression;
  abs(): ParameterExpression;
  sin(): ParameterExpression;
  cos(): ParameterExpression;
  tan(): ParameterExpression;
  arcsin(): ParameterExpression;
  arccos(): ParameterExpression;
  arctan(): ParameterExpression;
  exp(): ParameterExpression;
  /** The natural logarithm. */
  log(): ParameterExpression;
  sqrt(): ParameterExpression;
  /** -1, 0 or 1. */
  sign(): ParameterExpression;
  /** With one parameter replaced. @throws {@link AerError} `INVALID_PARAMETER` if it is not in the expression */
  assign(parameter: Parameter | string, value: ParameterValue): ParameterExpression;
  /** With several replaced. @throws {@link AerError} `INVALID_PARAMETER` if one is not in the expression */
  bind(values: ParameterAssignment): ParameterExpression;
  /** The value. @throws {@link AerError} `INVALID_PARAMETER` while there are parameters without one */
  numeric(): number;
  /** The formula. */
  toString(): string;
}

/** A number that gets its value later. Parameters of the same name are the same parameter. */
export class Parameter extends ParameterExpression {
  constructor(name: string);
  readonly name: string;
}

/** Parameters `name[0]`, `name[1]`, …: an iterable of them, and indexed. */
export class ParameterVector {
  constructor(name: string, length?: number);
  readonly name: string;
  readonly length: number;
  readonly params: Parameter[];
  readonly [index: number]: Parameter;
  [Symbol.iterator](): Iterator<Parameter>;
}

/** An angle: a number, or a formula whose parameters get their values later. */
export type ParameterValue = number | ParameterExpression;

/** Values of parameters: by name, or in a Map by parameter or name; a vector takes an array. */
export type ParameterAssignment =
  | Readonly<Record<string, ParameterValue>>
  | ReadonlyMap<Parameter | ParameterVector | string, ParameterValue | Iterable<ParameterValue>>;

/** For each parameter one value or several: see the option `parameter_binds`. */
export type ParameterBinds =
  | Readonly<Record<string, number | ArrayLike<number>>>
  | ReadonlyMap<Parameter | string, number | ArrayLike<number>>;

/** A type of classical values, made by {@link types}. */
export type ClassicalType = 'bool' | { readonly uint: number } | { readonly int: number } | { readonly float: number };

/** The types of classical values. */
export const types: {
  /** A truth value or a single bit. */
  Bool(): ClassicalType;
  /** An unsigned integer of this many bits. */
  Uint(width: number): ClassicalType;
  /** A real number in double precision. */
  Float(): ClassicalType;
};

/** A classical expression, computed while a circuit runs. Registers in it are looked up in the circuit that uses it. */
export interface Expr {
  readonly type: ClassicalType;
}

/** A classical variable, made by {@link QuantumCircuit.add_var}. */
export interface Var extends Expr {
  readonly name: string;
}

/** What can be computed with. A whole number is a `Uint` as wide as it has to be; a parameter has its value. */
export type ExprOperand = Expr | Clbit | ClassicalRegister | ParameterExpression | number | bigint | boolean;

/**
 * Qiskit's `qiskit.circuit.classical.expr`: expressions over bits, registers, variables and numbers. Integers wrap
 * around in their width, which for two operands is the larger one; `div` cuts towards 0. @throws {@link AerError}
 * `SEMANTIC_ERROR` where types do not fit
 */
export const expr: {
  /** A value as an expression, converted to a type if one is given. */
  lift(value: ExprOperand, type?: ClassicalType): Expr;
  /** A value converted to a type. */
  cast(operand: ExprOperand, type: ClassicalType): Expr;
  bit_not(operand: ExprOperand): Expr;
  logic_not(operand: ExprOperand): Expr;
  bit_and(left: ExprOperand, right: ExprOperand): Expr;
  bit_or(left: ExprOperand, right: ExprOperand): Expr;
  bit_xor(left: ExprOperand, right: ExprOperand): Expr;
  logic_and(left: ExprOperand, right: ExprOperand): Expr;
  logic_or(left: ExprOperand, right: ExprOperand): Expr;
  equal(left: ExprOperand, right: ExprOperand): Expr;
  not_equal(left: ExprOperand, right: ExprOperand): Expr;
  less(left: ExprOperand, right: ExprOperand): Expr;
  less_equal(left: ExprOperand, right: ExprOperand): Expr;
  greater(left: ExprOperand, right: ExprOperand): Expr;
  greater_equal(left: ExprOperand, right: ExprOperand): Expr;
  shift_left(left: ExprOperand, right: ExprOperand): Expr;
  shift_right(left: ExprOperand, right: ExprOperand): Expr;
  /** One bit of an unsigned number, 0 the least significant. */
  index(target: ExprOperand, index: ExprOperand): Expr;
  add(left: ExprOperand, right: ExprOperand): Expr;
  sub(left: ExprOperand, right: ExprOperand): Expr;
  mul(left: ExprOperand, right: ExprOperand): Expr;
  div(left: ExprOperand, right: ExprOperand): Expr;
};

/** What {@link QuantumCircuit.switch} does where no case has the value. */
export const CASE_DEFAULT: { toString(): 'CASE_DEFAULT' };

/** An expression, a bit, or a bit (its index, too) or register that must have a value. */
export type Condition =
  | Expr
  | Clbit
  | readonly [target: Clbit | ClassicalRegister | Expr | number, value: number | bigint | boolean];

/**
 * The body of control flow: a circuit, whose qubits and bits are those given (0, 1, 2, … if none are), or a function
 * that fills a circuit which has the registers and variables of the one around it.
 */
export type Body<Arguments extends unknown[] = []> =
  | QuantumCircuit
  | ((body: QuantumCircuit, ...args: Arguments) => unknown);

/** A Hermitian operator: a Pauli string, or coefficients of several. The leftmost letter acts on the last qubit. */
export type PauliOperator = string | Readonly<Record<string, number>> | Iterable<readonly [letters: string, coefficient: number]>;

/** An instruction of a circuit, to look at or to {@link QuantumCircuit.append | append} to another. */
export interface CircuitInstruction {
  readonly name: string;
  /** Indices; controls first. */
  readonly qubits: number[];
  /** Indices of the classical bits that it reads or writes. */
  readonly clbits: number[];
  /** Numbers, expressions, and what else a Qobj has there; none for control flow. */
  readonly params: unknown[];
  readonly label?: string;
}

/** How {@link QuantumCircuit.draw} lays out. */
export interface DrawOptions {
  /** Columns after which the drawing goes on below; -1 never. @defaultValue `100` */
  fold?: number;
  /** The last qubit on top. @defaultValue `false` */
  reverse_bits?: boolean;
  /** @defaultValue `true` */
  plot_barriers?: boolean;
  /** One line for each classical register. @defaultValue `true` */
  cregbundle?: boolean;
}

/**
 * A quantum circuit, with Qiskit's method names and argument order.
 *
 * Each instruction is checked when it is added and throws an {@link AerError} that names it: `QUBIT_OUT_OF_RANGE`,
 * `CLBIT_OUT_OF_RANGE`, `DUPLICATE_QUBIT`, `QUBIT_COUNT`, `INVALID_PARAMETER`, `INVALID_MATRIX`, `INVALID_STATE`,
 * `INVALID_ARGUMENT`, `DUPLICATE_KEY`. Methods that add something return the circuit, so they can be chained. In
 * Node `console.log` shows the drawing.
 *
 * What is saved: `pershot` keeps one value for each time the circuit runs, `conditional` values by the memory at this
 * point; `unnormalized` sums over shots where otherwise the mean is taken.
 */
export class QuantumCircuit {
  #private;
  /** Qubits `q` and classical bits `c`, this many. */
  constructor(num_qubits?: number, num_clbits?: number);
  /** Registers, in order. */
  constructor(...registers: (QuantumRegister | ClassicalRegister)[]);
  /** Reads OpenQASM 2 or 3. @throws {@link AerError} with line and column where the text is wrong */
  static from_qasm(text: string, options?: Pick<AerOptions, 'inputs' | 'includes'>): QuantumCircuit;
  /** The same, by Qiskit's name. */
  static from_qasm_str(text: string): QuantumCircuit;
  /** By which a result finds its experiment; `circuit-0`, `circuit-1`, … unless you set it. */
  name: string;
  /** Any data as JSON has it; copied, and passed through to the result's header. */
  metadata: Record<string, unknown>;
  readonly num_qubits: number;
  readonly num_clbits: number;
  readonly qubits: Qubit[];
  readonly clbits: Clbit[];
  readonly qregs: QuantumRegister[];
  readonly cregs: ClassicalRegister[];
  /** The instructions, as a copy: as much work as copying the circuit. */
  readonly data: CircuitInstruction[];
  /** The phase by which the whole state is multiplied, in radians. */
  global_phase: number;
  /** Parameters without a value, by name; elements of a vector by their index. */
  readonly parameters: Parameter[];
  readonly num_parameters: number;
  /** The number of instructions, without barriers and saves. */
  size(): number;
  /** Qubits and classical bits. */
  width(): number;
  /** The length of the longest path, barriers and saves not counted. */
  depth(): number;
  /** How often each instruction stands there, the most frequent first. */
  count_ops(): Record<string, number>;
  /** Adds a register; its bits come after those already there. */
  add_register(register: QuantumRegister | ClassicalRegister): this;
  /**
   * Gives parameters values or other formulas: by name or parameter, or as an array in the order of `parameters`.
   * @param inplace whether this circuit is changed and returned, and not a new one
   * @throws {@link AerError} `INVALID_PARAMETER` if the circuit lacks one of them, unless `strict` is false
   */
  assign_parameters(
    parameters: ParameterAssignment | Iterable<ParameterValue>, inplace?: boolean, options?: { strict?: boolean },
  ): QuantumCircuit;
  /**
   * This circuit with another one after it (before it with `front`), on these qubits and bits: its qubit `i` becomes
   * `qubits[i]`. By default 0, 1, 2, …
   * @param inplace whether this circuit is changed and returned, and not a new one
   */
  compose(
    other: QuantumCircuit, qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null, front?: boolean, inplace?: boolean,
  ): QuantumCircuit;
  /** The circuit that undoes this one. @throws {@link AerError} `UNSUPPORTED_INSTRUCTION` if something has no inverse */
  inverse(): QuantumCircuit;
  /** A circuit of its own, of the same name unless another is given. */
  copy(name?: string): QuantumCircuit;
  /** A circuit of the same registers, variables, phase and metadata, without instructions. */
  copy_empty_like(name?: string): QuantumCircuit;
  /**
   * Appends one instruction: an entry of the `data` of any circuit, with all that it is (condition, blocks, matrices);
   * or a plain object, for a gate of the table, `measure`, `reset`, `barrier`, `delay`, or what else a Qobj has. A copy
   * of an entry is a plain object.
   * @param qubits in place of the instruction's own, as many
   * @param clbits likewise
   * @throws {@link AerError} where it does not fit: `QUBIT_COUNT`, `QUBIT_OUT_OF_RANGE`, `CLBIT_OUT_OF_RANGE`,
   * `UNKNOWN_GATE`, `INVALID_ARGUMENT` if it uses variables that this circuit has otherwise
   */
  append(
    instruction: CircuitInstruction | {
      name: string; qubits?: QubitSpecifier; clbits?: ClbitSpecifier; params?: readonly unknown[]; label?: string;
    },
    qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null,
  ): this;
  /** The instructions as often as this, one after the other. */
  repeat(repetitions: number): QuantumCircuit;
  /** A power with a whole number; of the inverse, if it is negative. */
  power(power: number): QuantumCircuit;
  /** OpenQASM 2. @throws {@link AerError} where it has no words for something */
  to_qasm2(): string;
  /** OpenQASM 3. @throws {@link AerError} where it has no words for something */
  to_qasm3(): string;
  /** A drawing in characters, in Qiskit's style. */
  draw(output?: 'text', options?: DrawOptions): string;
  draw(options: DrawOptions): string;
  /** The drawing. */
  toString(): string;
  /** @internal What the pictures of `aer-wasm/plots` are made of. */
  _layout_json(options: string): string;
  /** Measures qubits into classical bits, one each. */
  measure(qubits: QubitSpecifier, clbits: ClbitSpecifier): this;
  /**
   * A barrier, then every qubit measured into a new register `meas`; with `add_bits` false, into the bits there
   * are.
   * @param inplace whether this circuit is changed and returned, and not a new one
   */
  measure_all(inplace?: boolean, add_bits?: boolean): QuantumCircuit;
  /** A barrier, then every qubit that has an instruction measured into a new register `measure`. */
  measure_active(inplace?: boolean): QuantumCircuit;
  /**
   * Takes away measurements and barriers that nothing follows, and the last classical registers if these are then
   * without use.
   */
  remove_final_measurements(inplace?: boolean): QuantumCircuit;
  /** Separates what comes before from what comes after; on all qubits if none are given. */
  barrier(...qubits: QubitSpecifier[]): this;
  /** Sets qubits to |0⟩. */
  reset(qubits: QubitSpecifier): this;
  /** Waits, on all qubits if none are given; without effect on an ideal simulator, whatever the duration. */
  delay(duration: number, qubits?: QubitSpecifier): this;
  /** Applies a Pauli string such as `XYZ`; its leftmost letter acts on the last of the qubits. */
  pauli(letters: string, qubits: QubitSpecifier): this;
  /**
   * Resets the qubits (all if none are given) and prepares a state on them: 2^k amplitudes with squared norm 1
   * to within 1e-7, the first qubit least significant.
   */
  initialize(amplitudes: ComplexArray, qubits?: QubitSpecifier): this;
  /**
   * Applies a matrix: 2^k rows of 2^k, unitary to within 1e-7; the first qubit is the least significant bit of
   * the row number. Cost: 2^k multiplications for each amplitude.
   */
  unitary(matrix: Iterable<ComplexArray>, qubits: QubitSpecifier, label?: string): this;
  /** Applies a diagonal unitary: 2^k numbers of modulus 1. */
  diagonal(diagonal: ComplexArray, qubits: QubitSpecifier): this;
  /** Applies unitary `k` of 2^c to the target where the controls have the value `k`, the first control least significant. */
  uc(gate_list: Iterable<Iterable<ComplexArray>>, q_controls: QubitSpecifier, q_target: QubitSpecifier): this;
  /** Applies a channel by its Kraus operators: matrices whose K†K add up to the identity. */
  kraus(operators: Iterable<Iterable<ComplexArray>>, qubits: QubitSpecifier): this;
  /** Applies a channel as a matrix of 4^k rows on column-stacked density matrices. */
  superop(matrix: Iterable<ComplexArray>, qubits: QubitSpecifier): this;

  /**
   * Runs a body if the condition holds. @see Cross et al., "OpenQASM 3", arXiv:2104.14722, for this and what follows
   */
  if_test(condition: Condition, true_body: Body, qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null): this;
  /** Runs one of two bodies. */
  if_else(
    condition: Condition, true_body: Body, false_body?: Body | null, qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null,
  ): this;
  /** Runs a body again and again while the condition holds. */
  while_loop(condition: Condition, body: Body, qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null): this;
  /** Runs a body for each of some integers; the function gets the parameter that has it. */
  for_loop(indexset: Iterable<number>, body: (body: QuantumCircuit, parameter: Parameter) => unknown): this;
  for_loop(
    indexset: Iterable<number>, loop_parameter: Parameter | null, body: Body<[Parameter]>, qubits?: QubitSpecifier | null,
    clbits?: ClbitSpecifier | null,
  ): this;
  /** Runs the body of the first case that has the value of the target; {@link CASE_DEFAULT}, last, has every value. */
  switch(
    target: Expr | Clbit | ClassicalRegister | number,
    cases: Iterable<readonly [value: SwitchValue | readonly SwitchValue[], body: Body]>,
    qubits?: QubitSpecifier | null, clbits?: ClbitSpecifier | null,
  ): this;
  /** Leaves the innermost loop. */
  break_loop(): this;
  /** Goes to the next round of the innermost loop. */
  continue_loop(): this;
  /** Adds a variable, of the initial value's type unless another is given, and sets it. */
  add_var(name: string, initial: ExprOperand, type?: ClassicalType | null): Var;
  /** Assigns a value, converted to the type of what it is assigned to. */
  store(lvalue: Var | Clbit | ClassicalRegister | number, rvalue: ExprOperand): this;

  /** Replaces the whole state: 2^n amplitudes, qubit 0 least significant. */
  set_statevector(state: ComplexArray): this;
  /** Replaces the whole state: 2^n rows. */
  set_density_matrix(state: Iterable<ComplexArray>): this;
  /** Replaces the unitary so far: 2^n rows. */
  set_unitary(unitary: Iterable<ComplexArray>): this;
  /** Replaces the superoperator so far: 4^n rows. */
  set_superop(superop: Iterable<ComplexArray>): this;
  /** Replaces the whole state by that of a Clifford tableau. */
  set_stabilizer(state: { stabilizer: readonly string[]; destabilizer: readonly string[] }): this;
  /** Replaces the whole state: the two matrices of each qubit, then the numbers on each bond. */
  set_matrix_product_state(state: readonly [tensors: readonly unknown[], bonds: readonly (readonly number[])[]]): this;

  /** Saves the state in the method's own form, under the method's name if no label is given. */
  save_state(label?: string | null, pershot?: boolean, conditional?: boolean): this;
  /**
   * Saves the 2^n amplitudes under a label (`statevector` if none is given), where `result.get_statevector()`
   * and `result.data()` find them. Cost: 16 bytes times 2^n for each value.
   */
  save_statevector(label?: string, pershot?: boolean, conditional?: boolean): this;
  /** Saves the amplitudes that are not 0, by the basis state in hexadecimal. Label `statevector`. */
  save_statevector_dict(label?: string, pershot?: boolean, conditional?: boolean): this;
  /** Saves the amplitudes of some basis states: integers, or strings of 0 and 1. Label `amplitudes`. */
  save_amplitudes(params: Iterable<number | string>, label?: string, pershot?: boolean, conditional?: boolean): this;
  /** Saves the probabilities of some basis states. Label `amplitudes_squared`. */
  save_amplitudes_squared(
    params: Iterable<number | string>, label?: string, unnormalized?: boolean, pershot?: boolean, conditional?: boolean,
  ): this;
  /** Saves the probability of each value of the qubits (all if none are given), the first least significant. */
  save_probabilities(
    qubits?: QubitSpecifier | null, label?: string, unnormalized?: boolean, pershot?: boolean, conditional?: boolean,
  ): this;
  /** Saves the probabilities that are not 0, by the value in hexadecimal. Label `probabilities`. */
  save_probabilities_dict(
    qubits?: QubitSpecifier | null, label?: string, unnormalized?: boolean, pershot?: boolean, conditional?: boolean,
  ): this;
  /** Saves the density matrix of the qubits (all if none are given), the others traced out. */
  save_density_matrix(
    qubits?: QubitSpecifier | null, label?: string, unnormalized?: boolean, pershot?: boolean, conditional?: boolean,
  ): this;
  /** Saves the expectation value of an operator on the qubits. Label `expectation_value`. */
  save_expectation_value(
    operator: PauliOperator, qubits: QubitSpecifier, label?: string, unnormalized?: boolean, pershot?: boolean,
    conditional?: boolean,
  ): this;
  /** Saves `[mean, variance]` of an operator on the qubits. Label `expectation_value_variance`. Cost: terms squared. */
  save_expectation_value_variance(
    operator: PauliOperator, qubits: QubitSpecifier, label?: string, unnormalized?: boolean, pershot?: boolean,
    conditional?: boolean,
  ): this;
  /** Saves the unitary of the circuit so far; method `unitary`. */
  save_unitary(label?: string, pershot?: boolean): this;
  /** Saves the superoperator of the circuit so far; method `superop`. */
  save_superop(label?: string, pershot?: boolean): this;
  /** Saves the generators; method `stabilizer`. */
  save_stabilizer(label?: string, pershot?: boolean, conditional?: boolean): this;
  /** Saves the Clifford tableau; method `stabilizer`. */
  save_clifford(label?: string, pershot?: boolean): this;
  /** Saves the tensors; method `matrix_product_state`. */
  save_matrix_product_state(label?: string, pershot?: boolean, conditional?: boolean): this;
}

/** What a case of {@link QuantumCircuit.switch} is for. */
export type SwitchValue = number | boolean | typeof CASE_DEFAULT;

/**
 * The gates: parameters first (angles in radians), then control qubits, then targets. Where several qubits are
 * given for one operand the gate is applied to each, operand by operand, as in Qiskit; `control_qubits` of the
 * `mc…` gates together control each application, and may be empty. Matrices: Cross et al., "Open Quantum Assembly
 * Language", arXiv:1707.03429, and Qiskit's circuit library.
 */
export interface QuantumCircuit {
  /** Identity. */
  id(qubit: QubitSpecifier): this;
  /** Wait: identity, whatever the parameter. */
  u0(gamma: ParameterValue, qubit: QubitSpecifier): this;
  /** Pauli X (NOT). */
  x(qubit: QubitSpecifier): this;
  /** Pauli Y. */
  y(qubit: QubitSpecifier): this;
  /** Pauli Z. */
  z(qubit: QubitSpecifier): this;
  /** Hadamard. */
  h(qubit: QubitSpecifier): this;
  /** Square root of Z. */
  s(qubit: QubitSpecifier): this;
  /** Inverse of S. */
  sdg(qubit: QubitSpecifier): this;
  /** Square root of S. */
  t(qubit: QubitSpecifier): this;
  /** Inverse of T. */
  tdg(qubit: QubitSpecifier): this;
  /** Square root of X. */
  sx(qubit: QubitSpecifier): this;
  /** Inverse of the square root of X. */
  sxdg(qubit: QubitSpecifier): this;
  /** Phase: diag(1, e^{iλ}). */
  p(lambda: ParameterValue, qubit: QubitSpecifier): this;
  /** Phase, by its older name. */
  u1(lambda: ParameterValue, qubit: QubitSpecifier): this;
  /** Rotation by θ about the axis at φ in the XY plane. */
  r(theta: ParameterValue, phi: ParameterValue, qubit: QubitSpecifier): this;
  /** Rotation about X. */
  rx(theta: ParameterValue, qubit: QubitSpecifier): this;
  /** Rotation about Y. */
  ry(theta: ParameterValue, qubit: QubitSpecifier): this;
  /** Rotation about Z: diag(e^{−iφ/2}, e^{iφ/2}). */
  rz(phi: ParameterValue, qubit: QubitSpecifier): this;
  /** One-qubit gate with θ = π/2. */
  u2(phi: ParameterValue, lambda: ParameterValue, qubit: QubitSpecifier): this;
  /** General one-qubit gate, by its older name. */
  u3(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, qubit: QubitSpecifier): this;
  /** General one-qubit gate with three Euler angles. */
  u(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, qubit: QubitSpecifier): this;
  /** Controlled X (CNOT). */
  cx(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled Y. */
  cy(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled Z. */
  cz(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled Hadamard. */
  ch(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled S. */
  cs(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled inverse of S. */
  csdg(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled square root of X. */
  csx(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled inverse of the square root of X. */
  csxdg(control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled phase. */
  cp(lambda: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled phase, by its older name. */
  cu1(lambda: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled rotation about X. */
  crx(theta: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled rotation about Y. */
  cry(theta: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled rotation about Z. */
  crz(theta: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled u2. */
  cu2(phi: ParameterValue, lambda: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled u3. */
  cu3(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled u times e^{iγ}. */
  cu(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, gamma: ParameterValue, control_qubit: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Exchange of two qubits. */
  swap(qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Exchange of two qubits with a phase i where they differ. */
  iswap(qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Two CNOTs in opposite directions. */
  dcx(qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Echoed cross-resonance. */
  ecr(qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Rotation about XX. */
  rxx(theta: ParameterValue, qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Rotation about YY. */
  ryy(theta: ParameterValue, qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Rotation about ZZ. */
  rzz(theta: ParameterValue, qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Rotation about Z on the first qubit and X on the second. */
  rzx(theta: ParameterValue, qubit1: QubitSpecifier, qubit2: QubitSpecifier): this;
  /** Toffoli. */
  ccx(control_qubit1: QubitSpecifier, control_qubit2: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Z with two controls. */
  ccz(control_qubit1: QubitSpecifier, control_qubit2: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Controlled swap (Fredkin). */
  cswap(control_qubit: QubitSpecifier, target_qubit1: QubitSpecifier, target_qubit2: QubitSpecifier): this;
  /** Toffoli up to relative phases (Margolus). */
  rccx(qubit1: QubitSpecifier, qubit2: QubitSpecifier, qubit3: QubitSpecifier): this;
  /** X with three controls up to relative phases. */
  rc3x(qubit1: QubitSpecifier, qubit2: QubitSpecifier, qubit3: QubitSpecifier, qubit4: QubitSpecifier): this;
  /** X with three controls. */
  c3x(control_qubit1: QubitSpecifier, control_qubit2: QubitSpecifier, control_qubit3: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** Square root of X with three controls. */
  c3sqrtx(control_qubit1: QubitSpecifier, control_qubit2: QubitSpecifier, control_qubit3: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** X with four controls. */
  c4x(control_qubit1: QubitSpecifier, control_qubit2: QubitSpecifier, control_qubit3: QubitSpecifier, control_qubit4: QubitSpecifier, target_qubit: QubitSpecifier): this;
  /** X with any number of controls. */
  mcx(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** X with any number of controls, by the name of a synthesis. */
  mcx_gray(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Y with any number of controls. */
  mcy(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Z with any number of controls. */
  mcz(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Square root of X with any number of controls. */
  mcsx(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Inverse of the square root of X with any number of controls. */
  mcsxdg(control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Phase with any number of controls. */
  mcp(lambda: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Phase with any number of controls, by its name in Aer. */
  mcphase(lambda: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Phase with any number of controls, by its older name. */
  mcu1(lambda: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Rotation r with any number of controls. */
  mcr(theta: ParameterValue, phi: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Rotation about X with any number of controls. */
  mcrx(theta: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Rotation about Y with any number of controls. */
  mcry(theta: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Rotation about Z with any number of controls. */
  mcrz(theta: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** u2 with any number of controls. */
  mcu2(phi: ParameterValue, lambda: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** u3 with any number of controls. */
  mcu3(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** u times e^{iγ} with any number of controls. */
  mcu(theta: ParameterValue, phi: ParameterValue, lambda: ParameterValue, gamma: ParameterValue, control_qubits: Iterable<QubitSpecifier>, target_qubit: QubitSpecifier): this;
  /** Exchange of the last two qubits with any number of controls. */
  mcswap(control_qubits: Iterable<QubitSpecifier>, target_qubit1: QubitSpecifier, target_qubit2: QubitSpecifier): this;
}

/** One instruction of a Qobj. Complex numbers are `[re, im]`, matrices lists of rows. */
export interface QobjInstruction {
  /** A gate's name, or `measure`, `reset`, `barrier`, `initialize`, `unitary`, `save_statevector`, … */
  name: GateName | (string & {});
  qubits?: readonly number[];
  params?: readonly unknown[];
  /** Memory bits that a measurement writes: what counts are made of. */
  memory?: readonly number[] | number;
  /** Register bits that a measurement or a `bfunc` writes: what conditions read. */
  register?: readonly number[] | number;
  /** The register bit that must be 1. */
  conditional?: number;
  label?: string;
  [key: string]: unknown;
}

/** One experiment of a Qobj: a circuit. */
export interface QobjExperiment {
  header?: ExperimentHeader;
  /** `n_qubits`, `memory_slots`, and options, stronger than all others. */
  config?: Record<string, unknown>;
  instructions: readonly QobjInstruction[];
}

/**
 * A QASM Qobj, schema 1.3: Qiskit's older exchange format, and how circuits travel here. Source: Qiskit Backend
 * Specifications for OpenQASM and OpenPulse Experiments, arXiv:1809.03452.
 */
export interface Qobj {
  qobj_id: string;
  /** `QASM` */
  type?: string;
  schema_version?: string;
  /** Passed through to the result. */
  header?: Record<string, unknown>;
  /** `n_qubits`, `memory_slots`, and options for all experiments. */
  config?: Record<string, unknown>;
  experiments: readonly QobjExperiment[];
}
