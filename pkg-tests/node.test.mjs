import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, deep, installed, outcome } from './packed.mjs';

const node = (folder, file) => outcome(process.execPath, [file], { cwd: consumer(folder) });

function assert_bell({ status, stdout, stderr }) {
  assert.equal(status, 0, stderr);
  const counts = JSON.parse(stdout);
  assert.deepEqual(Object.keys(counts).sort(), ['00', '11']);
  assert.equal(counts['00'] + counts['11'], 200);
}

test('an ES module runs a circuit and ends by itself', async () => assert_bell(await node('node-esm', 'main.mjs')));

test('a CommonJS module runs a circuit and ends by itself', async () => assert_bell(await node('node-cjs', 'main.cjs')));

test('importing starts no worker, even without anything that starts one', async () => {
  const script =
    "await import('aer-wasm'); console.log(process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length)";
  const { status, stdout, stderr } = await outcome(process.execPath, ['--input-type=module', '-e', script], {
    cwd: consumer('empty'),
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), '0');
});

test('a running job of 22 qubits is cancelled within 100 ms', async () => {
  // The median of five: a busy machine may hold up one, a job that does not listen holds up all.
  const script = `
    import { AerSimulator, JobCancelledError } from 'aer-wasm';
    const backend = new AerSimulator();
    const took = [];
    for (let i = 0; i < 5; i++) {
      let started;
      const running = new Promise((resolve) => { started = resolve; });
      const job = await backend.run(${JSON.stringify(deep(22, 100))}, { on_progress: ({ completed }) => completed > 0 && started() });
      await running;
      const begun = performance.now();
      const [cancelled, error] = await Promise.all([job.cancel(), job.result().catch((error) => error)]);
      if (!cancelled || !(error instanceof JobCancelledError)) throw new Error('not cancelled: ' + error);
      took.push(performance.now() - begun);
    }
    console.log(JSON.stringify(took));`;
  const { status, stdout, stderr } = await outcome(process.execPath, ['--input-type=module', '-e', script], {
    cwd: consumer('empty'),
  });
  assert.equal(status, 0, stderr);
  const median = JSON.parse(stdout).sort((a, b) => a - b)[2];
  assert(median < 100, `cancel took ${stdout.trim()} ms`);
});

test('the tarball holds what it should and no path of this machine', () => {
  const wasm = readFileSync(join(installed, 'dist', 'aer_wasm_bg.wasm'), 'latin1');
  for (const path of [process.env.HOME, process.cwd()]) assert(!path || path === '/' || !wasm.includes(path), path);
  const own = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  assert.deepEqual(own.dependencies ?? {}, {});
  for (const file of ['LICENSE', 'README.md']) assert(readFileSync(join(installed, file), 'utf8').length > 0, file);
});
