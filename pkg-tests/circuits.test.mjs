// QuantumCircuit through the packed package in Node: parameters, control flow, expressions, composition, saves.
// Expected answers are identities of quantum mechanics, or counts that hold with certainty.

import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { installed, project } from './packed.mjs';

const aer = createRequire(join(project, 'index.js'))(installed);
const {
  AerError, AerSimulator, CASE_DEFAULT, ClassicalRegister, Parameter, ParameterExpression, ParameterVector, QuantumCircuit,
  QuantumRegister, assemble, expr, types,
} = aer;

const backend = new AerSimulator({ seed_simulator: 7, shots: 200 });
const result = async (circuits, options) => (await backend.run(circuits, options)).result();
const counts = async (circuit, options) => (await result(circuit, options)).get_counts();
const state = async (circuit) => Array.from((await result(circuit.copy().save_statevector())).get_statevector());

function assert_close(actual, expected, tolerance = 1e-12) {
  assert.equal(actual.length, expected.length);
  for (const [i, x] of actual.entries()) {
    assert(Math.abs(x - expected[i]) <= tolerance, `[${i}]: ${x}, expected ${expected[i]}`);
  }
}

function assert_refused(call, code, text = '') {
  assert.throws(call, (error) => {
    assert(error instanceof AerError, String(error));
    assert.equal(error.code, code, error.message);
    assert(error.message.includes(text), error.message);
    return true;
  });
}

/** Every gate of one to three qubits, parameters included. */
function busy() {
  const circuit = new QuantumCircuit(3);
  return circuit.h([0, 1, 2]).rx(0.3, 0).u(0.1, 0.2, 0.3, 1).cx(0, 1).crz(0.7, 1, 2).ccx(0, 1, 2).iswap(0, 2).dcx(1, 2)
    .rzx(0.4, 0, 1).mcp(0.9, [0, 1], 2).u2(0.5, 0.6, 0).cu(0.1, 0.2, 0.3, 0.4, 2, 0).sx(1).t(2).pauli('XYZ', [0, 1, 2])
    .unitary([[0, 1], [1, 0]], 0).diagonal([1, [0, 1]], 1);
}

test('a circuit and its inverse give back the state', async () => {
  const circuit = busy();
  circuit.global_phase = 0.3;
  const both = circuit.compose(circuit.inverse());
  assert.equal(both.size(), 2 * circuit.size());
  assert_close(await state(both), [1, ...Array(15).fill(0)], 1e-12);
  assert_close(await state(circuit.power(2).compose(circuit.power(-2))), [1, ...Array(15).fill(0)]);
  assert.deepEqual(await state(circuit.repeat(2)), await state(circuit.compose(circuit)));
});

test('composition maps qubits and bits, before or after', async () => {
  const x = new QuantumCircuit(1, 1).x(0).measure(0, 0);
  const wide = new QuantumCircuit(3, 3);
  assert.deepEqual(await counts(wide.compose(x, [2], [1])), { '010': 200 });
  const h = new QuantumCircuit(1).h(0);
  const t = new QuantumCircuit(1).t(0);
  assert.deepEqual(h.compose(t).data.map(({ name }) => name), ['h', 't']);
  assert.deepEqual(h.compose(t, null, null, true).data.map(({ name }) => name), ['t', 'h']);
  assert.equal(h.size(), 1);
  assert.equal(h.compose(t, [0], [], false, true), h);
  assert.equal(h.size(), 2);
  assert_refused(() => h.compose(wide), 'QUBIT_OUT_OF_RANGE');
  assert_refused(() => h.compose('h'), 'INVALID_ARGUMENT');
});

test('parameters are numbers that come later', async () => {
  const theta = new Parameter('theta');
  const vector = new ParameterVector('v', 11);
  const circuit = new QuantumCircuit(1).rx(theta.mul(2).add(0.5), 0).rz(vector[10], 0).ry(vector[2].neg(), 0).p(1, 0);
  assert.deepEqual(circuit.parameters.map(({ name }) => name), ['theta', 'v[2]', 'v[10]']);
  assert.equal(circuit.num_parameters, 3);
  const expected = await state(new QuantumCircuit(1).rx(0.7, 0).rz(0.2, 0).ry(-0.3, 0).p(1, 0));
  const all = { theta: 0.1, 'v[10]': 0.2, 'v[2]': 0.3 };
  for (const values of [all, new Map([[theta, 0.1], [vector[10], 0.2], ['v[2]', 0.3]]), [0.1, 0.3, 0.2]]) {
    assert_close(await state(circuit.assign_parameters(values)), expected);
  }
  assert.equal(circuit.num_parameters, 3);
  const half = circuit.assign_parameters({ theta: vector[2].div(3) });
  assert.equal(half.num_parameters, 2);
  assert.equal(circuit.assign_parameters(all, true), circuit);
  assert.equal(circuit.num_parameters, 0);
  const two = new QuantumCircuit(2).rx(vector[0], 0).rx(vector[1], 1);
  const pair = new ParameterVector('v', 2);
  assert.equal(two.assign_parameters(new Map([[pair, [1, 2]]])).num_parameters, 0);
  assert_refused(() => half.assign_parameters({ nothing: 1 }), 'INVALID_PARAMETER', 'nothing');
  assert.equal(half.assign_parameters({ nothing: 1 }, false, { strict: false }).num_parameters, 2);
  assert_refused(() => half.assign_parameters([1]), 'INVALID_ARGUMENT');
  assert_refused(() => half.assign_parameters({ 'v[2]': '1' }), 'INVALID_ARGUMENT');
  await assert.rejects(result(half), (error) => error.code === 'INVALID_PARAMETER' && error.found === 'v[2], v[10]');
});

