// Every error code is reached through the package, with its place, soon, and the next job works.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { aer, long, rejection, settles, with_pool } from './jobs.mjs';
import { bell, root } from './packed.mjs';

const { Aer, AerError, AerJob, AerSimulator, BaseJob, ClassicalRegister, JobError, NoiseModel, QuantumCircuit, QuantumRegister, Result } = aer;

const backend = new AerSimulator();
const reached = new Set();

/** Codes that no caller can bring about, and why. */
const unreachable = {
  INTERNAL: 'a defect, by definition',
};

after(() => AerJob._executor.shutdown());

/** The error of a job, which has to come within a second; afterwards a good job has to work. */
async function fails(given, code, place = {}, options = {}) {
  const begun = performance.now();
  const job = await backend.run(given, options);
  const error = await rejection(job.result());
  assert(performance.now() - begun < 1000, `${code} took ${performance.now() - begun} ms`);
  assert(error instanceof JobError && error instanceof AerError && error instanceof Error);
  assert.equal(error.code, code, error.stack);
  reached.add(code);
  assert.equal(await job.status(), 'ERROR');
  assert.equal(await job.error_message(), error.message);
  assert.equal(error.job_id, await job.job_id());
  for (const [key, value] of Object.entries(place)) assert.equal(error[key], value, `${key} of ${error.message}`);
  const good = await (await backend.run(bell, { shots: 4 })).result();
  assert.equal(good.success, true);
  return error;
}

/** What a function throws at once, or a promise is rejected with. */
async function throws(act, code, type = AerError) {
  const error = await rejection((async () => act())());
  assert(error instanceof type, error.stack);
  assert.equal(error.code, code, error.stack);
  reached.add(code);
  return error;
}

const head = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\n';
const measure = { name: 'measure', qubits: [0], memory: [0] };
const qobj = (...instructions) => ({
  qobj_id: 'mine',
  type: 'QASM',
  schema_version: '1.3.0',
  config: {},
  experiments: [{ header: {}, config: { n_qubits: 2, memory_slots: 2 }, instructions }],
});
const save = { name: 'save_statevector', qubits: [0, 1], label: 'a', snapshot_type: 'single' };

test('a syntax error has its line, its column and the line itself', async () => {
  // The `;` is missed right after the statement, on its own line.
  const error = await fails(`${head}h q[0]\ncx q[0],q[1];`, 'SYNTAX_ERROR', { line: 5, column: 7 });
  assert(error.message.endsWith('\n5 | h q[0]\n  |       ^'), error.message);
});

test('errors of OpenQASM programs have code, line and column', async () => {
  for (const [line, code, column] of [
    ['foo q[0];', 'UNKNOWN_GATE', 1],
    ['rx(1, 2) q[0];', 'PARAMETER_COUNT', 1],
    ['rx q[0];', 'PARAMETER_COUNT', 1],
    ['rx(1/0) q[0];', 'INVALID_PARAMETER', 5],
    ['h q[5];', 'QUBIT_OUT_OF_RANGE', 3],
    ['measure q[0] -> c[7];', 'CLBIT_OUT_OF_RANGE', 17],
    ['cx q[0], q[0];', 'DUPLICATE_QUBIT', 10],
    ['cx q[0];', 'QUBIT_COUNT', 1],
    ['qreg q[3];', 'SEMANTIC_ERROR', 6],
    ['h q[0]];', 'SYNTAX_ERROR', 7],
  ]) {
    const error = await fails(head + line, code, { line: 5, column });
    assert(error.message.includes(line), error.message);
    assert(error.snippet.includes(line), error.snippet);
  }
});

test('errors of a Qobj have code, experiment and instruction', async () => {
  const at = (instruction, name) => ({ experiment: 0, instruction, instruction_name: name });
  const h = { name: 'h', qubits: [0] };
  await fails(qobj(h, { name: 'foo', qubits: [0] }), 'UNKNOWN_GATE', at(1, 'foo'));
  await fails(qobj(h, { name: 'rx', qubits: [0] }), 'PARAMETER_COUNT', at(1, 'rx'));
  await fails(qobj({ name: 'h', qubits: [2] }), 'QUBIT_OUT_OF_RANGE', at(0, 'h'));
  await fails(qobj(h, { name: 'cx', qubits: [1, 1] }), 'DUPLICATE_QUBIT', at(1, 'cx'));
  await fails(qobj({ name: 'reset', qubits: [0], conditional: 0 }), 'INVALID_CONDITIONAL', at(0, 'reset'));
  const shear = [[[1, 0], [1, 0]], [[0, 0], [1, 0]]];
  await fails(qobj({ name: 'unitary', qubits: [0], params: [shear] }), 'INVALID_MATRIX', at(0, 'unitary'));
  await fails(qobj({ name: 'initialize', qubits: [0], params: [[1, 0], [1, 0]] }), 'INVALID_STATE', at(0, 'initialize'));
  await fails(qobj(save, save), 'DUPLICATE_KEY', at(1, 'save_statevector'));
});

