// `npm run bench:methods`: what each method is for, timed. Every row is a fresh process: the job runs once, its answer
// is checked, then as often as --reps says; CPU and wall are medians, from run() to counts, over all threads of the
// process. `--against aer` measures native Qiskit Aer in turn (AER_PYTHON names a python that has qiskit-aer).
//
//   --cases ghz1000,noisy16   --reps 5   --json

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answer } from './answer.mjs';
import { circuits, qasm } from './circuits.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const range = (count) => Array.from({ length: count }, (_, i) => i);
const sum = (values) => values.reduce((a, b) => a + b, 0);

/** The circuit of n qubits, cut after so many layers of `brickwork`. */
function brickwork(n, layers) {
  const spec = circuits.brickwork(n);
  return { n, ops: spec.ops.slice(0, Math.ceil((spec.ops.length * layers) / 20)) };
}

const p = 0.001;

/** Depolarizing noise of probability p on all gates of one and of two qubits, in the form of `NoiseModel.to_dict()`. */
function depolarizing(ones, twos) {
  const strings = (length) => (length === 0 ? [''] : strings(length - 1).flatMap((s) => [...'IXYZ'].map((l) => s + l)));
  const error = (operations, length) => {
    const share = p / 4 ** length;
    const terms = strings(length);
    return {
      type: 'qerror',
      operations,
      instructions: terms.map((term) => [{ name: 'pauli', params: [term], qubits: range(length) }]),
      probabilities: terms.map((_, i) => (i === 0 ? 1 - share * (terms.length - 1) : share)),
    };
  };
  return { errors: [error(ones, 1), error(twos, 2)] };
}

/** Memory of a repetition code of distance d: rounds of ancillas that compare neighbours, are read and reset. */
function repetition_code(d, rounds) {
  const lines = [`OPENQASM 2.0;`, `include "qelib1.inc";`, `qreg q[${2 * d - 1}];`];
  lines.push(...range(rounds).map((r) => `creg s${r}[${d - 1}];`), `creg m[${d}];`);
  for (const r of range(rounds)) {
    for (const a of range(d - 1)) lines.push(`cx q[${a}],q[${d + a}];`);
    for (const a of range(d - 1)) lines.push(`cx q[${a + 1}],q[${d + a}];`);
    for (const a of range(d - 1)) lines.push(`measure q[${d + a}] -> s${r}[${a}];`, `reset q[${d + a}];`);
  }
  lines.push(...range(d).map((a) => `measure q[${a}] -> m[${a}];`));
  return lines.join('\n');
}

const ends = (n) => (counts, shots) => {
  const [zeros, ones] = [counts['0'.repeat(n)] ?? 0, counts['1'.repeat(n)] ?? 0];
  return zeros + ones === shots && Math.abs(zeros - shots / 2) < 3 * Math.sqrt(shots);
};
const all = (counts, shots) => sum(Object.values(counts)) === shots;
const only = (text) => (counts, shots) => counts[text] === shots;
const hidden = circuits.hiddenshift(1000);