test('expressions of parameters compute as JavaScript does', () => {
  const [x, y] = [new Parameter('x'), new Parameter('y')];
  const rows = [
    [x.add(y), (a, b) => a + b], [x.sub(y), (a, b) => a - b], [x.mul(y), (a, b) => a * b], [x.div(y), (a, b) => a / b],
    [x.pow(y), (a, b) => a ** b], [x.neg(), (a) => -a], [y.neg().abs(), (_, b) => b], [x.sin(), Math.sin], [x.cos(), Math.cos],
    [x.tan(), Math.tan], [x.arcsin(), Math.asin], [x.arccos(), Math.acos], [x.arctan(), Math.atan], [x.exp(), Math.exp],
    [x.log(), Math.log], [x.sqrt(), Math.sqrt], [x.neg().sign(), () => -1], [new ParameterExpression(1).sub(x), (a) => 1 - a],
    [x.add(1).mul(y.sub(x)).div(2), (a, b) => (a + 1) * (b - a) / 2],
  ];
  for (const [formula, compute] of rows) {
    const values = { x: 0.3, y: 1.7 };
    const own = Object.fromEntries(formula.parameters.map(({ name }) => [name, values[name]]));
    assert_close([formula.bind(own).numeric()], [compute(0.3, 1.7)], 1e-15);
  }
  assert.equal(String(x.add(1).mul(y.sub(x)).div(2)), '(x + 1)*(y - x)/2');
  assert.equal(String(x.sub(y.sub(1)).neg()), '-(x - (y - 1))');
  assert.equal(String(x.pow(2).sin()), 'sin(x**2)');
  assert.deepEqual(x.add(y).assign(x, y.mul(2)).parameters.map(String), ['y']);
  assert_refused(() => x.add(y).numeric(), 'INVALID_PARAMETER', 'x, y');
  assert_refused(() => x.bind({ z: 1 }), 'INVALID_PARAMETER', 'z');
  assert_refused(() => x.add('1'), 'INVALID_ARGUMENT');
  assert_refused(() => x.add(NaN), 'INVALID_PARAMETER');
  assert_refused(() => new Parameter(''), 'INVALID_ARGUMENT');
});

test('parameter_binds runs a circuit once for each value', async () => {
  const [theta, phi] = [new Parameter('theta'), new Parameter('phi')];
  const swept = new QuantumCircuit(1, 1).ry(theta, 0).rz(phi, 0).measure(0, 0);
  const plain = new QuantumCircuit(1, 1).x(0).measure(0, 0);
  const sweep = [0, 0.4, Math.PI];
  const options = { parameter_binds: [{}, new Map([[theta, sweep], ['phi', Float64Array.of(0, 1, 2)]])], seed_simulator: 3 };
  const results = (await result([plain, swept], options)).results;
  assert.equal(results.length, 4);
  const bound = sweep.map((value, i) => swept.assign_parameters({ theta: value, phi: i }));
  const expected = (await result([plain, ...bound], { seed_simulator: 3 })).results;
  assert.deepEqual(results.map(({ data }) => data.counts), expected.map(({ data }) => data.counts));
  assert.equal(assemble([plain, swept], options).experiments.length, 4);
  assert.deepEqual(await counts(swept, { parameter_binds: [{ theta: Math.PI, phi: 0 }] }), { 1: 200 });
  const refused = async (binds, text) => {
    await assert.rejects(result(swept, { parameter_binds: binds }), (error) => {
      assert(error instanceof AerError && error.message.includes(text), String(error));
      return true;
    });
  };
  await refused([{ theta: [1, 2], phi: [1] }], '1 values for "phi"');
  await refused([{ theta: [1] }], 'phi');
  await refused([{ theta: 1, phi: 1, chi: 1 }], 'chi');
  await refused([{ theta: 1, phi: 1 }, {}], 'parameter_binds');
  await refused([{ theta: 'one', phi: 1 }], 'finite numbers');
});

