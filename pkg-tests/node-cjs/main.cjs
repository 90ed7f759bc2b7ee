const assert = require('node:assert').strict;
const { AerSimulator, JobError } = require('aer-wasm');

(async () => {
  const bell = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;';
  const backend = new AerSimulator();
  const result = await (await backend.run(bell, { shots: 200, seed_simulator: 7 })).result();

  const imported = await import('aer-wasm');
  assert.equal(imported.AerSimulator, AerSimulator);
  const failed = await (await backend.run('OPENQASM 2.0; nonsense')).result().catch((error) => error);
  assert(failed instanceof imported.JobError && failed instanceof JobError);

  console.log(JSON.stringify(result.get_counts()));
})();
