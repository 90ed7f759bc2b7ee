// How the playground runs programs: its settings and noise as functions, and jobs in Chromium.

import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as bundle } from 'esbuild';
import { root } from './packed.mjs';
import { browser, site } from './playground.mjs';

// ------------------------------------------------------------------------------------------------- without a page

/** A module of the playground, for Node. */
async function module_of(path) {
  const { outputFiles } = await bundle({
    entryPoints: [join(root, 'www/src', path)], bundle: true, write: false, format: 'esm', platform: 'node', external: ['aer-wasm'],
    nodePaths: [join(root, 'node_modules')], logLevel: 'silent',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

const aer = await import('../dist/node.mjs');
const { describe_noise, GATES, noise_model, NOISE_PRESETS, noise_values } = await module_of('run/noise.ts');
const { METHODS, noise_problems, NUMBERS, problem_of, read_settings } = await module_of('run/settings.ts');
const { estimate_time_left } = await module_of('run/time_left.ts');

const program = (body, qubits = 1) => `OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[${qubits}];\ncreg c[${qubits}];\n${body}\nmeasure q -> c;\n`;

const SHOTS = 100_000;

/** Share of shots with these outcomes, under noise. */
async function share(text, noise, outcomes) {
  const job = await new aer.AerSimulator().run(text, { shots: SHOTS, seed_simulator: 11, noise_model: noise_model(aer, noise) });
  const counts = (await job.result()).get_counts();
  return outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0) / SHOTS;
}

/** Within 5 standard deviations, which true answers leave in 6 of 10 million tries. */
function assert_near(found, expected, what) {
  const bound = 5 * Math.sqrt((expected * (1 - expected)) / SHOTS);
  assert.ok(Math.abs(found - expected) <= bound, `${what}: found ${found}, expected ${expected} ± ${bound}`);
}

test('the gates of the noise are those of the package, by their number of qubits', async () => {
  const known = new aer.AerSimulator().configuration().basis_gates.filter((name) => !name.startsWith('mc'));
  assert.deepEqual(Object.values(GATES).flat().sort(), known.sort());
  /** The code of the error of a gate on so many qubits, with as many parameters as it wants. */
  const attempt = async (name, count) => {
    const qubits = Array.from({ length: count }, (_, qubit) => qubit);
    for (let params = 0; params <= 4; params++) {
      const instructions = [{ name, qubits, params: Array(params).fill(0.1) }];
      const qobj = { qobj_id: 'x', config: {}, experiments: [{ config: { n_qubits: 6, memory_slots: 0 }, instructions }] };
      const job = await new aer.AerSimulator().run(qobj, { shots: 1 });
      const code = await job.result().then(() => null, ({ code }) => code);
      if (code !== 'PARAMETER_COUNT') return code;
    }
    return 'PARAMETER_COUNT';
  };
  for (const [qubits, names] of Object.entries(GATES))
    for (const name of names) {
      assert.equal(await attempt(name, Number(qubits)), null, `${name} on ${qubits}`);
      assert.equal(await attempt(name, Number(qubits) + 1), 'QUBIT_COUNT', `${name} on one more`);
    }
});

test('depolarizing noise and readout errors have the shares that they should', async () => {
  const noise = (values) => ({ preset: 'depolarizing', values: { error_1q: 0, error_2q: 0, readout_error: 0, ...values } });
  assert_near(await share(program('x q[0];'), noise({ error_1q: 4 }), ['0']), 0.02, 'a depolarized qubit is wrong half of the time');
  assert_near(await share(program('x q[0];'), noise({ readout_error: 7 }), ['0']), 0.07, 'a bit is misread');
  const both = 0.02 * 0.93 + 0.98 * 0.07;
  assert_near(await share(program('x q[0];'), noise({ error_1q: 4, readout_error: 7 }), ['0']), both, 'both');
  assert_near(await share(program('h q[0]; cx q[0], q[1];', 2), noise({ error_2q: 12 }), ['01', '10']), 0.06, 'a depolarized pair is of odd parity half of the time');
  assert_near(await share(program('x q[0]; x q[1]; ccx q[0], q[1], q[2];', 3), noise({ error_2q: 20 }), ['111']), 0.8 + 0.2 / 8, 'three qubits');
});

test('thermal noise relaxes by T1 and dephases by T2', async () => {
  const values = { t1_us: 2, t2_us: 1.5, time_1q_ns: 1000, time_2q_ns: 3000, excited_population: 10, readout_error: 0 };
  const noise = { preset: 'thermal', values };
  const relaxed = (excited, us) => 0.1 + (excited - 0.1) * Math.exp(-us / values.t1_us);
  assert_near(await share(program('x q[0];'), noise, ['1']), relaxed(1, 1), 'T1');
  assert_near(await share(program('h q[0]; h q[0];'), noise, ['1']), relaxed((1 - Math.exp(-1 / values.t2_us)) / 2, 1), 'T2');
  assert_near(await share(program('swap q[0], q[1];', 2), noise, ['01', '11']), relaxed(0, 3), 'two qubits, the first');
  const beyond = { preset: 'thermal', values: { ...values, t2_us: 3.5 } };
  assert_near(await share(program('h q[0]; h q[0];'), beyond, ['1']), relaxed((1 - Math.exp(-1 / 3.5)) / 2, 1), 'T2 above T1');
});

test('noise without errors is no noise, and each preset has words', () => {
  assert.equal(noise_model(aer, { preset: 'ideal', values: {} }), null);
  assert.equal(noise_model(aer, { preset: 'depolarizing', values: { error_1q: 0, error_2q: 0, readout_error: 0 } }), null);
  assert.equal(describe_noise({ preset: 'ideal', values: {} }), 'No noise.');
  assert.match(describe_noise({ preset: 'depolarizing', values: { error_2q: 3.5 } }), /3\.5 %/);
  assert.match(describe_noise({ preset: 'thermal', values: { t1_us: 77 } }), /T1 = 77 µs/);
  for (const [preset, { parameters }] of Object.entries(NOISE_PRESETS)) {
    assert.deepEqual(noise_problems({ preset, values: {} }), {}, `the defaults of ${preset}`);
    for (const parameter of parameters) assert.equal(problem_of(parameter.default, parameter), null, parameter.name);
  }
});

test('settings of any origin become settings that can be run', () => {
  const fine = { method: 'statevector', shots: 10, seed: 7, precision: 'single', noise: { preset: 'thermal', values: { t1_us: 50, t2_us: 90 } } };
  assert.deepEqual(read_settings(fine), { settings: fine, corrected: [] });
  const usual = read_settings(undefined);
  assert.deepEqual(usual.corrected, []);
  assert.deepEqual(read_settings({}), usual);
  for (const [given, found, corrections] of [
    [{ shots: 0 }, { shots: 1 }, 1],
    [{ shots: 1e12 }, { shots: 1_000_000 }, 1],
    [{ shots: 2.4 }, { shots: 2 }, 1],
    [{ shots: 'many', method: 'magic', precision: 3 }, { shots: 1024, method: 'automatic', precision: 'double' }, 3],
    [{ method: 'toString' }, { method: 'automatic' }, 1],
    [{ seed: -1 }, { seed: 0 }, 1],
    [{ seed: null }, { seed: null }, 0],
    [{ seed: {} }, { seed: null }, 1],
    [{ noise: 'loud' }, { noise: { preset: 'ideal', values: {} } }, 1],
    [{ noise: { preset: 'pink' } }, { noise: { preset: 'ideal', values: {} } }, 1],
    [{ noise: { preset: 'depolarizing', values: { error_1q: 80, else: 3 } } }, { noise: { preset: 'depolarizing', values: { error_1q: 5 } } }, 1],
    [{ noise: { preset: 'thermal', values: { t1_us: 10, t2_us: 21 } } }, { noise: { preset: 'thermal', values: { t1_us: 10, t2_us: 20 } } }, 1],
    ['text', {}, 1], [[1, 2], {}, 1], [{ shots: NaN }, { shots: 1024 }, 1], [{ shots: Infinity }, { shots: 1_000_000 }, 1],
  ]) {
    const { settings, corrected } = read_settings(given);
    assert.deepEqual(settings, { ...usual.settings, ...found }, JSON.stringify(given));
    assert.equal(corrected.length, corrections, `${JSON.stringify(given)}: ${corrected.join(' ')}`);
    assert.deepEqual(read_settings(settings), { settings, corrected: [] }, 'what was put right is right');
    assert.deepEqual(noise_problems(settings.noise), {});
    assert.deepEqual(Object.keys(noise_values(settings.noise)), NOISE_PRESETS[settings.noise.preset].parameters.map(({ name }) => name));
  }
  assert.deepEqual(Object.keys(METHODS).sort(), [...new aer.AerSimulator().available_methods()].sort(), 'every method has a label');
  assert.equal(problem_of(10, NUMBERS.shots), null);
});

test('the time left is told once it can be, and follows the work', () => {
  const steady = estimate_time_left();
  assert.equal(steady(0.01, 1), null, 'too little is done');
  assert.equal(steady(0.3, 0.1), null, 'too early');
  for (let elapsed = 1; elapsed <= 10; elapsed++)
    assert.ok(Math.abs(steady(elapsed / 10, elapsed) - (10 - elapsed)) < 1e-9, `steady work, at ${elapsed} s`);
  const slower = estimate_time_left();
  slower(0.5, 1);
  let last;
  // From half of the work on, 20 times as slow.
  for (let elapsed = 1.05; elapsed < 20; elapsed += 0.05) {
    const told = slower(0.5 + (elapsed - 1) * 0.025, elapsed);
    assert.ok(told >= 0 && (last === undefined || told < last + 1), 'it does not jump');
    last = told;
  }
  assert.ok(last < 3, `near the end it is near the truth: ${last}`);
});

// ------------------------------------------------------------------------------------------------- in a browser

const bell = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n';

/** Many seconds of work on 24 qubits. */
const large = `// Large
OPENQASM 3.0;
include "stdgates.inc";
qubit[24] q;
bit[24] c;
for uint layer in [1:40] {
  u3(0.1, 0.2, 0.3) q;
  for uint i in [0:22] { cx q[i], q[i + 1]; }
}
c = measure q;
`;

/** Replaces the program, as one does who pastes. */
async function write(page, text) {
  await page.waitForSelector('.cm-content');
  await page.focus('.cm-content');
  await page.keyboard.press('Control+A');
  await page.locator('.cm-content').evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** The page, with this program. `prepare` does things to the page before. */
async function playground(text = bell, prepare = async () => {}, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await prepare(page);
  await page.goto(site.url);
  await page.waitForSelector('.run-button:enabled');
  await write(page, text);
  return { page, errors, close: () => context.close() };
}

const run = (page) => page.click('.run-button');

/** Waits until the newest job has this status. */
const reaches = (page, status) =>
  page.waitForFunction((status) => document.querySelector('.job .badge')?.textContent === status, status, { timeout: 60_000 });

/** The jobs as they are stored. */
const stored = (page) =>
  page.evaluate(() => new Promise((resolve, reject) => {
    const opening = indexedDB.open('aer-wasm.playground');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction('jobs').objectStore('jobs').getAll();
      all.onsuccess = () => resolve(all.result.sort((a, b) => b.created - a.created));
      all.onerror = () => reject(all.error);
    };
  }));

/** The newest job as it is stored, once `fine` of it. */
async function newest_stored(page, fine = (job) => job.outcome !== null) {
  for (let tries = 0; tries < 200; tries++) {
    const [job] = await stored(page);
    if (job && fine(job)) return job;
    await page.waitForTimeout(20);
  }
  throw new Error('it was not stored');
}

const ORDER = ['INITIALIZING', 'QUEUED', 'VALIDATING', 'RUNNING', 'DONE'];

test('a run goes through the statuses in order to DONE, and its card tells them', async () => {
  const { page, errors, close } = await playground();
  await run(page);
  await reaches(page, 'DONE');
  const job = await newest_stored(page);
  const seen = job.history.map(({ status }) => status);
  assert.deepEqual(seen, ['INITIALIZING', 'VALIDATING', 'RUNNING', 'DONE']);
  const times = job.history.map(({ at_s }) => at_s);
  assert.deepEqual([...times].sort((a, b) => a - b), times);
  assert.deepEqual(await page.$$eval('.steps li > span', (steps) => steps.map(({ textContent }) => textContent)), ORDER);
  assert.equal(await page.$$eval('.steps li.seen', (steps) => steps.length), 4);
  assert.deepEqual(Object.keys(job.outcome.counts).sort(), ['00', '11']);
  assert.equal(job.outcome.counts['00'] + job.outcome.counts['11'], 1024);
  // Each half has 512 ± 6 standard deviations of 16: outside in 2 of a billion runs.
  assert.ok(Math.abs(job.outcome.counts['00'] - 512) <= 96, JSON.stringify(job.outcome.counts));
  assert.equal(job.outcome.ideal_counts, null);
  assert.equal(job.outcome.num_qubits, 2);
  assert.equal(job.outcome.method, 'stabilizer');
  assert.equal(job.outcome.method_reason, 'Every instruction is Clifford.');
  assert.match(await page.textContent('.jobs-panel [role=status]'), /done in/);
  assert.deepEqual(errors, []);
  await close();
});

test('settings are taken from the fields: the same seed gives the same counts', async () => {
  const { page, errors, close } = await playground();
  await page.fill('#run-shots', '5_000');
  await page.fill('#run-seed', '42');
  await page.selectOption('select[name=method]', 'statevector');
  await page.selectOption('select[name=precision]', 'single');
  await page.press('#run-seed', 'Enter');
  await reaches(page, 'DONE');
  const first = await newest_stored(page);
  assert.equal(first.outcome.shots, 5000);
  assert.equal(first.outcome.seed, 42);
  assert.equal(first.outcome.method, 'statevector');
  const job = await new aer.AerSimulator().run(bell, { shots: 5000, seed_simulator: 42, method: 'statevector', precision: 'single' });
  assert.deepEqual(first.outcome.counts, (await job.result()).get_counts(), 'as in Node');
  await page.click('.job [aria-label="Run again"]');
  await page.waitForFunction(() => document.querySelectorAll('.job .badge.good').length === 2);
  const again = await newest_stored(page, ({ id, outcome }) => id !== first.id && outcome !== null);
  assert.deepEqual(again.outcome.counts, first.outcome.counts);
  assert.deepEqual(errors, []);
  await close();
});

test('noise is shown beside the counts without it', async () => {
  const { page, errors, close } = await playground();
  await page.selectOption('select[name=noise]', 'depolarizing');
  for (const [name, value] of [['error_1q', '0'], ['error_2q', '20'], ['readout_error', '0']]) await page.fill(`#run-${name}`, value);
  await page.fill('#run-shots', '100000');
  await run(page);
  await reaches(page, 'DONE');
  const { outcome } = await newest_stored(page, (job) => job.outcome?.ideal_counts);
  assert.deepEqual(Object.keys(outcome.ideal_counts).sort(), ['00', '11']);
  assert_near((outcome.counts['01'] + outcome.counts['10']) / SHOTS, 0.1, 'half of a fifth is of odd parity');
  assert_near(outcome.ideal_counts['00'] / SHOTS, 0.5, 'the ideal half');
  await page.click('.job-facts summary');
  assert.match(await page.textContent('.job-facts'), /Why this method: .*A depolarizing error of 0 %/s);
  assert.deepEqual(errors, []);
  await close();
});

test('wrong settings are said beside the field, and nothing is run', async () => {
  const { page, errors, close } = await playground();
  for (const [name, text, reason] of [
    ['shots', '', /whole number from 1 to 1,000,000/],
    ['shots', '1.5', /whole number/],
    ['shots', '2000000', /to 1,000,000/],
    ['shots', 'many', /whole number/],
    ['seed', '-3', /whole number from 0/],
  ]) {
    await page.fill(`#run-${name}`, text);
    assert.match(await page.textContent(`#run-${name}-wrong`), reason);
    assert.equal(await page.getAttribute(`#run-${name}`, 'aria-invalid'), 'true');
    await run(page);
    assert.match(await page.textContent('.notice'), /Not run\./);
    assert.equal(await page.inputValue(`#run-${name}`), text, 'what was typed stays');
    await page.fill(`#run-${name}`, name === 'shots' ? '10' : '');
    assert.equal(await page.$(`#run-${name}-wrong`), null);
  }
  await page.selectOption('select[name=noise]', 'thermal');
  await page.fill('#run-t1_us', '20');
  assert.match(await page.textContent('#run-t2_us-wrong'), /At most 40 µs, twice T1/);
  await page.keyboard.press('Control+Enter');
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 0);
  await page.fill('#run-t2_us', '40');
  assert.equal(await page.$('.run-panel .wrong'), null);
  await page.keyboard.press('Control+Enter');
  await reaches(page, 'DONE');
  const { settings } = await newest_stored(page);
  assert.deepEqual([settings.shots, settings.noise.values.t1_us, settings.noise.values.t2_us], [10, 20, 40]);
  assert.deepEqual(errors, []);
  await close();
});

test('the keys run the program once, from the editor too', async () => {
  const { page, errors, close } = await playground();
  await page.focus('.cm-content');
  await page.keyboard.press('Control+Enter');
  await reaches(page, 'DONE');
  assert.equal((await newest_stored(page)).text, bell, 'as it stood');
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 1);
  assert.deepEqual(errors, []);
  await close();
});