test('teleportation with if_test is exact', async () => {
  const [theta, phi] = [1.1, 0.4];
  const [q, a, b] = [new QuantumRegister(3, 'q'), new ClassicalRegister(1, 'a'), new ClassicalRegister(1, 'b')];
  const circuit = new QuantumCircuit(q, a, b);
  circuit.ry(theta, 0).rz(phi, 0).h(1).cx(1, 2).cx(0, 1).h(0).measure(0, a).measure(1, b);
  circuit.if_test([b, 1], (body) => body.x(q.at(2))).if_test([a.at(0), true], (body) => body.z(2));
  circuit.rz(-phi, 2).ry(-theta, 2);
  const check = new ClassicalRegister(1, 'check');
  circuit.add_register(check).measure(2, check);
  for (const key of Object.keys(await counts(circuit))) assert(key.startsWith('0 '), key);
});

test('if_else takes circuits and callbacks, maps them, and compares registers', async () => {
  const flip = new QuantumCircuit(1, 1).x(0).measure(0, 0);
  const on = (value) => {
    const c = new ClassicalRegister(3, 'c');
    const circuit = new QuantumCircuit(new QuantumRegister(3), c).x(1).measure([0, 1], [0, 1]);
    return circuit.if_else([c, value], flip, (body) => body.x(0).measure(0, 0), [2], [2]);
  };
  assert.deepEqual(await counts(on(2)), { 110: 200 });
  assert.deepEqual(await counts(on(3)), { '011': 200 });
  assert_refused(() => on(8), 'INVALID_ARGUMENT');
  assert_refused(() => on('2'), 'INVALID_ARGUMENT');
  const circuit = new QuantumCircuit(2, 1);
  assert_refused(() => circuit.if_test([3, 1], (body) => body.x(0)), 'CLBIT_OUT_OF_RANGE');
  assert_refused(() => circuit.if_test([0, 1], 'x'), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.if_test([0, 1], async (body) => body.x(0)), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.if_test([0, 1], (body) => body.x(7)), 'QUBIT_OUT_OF_RANGE');
  assert_refused(() => circuit.if_test([new ClassicalRegister(4, 'other'), 1], (body) => body.x(0)), 'INVALID_ARGUMENT');
  assert.equal(circuit.size(), 0);
});

test('while_loop repeats until success', async () => {
  const circuit = new QuantumCircuit(2, 2).h(0).measure(0, 0);
  circuit.while_loop([0, 0], (body) => body.h(0).measure(0, 0)).cx(0, 1).measure([0, 1], [0, 1]);
  assert.deepEqual(await counts(circuit), { 11: 200 });
  const forever = new QuantumCircuit(1, 1);
  forever.while_loop([0, 0], (body) => body.x(0).measure(0, 0).if_test([0, 1], (inner) => inner.break_loop()).x(0));
  assert.deepEqual(await counts(forever.measure(0, 0)), { 1: 200 });
});

test('for_loop gives its parameter each value; break and continue', async () => {
  const angle = 0.37;
  const plain = await state(new QuantumCircuit(1).rx(angle * (1 + 2 + 4), 0));
  const x = new Parameter('x');
  const loops = [
    new QuantumCircuit(1).for_loop([1, 2, 4], x, (body, i) => body.rx(i.mul(angle), 0)),
    new QuantumCircuit(1).for_loop([1, 2, 4], (body, i) => body.rx(i.mul(angle), 0)),
    new QuantumCircuit(1).for_loop([1, 2, 4], x, new QuantumCircuit(1).rx(x.mul(angle), 0)),
    new QuantumCircuit(1).for_loop(Array(7).keys(), (body) => body.rx(angle, 0)),
  ];
  for (const circuit of loops) {
    assert.equal(circuit.num_parameters, 0);
    assert_close(await state(circuit), plain);
  }
  const left = new QuantumCircuit(1, 2).for_loop([0, 1, 2], (body) => {
    body.x(0).measure(0, 0).if_test([0, 1], (inner) => inner.continue_loop()).break_loop();
  });
  assert.deepEqual(await counts(left.measure(0, 1)), { '00': 200 });
  assert_refused(() => left.for_loop([0.5], () => {}), 'INVALID_ARGUMENT');
  assert_refused(() => left.for_loop([1], 'x', () => {}), 'INVALID_ARGUMENT');
  await assert.rejects(result(new QuantumCircuit(1, 1).x(0).break_loop().measure(0, 0)), (error) => error instanceof AerError);
});

