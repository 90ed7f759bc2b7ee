import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, installed, outcome } from './packed.mjs';

test("the README's first example runs as it stands", async () => {
  const [, example] = /```js\n([^]*?)```/.exec(readFileSync(join(installed, 'README.md'), 'utf8'));
  const folder = consumer('readme');
  writeFileSync(join(folder, 'example.mjs'), example);
  const { status, stdout, stderr } = await outcome(process.execPath, ['example.mjs'], { cwd: folder });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\S/, 'it shows something');
});