test('a slider sets its number, by keys too', async () => {
  const { page, close } = await playground();
  await page.selectOption('select[name=noise]', 'depolarizing');
  await page.focus('input[type=range][aria-label="Readout error, slider"]');
  await page.keyboard.press('End');
  assert.equal(await page.inputValue('#run-readout_error'), '20');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.inputValue('#run-readout_error'), '19.9');
  assert.equal(await page.getAttribute('input[type=range][aria-label="Readout error, slider"]', 'aria-valuetext'), '19.9 %');
  await close();
});

/**
 * Milliseconds of processor time of the page's longest task: what it keeps a frame waiting for, whatever else the machine
 * has to do meanwhile.
 */
function longest_task(trace) {
  const { traceEvents: events } = JSON.parse(trace.toString());
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const pages = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread));
  const tasks = events.filter((event) => event.tdur !== undefined && pages.has(thread(event)));
  assert.ok(tasks.length > 100, 'the trace has the tasks of the page');
  return Math.max(...tasks.map(({ tdur }) => tdur)) / 1000;
}

test('several jobs at once, and a running one of 24 qubits is cancelled while the page stays smooth', async () => {
  const { page, errors, close } = await playground(large);
  // Reading and drawing it is no part of the job.
  await page.getByText(/The first 500 of [\d,]+ instructions are drawn/).waitFor();
  await run(page);
  await reaches(page, 'RUNNING');
  await page.waitForFunction(() => document.querySelector('.job-progress progress')?.value > 0.02);
  // From here on every frame is looked at.
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate(() => {
    window.gaps = [];
    let last = performance.now();
    const frame = (now) => {
      window.gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await run(page);
  await page.waitForFunction(() => document.querySelectorAll('.job-progress').length === 2);
  await page.waitForFunction(() => [...document.querySelectorAll('.job .badge')].every(({ textContent }) => textContent === 'RUNNING'), null, { timeout: 20_000 });
  await page.waitForTimeout(3000);
  assert.match(await page.textContent('.job:last-child .job-progress'), /\d+ %/);
  await page.click('.job:last-child button:has-text("Cancel")');
  await page.waitForFunction(() => document.querySelector('.job:last-child .badge').textContent === 'CANCELLED');
  assert.equal(await page.textContent('.job:first-child .badge'), 'RUNNING', 'the other goes on');
  await page.click('.job:first-child button:has-text("Cancel")');
  await reaches(page, 'CANCELLED');
  const longest = longest_task(await browser.stopTracing());
  const gaps = await page.evaluate(() => window.gaps.sort((a, b) => a - b));
  console.log(`${gaps.length} frames, the longest ${gaps.at(-1).toFixed(1)} ms; the longest task took ${longest.toFixed(1)} ms of the processor`);
  assert.ok(longest < 50, `a task of the page took ${longest} ms`);
  assert.ok(gaps[Math.floor(gaps.length / 2)] < 50, 'half of the frames at least are in time on a machine that has others to serve');
  assert.ok((await stored(page)).every(({ status }) => status === 'CANCELLED'));
  assert.deepEqual(errors, []);
  await close();
});

test('an error has its reason and its place', async () => {
  const { page, errors, close } = await playground(bell.replace('q[1]', 'q[7]'));
  await run(page);
  await reaches(page, 'ERROR');
  const { error } = await newest_stored(page, (job) => job.error);
  assert.deepEqual([error.code, error.line, error.column], ['QUBIT_OUT_OF_RANGE', 6, 12]);
  const text = await page.textContent('.job-failure');
  assert.match(text, /line 6, column 12: An index is out of range/);
  assert.match(text, /QUBIT_OUT_OF_RANGE/);
  await page.click('.job-failure button:has-text("Show")');
  assert.equal(await page.evaluate(() => document.activeElement.closest('.place.program') !== null), true, 'the editor has the focus');
  assert.deepEqual(errors, []);
  await close();
});

test('a program that measures nothing runs, and is told so', async () => {
  const { page, errors, close } = await playground(bell.replace('c = measure q;\n', ''));
  await run(page);
  await reaches(page, 'DONE');
  assert.match(await page.textContent('.job'), /Nothing was measured: add measurements, or look at the state/);
  assert.equal((await newest_stored(page)).outcome.counts, null);
  assert.deepEqual(errors, []);
  await close();
});

test('a reload keeps jobs; one that ran is cancelled, with the reason', async () => {
  const { page, errors, close } = await playground();
  await run(page);
  await reaches(page, 'DONE');
  const done = await newest_stored(page);
  await page.reload();
  await page.waitForSelector('.job .badge.good');
  await page.waitForSelector('.run-button:enabled');
  await write(page, large);
  await run(page);
  await reaches(page, 'RUNNING');
  await newest_stored(page, ({ id }) => id !== done.id);
  await page.reload();
  await page.waitForSelector('.job:nth-child(2)');
  assert.deepEqual(await page.$$eval('.job .badge', (badges) => badges.map(({ textContent }) => textContent)), ['CANCELLED', 'DONE']);
  assert.match(await page.textContent('.job:first-child'), /The page was closed while it ran\./);
  await page.click('.job:last-child .job-title');
  assert.match(await page.textContent('.job:last-child'), new RegExp(`seed ${done.outcome.seed}`));
  // Removed ones come back by undo, and are there after another reload.
  await page.click('button:has-text("Clear all")');
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 0);
  await page.click('.notice button:has-text("Undo")');
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 2);
  await page.waitForTimeout(100);
  await page.reload();
  await page.waitForSelector('.job:nth-child(2)');
  await page.click('button:has-text("Clear all")');
  await page.waitForTimeout(100);
  await page.reload();
  await page.waitForSelector('.run-button:enabled');
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 0);
  assert.deepEqual(errors, []);
  await close();
});