test('switch runs the case of its value', async () => {
  for (const [value, expected] of [[0, '00'], [1, '01'], [2, '01'], [3, '10']]) {
    const [c, out] = [new ClassicalRegister(2, 'c'), new ClassicalRegister(2, 'out')];
    const circuit = new QuantumCircuit(new QuantumRegister(4), c, out);
    for (const bit of [0, 1]) if ((value >> bit) & 1) circuit.x(bit);
    circuit.measure([0, 1], c).switch(c, [
      [0, () => {}], [[1, 2], (body) => body.x(2)], [CASE_DEFAULT, (body) => body.x(3)],
    ]);
    assert.deepEqual(Object.keys(await counts(circuit.measure([2, 3], out))).map((key) => key.slice(0, 2)), [expected]);
  }
  const circuit = new QuantumCircuit(1, 1);
  assert_refused(() => circuit.switch(0, [[CASE_DEFAULT, () => {}], [0, () => {}]]), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.switch(0, [[0, () => {}], [0, () => {}]]), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.switch(0, [0]), 'INVALID_ARGUMENT');
});

test('classical expressions agree with JavaScript, for each value of a register', async () => {
  const rows = [
    [(c, b) => expr.equal(expr.bit_and(c, 5), 5), (c) => (c & 5) === 5],
    [(c, b) => expr.less(expr.bit_or(c, 1), 4), (c) => (c | 1) < 4],
    [(c, b) => expr.not_equal(expr.bit_xor(c, 6), b), (c, b) => (c ^ 6) !== b],
    [(c, b) => expr.logic_and(b, expr.greater(c, 2)), (c, b) => b && c > 2],
    [(c, b) => expr.logic_or(expr.logic_not(b), expr.less_equal(c, 1)), (c, b) => !b || c <= 1],
    [(c, b) => expr.greater_equal(expr.bit_not(c), 3), (c) => (7 - c) >= 3],
    [(c, b) => expr.index(c, 1), (c) => Boolean(c & 2)],
    [(c, b) => expr.index(expr.add(c, 1), 0), (c) => ((c + 1) & 1) === 1],
    [(c, b) => expr.equal(expr.shift_right(c, 1), 1), (c) => c >> 1 === 1],
    [(c, b) => expr.equal(expr.shift_left(c, b), 4), (c, b) => ((c << b) & 7) === 4],
    [(c, b) => expr.equal(expr.sub(c, 1), 7), (c) => ((c - 1) & 7) === 7],
    [(c, b) => expr.equal(expr.mul(expr.cast(c, types.Uint(6)), c), 25), (c) => c * c === 25],
    [(c, b) => expr.equal(expr.div(c, 2), 3), (c) => Math.floor(c / 2) === 3],
    [(c, b) => expr.less(expr.div(expr.cast(c, types.Float()), 2), 1.4), (c) => c / 2 < 1.4],
    [(c, b) => expr.lift(c, types.Bool()), (c) => c !== 0],
  ];
  const circuits = [];
  const expected = [];
  for (const [build, compute] of rows) {
    for (let value = 0; value < 16; value++) {
      const [c, b, out] = [new ClassicalRegister(3, 'c'), new ClassicalRegister(1, 'b'), new ClassicalRegister(1, 'out')];
      const circuit = new QuantumCircuit(new QuantumRegister(5), c, b, out);
      for (let bit = 0; bit < 4; bit++) if ((value >> bit) & 1) circuit.x(bit);
      circuit.measure([0, 1, 2], c).measure(3, b).if_test(build(c, b.at(0)), (body) => body.x(4));
      circuits.push(circuit.measure(4, out));
      expected.push(compute(value & 7, value >> 3) ? '1' : '0');
    }
  }
  const { results } = await result(circuits, { shots: 1 });
  const got = results.map(({ data }) => (parseInt(Object.keys(data.counts)[0], 16) >> 4).toString());
  assert.deepEqual(got, expected);
});

test('variables are stored, read, and give way to later registers', async () => {
  const circuit = new QuantumCircuit(2, 2);
  const count = circuit.add_var('count', 0, types.Uint(4));
  const done = circuit.add_var('done', false);
  circuit.while_loop(expr.logic_not(done), (body) => {
    body.store(count, expr.add(count, 1)).x(0);
    body.store(done, expr.equal(count, 3));
  });
  const later = new ClassicalRegister(4, 'later');
  circuit.add_register(later).measure(0, 0).store(1, expr.equal(count, 3)).store(later, count);
  assert.deepEqual(await counts(circuit), { '0011 11': 200 });
  assert_refused(() => circuit.add_var('count', 1), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.store(expr.add(count, 1), 1), 'INVALID_ARGUMENT');
  assert_refused(() => new QuantumCircuit(1, 1).store(0, count), 'INVALID_ARGUMENT', 'count');
  assert_refused(() => expr.lift(-1), 'INVALID_ARGUMENT');
  assert_refused(() => expr.index(new ClassicalRegister(2), 2), 'CLBIT_OUT_OF_RANGE');
  assert_refused(() => expr.index(true, 0), 'SEMANTIC_ERROR');
  assert_refused(() => expr.cast(1, types.Uint(0)), 'SEMANTIC_ERROR');
});