test('what is no program', async () => {
  await fails('{"a": ', 'SYNTAX_ERROR', { line: 1 });
  await fails('{"a": 1}', 'INVALID_QOBJ');
  await fails({ ...qobj(measure), type: 'PULSE' }, 'INVALID_QOBJ');
  await fails([], 'NO_EXPERIMENTS');
  await fails({ ...qobj(), experiments: [] }, 'NO_EXPERIMENTS');
  await fails('OPENQASM 9.0;\n', 'UNSUPPORTED_FORMAT');
  for (const given of [null, undefined, 5, true, [[bell]], () => {}]) await throws(() => backend.run(given), 'INVALID_ARGUMENT');
  assert.equal(backend.status().pending_jobs, 0);
  const loop = {};
  loop.loop = loop;
  await throws(() => backend.run(loop), 'INVALID_QOBJ');
});

test('60 qubits are too many for a state vector, and the message has the numbers', async () => {
  const text = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[60];\ncreg c[60];\nt q;\nh q;\nmeasure q -> c;';
  const error = await fails(text, 'INSUFFICIENT_MEMORY', { experiment: 0 }, { method: 'statevector' });
  assert.match(error.message, /60/);
  assert.match(error.message, /17592186044416M/);
});

test('of several circuits the good ones are in .result', async () => {
  const error = await fails([bell, `${head}foo q[0];`, bell], 'UNKNOWN_GATE', { experiment: 1, line: 5 }, { shots: 30 });
  const { result } = error;
  assert(result instanceof Result);
  assert.equal(result.success, false);
  assert.equal(result.status, 'PARTIAL COMPLETED');
  assert.deepEqual(result.results.map(({ success }) => success), [true, false, true]);
  for (const index of [0, 2]) assert.equal(Object.values(result.get_counts(index)).reduce((a, b) => a + b), 30);
  await throws(() => result.get_counts(1), 'SIMULATION_FAILED');
  await fails([`${head}foo q[0];`, `${head}h q[7];`], 'SIMULATION_FAILED');
});

test('options and backends', async () => {
  const unknown = await throws(() => new AerSimulator({ shotss: 5 }), 'UNKNOWN_OPTION');
  assert.match(unknown.message, /shots/);
  await throws(() => backend.run(bell, { sed: 1 }), 'UNKNOWN_OPTION');
  for (const options of [{ shots: -1 }, { shots: 'many' }, { signal: 5 }, { on_progress: 'yes' }, { max_runtime_s: -1 }, { shots: () => {} }]) {
    await throws(() => backend.run(bell, options), 'INVALID_OPTION');
  }
  await throws(() => new AerSimulator({ method: 'magic' }), 'UNSUPPORTED_METHOD');
  await throws(() => backend.run(bell, 5), 'INVALID_ARGUMENT');
  const near = await throws(() => Aer.get_backend('aer_simulatr'), 'UNKNOWN_BACKEND');
  assert.match(near.message + near.hint, /aer_simulator/);
  const config = await fails({ ...qobj(measure), config: { shots: 'many' } }, 'INVALID_OPTION');
  assert.match(config.message, /shots/);
  assert.equal(backend.status().pending_jobs, 0);
});

test('an instruction that cannot be run is named', () =>
  fails(qobj({ name: 'snapshot', qubits: [0] }), 'UNSUPPORTED_INSTRUCTION', { instruction: 0, instruction_name: 'snapshot' }));

test('jobs', async () => {
  const job = new AerJob(backend, 'mine', null, bell);
  await throws(() => job.status(), 'JOB_NOT_SUBMITTED', JobError);
  await job.submit();
  await throws(() => job.submit(), 'JOB_ALREADY_SUBMITTED', JobError);
  await job.result();
  await throws(() => new BaseJob().submit(), 'NOT_IMPLEMENTED', JobError);
  await with_pool(1, async (backend, executor) => {
    const running = await backend.run(long());
    await throws(() => running.result(0.01), 'JOB_TIMEOUT', aer.JobTimeoutError);
    await running.cancel();
    await throws(() => running.result(), 'JOB_CANCELLED', aer.JobCancelledError);
    await throws(async () => (await backend.run(long(), { max_runtime_s: 0.01 })).result(), 'MAX_RUNTIME_EXCEEDED', JobError);
    const killed = await backend.run(long());
    while ((await killed.status()) !== 'RUNNING') await new Promise(setImmediate);
    executor._workers[0].terminate();
    await throws(() => killed.result(), 'WORKER_LOST', JobError);
    const garbled = await backend.run(long());
    while ((await garbled.status()) !== 'RUNNING') await new Promise(setImmediate);
    executor._workers[0].emit('message', { kind: 'of another version' });
    await throws(() => garbled.result(), 'PROTOCOL_MISMATCH', JobError);
    await settles(executor.shutdown());
    await throws(() => backend.run(bell), 'EXECUTOR_SHUT_DOWN', JobError);
  });
  const own = async (fn) => {
    const job = new AerJob(backend, 'own', fn, bell);
    await job.submit();
    return job.result();
  };
  await throws(() => own(() => { throw new Error('mine'); }), 'FUNCTION_FAILED', JobError);
  await throws(() => own(() => 5), 'INVALID_RESULT', JobError);
  const executor = { submit() { throw new Error('mine'); }, shutdown() {} };
  await throws(() => new AerSimulator({ executor }).run(bell), 'EXECUTOR_FAILED', JobError);
});

