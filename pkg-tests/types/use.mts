// Compiled as an ES module and as CommonJS, never run. A line under `@ts-expect-error` has to be an error.
import {
  Aer,
  AerError,
  AerJob,
  AerSimulator,
  BaseJob,
  CASE_DEFAULT,
  ClassicalRegister,
  JOB_FINAL_STATES,
  JOB_STATUS_DESCRIPTIONS,
  JobCancelledError,
  JobError,
  JobStatus,
  JobTimeoutError,
  NoiseModel,
  Parameter,
  ParameterExpression,
  ParameterVector,
  QuantumCircuit,
  QuantumError,
  QuantumRegister,
  ReadoutError,
  Result,
  WorkerExecutor,
  amplitude_damping_error,
  assemble,
  coherent_unitary_error,
  depolarizing_error,
  expr,
  kraus_error,
  mixed_unitary_error,
  pauli_error,
  phase_amplitude_damping_error,
  phase_damping_error,
  reset_error,
  thermal_relaxation_error,
  types,
  version,
} from 'aer-wasm';
import type {
  AbortSignalLike,
  Acceleration,
  AerOptions,
  BackendConfiguration,
  BackendName,
  BackendStatus,
  CircuitInput,
  CircuitInstruction,
  Circuits,
  Clbit,
  ClbitSpecifier,
  ComplexArray,
  ComplexNumber,
  Counts,
  ErrorCode,
  ErrorDetails,
  Executor,
  ExecutorEvent,
  ExperimentData,
  ExperimentHeader,
  ExperimentKey,
  ExperimentResult,
  ExperimentResultDict,
  Expr,
  GateName,
  JobErrorDetails,
  JobFunction,
  JobHandle,
  JobProgress,
  JsonValue,
  NoiseModelDict,
  PlainError,
  Progress,
  Qobj,
  QobjExperiment,
  QobjInstruction,
  Qubit,
  QubitSpecifier,
  ResultDict,
  RunRequest,
  SavedData,
  ShutdownOptions,
  SimulationMethod,
  Var,
  WaitCallback,
  WaitOptions,
} from 'aer-wasm';

