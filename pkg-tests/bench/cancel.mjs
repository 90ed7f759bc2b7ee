// How long cancel() of a running job takes, in Node and in headless Chromium without cross-origin isolation:
// from the call until both cancel() and result() have settled. `npm run bench:cancel [-- TRIES]`.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { aer } from '../jobs.mjs';
import { consumer, deep, installed, launch, open, serve } from '../packed.mjs';

const tries = Number(process.argv[2] ?? 100);
const sizes = [22, 24];

/** Runs in Node and in the page: it may use nothing but its arguments. */
async function measure({ AerSimulator, JobCancelledError }, qasm, tries) {
  const backend = new AerSimulator();
  const took = [];
  for (let i = 0; i < tries; i++) {
    let started;
    const running = new Promise((resolve) => (started = resolve));
    const job = await backend.run(qasm, { on_progress: ({ completed }) => completed > 0 && started() });
    await running;
    // Anywhere in a slice, not always at its end.
    await new Promise((resume) => setTimeout(resume, 40 * Math.random()));
    const begun = performance.now();
    const [cancelled, error] = await Promise.all([job.cancel(), job.result().catch((error) => error)]);
    took.push(performance.now() - begun);
    if (!cancelled || !(error instanceof JobCancelledError)) throw new Error(`not cancelled: ${error}`);
  }
  return took;
}

function report(where, qubits, took) {
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.ceil(share * took.length) - 1].toFixed(1).padStart(6);
  const columns = [['p50', 0.5], ['p90', 0.9], ['p99', 0.99], ['max', 1]].map(([name, share]) => `${name} ${at(share)} ms`);
  console.log(`${where.padEnd(9)} ${qubits} qubits, ${took.length} tries:  ${columns.join('  ')}`);
}

for (const qubits of sizes) report('Node', qubits, await measure(aer, deep(qubits, 100), tries));
await aer.AerJob._executor.shutdown();

const folder = consumer('web');
cpSync(installed, join(folder, 'node_modules', 'aer-wasm'), { recursive: true });
const [server, browser] = [await serve(folder), await launch()];
const { page } = await open(browser, `${server.url}index.html`);
await page.waitForFunction('window.counts');
if (await page.evaluate('crossOriginIsolated')) throw new Error('the page is isolated');
for (const qubits of sizes) {
  const call = `(${measure})(window.aer, ${JSON.stringify(deep(qubits, 100))}, ${tries})`;
  report('Chromium', qubits, await page.evaluate(call));
}
await browser.close();
await server.close();