test('a circuit tells of itself as in Qiskit', () => {
  const circuit = new QuantumCircuit(3, 2).h(0).cx(0, 1).barrier().rz(new Parameter('x'), 2).measure(0, 1);
  circuit.save_statevector();
  assert.deepEqual([circuit.size(), circuit.depth(), circuit.width()], [4, 3, 5]);
  assert.deepEqual(circuit.count_ops(), { h: 1, cx: 1, barrier: 1, rz: 1, measure: 1, save_statevector: 1 });
  const { data } = circuit;
  assert.deepEqual(data[1], { name: 'cx', qubits: [0, 1], clbits: [], params: [] });
  assert.equal(String(data[3].params[0]), 'x');
  assert.deepEqual(data[4], { name: 'measure', qubits: [0], clbits: [1], params: [] });
  assert.equal(data[5].label, 'statevector');
  assert.deepEqual(circuit.qregs.map(({ name }) => name), ['q']);
  assert.deepEqual([circuit.qubits.length, circuit.clbits.length], [3, 2]);
  assert.deepEqual([circuit.copy('other').name, circuit.copy().name], ['other', circuit.name]);
});

test('measurements of what is in use, and their removal', async () => {
  const circuit = new QuantumCircuit(3).x(0).x(2);
  const measured = circuit.measure_active(false);
  assert.deepEqual(await counts(measured), { 11: 200 });
  assert.equal(circuit.num_clbits, 0);
  const all = circuit.measure_all(false);
  assert.deepEqual(await counts(all), { 101: 200 });
  assert.deepEqual([all.remove_final_measurements(false).num_clbits, all.num_clbits], [0, 3]);
  const kept = new QuantumCircuit(2, 1).measure(0, 0).x(0).measure_all(false).remove_final_measurements();
  assert.deepEqual(kept.count_ops(), { measure: 1, x: 1 });
  assert.deepEqual(kept.cregs.map(({ name }) => name), ['c']);
});

test('what is written is read back', async () => {
  const circuit = busy();
  const again = QuantumCircuit.from_qasm(circuit.to_qasm3());
  assert_close(await state(again), await state(circuit), 1e-9);
  const plain = new QuantumCircuit(2, 2).h(0).cx(0, 1).measure([0, 1], [0, 1]);
  assert.deepEqual(QuantumCircuit.from_qasm_str(plain.to_qasm2()).data, plain.data);
});

test('a circuit is drawn, and Node shows the drawing', () => {
  const circuit = new QuantumCircuit(2, 2).h(0).cx(0, 1).measure([0, 1], [0, 1]);
  const drawing = circuit.draw();
  assert(drawing.includes('┤ H ├') && drawing.includes('q_0: '), drawing);
  assert.equal(inspect(circuit), drawing);
  assert.equal(String(circuit), drawing);
  assert.notEqual(circuit.draw('text', { reverse_bits: true }), drawing);
  assert.equal(circuit.draw({ fold: -1 }), drawing);
  assert_refused(() => circuit.draw('mpl'), 'INVALID_ARGUMENT');
  assert_refused(() => circuit.draw('text', { folds: 3 }), 'INVALID_ARGUMENT', 'folds');
  assert_refused(() => circuit.draw('text', { fold: 'wide' }), 'INVALID_ARGUMENT');
});

test('inputs and includes of OpenQASM 3', async () => {
  const text = `OPENQASM 3.0;
    include "stdgates.inc";
    include "own.inc";
    input float theta;
    qubit q;
    bit c;
    own(theta) q;
    c = measure q;`;
  const options = { inputs: { theta: Math.PI }, includes: { 'own.inc': 'gate own(a) q { ry(a) q; }' } };
  assert.deepEqual(await counts(text, options), { 1: 200 });
  assert.deepEqual(await counts(QuantumCircuit.from_qasm(text, options)), { 1: 200 });
  assert.equal(assemble(text, options).experiments.length, 1);
  await assert.rejects(result(text, { inputs: [1] }), (error) => error.code === 'INVALID_OPTION');
});