export async function use() {
  // ---- Circuits

  const circuit = new QuantumCircuit(2, 2);
  circuit.h(0).cx(0, 1);
  circuit.rx(0.5, 0);
  circuit.u(0.1, 0.2, 0.3, [0, 1]);
  circuit.mcx([0], 1).mcp(Math.PI / 8, new Set([0]), 1).cswap(0, 1, -1);
  circuit.measure([0, 1], [0, 1]);
  circuit.measure_all();
  circuit.measure_all(true, false);
  circuit.barrier().barrier(0, [1]).reset(0).delay(1e-6).delay(1e-6, 0).pauli('XY', [0, 1]);
  circuit.initialize([1, [0, 0], { re: 0, im: 0 }, 0]).initialize(new Float64Array([1, 0, 0, 0]), 0);
  circuit.unitary([[0, 1], [[1, 0], 0]], 0, 'flip').set_statevector([1, 0, 0, 0]);
  circuit.save_statevector().save_statevector('middle', true, false);
  circuit.name = 'mine';
  circuit.global_phase += Math.PI;
  const widths: number = circuit.num_qubits + circuit.num_clbits + circuit.size();

  const a = new QuantumRegister(2, 'a');
  const c = new ClassicalRegister(2);
  const first: Qubit = a.at(0);
  const last: Clbit = c.at(-1);
  const both: QubitSpecifier = [first, 1];
  const bits: ClbitSpecifier = c;
  const registers: QuantumCircuit = new QuantumCircuit(a, c).add_register(new QuantumRegister(1, 'b'));
  registers.h(a).cx(first, [...a].slice(1)).mcx(a, 2).measure(both, bits).measure(first, last);
  const half: ComplexNumber = [Math.SQRT1_2, 0];
  const plus: ComplexArray = [half, { re: Math.SQRT1_2, im: 0 }];
  QuantumCircuit.from_qasm_str('OPENQASM 2.0; qreg q[1];').initialize(plus).s(0);
  const gate: GateName = 'mcx_gray';

  // ---- Parameters, classical values, control flow

  const theta = new Parameter('theta');
  const angles = new ParameterVector('angle', 2);
  const formula: ParameterExpression = theta.mul(2).add(angles[0]!).sin().neg();
  const computed = new QuantumCircuit(2, 2).rx(formula, 0).cp(theta, 0, 1);
  const half_bound: QuantumCircuit = computed.assign_parameters(new Map([[angles, [0.1, theta]]]));
  half_bound.assign_parameters({ theta: 1 }, true).assign_parameters([1, 2], false, { strict: false });
  const numbers: number = formula.bind({ theta: 1 }).assign('angle[0]', 2).numeric() + computed.num_parameters;
  const word = new ClassicalRegister(3, 'word');
  computed.add_register(word);
  const counter: Var = computed.add_var('counter', 0, types.Uint(8));
  const condition: Expr = expr.logic_and(expr.less(counter, 5n), expr.index(word, 0));
  computed.store(counter, expr.add(counter, 1)).store(0, true);
  computed.if_test([word, 3], (body) => body.x(0)).if_test(word.at(0), new QuantumCircuit(1).x(0), [1], []);
  computed.if_else(condition, (body) => body.x(0), (body) => { body.y(0); });
  computed.while_loop([0, false], (body) => body.measure(0, 0).break_loop());
  computed.for_loop([1, 2], (body, i) => body.rx(i.div(2), 0)).for_loop(new Set([1]), theta, (body) => body.continue_loop());
  computed.switch(word, [[[0, 1], (body) => body.x(0)], [CASE_DEFAULT, new QuantumCircuit(1)]]);
  computed.save_expectation_value({ ZZ: 1, XX: 0.5 }, [0, 1]).save_probabilities(null, 'p', true).save_amplitudes(['01', 2]);
  computed.diagonal([1, -1], 0).kraus([[[1, 0], [0, 1]]], [0]).uc([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [0], 1);
  const drawing: string = computed.compose(circuit, [0, 1], null, true).inverse().power(2).draw('text', { fold: -1 });
  const ops: Record<string, number> = computed.count_ops();
  const steps: CircuitInstruction[] = QuantumCircuit.from_qasm(drawing, { inputs: { x: 1 }, includes: { 'a.inc': '' } }).data;
  // @ts-expect-error an angle is no text
  computed.rx('0.1', 0);
  // @ts-expect-error a condition has a value
  computed.if_test([word], () => {});

  // ---- Backends and options

  const executor: WorkerExecutor = new WorkerExecutor({ max_workers: 2 });
  const backend = new AerSimulator({ method: 'statevector', executor });
  const controller = new AbortController();
  const signal: AbortSignalLike = controller.signal;
  const method: SimulationMethod | undefined = new AerSimulator().available_methods()[0];
  const options: AerOptions = { shots: 10, seed_simulator: null, memory: true, noise_model: null, signal };
  backend.set_options(options);
  const shots: number = backend.options.shots;
  const configuration: BackendConfiguration = backend.configuration();
  const { simd, threads, reason: why }: Acceleration = backend.acceleration();
  console.log(simd && threads > 1, why, configuration.acceleration.threads);
  const backend_status: BackendStatus = backend.status();
  const which: BackendName = 'aer_simulator_statevector';
  const others: AerSimulator[] = [...Aer.backends(), Aer.get_backend(which, { shots: 1 })];
  console.log(widths, gate, method, shots, configuration.n_qubits, configuration.basis_gates.includes('ecr'));
  console.log(backend_status.pending_jobs, others.length, backend.properties, backend.available_devices(), version());

  // ---- Noise

  const noise = new NoiseModel(['cx', 'sx']);
  const flip: QuantumError = pauli_error([['X', 0.1], ['I', 0.9]]).compose(reset_error(0.1));
  noise.add_all_qubit_quantum_error(depolarizing_error(0.01, 1).power(2), ['x', 'sx']);
  noise.add_quantum_error(flip.tensor(thermal_relaxation_error(50, 70, 1, { excited_state_population: 0.1 })), 'cx', [0, 1]);
  noise.add_quantum_error([[{ name: 'x', qubits: [0] }, 0.5], [[], 0.5]], 'mine', [2]);
  noise.add_all_qubit_readout_error(new ReadoutError([[0.9, 0.1], [0.2, 0.8]]).power(2));
  noise.add_readout_error([[0.9, 0.1], [0.2, 0.8]], [3]);
  const damping = [amplitude_damping_error(0.1, 0.2), phase_damping_error(0.1, false), phase_amplitude_damping_error(0.1, 0.2)];
  const matrices = [coherent_unitary_error([[0, 1], [1, 0]]), mixed_unitary_error([[[[1, 0], [0, 1]], 1]]), kraus_error([[[1, 0], [0, 1]]])];
  const noise_dict: NoiseModelDict = noise.to_dict();
  const device = NoiseModel.from_backend_properties({
    qubits: [[{ name: 'T1', value: 100, unit: 'us' }]],
    gates: [{ gate: 'x', qubits: [0], parameters: [{ name: 'gate_error', value: 1e-3 }] }],
  }, { temperature: 20 });
  await new AerSimulator({ noise_model: noise }).run(circuit, { noise_model: noise_dict });
  console.log(damping.length + matrices.length, device.noise_instructions, NoiseModel.from_dict(noise_dict).is_ideal());

  // ---- Jobs

  const input: CircuitInput = circuit;
  const inputs: Circuits = [input, 'OPENQASM 2.0;'];
  const job: AerJob = await backend.run(inputs, {
    shots: 100,
    seed_simulator: 7,
    signal: controller.signal,
    on_progress: ({ fraction, unit }) => console.log(fraction.toFixed(2), unit satisfies 'operations' | 'shots'),
    max_runtime_s: 10,
  });
  const base: BaseJob = job;
  const status: JobStatus = await base.status();
  if (status === JobStatus.DONE || status === 'ERROR') console.log(JOB_STATUS_DESCRIPTIONS[status]);
  const over: boolean = JOB_FINAL_STATES.includes(status) && (await job.in_final_state());
  const callback: WaitCallback<AerJob> = (id, now, same) => console.log(id.length, now, same === job);
  const wait: WaitOptions<AerJob> = { timeout: 3, wait: 0.1, callback, signal };
  await job.wait_for_final_state();
  await job.wait_for_final_state(null, 0.1, async (id, now, same) => console.log(id.length, now, same === job));
  await job.wait_for_final_state({ timeout: 3, signal: controller.signal });
  await job.wait_for_final_state(wait);
  const cancelled: boolean = await job.cancel();
  const reason: string | null = await job.error_message();
  const progress: JobProgress = await job.progress();
  const of_experiment: Progress = progress;
  console.log(cancelled, over, reason, progress.elapsed_s, of_experiment.total, await job.done(), await job.running());
  const owner: AerSimulator = await job.backend();
  const runner: Executor = await job.executor();
  const given: CircuitInput[] = await job.circuits();
  const qobj: Qobj = await job.qobj();
  console.log(owner === backend, runner === AerJob._executor, given[0] === circuit, await job.cancelled());

  const own: JobFunction = async (program: Qobj, id: string, factor: number) => ({
    job_id: id,
    success: true,
    status: 'COMPLETED',
    results: program.experiments.map(() => ({ shots: factor, success: true, status: 'DONE', data: { counts: { '0x0': factor } } })),
  });
  const by_hand = new AerJob({ anything: 1 }, 'id', own, qobj, 3);
  await by_hand.submit();
  const anything: { anything: number } = await by_hand.backend();
  console.log(anything, await new AerJob(backend, await by_hand.job_id(), null, circuit).job_id());

  class RemoteJob extends BaseJob<URL> {
    async submit() {}
    async status() { return JobStatus.QUEUED; }
    async result(): Promise<Result> { throw new JobTimeoutError('No.', { code: 'JOB_TIMEOUT', job_id: await this.job_id() }); }
    async cancel() { return false; }
  }
  const remote = new RemoteJob(new URL('https://example.org'), 'far');
  await remote.wait_for_final_state(1, 1, (_id, _status, same) => same.cancel());
  console.log((await remote.backend()).host);

  // ---- Results

  const read = (result: Result, key: ExperimentKey) => {
    const counts: Counts = result.get_counts(key);
    const all: Counts | Counts[] = result.get_counts();
    const memory: string[] = result.get_memory();
    const amplitudes: Float64Array = result.get_statevector(circuit);
    const rows: Float64Array[] = [...result.get_unitary(), ...result.get_density_matrix('mine')];
    const data: ExperimentData = result.data(0);
    const saved: SavedData | string[] | undefined = data['middle'];
    const raw: Record<string, number> | undefined = data.counts;
    const one: ExperimentResult | undefined = result.results[0];
    const header: ExperimentHeader | undefined = one?.header;
    const dict: ResultDict = result.to_dict();
    const plain: ExperimentResultDict | undefined = dict.results[0];
    console.log(counts, all, memory, amplitudes.length, rows, saved, raw, header?.creg_sizes, plain?.data['middle']);
    return Result.from_dict(dict).success && new Result(result.toJSON()).status === 'COMPLETED';
  };

  try {
    console.log(read(await job.result(5), 0), (await job.result()).time_taken);
  } catch (error) {
    if (error instanceof JobTimeoutError || error instanceof JobCancelledError) console.log(error.code);
    else if (error instanceof JobError) console.log(error.line, error.column, error.job_id, error.result?.results.length);
    else if (error instanceof AerError) console.log(error.message, error.hint, error.snippet, error.cause);
  }
  const details: ErrorDetails = { code: 'SYNTAX_ERROR', line: 1 };
  const of_job: JobErrorDetails = { ...details, job_id: 'id' };
  const code: ErrorCode = new AerError('No.', details).code;
  console.log(code, new JobCancelledError('No.', of_job).result);

  // ---- Executors

  class Forwarding implements Executor {
    readonly #pool = new WorkerExecutor();
    async submit(request: RunRequest, on_event: (event: ExecutorEvent) => void): Promise<JobHandle> {
      const option: JsonValue | undefined = request.run_options['shots'];
      if (option === 0) {
        const error: PlainError = { code: 'INVALID_OPTION', message: 'No shots.' };
        on_event({ kind: 'failed', error });
      }
      on_event({ kind: 'queued' });
      on_event({ kind: 'progress', progress: of_experiment });
      return this.#pool.submit({ ...request, fallback_seed: 1 }, (event) => {
        if (event.kind === 'done') console.log(event.result.success);
        on_event(event);
      });
    }
    async shutdown(how: ShutdownOptions = {}) { await this.#pool.shutdown(how); }
  }
  await new AerSimulator({ executor: new Forwarding() }).run(circuit);
  await executor.shutdown({ wait: true, cancel_futures: false });
  await AerJob._executor.shutdown();
  console.log(executor.max_workers - executor.pending);

  // ---- Qobj

  const experiment: QobjExperiment | undefined = assemble([circuit], { shots: 1 }).experiments[0];
  const instruction: QobjInstruction = { name: 'h', qubits: [0] };
  const literal = {
    qobj_id: 'by hand',
    type: 'QASM',
    schema_version: '1.3.0',
    config: { shots: 1 },
    experiments: [{ header: { name: 'one' }, instructions: [{ name: 'measure', qubits: [0], memory: [0] }, instruction] }],
  };
  await backend.run(literal);
  console.log(experiment?.instructions.length);

  // ---- Misuse

  // @ts-expect-error: shots are a number
  await backend.run(circuit, { shots: 'many' });
  // @ts-expect-error: no option has this name
  await backend.run(circuit, { shotss: 1024 });
  // @ts-expect-error: no method has this name
  new AerSimulator({ method: 'statevectors' });
  // @ts-expect-error: an option with a default takes no null
  new AerSimulator({ shots: null });
  // @ts-expect-error: a noise model is no list
  new AerSimulator({ noise_model: [] });
  // @ts-expect-error: an error needs instructions to go with
  new NoiseModel().add_all_qubit_quantum_error(depolarizing_error(0.1, 1));
  // @ts-expect-error: an executor needs a method shutdown
  new AerSimulator({ executor: { submit: () => ({ cancel() {} }) } });
  // @ts-expect-error: circuits are missing
  await backend.run();
  // @ts-expect-error: a number is no circuit
  await backend.run(5);
  // @ts-expect-error: a pool has no such option
  new WorkerExecutor({ workers: 2 });
  // @ts-expect-error: no backend has this name
  Aer.get_backend('aer_simulator_mps');
  // @ts-expect-error: there is no such status
  const wrong: JobStatus = 'PAUSED';
  // @ts-expect-error: statuses cannot be changed
  JobStatus.DONE = 'ERROR';
  // @ts-expect-error: there is no such code
  new AerError('No.', { code: 'NO_SUCH_CODE' });
  // @ts-expect-error: a job's status is a promise
  const now: JobStatus = job.status();
  // @ts-expect-error: the abstract class makes no jobs
  new BaseJob(backend, 'id');
  // @ts-expect-error: a job needs four methods
  class Half extends BaseJob { async submit() {} }
  // @ts-expect-error: the function and the circuits are missing
  new AerJob(backend, 'id');
  // @ts-expect-error: a function's result has to be one
  new AerJob(backend, 'id', () => 5, circuit);
  // @ts-expect-error: an executor's event has a known kind
  const event: ExecutorEvent = { kind: 'paused' };
  // @ts-expect-error: the end of a job comes with its result
  const end: ExecutorEvent = { kind: 'done' };
  // @ts-expect-error: an angle is missing
  circuit.rx(0);
  // @ts-expect-error: a qubit is missing
  circuit.cx(0);
  // @ts-expect-error: qubits come after angles
  circuit.cp([0], 1, Math.PI);
  // @ts-expect-error: control qubits come together
  circuit.mcx(0, 1);
  // @ts-expect-error: there is no such gate
  circuit.hadamard(0);
  // @ts-expect-error: bits are missing
  circuit.measure(0);
  // @ts-expect-error: a classical bit is no qubit
  circuit.h(c.at(0));
  // @ts-expect-error: a classical register has no qubits
  registers.h(c);
  // @ts-expect-error: a Pauli string comes first
  circuit.pauli([0], 'X');
  // @ts-expect-error: there is no such gate
  const unknown_gate: GateName = 'hadamard';
  // @ts-expect-error: a result comes from a job
  read(job, 0);
  console.log(wrong, now, event, end, unknown_gate, Half);
}
