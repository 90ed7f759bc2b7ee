// The largest states: 27 qubits in double precision, 28 in single, and one more refused at once.

import assert from 'node:assert/strict';
import { freemem } from 'node:os';
import { test } from 'node:test';
import { aer } from './jobs.mjs';

const { AerSimulator, QuantumCircuit } = aer;
const angle = (q) => 0.1 + 0.05 * q;

/** A GHZ state with a rotation of each qubit, measured: every amplitude is there. */
function rotated_ghz(n) {
  const circuit = new QuantumCircuit(n);
  circuit.h(0);
  for (let q = 1; q < n; q++) circuit.cx(q - 1, q);
  for (let q = 0; q < n; q++) circuit.ry(angle(q), q);
  circuit.measure_all();
  return circuit;
}

// Two GiB of amplitudes, and what else runs.
const little = freemem() < 5 * 2 ** 30 && 'there is too little memory free';

for (const [n, precision] of [[27, 'double'], [28, 'single']]) {
  test(`${n} qubits in ${precision} precision run`, { skip: little }, async () => {
    const backend = new AerSimulator({ method: 'statevector', precision });
    const job = await backend.run(rotated_ghz(n), { shots: 1024, seed_simulator: 3 });
    const counts = (await job.result()).get_counts();
    const odd = ([key]) => key.at(-1) !== key.at(-2);
    const sum = (entries) => entries.reduce((sum, [, count]) => sum + count, 0);
    const mean = 1 - (2 * sum(Object.entries(counts).filter(odd))) / sum(Object.entries(counts));
    // Six standard errors; the seed is fixed.
    const expected = Math.cos(angle(0)) * Math.cos(angle(1));
    assert(Math.abs(mean - expected) < 6 * Math.sqrt((1 - expected ** 2) / 1024), `<ZZ> is ${mean}, not ${expected}`);
  });

  test(`${n + 1} qubits in ${precision} precision are refused with numbers`, async () => {
    const job = await new AerSimulator({ method: 'statevector', precision }).run(rotated_ghz(n + 1));
    const error = await job.result().catch((error) => error);
    assert.equal(error.code, 'INSUFFICIENT_MEMORY');
    assert.match(error.message, new RegExp(`Required memory: 4096M.*at most ${n} qubits`, 's'));
  });
}

test.after(() => aer.AerJob._executor.shutdown());
