import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { installed, outcome, project } from './packed.mjs';

const { AerSimulator } = createRequire(join(project, 'index.js'))(installed);

/** The interpreter, and why it cannot be used. */
const python = process.env.AER_PYTHON ?? 'python3';
const probe = await outcome(python, ['-c', 'import qiskit; print(qiskit.__version__)']);
const skip =
  probe.status === 0 ? false : `${python} has no qiskit: name an interpreter that has it in the variable AER_PYTHON`;

/** Reads a result dict as Qiskit does, and says what Qiskit makes of it. */
const script = `
import json, sys
from qiskit.result import Result
result = Result.from_dict(json.load(sys.stdin))
def told(read):
    try:
        return read()
    except Exception as error:
        return type(error).__name__
def header(one):
    # A dict since Qiskit 2, an object before.
    return one.header if isinstance(one.header, dict) else one.header.to_dict()
print(json.dumps([{
    "success": result.success, "status": result.status, "job_id": result.job_id,
    "name": header(one).get("name"),
    "shots": one.shots, "one": one.status, "seed": one.seed_simulator if hasattr(one, "seed_simulator") else None,
    "counts": told(lambda: dict(result.get_counts(i))), "memory": told(lambda: result.get_memory(i)),
    "data": told(lambda: result.data(i)), "again": result.to_dict()["results"][i]["data"],
} for i, one in enumerate(result.results)]))
`;

const all = [0, 1];
const qobj = {
  qobj_id: 'from_dict',
  type: 'QASM',
  schema_version: '1.3.0',
  header: { backend_name: 'aer_simulator' },
  config: { shots: 50, memory: true, seed_simulator: 11 },
  experiments: [
    {
      header: { name: 'measured', n_qubits: 2, memory_slots: 2, creg_sizes: [['a', 1], ['b', 1]], qreg_sizes: [['q', 2]] },
      config: { n_qubits: 2, memory_slots: 2 },
      instructions: [
        { name: 'x', qubits: [0] },
        { name: 'measure', qubits: all, memory: all },
      ],
    },
    {
      header: { name: 'saved', n_qubits: 2, memory_slots: 0, creg_sizes: [], qreg_sizes: [['q', 2]] },
      config: { n_qubits: 2, memory_slots: 0 },
      instructions: [
        { name: 'h', qubits: [0] },
        { name: 'cx', qubits: all },
        { name: 'save_statevector', qubits: all, label: 'sv' },
        { name: 'save_statevector_dict', qubits: all, label: 'ket' },
        { name: 'save_density_matrix', qubits: [0], label: 'rho' },
        { name: 'save_probabilities', qubits: all, label: 'p' },
        { name: 'save_probabilities_dict', qubits: all, label: 'p_dict' },
        { name: 'save_expval', qubits: all, label: 'zz', params: [['ZZ', [1, 1]]] },
        { name: 'save_expval_var', qubits: all, label: 'zz_var', params: [['ZZ', [1, 1]]] },
      ],
    },
    { header: { name: 'failed' }, config: { n_qubits: 1 }, instructions: [{ name: 'h', qubits: [7] }] },
  ],
};

/** Numbers that agree to 1e-12, in data of the same shape. */
function near(found, expected) {
  if (typeof expected === 'number') return assert(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const key of Object.keys(expected)) near(found[key], expected[key]);
}

test("Qiskit's Result.from_dict reads what to_dict() gives", { skip }, async () => {
  const job = await new AerSimulator().run(qobj);
  const { result } = await job.result().then(
    () => assert.fail('one experiment is wrong'),
    (error) => error,
  );
  const { status, stdout, stderr } = await outcome(python, ['-c', script], { input: JSON.stringify(result.to_dict()) });
  assert.equal(status, 0, stderr);
  const [measured, saved, failed] = JSON.parse(stdout);
  assert.deepEqual([measured.success, measured.status], [false, 'PARTIAL COMPLETED']);
  assert.deepEqual([measured.job_id, measured.name, measured.shots, measured.one], [await job.job_id(), 'measured', 50, 'DONE']);
  assert.deepEqual(measured.counts, { '0 1': 50 });
  assert.deepEqual(measured.memory, Array(50).fill('0 1'));
  const [zero, half] = [[0, 0], [Math.SQRT1_2, 0]];
  const data = {
    sv: [half, zero, zero, half],
    ket: { '0x0': half, '0x3': half },
    rho: [[[0.5, 0], zero], [zero, [0.5, 0]]],
    p: [0.5, 0, 0, 0.5],
    p_dict: { '0x0': 0.5, '0x3': 0.5 },
    zz: 1,
    zz_var: [1, 0],
  };
  near(saved.data, data);
  near(saved.again, data);
  assert.equal(saved.counts, 'QiskitError');
  assert.equal(failed.shots, 0);
  assert.match(failed.one, /^ERROR: .*Qubit 7 is out of range/);
});

test('the forms of saved values: typed arrays in data(), pairs in to_dict()', async () => {
  const saves = { ...qobj, experiments: [qobj.experiments[1]] };
  const result = await (await new AerSimulator().run(saves)).result();
  const { sv, ket, rho, p, p_dict, zz, zz_var } = result.data();
  assert(sv instanceof Float64Array && sv.length === 8);
  assert(rho.length === 2 && rho.every((row) => row instanceof Float64Array && row.length === 4));
  near(ket, { '0x0': [Math.SQRT1_2, 0], '0x3': [Math.SQRT1_2, 0] });
  near([p, p_dict, zz, zz_var], [[0.5, 0, 0, 0.5], { '0x0': 0.5, '0x3': 0.5 }, 1, [1, 0]]);
  const { data } = JSON.parse(JSON.stringify(result)).results[0];
  near(data.rho, [[[0.5, 0], [0, 0]], [[0, 0], [0.5, 0]]]);
  assert.deepEqual(result.results[0].metadata.result_types.rho, 'save_density_matrix');
  assert.deepEqual(result.results[0].metadata.result_subtypes.rho, 'average');
});