test('at most 50 jobs are kept, the newest', async () => {
  const { page, close } = await playground();
  await run(page);
  await reaches(page, 'DONE');
  const [job] = await stored(page);
  await page.evaluate((job) => new Promise((resolve) => {
    const opening = indexedDB.open('aer-wasm.playground');
    opening.onsuccess = () => {
      const { transaction } = { transaction: opening.result.transaction('jobs', 'readwrite') };
      for (let n = 1; n <= 60; n++) transaction.objectStore('jobs').put({ ...job, id: `old ${n}`, created: job.created - n }, `old ${n}`);
      transaction.objectStore('jobs').put('rubbish', 'rubbish');
      transaction.oncomplete = () => { opening.result.close(); resolve(); };
    };
  }), job);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('.job').length > 40);
  assert.equal(await page.$$eval('.job', (jobs) => jobs.length), 50);
  await page.waitForTimeout(200);
  const kept = (await stored(page)).filter((found) => found?.id);
  assert.equal(kept.length, 50);
  assert.ok(kept.some(({ id }) => id === job.id) && kept.some(({ id }) => id === 'old 49') && !kept.some(({ id }) => id === 'old 50'));
  await close();
});

test('where storage is blocked a notice says so, and jobs run', async () => {
  const { page, errors, close } = await playground(bell, (page) =>
    page.addInitScript(() => { IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); }; }));
  await page.waitForSelector('.notice.warning');
  assert.match(await page.textContent('.notice.warning'), /stores nothing.*until the page is closed/);
  await run(page);
  await reaches(page, 'DONE');
  assert.equal(await page.$$eval('.notice.warning', (notices) => notices.length), 1, 'said once');
  assert.deepEqual(errors, []);
  await close();
});