test('a QuantumCircuit takes indices, bits, registers and arrays, and broadcasts', async () => {
  const [q, a] = [new QuantumRegister(2, 'q'), new QuantumRegister(1, 'a')];
  const [c, d] = [new ClassicalRegister(2, 'c'), new ClassicalRegister(1, 'd')];
  const circuit = new QuantumCircuit(q, a, c, d);
  assert.deepEqual([circuit.num_qubits, circuit.num_clbits], [3, 3]);
  assert.equal(circuit.x(q.at(0)).x(a).x([q.at(0), 1]).cx(q, a.at(0)).barrier().measure(q, c).measure(a, d), circuit);
  const counts = async (circuit) => (await (await backend.run(circuit, { shots: 10 })).result()).get_counts();
  // x on q0 twice, on q1 and a once; then a is flipped by q1 (q0 is 0): q = 10, a = 0.
  assert.deepEqual(await counts(circuit), { '0 10': 10 });
  const all = new QuantumCircuit(3).x([0, 2]);
  all.measure_all();
  assert.deepEqual(await counts(all), { 101: 10 });
  assert.deepEqual(await counts(new QuantumCircuit(2, 2).x(-1).measure([0, 1], [0, 1])), { 10: 10 });
});

test('a QuantumCircuit tells errors at once', async () => {
  const circuit = () => new QuantumCircuit(2, 2);
  for (const [act, code] of [
    [() => circuit().h(2), 'QUBIT_OUT_OF_RANGE'],
    [() => circuit().h(-3), 'QUBIT_OUT_OF_RANGE'],
    [() => circuit().measure(0, 2), 'CLBIT_OUT_OF_RANGE'],
    [() => circuit().cx(0, 0), 'DUPLICATE_QUBIT'],
    [() => circuit().rx(NaN, 0), 'INVALID_PARAMETER'],
    [() => circuit().rx(0), 'QUBIT_COUNT'],
    [() => circuit().rx('a', 0), 'INVALID_ARGUMENT'],
    [() => circuit().cx([0, 1], [0, 1, 0]), 'QUBIT_COUNT'],
    [() => circuit().measure([0, 1], [0]), 'INVALID_ARGUMENT'],
    [() => circuit().h(0.5), 'INVALID_ARGUMENT'],
    [() => circuit().h('q'), 'INVALID_ARGUMENT'],
    [() => circuit().h(new QuantumRegister(1)), 'INVALID_ARGUMENT'],
    [() => circuit().unitary([[1, 1], [0, 1]], [0]), 'INVALID_MATRIX'],
    [() => circuit().unitary([[1, 0], [0]], [0]), 'INVALID_MATRIX'],
    [() => circuit().initialize([1, 1], [0]), 'INVALID_STATE'],
    [() => new QuantumCircuit(-1), 'INVALID_ARGUMENT'],
    [() => new QuantumCircuit(1, 2, 3), 'INVALID_ARGUMENT'],
    [() => new QuantumCircuit('q'), 'INVALID_ARGUMENT'],
    [() => QuantumCircuit.from_qasm('OPENQASM 2.0;\nqreg q[1'), 'SYNTAX_ERROR'],
    [() => NoiseModel.from_dict({ errors: [{ type: 'noise' }] }), 'INVALID_NOISE_MODEL'],
  ]) {
    await throws(act, code).catch((error) => assert.fail(`${act}: ${error.message}`));
  }
});

test('every code of the table is reached by these tests, or known not to be', () => {
  const table = readFileSync(join(root, 'src', 'error.rs'), 'utf8').matchAll(/^ {4}\w+ = "([A-Z_]+)":/gm);
  const codes = Array.from(table, ([, code]) => code);
  assert(codes.length > 30, String(codes.length));
  assert.deepEqual(
    codes.filter((code) => !reached.has(code)).sort(),
    Object.keys(unreachable).sort(),
  );
});