test('every save has its value', async () => {
  const angle = 0.8;
  const [one, zero] = [Math.sin(angle / 2) ** 2, Math.cos(angle / 2) ** 2];
  const circuit = new QuantumCircuit(2).ry(angle, 0);
  circuit.save_expectation_value({ IZ: 1, ZI: 2, IX: 0.5 }, [0, 1])
    .save_expectation_value_variance([['IZ', 1], ['ZI', 2]], [0, 1])
    .save_expectation_value('Z', [0], 'z')
    .save_probabilities([1, 0]).save_probabilities_dict([0], 'dict')
    .save_amplitudes([0, '01']).save_amplitudes_squared([1, 0])
    .save_density_matrix([0]).save_statevector_dict('kets').save_statevector('all', true);
  const data = (await result(circuit, { shots: 2 })).data();
  const z = zero - one;
  assert_close([data.expectation_value], [z + 2 + 0.5 * Math.sin(angle)]);
  assert_close(data.expectation_value_variance, [z + 2, 1 - z * z]);
  assert_close([data.z], [z]);
  assert_close(data.probabilities, [zero, 0, one, 0]);
  assert_close([data.dict['0x0'], data.dict['0x1']], [zero, one]);
  assert_close(Array.from(data.amplitudes), [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0]);
  assert_close(Array.from(data.amplitudes_squared), [one, zero]);
  assert_close(Array.from(data.density_matrix[0]), [zero, 0, Math.sin(angle) / 2, 0]);
  assert.deepEqual(Object.keys(data.kets).sort(), ['0x0', '0x1']);
  assert(Array.isArray(data.all));
});

test('subtypes are Aer\'s', () => {
  const { instructions } = assemble(new QuantumCircuit(1, 1)
    .save_probabilities(null, 'a').save_probabilities(null, 'b', true).save_probabilities(null, 'c', true, true)
    .save_probabilities(null, 'd', false, false, true).save_statevector('e').save_statevector('f', true, true)
    .save_expectation_value([['X', 1], ['X', 1]], 0, 'g', true, false, true)).experiments[0];
  assert.deepEqual(instructions.map(({ snapshot_type }) => snapshot_type),
    ['average', 'accum', 'list', 'c_average', 'single', 'c_list', 'c_accum']);
  assert.deepEqual(instructions[6].params, [['X', [2, 0]]]);
});

test('matrices, channels and states', async () => {
  const x = [[0, 1], [1, 0]];
  const id = [[1, 0], [0, 1]];
  const circuit = new QuantumCircuit(2, 2).x(0).uc([id, x], [0], 1).kraus([x], [0]).measure([0, 1], [0, 1]);
  assert.deepEqual(await counts(circuit), { 10: 200 });
  assert_close(await state(new QuantumCircuit(1).h(0).set_statevector([0, [0, 1]])), [0, 0, 0, 1]);
  assert_close(await state(new QuantumCircuit(2).initialize([0, 1], 1)), [0, 0, 0, 0, 1, 0, 0, 0]);
});

test('mistakes are told at the call', () => {
  const circuit = new QuantumCircuit(2, 1);
  const rows = [
    [() => circuit.save_statevector().save_state('statevector'), 'DUPLICATE_KEY', 'statevector'],
    [() => circuit.save_expectation_value('ZZZ', [0, 1], 'long'), 'INVALID_PARAMETER'],
    [() => circuit.save_expectation_value('ZQ', [0, 1], 'letters'), 'INVALID_PARAMETER'],
    [() => circuit.save_expectation_value([['ZZ', [0, 1]]], [0, 1], 'imaginary'), 'INVALID_ARGUMENT'],
    [() => circuit.save_probabilities([0, 0], 'twice'), 'DUPLICATE_QUBIT'],
    [() => circuit.save_probabilities([5], 'far'), 'QUBIT_OUT_OF_RANGE'],
    [() => circuit.save_amplitudes([4], 'beyond'), 'INVALID_PARAMETER'],
    [() => circuit.save_statevector(3), 'INVALID_ARGUMENT'],
    [() => circuit.kraus([[[1, 0], [0, 2]]], [0]), 'INVALID_MATRIX'],
    [() => circuit.diagonal([1, 2], [0]), 'INVALID_MATRIX'],
    [() => circuit.diagonal([1, NaN], [0]), 'INVALID_PARAMETER'],
    [() => circuit.uc([[[1, 0], [0, 1]]], [0], 1), 'INVALID_MATRIX'],
    [() => circuit.rx('0.1', 0), 'INVALID_ARGUMENT'],
    [() => circuit.rx(new Parameter('x'), 2), 'QUBIT_OUT_OF_RANGE'],
    [() => circuit.repeat(-1), 'INVALID_ARGUMENT'],
    [() => circuit.power(0.5), 'INVALID_ARGUMENT'],
    [() => new QuantumCircuit(1, 1).measure(0, 0).inverse(), 'UNSUPPORTED_INSTRUCTION'],
    [() => { circuit.metadata = 3; }, 'INVALID_ARGUMENT'],
    [() => { circuit.global_phase = NaN; }, 'INVALID_PARAMETER'],
  ];
  for (const [call, code, text] of rows) assert_refused(call, code, text);
});

