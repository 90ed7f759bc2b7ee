import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, installed, outcome, root } from './packed.mjs';

const readme = readFileSync(join(installed, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(js|text)\n([^]*?)^```/gm)].map(([, language, text]) => ({ language, text }));

async function run(program) {
  const folder = consumer('readme');
  writeFileSync(join(folder, 'example.mjs'), program);
  const { status, stdout, stderr } = await outcome(process.execPath, ['example.mjs'], { cwd: folder });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("the README's first example prints what the README says", async () => {
  const first = blocks.findIndex(({ language }) => language === 'js');
  assert.equal(blocks[first + 1].language, 'text', 'the output follows the example');
  assert.equal(await run(blocks[first].text), blocks[first + 1].text);
});

test('the README tells the life of a job as it is', async () => {
  const life = blocks.find(({ text }) => text.includes('wait_for_final_state'));
  const lines = (await run(life.text)).trim().split('\n');
  assert.equal(lines[0], 'INITIALIZING');
  assert.match(lines.at(-1), /^(CANCELLED|DONE)$/);
});

test('the README sweeps a parameter and loops as it says', async () => {
  const example = blocks.find(({ text }) => text.includes('parameter_binds'));
  const lines = (await run(example.text)).trim().split('\n');
  const said = [...example.text.matchAll(/get_counts\(\)\); +\/\/ (.*)$/gm)].map(([, comment]) => comment);
  assert.deepEqual(lines, said);
});

test('the README makes noise as it says', async () => {
  const example = blocks.find(({ text }) => text.includes('depolarizing_error'));
  const said = /get_counts\(\)\); +\/\/ (.*)$/m.exec(example.text)[1];
  assert.equal((await run(example.text)).trim(), said);
});

test('the executor of docs/protocol.md works, and remembers', async () => {
  const [, example] = /^```js\n([^]*?)^```/m.exec(readFileSync(join(root, 'docs/protocol.md'), 'utf8'));
  const [first, second] = (await run(example)).trim().split('\n');
  assert.match(first, /^true \d{4}-.* \{ '..': \d+, '..': \d+ \}$/);
  assert.equal(second, first);
});
