import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { installed, outcome, project, root } from './packed.mjs';

const { AerSimulator } = createRequire(join(project, 'index.js'))(installed);
const corpus = join(root, 'tests', 'corpus', 'conformance');

/** Fixed, so that a pass stays a pass; cases with a seed of their own keep it. */
const SEED = 20240817;

/** The Result dict of a case, whatever becomes of it. */
async function answer(backend, { qobj }) {
  try {
    const seeded =
      qobj?.config?.seed_simulator !== undefined ||
      (Array.isArray(qobj?.experiments) && qobj.experiments.some((one) => one?.config?.seed_simulator !== undefined));
    const job = await backend.run(qobj, seeded ? {} : { seed_simulator: SEED });
    return (await job.result()).to_dict();
  } catch (error) {
    return error.result?.to_dict() ?? { success: false, status: `ERROR: ${error.message}`, results: [] };
  }
}

test('the recorded answers of Qiskit Aer, through the packed package', { timeout: 900_000 }, async () => {
  const backend = new AerSimulator();
  const cases = readdirSync(corpus)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(corpus, name), 'utf8')));
  assert(cases.length > 0);
  const results = Object.fromEntries(await Promise.all(cases.map(async (one) => [one.name, await answer(backend, one)])));
  const file = join(project, 'conformance.json');
  writeFileSync(file, JSON.stringify(results));
  const { status, stdout, stderr } = await outcome('cargo', ['test', '--locked', '--release', '--test', 'conformance'], {
    cwd: root,
    env: { ...process.env, AER_CONFORMANCE_RESULTS: file },
    timeout: 600_000,
  });
  assert.equal(status, 0, `${stdout.slice(-8000)}\n${stderr.slice(-4000)}`);
});
