// How long the worker takes to read large programs, in Node: from run() until the status leaves VALIDATING, how
// often progress came meanwhile, and how long a cancel during it takes. `npm run bench:read [-- TRIES]`.
// The programs: 500,000 gates on 20 qubits, about 10 MB.

import { aer } from '../jobs.mjs';

const tries = Number(process.argv[2] ?? 7);
const { AerSimulator, JobCancelledError } = aer;

/** A deterministic mixture of gates, of which each line is about 20 bytes long. */
function gates(count, qubits) {
  let state = 1;
  const random = (below) => (state = (state * 48271) % 2147483647) % below;
  const lines = [];
  for (let i = 0; i < count; i++) {
    const [a, step] = [random(qubits), 1 + random(qubits - 1)];
    const angle = (random(6283185) / 1e6).toFixed(6);
    lines.push([
      `cx q[${a}], q[${(a + step) % qubits}];`,
      `rz(${angle}) q[${a}];`,
      `u3(${angle}, -pi/4, 0.5*pi) q[${a}];`,
      `h q[${a}];`,
    ][random(4)]);
  }
  return lines.join('\n');
}

const body = gates(500_000, 20);
const qobj = () => JSON.stringify({
  qobj_id: 'large', type: 'QASM', schema_version: '1.3.0', header: {}, config: { shots: 1 },
  experiments: [{
    header: { name: 'large' }, config: { n_qubits: 20, memory_slots: 0 },
    instructions: body.split('\n').map((line) => {
      const [, name, , params = '', qubits] = line.match(/^(\w+)(\((.*)\))? (.*);$/);
      return {
        name,
        qubits: [...qubits.matchAll(/\d+/g)].map(Number),
        params: params ? params.split(',').map((text) => Number(text.replace('-pi/4', '-0.785398').replace('0.5*pi', '1.570796'))) : [],
      };
    }),
  }],
});
const programs = {
  'OpenQASM 2': `OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[20];\n${body}\n`,
  'OpenQASM 3': `OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[20] q;\n${body}\n`,
  Qobj: qobj(),
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const backend = new AerSimulator();
for (const [name, text] of Object.entries(programs)) {
  const [read, cancelled, reports] = [[], [], []];
  for (let i = 0; i < tries; i++) {
    // Idle qubits are dropped, and nothing is measured: what is left to run is nothing.
    let heard = 0;
    const begun = performance.now();
    const job = await backend.run(text, { on_progress: () => heard++ });
    await job.result();
    read.push(performance.now() - begun);
    reports.push(heard);

    const other = await backend.run(text);
    while ((await other.status()) !== 'VALIDATING') await new Promise((resume) => setTimeout(resume, 1));
    await new Promise((resume) => setTimeout(resume, 100));
    const status = await other.status();
    const asked = performance.now();
    const [done, error] = await Promise.all([other.cancel(), other.result().catch((thrown) => thrown)]);
    cancelled.push(performance.now() - asked);
    if (!done || !(error instanceof JobCancelledError)) throw new Error(`not cancelled in ${status}: ${error}`);
  }
  const megabytes = (text.length / 1e6).toFixed(1).padStart(5);
  console.log(
    `${name.padEnd(11)} ${megabytes} MB  read in ${(median(read) / 1000).toFixed(2)} s (most ${(Math.max(...read) / 1000).toFixed(2)}), ` +
      `progress ${median(reports)} times, cancelled while reading in ${median(cancelled).toFixed(0)} ms (most ${Math.max(...cancelled).toFixed(0)})`,
  );
}
await aer.AerJob._executor.shutdown();
