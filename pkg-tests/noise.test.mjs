// Noise through the packed package in Node: classes, constructors, models in jobs. Expected answers are formulas,
// or counts that hold with certainty.

import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, installed, outcome, project, root } from './packed.mjs';

const aer = createRequire(join(project, 'index.js'))(installed);
const {
  AerError, AerSimulator, NoiseModel, QuantumCircuit, QuantumError, ReadoutError, amplitude_damping_error, assemble,
  coherent_unitary_error, depolarizing_error, kraus_error, mixed_unitary_error, pauli_error,
  phase_amplitude_damping_error, phase_damping_error, reset_error, thermal_relaxation_error,
} = aer;

const flipped = pauli_error([['X', 1]]);
const x = [[0, 1], [1, 0]];
const identity = [[1, 0], [0, 1]];

function assert_refused(call, code, text = '') {
  assert.throws(call, (error) => {
    assert(error instanceof AerError, String(error));
    assert.equal(error.code, code, error.message);
    assert(error.message.includes(text), error.message);
    return true;
  });
}

const measured = (...gates) => {
  const circuit = new QuantumCircuit(1, 1);
  for (const gate of gates) circuit[gate](0);
  return circuit.measure(0, 0);
};

async function counts(circuit, options, backend = new AerSimulator({ shots: 100 })) {
  return (await (await backend.run(circuit, options)).result()).get_counts();
}

test('a model may be an option of the backend or of a run, as a class or as a dict', async () => {
  const model = new NoiseModel();
  model.add_all_qubit_quantum_error(flipped, 'x');
  const backend = new AerSimulator({ noise_model: model, shots: 100 });
  assert.equal(backend.options.noise_model, model);
  assert.deepEqual(await counts(measured('x'), {}, backend), { 0: 100 });
  assert.deepEqual(await counts(measured('x'), { noise_model: new NoiseModel() }, backend), { 1: 100 });
  assert.deepEqual(await counts(measured('x'), { noise_model: model }), { 0: 100 });
  assert.deepEqual(await counts(measured('x'), { noise_model: model.to_dict() }), { 0: 100 });
  assert.deepEqual(await counts(measured('id'), { noise_model: model }), { 0: 100 });
  const qobj = assemble(measured('x'), { noise_model: model, shots: 50 });
  assert.deepEqual(qobj.config.noise_model, JSON.parse(JSON.stringify(model)).errors.length === 1
    && { errors: [{ ...model.to_dict().errors[0] }] });
  assert.deepEqual(await counts(qobj), { 0: 50 });
  // A model that is changed later changes nothing of a job that runs.
  const job = await backend.run(measured('x'));
  model.add_all_qubit_quantum_error(flipped, 'x');
  assert.deepEqual((await job.result()).get_counts(), { 0: 100 });
  assert.deepEqual(await counts(measured('x'), {}, backend), { 1: 100 });
});

test('labels, qubits, measurements and misreadings', async () => {
  const model = new NoiseModel();
  model.add_quantum_error(flipped, ['x', 'mine'], [0]);
  model.add_all_qubit_readout_error([[0, 1], [1, 0]]);
  assert.deepEqual(model.noise_instructions, ['measure', 'mine', 'x']);
  assert.deepEqual(model.noise_qubits, [0]);
  assert.deepEqual(model.basis_gates, ['cx', 'id', 'rz', 'sx', 'x']);
  const circuit = new QuantumCircuit(2, 2);
  circuit.x(0).x(1).unitary(x, [0], 'mine').measure([0, 1], [0, 1]);
  // Qubit 0: x and its error, the matrix and its error; qubit 1: x; both are misread.
  assert.deepEqual(await counts(circuit, { noise_model: model }), { '01': 100 });
  model.add_readout_error(identity, [0]);
  assert.deepEqual(model.to_dict().errors.filter(({ type }) => type === 'roerror').length, 1);
  model.add_readout_error([[0.5, 0.5], [0, 1]], [1]);
  model.add_readout_error([[1, 0], [0.5, 0.5]], [1]);
  const readout = model.to_dict().errors.filter(({ type }) => type === 'roerror');
  assert.deepEqual(readout.map(({ gate_qubits }) => gate_qubits), [undefined, [[1]]]);
  assert.deepEqual(readout[1].probabilities, [[1, 0], [0.5, 0.5]]);
});