test('instructions of one circuit are appended to another, with all that they are', async () => {
  const circuit = new QuantumCircuit(new QuantumRegister(3, 'q'), new ClassicalRegister(2, 'c'));
  circuit.global_phase = 0.4;
  circuit.metadata = { run: 3 };
  const theta = new Parameter('theta');
  const count = circuit.add_var('count', expr.lift(1, types.Uint(4)));
  circuit.h(0).rx(theta, 1).unitary([[0, 1], [1, 0]], 2, 'flip').initialize([0, 1], 2).measure([0, 2], [0, 1]);
  circuit.store(count, expr.bit_xor(count, 3));
  circuit.if_else([circuit.cregs[0], 3], (body) => body.x(1), (body) => body.h(1).store(count, 5));
  circuit.while_loop(expr.less(count, 2), (body) => body.store(count, 7).break_loop());
  circuit.save_expectation_value('ZZI', [0, 1, 2], 'zz').reset(0).barrier(0, 1);
  const empty = circuit.copy_empty_like('trace');
  assert.deepEqual([empty.name, empty.size(), empty.global_phase, empty.metadata], ['trace', 0, 0.4, { run: 3 }]);
  assert.deepEqual(empty.qregs, circuit.qregs);
  assert.equal(circuit.copy_empty_like().name, circuit.name);
  for (const instruction of circuit.data) assert.equal(empty.append(instruction), empty);
  assert.equal(empty.draw(), circuit.draw());
  assert.deepEqual(empty.data, circuit.data);
  assert.deepEqual(empty.parameters, circuit.parameters);
  const bind = { theta: Math.PI };
  assert.equal(empty.assign_parameters(bind).to_qasm3(), circuit.assign_parameters(bind).to_qasm3());
  assert.deepEqual(await counts(empty.assign_parameters(bind)), await counts(circuit.assign_parameters(bind)));
});

test('a circuit is traced step by step', async () => {
  const circuit = new QuantumCircuit(2).h(0).cx(0, 1);
  const traced = circuit.copy_empty_like();
  circuit.data.forEach((instruction, k) => traced.append(instruction).save_statevector(`step_${k}`));
  const { data } = (await result(traced)).results[0];
  const h = Math.SQRT1_2;
  assert_close(Array.from(data.step_0), [h, 0, h, 0, 0, 0, 0, 0]);
  assert_close(Array.from(data.step_1), [h, 0, 0, 0, 0, 0, h, 0]);
});

test('conditions of OpenQASM 2 come along', async () => {
  const head = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg c[2];';
  const circuit = QuantumCircuit.from_qasm(`${head} x q[1]; measure q[1] -> c[1]; if (c == 2) x q[2]; if (c == 1) x q[0]; measure q[2] -> c[0];`);
  const traced = circuit.copy_empty_like();
  for (const instruction of circuit.data) traced.append(instruction);
  assert.deepEqual(await counts(traced), { 11: 200 });
  const fresh = new QuantumCircuit(3, 2);
  for (const instruction of circuit.data) fresh.append(instruction);
  assert.deepEqual(await counts(fresh), { 11: 200 });
});

test('an instruction goes to other qubits and bits, or is a plain object', async () => {
  const source = new QuantumCircuit(2, 2).cx(0, 1).measure(1, 0).if_test([0, 1], (body) => body.x(1));
  const [cx, measure, flow] = source.data;
  const target = new QuantumCircuit(3, 3).x(2).append(cx, [2, 0]).append(measure, [0], [2]).append(flow, [1], [2]).measure(1, 1);
  assert.deepEqual(await counts(target), { 110: 200 });
  const plain = new QuantumCircuit(2, 2)
    .append({ name: 'x', qubits: [0] }).append({ name: 'cx' }, [0, 1]).append({ name: 'barrier', qubits: [0, 1], label: 'here' })
    .append({ name: 'rx', params: [Math.PI], qubits: 0, label: 'turn' }).append({ name: 'unitary', params: [[[[0, 0], [1, 0]], [[1, 0], [0, 0]]]], qubits: [0] })
    .append({ name: 'delay', params: [10], qubits: [0] }).append({ name: 'measure', qubits: [0, 1], clbits: [0, 1] }).append({ name: 'reset', qubits: [0] });
  assert.deepEqual(await counts(plain), { 11: 200 });
  assert.deepEqual(plain.data.map(({ label }) => label), [undefined, undefined, 'here', 'turn', undefined, undefined, undefined, undefined, undefined]);
  assert.deepEqual(plain.data[3].params, [Math.PI]);
  const angle = new Parameter('angle');
  assert.deepEqual(new QuantumCircuit(1).append({ name: 'rz', params: [angle.mul(2)], qubits: [0] }).parameters.map(({ name }) => name), ['angle']);
});

test('an entry of data stays what it was when its circuit changes', async () => {
  const circuit = new QuantumCircuit(1, 1).rx(new Parameter('x'), 0);
  const [rx] = circuit.data;
  circuit.assign_parameters([Math.PI], true).h(0);
  assert.equal(new QuantumCircuit(1).append(rx).num_parameters, 1);
});

