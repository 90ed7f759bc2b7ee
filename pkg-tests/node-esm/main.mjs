import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import * as aer from 'aer-wasm';

const { AerJob, AerSimulator, BaseJob, QuantumCircuit, Result } = aer;
const circuit = new QuantumCircuit(2, 2);
circuit.h(0);
circuit.cx(0, 1);
circuit.measure([0, 1], [0, 1]);
const job = await new AerSimulator().run(circuit, { shots: 200, seed_simulator: 7 });
assert(job instanceof AerJob && job instanceof BaseJob);
const result = await job.result();
assert(result instanceof Result);

// `require` gives the very same classes.
const required = createRequire(import.meta.url)('aer-wasm');
for (const [name, value] of Object.entries(aer)) assert.equal(required[name], value, name);
assert(job instanceof required.AerJob);

// Nothing holds the process: it ends by itself, its pool still warm.
console.log(JSON.stringify(result.get_counts()));
