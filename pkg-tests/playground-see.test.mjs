// The results of the playground as a user sees them: counts, the state after each step, expectation values, files.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { open } from './packed.mjs';
import { browser, site } from './playground.mjs';

const head = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n';
const bell = `${head}qubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n`;
const teleport = `${head}qubit[3] q;
bit[2] c;
ry(pi/3) q[0];
p(pi/4) q[0];
h q[1];
cx q[1], q[2];
cx q[0], q[1];
h q[0];
c[0] = measure q[0];
c[1] = measure q[1];
if (c[1]) { x q[2]; }
if (c[0]) { z q[2]; }
`;

/** The page with a program in its editor. */
async function playground(text) {
  const { page, errors } = await open(browser, site.url);
  const program = page.locator('section[aria-label="Program"] [contenteditable="true"]');
  await program.waitFor();
  await program.click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
  return { page, errors };
}

const results = (page) => page.getByRole('region', { name: 'Results' });
const show = (page, name) => results(page).getByRole('tab', { name }).click();
const view = (page, name) => results(page).getByRole('radio', { name }).check({ force: true });

const choice = (page, name) => page.getByRole('region', { name: 'Run' }).locator(`select[name=${name}]`);

/** Runs the program with a seed; resolves when its picture is there. */
async function run(page, { seed = 7, noise } = {}) {
  if (noise) await choice(page, 'noise').selectOption({ label: noise });
  await page.getByLabel('Seed', { exact: true }).fill(String(seed));
  await page.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Run' }).click();
  await results(page).locator('.picture svg').waitFor();
}

/** The cells of the table with this caption, row by row. */
const table = (page, caption) =>
  results(page).getByRole('table', { name: caption }).locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.children].filter((cell) => !cell.hasAttribute('aria-hidden')).map((cell) => cell.textContent)),
  );

/** Waits until the table says this. */
async function table_is(page, caption, expected) {
  let last;
  for (let tries = 0; tries < 100; tries++) {
    last = await table(page, caption).catch(() => []);
    if (JSON.stringify(last) === JSON.stringify(expected)) return;
    await page.waitForTimeout(50);
  }
  assert.deepEqual(last, expected);
}

const where = (page) => results(page).locator('.where p').first();

/** Waits for a step by its words. */
const step_is = (page, words) => where(page).filter({ hasText: words }).waitFor();