test('what cannot be appended is refused', () => {
  const source = new QuantumCircuit(3, 2).ccx(0, 1, 2).measure(2, 1);
  const [ccx, measure] = source.data;
  const used = new QuantumCircuit(1, 1);
  const variable = used.add_var('v', true);
  used.store(variable, false).save_statevector('state');
  const [, store, save] = used.data;
  const other = new QuantumCircuit(1, 1);
  other.add_var('w', expr.lift(2, types.Uint(3)));
  const refused = [
    [() => new QuantumCircuit(2).append(ccx), 'QUBIT_OUT_OF_RANGE'],
    [() => new QuantumCircuit(3).append(ccx, [0, 1]), 'QUBIT_COUNT'],
    [() => new QuantumCircuit(3).append(ccx, [0, 1, 1]), 'DUPLICATE_QUBIT'],
    [() => new QuantumCircuit(3, 1).append(measure), 'CLBIT_OUT_OF_RANGE'],
    [() => new QuantumCircuit(3, 2).append(measure, [0], []), 'QUBIT_COUNT'],
    [() => new QuantumCircuit(1).append({ name: 'no_such_gate', qubits: [0] }), 'UNKNOWN_GATE'],
    [() => new QuantumCircuit(1).append({ name: 'rx', qubits: [0] }), 'PARAMETER_COUNT'],
    [() => new QuantumCircuit(1).append({ name: 'rx', params: ['1'], qubits: [0] }), 'INVALID_ARGUMENT'],
    [() => new QuantumCircuit(1).append({ name: 'x', qubits: [-2] }), 'QUBIT_OUT_OF_RANGE'],
    [() => new QuantumCircuit(1).append('x'), 'INVALID_ARGUMENT'],
    [() => new QuantumCircuit(1).append(null), 'INVALID_ARGUMENT'],
    [() => other.copy().append(store), 'INVALID_ARGUMENT', 'copy_empty_like'],
    [() => new QuantumCircuit(1).append(save).append(save), 'DUPLICATE_KEY'],
  ];
  for (const [call, code, text] of refused) assert_refused(call, code, text);
  const before = other.draw();
  assert_refused(() => other.append(store), 'INVALID_ARGUMENT');
  assert.equal(other.draw(), before);
  assert.equal(other.size(), 1);
});

test('gates that cross to the core together stay in order, with whatever comes between', async () => {
  const circuit = new QuantumCircuit(2, 2);
  circuit.h(0);
  circuit.cx(0, 1);
  circuit.add_register(new QuantumRegister(1, 'more'));
  circuit.rz(0.5, 2);
  circuit.x(-1).barrier().x([0, 1]);
  for (let qubit = 0; qubit < circuit.num_qubits; qubit++) circuit.t(qubit);
  circuit.measure([0, 1], [0, 1]);
  const names = ['h', 'cx', 'rz', 'x', 'barrier', 'x', 'x', 't', 't', 't', 'measure', 'measure'];
  assert.deepEqual(circuit.data.map(({ name }) => name), names);
  const copy = circuit.copy().y(0);
  assert.equal(circuit.size(), 11);
  assert.equal(copy.z(1).size(), 13);
  const long = new QuantumCircuit(3);
  for (let i = 0; i < 10_000; i++) long.rx(i, i % 3);
  assert.equal(long.size(), 10_000);
  assert.deepEqual(long.data[9_999].params, [9_999]);
  assert.equal(Object.is(new QuantumCircuit(1).rx(-0, 0).data[0].params[0], -0), true);
});

test('plain gates are checked when they are added', () => {
  const circuit = () => new QuantumCircuit(2).h(0);
  assert_refused(() => circuit().rx(NaN, 0), 'INVALID_PARAMETER');
  assert_refused(() => circuit().rx(Infinity, 0), 'INVALID_PARAMETER');
  assert_refused(() => circuit().h(2), 'QUBIT_OUT_OF_RANGE');
  assert_refused(() => circuit().h(-3), 'QUBIT_OUT_OF_RANGE');
  assert_refused(() => circuit().h(0.5), 'INVALID_ARGUMENT');
  assert_refused(() => circuit().cx(1, 1), 'DUPLICATE_QUBIT');
  assert_refused(() => circuit().cx(1, -1), 'DUPLICATE_QUBIT');
});

test('what a constructor adds is no part of a program that is read', () => {
  class Begun extends QuantumCircuit {
    constructor() {
      super(3);
      this.h(0).cx(1, 2);
    }
  }
  const read = Begun.from_qasm('OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; x q[0];');
  assert.deepEqual(read.z(0).data.map(({ name }) => name), ['x', 'z']);
  assert_refused(() => read.z(1), 'QUBIT_OUT_OF_RANGE');
});