/** What is measured: the method, the program, the options, and whether the counts may be right. */
const cases = {
  ghz1000: { method: 'stabilizer', text: qasm(circuits.ghz(1000)), right: ends(1000), aer: false },
  hiddenshift1000: { method: 'stabilizer', text: qasm(hidden), right: only(hidden.support[0]), aer: false },
  repetition7: {
    method: 'stabilizer',
    text: repetition_code(7, 7),
    shots: 10_000,
    noise_model: depolarizing([], ['cx']),
    // Nearly all data come back as they were.
    right: (counts, shots) => all(counts, shots) && (counts[Object.keys(counts)[0]] ?? 0) > 0,
  },
  mps_ghz100: { method: 'matrix_product_state', text: qasm(circuits.ghz(100)), right: ends(100) },
  mps_brickwork40: {
    method: 'matrix_product_state',
    text: qasm(brickwork(40, 20)),
    options: { matrix_product_state_max_bond_dimension: 64 },
    right: all,
  },
  density10: {
    method: 'density_matrix',
    text: qasm(brickwork(10, 20)),
    noise_model: depolarizing(['rx', 'rz'], ['cz']),
    right: all,
  },
  noisy16: {
    method: 'statevector',
    text: qasm(circuits.brickwork(16)),
    noise_model: depolarizing(['rx', 'rz'], ['cz']),
    right: all,
  },
  t20: {
    method: 'extended_stabilizer',
    text: qasm({ n: 20, ops: range(12).flatMap((i) => [['h', [i]], ['t', [i]], ['cx', [i, i + 1]]]) }),
    shots: 100,
    right: all,
  },
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Measures a case in this process. */
async function measure(name, reps) {
  const { method, text, shots = 1024, noise_model, options = {}, right } = cases[name];
  const { AerSimulator, WorkerExecutor } = await import(new URL('../../dist/node.mjs', import.meta.url));
  const executor = new WorkerExecutor({ max_workers: 1 });
  const backend = new AerSimulator({ executor, method, max_parallel_threads: 1, seed_simulator: 1, ...options });
  const [wall, cpu] = [[], []];
  let first;
  for (let i = 0; i <= reps; i++) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const result = await (await backend.run(text, { shots, ...(noise_model && { noise_model }) })).result();
    const counts = result.get_counts();
    const { user, system } = process.cpuUsage(used);
    const times = [performance.now() - begun, (user + system) / 1000];
    if (!right(counts, shots)) return { error: 'wrong counts' };
    first ??= times;
    if (i > 0 || reps === 0) {
      wall.push(times[0]);
      cpu.push(times[1]);
    }
  }
  await executor.shutdown();
  const peak_mb = process.resourceUsage().maxRSS / 1024;
  return { ms: median(wall), cpu_ms: median(cpu), first_ms: first[0], first_cpu_ms: first[1], peak_mb };
}

if (process.argv[2] === 'measure') {
  console.log(JSON.stringify(await measure(process.argv[3], Number(process.argv[4]))));
  process.exit();
}

const { values: given } = parseArgs({
  options: {
    cases: { type: 'string', default: Object.keys(cases).join(',') },
    reps: { type: 'string', default: '5' },
    against: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (given.against !== undefined && given.against !== 'aer') throw new Error('--against takes "aer"');
if (given.against && !process.env.AER_PYTHON) throw new Error('AER_PYTHON has to name a python with qiskit-aer');
const time = (ms) => (ms === undefined ? '' : ms < 1000 ? `${ms.toPrecision(3)} ms` : `${(ms / 1000).toPrecision(3)} s`);
const columns = ['case', 'method', 'CPU', 'wall', 'first CPU', 'peak MB', ...(given.against ? ['Aer CPU', 'Aer wall'] : [])];
const widths = [16, 22, 9, 9, 9, 8, 9, 9];
const show = (cells) => given.json || console.log(cells.map((cell, i) => String(cell)[i < 2 ? 'padEnd' : 'padStart'](widths[i])).join(' '));
show(columns);
for (const name of given.cases.split(',')) {
  if (!cases[name]) throw new Error(`unknown case ${name}; there are ${Object.keys(cases)}`);
  const row = await answer(process.execPath, [fileURLToPath(import.meta.url), 'measure', name, given.reps]);
  const { method, text, shots = 1024, noise_model, options, aer: affordable = true } = cases[name];
  let aer = {};
  if (given.against && affordable) {
    const input = JSON.stringify({ method, text, shots, noise_model, options });
    aer = await answer(process.env.AER_PYTHON, [join(here, 'aer_method.py')], input);
  }
  if (row.error) process.exitCode = 1;
  if (given.json) console.log(JSON.stringify({ case: name, method, ...row, aer }));
  const cells = row.error ? ['FAILED', row.error] : [time(row.cpu_ms), time(row.ms), time(row.first_cpu_ms), row.peak_mb.toFixed(0)];
  show([name, method, ...cells, ...(given.against ? [aer.error ?? time(aer.cpu_ms), time(aer.ms)] : [])]);
}