test('errors have the form that Qiskit gives them', () => {
  const names = (error) => error.circuits.map((circuit) => circuit.map(({ name, params }) => params?.[0] ?? name).join(' '));
  assert.deepEqual(names(depolarizing_error(0.1, 1)), ['id', 'x', 'y', 'z']);
  assert.deepEqual(names(depolarizing_error(0.1, 2)).slice(0, 5), ['II', 'IX', 'IY', 'IZ', 'XI']);
  assert.deepEqual(names(thermal_relaxation_error(50, 30, 1, 0.1)), ['id', 'z', 'reset', 'reset x']);
  assert.equal(thermal_relaxation_error(50, 70, 1).circuits[0][0].name, 'kraus');
  assert.deepEqual(names(thermal_relaxation_error(Infinity, 30, 1)), ['id', 'z']);
  assert.deepEqual(names(reset_error(0.1, { prob1: 0.2 })), ['id', 'reset', 'reset x']);
  assert.deepEqual(names(reset_error(0.1)), ['id', 'reset']);
  assert.equal(amplitude_damping_error(0.1).circuits[0][0].params.length, 2);
  assert.equal(amplitude_damping_error(0.1, { excited_state_population: 0.3 }).circuits[0][0].params.length, 4);
  assert.equal(phase_damping_error(0.1, false).circuits[0][0].params.length, 2);
  assert.equal(phase_amplitude_damping_error(0.1, 0.2, 0, true).circuits[0][0].params.length, 3);
  assert.deepEqual(names(mixed_unitary_error([[identity, 0.5], [identity, 0.5]])), ['id']);
  assert.equal(coherent_unitary_error(x).circuits[0][0].name, 'unitary');
  const twice = [[[Math.SQRT1_2, 0], [0, Math.SQRT1_2]], [[Math.SQRT1_2, 0], [0, Math.SQRT1_2]]];
  assert.equal(kraus_error(twice).circuits[0][0].params.length, 2);
  assert.equal(kraus_error(twice, { canonical_kraus: true }).circuits[0][0].name, 'unitary');
});

test('errors are combined', () => {
  const a = pauli_error([['X', 0.25], ['I', 0.75]]);
  const b = reset_error(0.5);
  assert.deepEqual(a.compose(b).probabilities, [0.125, 0.125, 0.375, 0.375]);
  assert.deepEqual(a.compose(b).circuits[1].map(({ name }) => name), ['x', 'reset']);
  assert.deepEqual(a.compose(b, { front: true }).circuits[1].map(({ name }) => name), ['reset', 'x']);
  assert.deepEqual(a.dot(b).circuits, a.compose(b, null, true).circuits);
  assert.deepEqual(a.tensor(b).circuits[1].map(({ name, qubits }) => [name, ...qubits]), [['reset', 0], ['x', 1]]);
  assert.deepEqual(a.expand(b).circuits, b.tensor(a).circuits);
  assert.deepEqual(a.tensor(b).compose(a, [1]).circuits[0].at(-1), { name: 'x', qubits: [1] });
  assert.equal(a.power(3).size, 8);
  assert.equal(a.tensor(b).num_qubits, 2);
  const [row] = a.to_quantumchannel();
  assert.deepEqual(row, [[0.75, 0], [0, 0], [0, 0], [0.25, 0]]);
  assert.equal(a.ideal(), false);
  assert.equal(pauli_error([['II', 1]]).ideal(), true);
  assert.match(a.id, /^[0-9a-f]{32}$/);
  const again = QuantumError.from_dict(a.to_dict());
  assert.deepEqual([again.id, again.to_dict()], [a.id, a.to_dict()]);
  assert.deepEqual(a.error_term(0), [[{ name: 'x', qubits: [0] }], 0.25]);
  const own = new QuantumError([[new QuantumCircuit(2).h(1).cx(1, 0), 0.5], [{ name: 'x', qubits: [0] }, 0.25], [[], 0.25]]);
  assert.deepEqual([own.num_qubits, own.size, own.circuits[0].length], [2, 3, 2]);
  const wide = new QuantumError([[new QuantumCircuit(3).h(0), 1]]);
  assert.equal(QuantumError.from_dict(wide.to_dict()).num_qubits, 3);
  const read = new ReadoutError([[0.9, 0.1], [0.25, 0.75]]);
  assert.deepEqual(read.tensor([[1, 0], [0, 1]]).probabilities[2], [0.25, 0, 0.75, 0]);
  assert.equal(read.expand(read).number_of_qubits, 2);
  assert.deepEqual(read.power(2).probabilities, read.compose(read).probabilities);
  assert.equal(read.ideal(), false);
});