/** What a button of the row of files gives. */
async function download(page, name) {
  const started = page.waitForEvent('download');
  await results(page).getByRole('button', { name: `Download ${name}` }).click();
  const file = await started;
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

/** A PNG's width and height, by its header. */
function png_size(bytes) {
  assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** An SVG's width and height, after a browser's parser has found it well-formed. */
async function svg_size(page, text) {
  const parsed = await page.evaluate((text) => {
    const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
    return [documentElement.nodeName, Number(documentElement.getAttribute('width')), Number(documentElement.getAttribute('height'))];
  }, text);
  assert.equal(parsed[0], 'svg');
  return parsed.slice(1);
}

const csv = (content) => content.toString().trim().split('\r\n').map((line) => line.split(','));
const sum = (numbers) => numbers.reduce((total, number) => total + Number(number), 0);

test('a run gives a histogram, a table and files that agree', async () => {
  const { page, errors } = await playground(bell);
  await run(page);
  const rows = await table(page, 'Counts');
  assert.deepEqual(rows.map(([outcome]) => outcome), ['00', '11']);
  assert.equal(sum(rows.map(([, count]) => count)), 1024);
  const told = await results(page).locator('.picture desc').textContent();
  for (const [outcome, count] of rows) assert.ok(told.includes(`${outcome}: ${count}`), told);
  assert.equal(await results(page).locator('[data-fact=Seed] dd').textContent(), '7');
  assert.match(await results(page).locator('[data-fact=Why] dd').textContent(), /\w+/);

  const [columns, ...lines] = csv((await download(page, 'counts as CSV')).content);
  assert.deepEqual(columns, ['outcome', 'count', 'share']);
  assert.equal(sum(lines.map(([, count]) => count)), 1024);
  assert.deepEqual(lines.map(([outcome, count]) => [outcome, count]).sort(), rows.map(([outcome, count]) => [outcome, count]));
  const counts = JSON.parse((await download(page, 'counts as JSON')).content);
  assert.deepEqual(Object.entries(counts).map(([outcome, count]) => [outcome, String(count)]).sort(), rows.map(([outcome, count]) => [outcome, count]));
  const everything = JSON.parse((await download(page, 'everything of the run as Result')).content);
  assert.deepEqual([everything.seed, everything.shots, everything.program, everything.counts], [7, 1024, bell, counts]);

  const [width, height] = await svg_size(page, (await download(page, 'histogram as SVG')).content.toString());
  const png = await download(page, 'histogram as PNG');
  assert.match(png.name, /^[a-z0-9-]+\.png$/);
  assert.deepEqual(png_size(png.content), [2 * width, 2 * height]);
  assert.deepEqual(errors, []);
  await page.close();
});

test('noise stands beside ideal', async () => {
  const { page, errors } = await playground(bell);
  await run(page, { noise: 'Depolarizing' });
  await results(page).locator('.verdict').waitFor();
  const [columns, ...lines] = csv((await download(page, 'counts as CSV')).content);
  assert.deepEqual(columns, ['outcome', 'count', 'share', 'ideal_count', 'ideal_share']);
  for (const column of [1, 3]) assert.equal(sum(lines.map((line) => line[column])), 1024);
  const ideal = Object.fromEntries(lines.map(([outcome, , , count]) => [outcome, Number(count)]));
  assert.equal(ideal['00'] + ideal['11'], 1024, 'no other outcome without noise');
  assert.ok(lines.some(([outcome, count]) => /01|10/.test(outcome) && Number(count) > 0), 'other outcomes with noise');
  // By its definition, from the file.
  const fidelity = sum(lines.map(([, , p, , q]) => Math.sqrt(p * q))) ** 2;
  assert.equal(await results(page).locator('.verdict b').textContent(), fidelity.toFixed(3));
  assert.ok(fidelity < 0.99 && fidelity > 0.8, `${fidelity}`);
  const legend = await results(page).locator('.picture svg').textContent();
  assert.ok(legend.includes('ideal') && legend.includes('with noise'));
  assert.deepEqual(errors, []);
  await page.close();
});

test('a circuit is stepped through, by buttons and by keys', async () => {
  const { page, errors } = await playground(bell);
  await show(page, 'State');
  await step_is(page, 'Step 2 of 4: cx q[0], q[1]');
  assert.deepEqual(await table(page, 'Bloch vectors'), [0, 1].map((qubit) => [String(qubit), '0.000', '0.000', '0.000', '0.000']));
  await view(page, 'Amplitudes');
  const half = (state) => [`|${state}⟩`, '0.7071 + 0.0000i', '0.7071', '0.5000', '0.0°0'];
  await table_is(page, 'Amplitudes', [half('00'), half('11')]);
  await results(page).getByRole('button', { name: 'Previous step' }).click();
  await step_is(page, 'Step 1 of 4: h q[0]');
  await table_is(page, 'Amplitudes', [half('00'), half('01')]);
  await page.keyboard.press('Home');
  await step_is(page, 'Step 0 of 4: start');
  await table_is(page, 'Amplitudes', [['|00⟩', '1.0000 + 0.0000i', '1.0000', '1.0000', '0.0°0']]);
  await results(page).getByRole('slider', { name: 'Step' }).focus();
  for (const words of ['Step 1 of 4: h q[0]', 'Step 2 of 4: cx q[0], q[1]', 'Step 3 of 4: measure q[0] → c[0]', 'Step 4 of 4: measure q[1] → c[1]']) {
    await page.keyboard.press('ArrowRight');
    await step_is(page, words);
  }
  const [[state, amplitude]] = await table(page, 'Amplitudes');
  assert.match(state, /^\|(00|11)⟩$/);
  assert.match(amplitude, /^1\.0000/);
  assert.equal(await results(page).locator('.registers').textContent(), `c = ${state.slice(1, 3)}`);
  assert.match(await where(page).textContent(), new RegExp(`c\\[1\\] = ${state[1]} in this run`));
  await results(page).getByRole('button', { name: 'Show them' }).click();
  assert.equal((await table(page, 'Amplitudes')).length, 4, 'zeros are shown when they are asked for');
  assert.deepEqual(errors, []);
  await page.close();
});

test('a trajectory is one run: teleportation arrives whatever was measured', async () => {
  const { page, errors } = await playground(teleport);
  await show(page, 'State');
  await step_is(page, 'Step 10 of 10');
  // The state that is sent: angles π/3 and π/4.
  const sent = [Math.sin(Math.PI / 3) * Math.SQRT1_2, Math.sin(Math.PI / 3) * Math.SQRT1_2, 0.5].map((x) => x.toFixed(3));
  const seen = new Set();
  for (let runs = 0; runs < 6; runs++) {
    const measured = (await results(page).locator('.registers').textContent()).slice(-2);
    seen.add(measured);
    const [first, second, third] = await table(page, 'Bloch vectors');
    assert.deepEqual(third.slice(1, 4), sent, `after ${measured}`);
    assert.deepEqual([first[3], second[3]], [...measured].reverse().map((bit) => (bit === '1' ? '−1.000' : '1.000')));
    await results(page).getByRole('button', { name: 'Another run' }).click();
    await results(page).locator('.state[data-run="' + (runs + 2) + '"]').waitFor();
  }
  assert.ok(seen.size > 1, 'runs differ');
  await results(page).getByRole('button', { name: 'First step' }).click();
  await table_is(page, 'Bloch vectors', [0, 1, 2].map((qubit) => [String(qubit), '0.000', '0.000', '1.000', '1.000']));
  assert.deepEqual(errors, []);
  await page.close();
});

test('every view of a state is drawn and can be taken away', async () => {
  const { page, errors } = await playground(bell);
  await show(page, 'State');
  await step_is(page, 'Step 2 of 4');
  const files = { Bloch: 'bloch spheres', 'Q-sphere': 'the q-sphere', City: 'the state city', Matrix: 'the density matrix' };
  for (const [name, what] of Object.entries(files)) {
    await view(page, name);
    await results(page).locator('.picture svg').waitFor();
    const [width, height] = await svg_size(page, (await download(page, `${what} as SVG`)).content.toString());
    // Pictures may be some tenths of a pixel high; images have whole pixels.
    const pixels = png_size((await download(page, `${what} as PNG`)).content);
    assert.ok(pixels[0] === 2 * width && Math.abs(pixels[1] - 2 * height) < 2, `${name}: ${pixels} of ${[width, height]}`);
  }
  await view(page, 'Amplitudes');
  const lines = csv((await download(page, 'amplitudes as CSV')).content);
  assert.deepEqual(lines[0], ['basis_state', 're', 'im', 'probability']);
  assert.ok(Math.abs(sum(lines.slice(1).map((line) => line[3])) - 1) < 1e-12);
  await page.reload();
  await show(page, 'State');
  await results(page).getByRole('table', { name: 'Amplitudes' }).waitFor();
  assert.deepEqual(errors, []);
  await page.close();
});

test('the state with noise is that of the channels', async () => {
  const { page, errors } = await playground(bell);
  await show(page, 'State');
  await step_is(page, 'Step 2 of 4');
  await choice(page, 'noise').selectOption({ label: 'Depolarizing' });
  await results(page).getByLabel('With noise').check();
  await view(page, 'Amplitudes');
  // 1 % depolarizing after the CX: a hundredth of the identity over 4; the gate on one qubit moves nothing between these.
  await table_is(page, 'Probabilities', [['|00⟩', '0.4975'], ['|01⟩', '0.0025'], ['|10⟩', '0.0025'], ['|11⟩', '0.4975']]);
  assert.deepEqual(errors, []);
  await page.close();
});

test('expectation values, and what is wrong in a line beside it', async () => {
  const { page, errors } = await playground(bell);
  await show(page, 'Expectation');
  const observables = results(page).getByLabel('Observables, one on each line');
  await observables.fill('ZZ\nXI\nhalf: 0.5*XX - 0.5*YY\nZQ\nZZZ');
  const wrong = [['ZQ', '“Q” is no Pauli operator: write I, X, Y or Z.'], ['ZZZ', 'ZZZ has 3 letters, the circuit 2 qubits: write one letter for each.']];
  await table_is(page, 'Expectation values', [['ZZ', '1.0000', ''], ['XI', '0.0000', ''], ['half', '1.0000', ''], ...wrong]);
  await choice(page, 'noise').selectOption({ label: 'Depolarizing' });
  // (1 - p2) of it is left, and where the first gate's error matters (1 - p1) of that.
  const left = (0.99 * 0.999).toFixed(4);
  await table_is(page, 'Expectation values', [['ZZ', '1.0000', '0.9900', ''], ['XI', '0.0000', '0.0000', ''], ['half', '1.0000', left, ''], ...wrong]);
  assert.deepEqual(csv((await download(page, 'expectation values as CSV')).content)[0], ['observable', 'ideal', 'with_noise']);
  await page.reload();
  await show(page, 'Expectation');
  assert.match(await observables.inputValue(), /^ZZ\nXI/, 'what was typed is kept');
  assert.deepEqual(errors, []);
  await page.close();
});

test('the energy of H2 is that of its ground state', async () => {
  const { page, errors } = await open(browser, site.url);
  await page.getByRole('button', { name: 'Examples' }).click();
  await page.getByRole('button', { name: /VQE for H/ }).click();
  await show(page, 'Expectation');
  const cell = results(page).getByRole('row', { name: /hartree/ }).locator('td').first();
  await cell.filter({ hasText: /\d/ }).waitFor();
  // The least eigenvalue of the operator, which the circuit's angle was chosen for.
  assert.equal(await cell.textContent(), '−1.8573');
  assert.deepEqual(errors, []);
  await page.close();
});

test('limits are said, with what can be had', async () => {
  const { page, errors } = await playground(`${head}qubit[12] q;\nbit[12] c;\nh q[0];\nx q[11];\nc = measure q;\n`);
  await show(page, 'State');
  await results(page).getByText('This circuit has 12 qubits; each step is shown for up to 10.').waitFor();
  await results(page).getByText('4,096 amplitudes, 64 KiB').waitFor();
  await results(page).getByRole('button', { name: 'Show that state' }).click();
  await view(page, 'Amplitudes');
  await table_is(page, 'Amplitudes', [`1${'0'.repeat(11)}`, `1${'0'.repeat(10)}1`].map((state) => [`|${state}⟩`, '0.7071 + 0.0000i', '0.7071', '0.5000', '0.0°0']));
  await results(page).getByText('4,094 more are 0.').waitFor();
  await view(page, 'City');
  await results(page).getByText('up to 4 qubits; this circuit has 12').waitFor();
  assert.deepEqual(errors, []);
  await page.close();

  const { page: larger } = await playground(`${head}qubit[20] q;\nh q;\n`);
  await show(larger, 'State');
  await results(larger).getByText('This circuit has 20 qubits').waitFor();
  assert.equal(await results(larger).getByRole('button', { name: 'Show that state' }).count(), 0);
  await larger.close();
});

test('what failed, and what was not measured, is said', async () => {
  const { page, errors } = await playground(`${head}qubit[2] q;\nh q[0];\n`);
  await page.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Run' }).click();
  await results(page).getByText('Nothing was measured').waitFor();
  await results(page).getByRole('button', { name: 'Show the state' }).click();
  await step_is(page, 'Step 1 of 1: h q[0]');
  const { page: broken } = await playground(`${head}qubit[40] q;\nbit[40] c;\nt q;\nh q;\nt q;\nh q;\nc = measure q;\n`);
  await choice(broken, 'method').selectOption({ label: 'Statevector' });
  await broken.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Run' }).click();
  await results(broken).getByText('The run failed').waitFor();
  assert.match(await results(broken).locator('.reason').textContent(), /memory|MiB/i);
  await broken.close();
  assert.deepEqual(errors, []);
  await page.close();
});

test('pictures have the colours of the page, also when it changes them', async () => {
  const { page, errors } = await playground(bell);
  await run(page);
  const ink = () => results(page).locator('.picture svg').getAttribute('fill');
  const shown = () => page.evaluate(() => getComputedStyle(document.body).color.match(/\d+/g).map((part) => Number(part).toString(16).padStart(2, '0')).join(''));
  for (let times = 0; times < 2; times++) {
    assert.equal(await ink(), `#${await shown()}`);
    const before = await ink();
    await page.getByRole('button', { name: /Switch to/ }).click();
    await results(page).locator(`.picture svg:not([fill="${before}"])`).waitFor();
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test('a job on its way shows how far it is', async () => {
  const layers = 'for uint layer in [1:150] { u3(0.1, 0.2, 0.3) q; for uint i in [0:20] { cx q[i], q[i + 1]; } }';
  const { page, errors } = await playground(`${head}qubit[22] q;\nbit[22] c;\n${layers}\nc = measure q;\n`);
  await page.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Run' }).click();
  await results(page).getByText('Running').waitFor();
  await page.waitForFunction(() => document.querySelector('.underway progress')?.value > 0);
  await page.getByRole('region', { name: 'Jobs' }).getByRole('button', { name: /Cancel/ }).click();
  await results(page).getByText('This run was cancelled').waitFor();
  assert.deepEqual(errors, []);
  await page.close();
});

test('tabs move by keys; no tab has a serious fault of access', async () => {
  const { page, errors } = await playground(bell);
  await run(page, { noise: 'Depolarizing' });
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  await results(page).getByRole('tab', { name: 'Counts' }).focus();
  for (const [key, name] of [['ArrowRight', 'State'], ['ArrowRight', 'Expectation'], ['ArrowRight', 'Counts'], ['End', 'Expectation'], ['Home', 'Counts'], ['ArrowLeft', 'Expectation'], ['ArrowLeft', 'State']]) {
    await page.keyboard.press(key);
    assert.equal(await results(page).getByRole('tab', { selected: true }).textContent(), name);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
    if (name === 'State') await step_is(page, 'Step');
    const faults = await page.evaluate(async () => (await globalThis.axe.run('.results-panel')).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]));
    assert.deepEqual(faults, [], name);
  }
  assert.deepEqual(errors, []);
  await page.close();
});
