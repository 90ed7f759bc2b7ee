// Counts and memory lists that travel as numbers are to everyone what plain data would be.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { aer } from './jobs.mjs';

const { AerSimulator, Result } = aer;
const backend = new AerSimulator();

/** Measures qubits that are |+⟩ into these places of the registers. */
const program = (registers, places) =>
  `OPENQASM 2.0; include "qelib1.inc"; qreg q[${places.length}]; ` +
  registers.map(([name, size]) => `creg ${name}[${size}]; `).join('') +
  'h q; ' +
  places.map(([name, bit], i) => `measure q[${i}] -> ${name}[${bit}];`).join(' ');

const run = async (text, options) => (await backend.run(text, { seed_simulator: 5, memory: true, ...options })).result();

const entire = [...Array(10).keys()];
const cases = {
  'few counts': [[['c', 2]], [['c', 0], ['c', 1]], 2],
  'many counts': [[['c', 10]], entire.map((i) => ['c', i]), 10],
  'many counts, measured backwards': [[['c', 10]], entire.map((i) => ['c', 9 - i]), 10],
  'many counts of three registers': [[['a', 3], ['b', 1], ['c', 8]], entire.map((i) => (i < 3 ? ['a', i] : ['c', i - 3])), 12],
  'counts of 40 bits': [[['c', 40]], entire.map((i) => ['c', 4 * i]), 40],
  'counts of 64 bits': [[['c', 64]], entire.map((i) => ['c', 7 * i]), 64],
  'counts of 150 bits': [[['c', 140], ['d', 10]], entire.map((i) => (i < 9 ? ['c', 15 * i] : ['d', 9])), 150],
};

for (const [name, [registers, places, width]] of Object.entries(cases)) {
  test(name, async () => {
    const text = program(registers, places);
    const result = await run(text, { shots: 3000 });
    const sizes = registers.map(([, size]) => size).reverse();
    const spaced = (hex) => {
      const bits = BigInt(hex).toString(2).padStart(width, '0');
      let at = 0;
      return sizes.map((size) => bits.slice(at, (at += size))).join(' ');
    };
    // Before any text is asked for, from the texts, and from what JSON keeps of them.
    const [counts, memory] = [result.get_counts(), result.get_memory()];
    const data = result.data();
    assert.deepEqual(Object.keys(data), ['counts', 'memory']);
    assert.equal(data.memory.length, 3000);
    const tally = {};
    for (const hex of data.memory) tally[hex] = (tally[hex] ?? 0) + 1;
    assert.deepEqual(data.counts, tally);
    assert.ok(Object.keys(data.counts).every((hex) => /^0x(0|[1-9a-f][0-9a-f]*)$/.test(hex)));
    const values = Object.keys(data.counts).map(BigInt);
    assert.ok(values.every((value, i) => i === 0 || values[i - 1] < value), 'ascending');
    assert.deepEqual(memory, data.memory.map(spaced));
    assert.deepEqual(counts, Object.fromEntries(Object.entries(tally).map(([hex, shots]) => [spaced(hex), shots])));
    assert.deepEqual([result.get_counts(), result.get_memory()], [counts, memory]);
    const again = Result.from_dict(JSON.parse(JSON.stringify(result)));
    assert.deepEqual([again.get_counts(), again.get_memory()], [counts, memory]);
    // The bits that nothing was measured into are 0, and the others are not.
    const or = values.reduce((all, value) => all | value);
    const at = (place) => registers.slice(0, registers.findIndex(([name]) => name === place)).reduce((sum, [, size]) => sum + size, 0);
    assert.equal(or, places.reduce((all, [name, bit]) => all | (1n << BigInt(at(name) + bit)), 0n));
  });
}

test('counts are data as any other', async () => {
  const text = program([['c', 10]], entire.map((i) => ['c', i]));
  const fresh = () => run(text, { shots: 2000 });
  const expected = JSON.parse(JSON.stringify((await fresh()).data()));
  assert.ok(Object.keys(expected.counts).length > 500 && expected.memory.length === 2000);
  assert.deepEqual((await fresh()).to_dict().results[0].data, expected);
  assert.deepEqual({ ...(await fresh()).data() }, expected);
  assert.deepEqual(Object.assign({}, (await fresh()).data()), expected);
  assert.deepEqual(structuredClone((await fresh()).results)[0].data, expected);
  assert.deepEqual(Object.entries((await fresh()).data()), Object.entries(expected));
  assert.equal(inspect((await fresh()).data()), inspect(expected));
  const frozen = Object.freeze((await fresh()).data());
  assert.deepEqual(frozen.counts, expected.counts);
  assert.equal(frozen.counts, frozen.counts);
  // What a user changes is what is told.
  const written = await fresh();
  written.results[0].data.counts = { '0x3': 5 };
  assert.deepEqual(written.get_counts(), { '0000000011': 5 });
  assert.deepEqual(written.data().counts, { '0x3': 5 });
  const edited = await fresh();
  edited.data().counts['0x3'] = 7;
  edited.data().memory[0] = '0x1';
  assert.equal(edited.get_counts()['0000000011'], 7);
  assert.equal(edited.get_memory()[0], '0000000001');
  const removed = await fresh();
  delete removed.results[0].data.counts;
  assert.throws(() => removed.get_counts(), { code: 'INVALID_ARGUMENT' });
});

test('saved values stand beside counts that travel as numbers', async () => {
  const circuit = new aer.QuantumCircuit(7, 7);
  for (let i = 0; i < 7; i++) circuit.h(i);
  circuit.save_statevector('counts_');
  circuit.measure([...Array(7).keys()], [...Array(7).keys()]);
  const result = await (await backend.run(circuit, { shots: 1000, seed_simulator: 1 })).result();
  assert.deepEqual(Object.keys(result.data()), ['counts', 'counts_']);
  assert.equal(result.data().counts_.length, 2 * 2 ** 7);
});
