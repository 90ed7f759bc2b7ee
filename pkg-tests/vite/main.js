import { AerSimulator, QuantumCircuit } from 'aer-wasm';

const circuit = new QuantumCircuit(3);
circuit.h(0);
circuit.cx(0, 1);
circuit.cx(1, 2);
circuit.measure_all();
const job = await new AerSimulator().run(circuit, { shots: 200, seed_simulator: 7 });
window.counts = (await job.result()).get_counts();
