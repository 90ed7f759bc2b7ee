"""One job of native Qiskit Aer on one thread: reads what methods.mjs measures from stdin; prints a line."""

import json
import sys
import time

from qiskit import QuantumCircuit
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel

asked = json.load(sys.stdin)
circuit = QuantumCircuit.from_qasm_str(asked["text"])
noise = asked.get("noise_model")
model = None
if noise:
    from qiskit_aer.noise import pauli_error

    model = NoiseModel()
    for error in noise["errors"]:
        terms = [(step[0]["params"][0], p) for step, p in zip(error["instructions"], error["probabilities"])]
        if error["operations"]:
            model.add_all_qubit_quantum_error(pauli_error(terms), error["operations"])
simulator = AerSimulator(
    method=asked["method"], max_parallel_threads=1, seed_simulator=1, noise_model=model, **(asked.get("options") or {})
)
begun, used = time.perf_counter(), time.process_time()
counts = simulator.run(circuit, shots=asked["shots"]).result().get_counts()
cpu, wall = time.process_time() - used, time.perf_counter() - begun
assert sum(counts.values()) == asked["shots"]
print(json.dumps({"ms": wall * 1e3, "cpu_ms": cpu * 1e3}))
