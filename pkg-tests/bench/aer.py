"""One measurement of native Qiskit Aer: reads what cell.mjs reads, and the circuit, from stdin; prints its line."""

import json
import resource
import statistics
import sys
import time

from qiskit import QuantumCircuit
from qiskit_aer import AerSimulator, __version__

asked = json.load(sys.stdin)


def circuit(spec):
    made = QuantumCircuit(spec["n"], spec["n"])
    for gate, qubits, *parameters in spec["ops"]:
        getattr(made, {"u3": "u"}.get(gate, gate))(*(parameters[0] if parameters else []), *qubits)
    made.measure(range(spec["n"]), range(spec["n"]))
    return made


simulator = AerSimulator(
    method="statevector",
    precision=asked["precision"],
    max_parallel_threads=asked["threads"],
    seed_simulator=1,
)
simulator.run(circuit(asked["small"]), shots=20000).result().get_counts()
wall, cpu = [], []
for _ in range(asked["reps"]):
    # Ours reads its program within the job, so this one's is made within the time too.
    begun, used = time.perf_counter(), time.process_time()
    made = circuit(asked["spec"])
    counts = simulator.run(made, shots=asked["shots"]).result().get_counts()
    cpu.append((time.process_time() - used) * 1e3)
    wall.append((time.perf_counter() - begun) * 1e3)
print(
    json.dumps(
        {
            "version": __version__,
            "ms": statistics.median(wall),
            "cpu_ms": statistics.median(cpu),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "counts": counts,
        }
    )
)