test('where storage is full a notice says so, and the job is there', async () => {
  const { page, errors, close } = await playground(bell, (page) =>
    page.addInitScript(() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }));
  await run(page);
  await reaches(page, 'DONE');
  await page.waitForSelector('.notice.warning');
  assert.match(await page.textContent('.notice.warning'), /storage of this browser is full/);
  assert.deepEqual(errors, []);
  await close();
});

test('where no worker can be started a notice says so, and jobs run on the page', async () => {
  const { page, close } = await playground(
    bell,
    (page) => page.route(/worker_host/, (route) => route.abort()),
    // One that serves the file from its cache would not ask.
    { serviceWorkers: 'block' },
  );
  await run(page);
  await reaches(page, 'DONE');
  assert.match(await page.textContent('.notice.warning'), /No worker could be started/);
  assert.deepEqual(Object.keys((await newest_stored(page)).outcome.counts).sort(), ['00', '11']);
  await close();
});

test('on a phone the results come up when the job is done, if one still waits for it', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await context.newPage();
  await page.goto(site.url);
  await page.click('nav.places button:has-text("Run")');
  await page.waitForSelector('.run-button:enabled');
  await run(page);
  await page.waitForSelector('.place.results[data-open=true]');
  await page.click('nav.places button:has-text("Run")');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing is wider than the page');
  const small = await page.$$eval('.place.run button, .place.run select, .place.run input', (controls) =>
    controls.filter((control) => control.getClientRects().length > 0 && control.getBoundingClientRect().height < 40).map((control) => control.outerHTML.slice(0, 80)));
  assert.deepEqual(small, [], 'fingers reach all of it');
  await context.close();
});
