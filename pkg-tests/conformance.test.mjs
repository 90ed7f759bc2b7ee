import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { installed, outcome, project, root } from './packed.mjs';

const { AerSimulator, assemble } = createRequire(join(project, 'index.js'))(installed);
const corpus = join(root, 'tests', 'corpus', 'conformance');

/** Fixed, so that a pass stays a pass; cases with a seed of their own keep it. */
const SEED = 20240817;

/** The Result dict of a program, whatever becomes of it. */
async function answer(backend, circuits, { qobj }, options = {}) {
  try {
    const seeded =
      qobj?.config?.seed_simulator !== undefined ||
      (Array.isArray(qobj?.experiments) && qobj.experiments.some((one) => one?.config?.seed_simulator !== undefined));
    const job = await backend.run(circuits, seeded ? options : { ...options, seed_simulator: SEED });
    return (await job.result()).to_dict();
  } catch (error) {
    return error.result?.to_dict() ?? { success: false, status: `ERROR: ${error.message}`, results: [] };
  }
}

/**
 * A case as text: the text itself with the Qobj's options, or where something is saved at the end the text's
 * instructions in the place of the Qobj's own, and the saves behind them.
 */
async function text_answer(backend, text, one) {
  const { config, experiments: [experiment] } = one.qobj;
  const ends_with = experiment.instructions.findLastIndex(({ name }) => !name.startsWith('save_')) + 1;
  const saves = experiment.instructions.slice(ends_with);
  if (saves.length === 0) {
    const known = Object.entries({ ...config, ...experiment.config }).filter(([key]) => key in backend.options);
    return answer(backend, text, one, Object.fromEntries(known));
  }
  const [read] = assemble(text).experiments;
  const { conditional_any, variables } = read.config;
  const phase = text.includes('OPENQASM 3') ? read.header.global_phase : experiment.header.global_phase;
  const whole = {
    ...experiment,
    header: { ...experiment.header, global_phase: phase },
    config: { ...experiment.config, ...(conditional_any && { conditional_any }), ...(variables && { variables }) },
    instructions: [...read.instructions, ...saves],
  };
  return answer(backend, { ...one.qobj, experiments: [whole] }, one);
}

test('the recorded answers of Qiskit Aer, through the packed package', { timeout: 900_000 }, async () => {
  const backend = new AerSimulator();
  const cases = readdirSync(corpus)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(corpus, name), 'utf8')));
  assert(cases.length > 0);
  const answers = cases.flatMap((one) => [
    [one.name, answer(backend, one.qobj, one)],
    ...(one.openqasm2 ? [[`${one.name} as OpenQASM 2`, text_answer(backend, one.openqasm2, one)]] : []),
    ...(one.openqasm3 ? [[`${one.name} as OpenQASM 3`, text_answer(backend, one.openqasm3, one)]] : []),
  ]);
  const results = Object.fromEntries(await Promise.all(answers.map(async ([name, result]) => [name, await result])));
  const file = join(project, 'conformance.json');
  writeFileSync(file, JSON.stringify(results));
  const { status, stdout, stderr } = await outcome('cargo', ['test', '--locked', '--release', '--test', 'conformance'], {
    cwd: root,
    env: { ...process.env, AER_CONFORMANCE_RESULTS: file },
    timeout: 600_000,
  });
  assert.equal(status, 0, `${stdout.slice(-8000)}\n${stderr.slice(-4000)}`);
});
