// Every shipped file has a budget and keeps it. The budgets are for a build with its own standard library.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { budgets, sizes } from '../tools/size.mjs';
import { installed } from './packed.mjs';

test('each shipped file keeps its budget, and none is shipped without one', () => {
  const shipped = sizes(join(installed, 'dist'));
  assert.ok(shipped.some(({ name }) => name === 'aer_wasm_bg.wasm'));
  for (const { name, gzip, budget } of shipped) {
    assert.ok(name in budgets, `${name} has no budget: see tools/size.mjs`);
    assert.ok(gzip <= budget, `${name} has ${gzip} bytes gzipped, its budget is ${budget}: see tools/size.mjs`);
  }
});
