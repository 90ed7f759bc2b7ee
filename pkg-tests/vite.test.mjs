import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'vite';
import { consumer, launch, open, serve } from './packed.mjs';

test('a production build by Vite, without configuration, runs in Chromium', async () => {
  const folder = consumer('vite');
  await build({ root: folder, logLevel: 'error', configFile: false });
  const dist = join(folder, 'dist');
  const emitted = readdirSync(dist, { recursive: true });
  for (const [what, pattern] of Object.entries({ wasm: /aer_wasm_bg.*\.wasm$/, 'wasm with threads': /aer_wasm_threads_bg.*\.wasm$/, worker: /worker_host/ })) {
    assert.equal(emitted.filter((name) => pattern.test(name)).length, 1, `one ${what} in ${emitted}`);
  }

  const server = await serve(dist);
  const browser = await launch();
  try {
    const { page, errors } = await open(browser, `${server.url}index.html`);
    await page.waitForFunction('window.counts', undefined, { timeout: 30_000 });
    const counts = await page.evaluate('window.counts');
    assert.deepEqual(Object.keys(counts).sort(), ['000', '111']);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
    await server.close();
  }
});
