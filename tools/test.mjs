// `npm test`: sets up what is missing, then runs every test there is, part by part. A part that fails does not
// stop the next. `--quick` leaves out what needs the package, wasm-pack or a browser.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { build } from './build.mjs';
import * as setup from './setup.mjs';

const quick = process.argv.includes('--quick');
const start = performance.now();

setup.node();
setup.cargo();
await setup.rustComponents();
await setup.rustWasm();
const env = { ...process.env, CARGO_TERM_COLOR: process.stdout.isTTY ? 'always' : 'never' };
if (!quick) {
  await build();
  env.PATH = [...(await setup.wasmPack()), process.env.PATH].join(delimiter);
  const { chromium, chromedriver } = await setup.browser();
  Object.assign(env, { AER_CHROMIUM: chromium, CHROMEDRIVER: chromedriver, WASM_BINDGEN_TEST_TIMEOUT: '120' });
}

/** Runs a program, shows its output as it comes, and gives its status and all it said. */
function show(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: setup.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding('utf8').on('data', (data) => {
        text += data;
        to.write(data);
      });
    }
    child.on('error', (error) => resolve({ status: 1, text: `${command}: ${error.message}` }));
    child.on('close', (status) => resolve({ status: status ?? 1, text: text.replace(/\x1b\[[0-9;]*m/g, '') }));
  });
}

/** How each runner says how many tests passed and failed. */
const runners = [
  /^\s*Summary \[.*\] +\d+ tests? run: (?<passed>\d+) passed(?: \([^)]*\))?(?:, (?<failed>\d+) failed)?.*$/gm,
  /^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed.*$/gm,
  /^ℹ pass (?<passed>\d+)\nℹ fail (?<failed>\d+)$/gm,
];

const results = [];

/**
 * Runs a command line, given as words and further arguments, and keeps what it counted. A run that ended before its
 * first test, as where a browser did not start, is run once more, up to `again` times.
 */
async function part(title, line, further = [], { again = 0 } = {}) {
  const [command, ...args] = [...line.split(' '), ...further];
  console.log(`\n━━ ${title}: ${line}`);
  const begun = performance.now();
  const attempt = async () => {
    const { status, text } = await show(command, args);
    return { status, closing: runners.flatMap((runner) => [...text.matchAll(runner)]) };
  };
  let { status, closing } = await attempt();
  for (; again > 0 && status !== 0 && closing.length === 0; again--) {
    console.log('━━ no test has begun; once more');
    ({ status, closing } = await attempt());
  }
  const sum = (key) => closing.reduce((all, { groups }) => all + Number(groups[key] ?? 0), 0);
  let [passed, failed] = [sum('passed'), sum('failed')];
  // What counts no tests is itself one; what broke before its tests ended has failed.
  if (status !== 0 && failed === 0) failed = 1;
  if (status === 0 && closing.length === 0) passed = 1;
  const ok = status === 0 && failed === 0;
  console.log(`━━ ${ok ? 'passed' : 'FAILED'}: ${title}, ${setup.seconds(begun)}`);
  results.push({ title, ok, passed, failed, took: setup.seconds(begun), closing: closing.map(([line]) => line.trim()) });
}

await part('formatting', 'cargo fmt --check');
// Those are built only now and then, and would be found stale then.
for (const task of ['fuzz', 'tools/kernels']) {
  await part(`lock file of ${task}`, `cargo fetch --locked --manifest-path ${task}/Cargo.toml`);
}
await part('formatting of the build task', 'cargo fmt --check --manifest-path tools/bindgen/Cargo.toml');
// A newer compiler knows more lints: only `check` takes its warnings for errors.
const strict = quick ? ' -- -D warnings' : '';
await part('lints, native', `cargo clippy --locked --all-targets${strict}`);
await part('lints, wasm', `cargo clippy --locked --target wasm32-unknown-unknown --lib --test node --test web${strict}`);
await part('native tests', `cargo ${setup.which('cargo-nextest') ? 'nextest run' : 'test --lib --tests'} --locked`);
await part('documentation tests', 'cargo test --locked --doc');
if (!quick) {
  // Without debug information the bindgen step of each test takes a fraction of the time.
  env.CARGO_PROFILE_DEV_DEBUG = '0';
  await part('bindings in Node', 'wasm-pack test --node -- --locked --test node');
  // The runner's server reads four connections at a time and may leave a fifth of the page's waiting for good: the page
  // then times out by webdriver.json.
  await part('bindings in Chromium', 'wasm-pack test --headless --chrome -- --locked --test web', [], { again: 4 });
  await part('wasm-pack build', 'wasm-pack build --target nodejs --out-dir target/wasm-pack -- --locked', setup.remapArguments());
  await part('wasm-pack package', 'node -e', [
    "console.log(new (require('./target/wasm-pack/aer_wasm.js').AerSimulator)().name)",
  ]);
  await part('types of the playground', 'node_modules/.bin/tsc -p www');
  const tests = readdirSync(join(setup.root, 'pkg-tests')).filter((name) => name.endsWith('.test.mjs'));
  // One file at a time: some watch how long a page is kept waiting.
  await part(
    'the packed package',
    'node --test --test-reporter=spec --test-concurrency=1',
    tests.map((name) => `pkg-tests/${name}`),
  );
}

console.log(`\n━━ summary, ${setup.seconds(start)}`);
for (const { title, ok, took, closing } of results) {
  console.log(`${ok ? '✓' : '✗'} ${title}, ${took}`);
  for (const line of closing) console.log(`    ${line.replace(/\n/g, '\n    ')}`);
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