test('a model comes back from its dict, and from a device', async () => {
  const model = new NoiseModel();
  model.add_all_qubit_quantum_error(depolarizing_error(0.1, 2), ['cx', 'cz']);
  model.add_quantum_error(amplitude_damping_error(0.3), 'mine', [3]);
  model.add_readout_error([[0.9, 0.1], [0.2, 0.8]], [1]);
  const without_ids = (dict) => ({ errors: dict.errors.map(({ id, ...rest }) => rest) });
  assert.deepEqual(without_ids(NoiseModel.from_dict(model.to_dict()).to_dict()), without_ids(model.to_dict()));
  assert.equal(new NoiseModel().is_ideal(), true);
  model.add_all_qubit_quantum_error(depolarizing_error(0, 1), 'h');
  assert.deepEqual(model.noise_instructions, ['cx', 'cz', 'measure', 'mine']);
  const device = NoiseModel.from_backend_properties({
    qubits: [[{ name: 'T1', value: 100, unit: 'us' }, { name: 'T2', value: 80, unit: 'us' }, { name: 'readout_error', value: 0.5 }]],
    gates: [{ gate: 'x', qubits: [0], parameters: [{ name: 'gate_error', value: 1e-3 }, { name: 'gate_length', value: 50, unit: 'ns' }] }],
  });
  assert.deepEqual(device.basis_gates, ['x']);
  assert.deepEqual(device.noise_instructions, ['measure', 'x']);
  // With a readout error of 1/2 a measurement says nothing: 10,000 shots, five standard deviations are 250.
  const read = await counts(measured('x'), { noise_model: device, shots: 10000, seed_simulator: 1 });
  assert(Math.abs(read[0] - 5000) < 250, JSON.stringify(read));
});

test('what is wrong is refused where it is made', async () => {
  assert_refused(() => depolarizing_error(1.5, 1), 'INVALID_PARAMETER', 'Depolarizing parameter must be in between');
  assert_refused(() => depolarizing_error(0.1), 'INVALID_ARGUMENT', 'num_qubits');
  assert_refused(() => depolarizing_error(0.1, 1, 1), 'INVALID_ARGUMENT', 'depolarizing_error(param, num_qubits)');
  assert_refused(() => depolarizing_error(NaN, 1), 'INVALID_PARAMETER');
  assert_refused(() => depolarizing_error('0.1', 1), 'INVALID_ARGUMENT');
  assert_refused(() => amplitude_damping_error(0.1, { excited: 1 }), 'INVALID_ARGUMENT', 'excited');
  assert_refused(() => thermal_relaxation_error(1, 3, 1), 'INVALID_PARAMETER', 'T_2 greater than 2 * T_1');
  assert_refused(() => pauli_error([['X', 0.5], ['I', 0.6]]), 'INVALID_PARAMETER', 'invalid probability vector total');
  assert_refused(() => pauli_error([['A', 1]]), 'INVALID_PARAMETER');
  assert_refused(() => pauli_error('X'), 'INVALID_ARGUMENT');
  assert_refused(() => kraus_error([[[1, 0], [0, 0.5]]]), 'INVALID_MATRIX');
  assert_refused(() => coherent_unitary_error([[1, 0], [0, 0.5]]), 'INVALID_MATRIX');
  assert_refused(() => new ReadoutError([[0.5, 0.6], [0, 1]]), 'INVALID_PARAMETER');
  assert_refused(() => new QuantumError('x'), 'INVALID_ARGUMENT');
  assert_refused(() => new QuantumError([[new QuantumCircuit(1, 1).measure(0, 0), 1]]), 'INVALID_PARAMETER', 'measure');
  const model = new NoiseModel();
  assert_refused(() => model.add_all_qubit_quantum_error(flipped, 'cx'), 'QUBIT_COUNT', 'cannot be applied to 2 qubit instruction');
  assert_refused(() => model.add_quantum_error(flipped, 'mine', [0, 1]), 'QUBIT_COUNT');
  assert_refused(() => model.add_quantum_error(flipped, 'x', 0), 'INVALID_ARGUMENT', 'qubits');
  assert_refused(() => model.add_quantum_error(flipped, [3], [0]), 'INVALID_ARGUMENT', 'instructions');
  assert_refused(() => model.add_all_qubit_readout_error(new ReadoutError(identity).tensor([[0, 1], [1, 0]])), 'QUBIT_COUNT');
  assert_refused(() => NoiseModel.from_dict({ errors: [{ type: 'kraus' }] }), 'INVALID_NOISE_MODEL', 'NoiseModel: Invalid noise type (kraus)');
  assert_refused(() => NoiseModel.from_backend_properties({}), 'INVALID_NOISE_MODEL', 'qubits');
  assert(model.is_ideal());
  assert_refused(() => new AerSimulator({ noise_model: 3 }), 'INVALID_OPTION', 'NoiseModel');
  const job = await new AerSimulator().run(measured('x'), { noise_model: { errors: [{ type: 'kraus' }] } });
  await assert.rejects(job.result(), { code: 'INVALID_NOISE_MODEL' });
});

test('the device of docs/noise.md errs as it says', async () => {
  const [, example] = /^```js\n([^]*?)^```/m.exec(readFileSync(join(root, 'docs/noise.md'), 'utf8'));
  const folder = consumer('noise');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'example.mjs'), example);
  const { status, stdout, stderr } = await outcome(process.execPath, ['example.mjs'], { cwd: folder });
  assert.equal(status, 0, stderr);
  const [names, share] = stdout.trim().split(/ (?=[\d.]+$)/);
  assert.equal(names, 'cx, h, measure');
  assert(share > 0.04 && share < 0.07, stdout);
});
