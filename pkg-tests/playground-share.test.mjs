// What the playground shares and keeps: links, the program of the last time, examples, scripts, and use without a network.

import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { test } from 'node:test';
import { runnerImport } from 'vite';
import { outcome, root } from './packed.mjs';
import { browser, site } from './playground.mjs';

// ------------------------------------------------------------------------------------------------- without a page

const aer = await import('../dist/node.mjs');
const module_of = async (path) => (await runnerImport(join(root, 'www/src', path), { configFile: false })).module;
const { checksum, LINK_LIMIT, read_fragment, write_fragment } = await module_of('share/link.ts');
const { EXAMPLES } = await module_of('share/examples.ts');
const { OBSERVABLES } = await module_of('share/observables.ts');
const { qiskit_python } = await module_of('share/qiskit_python.ts');
const { DEFAULT_SETTINGS } = await module_of('state.ts');

/** Numbers from 0 to 1 that are the same in each run: a linear congruential generator (Numerical Recipes). */
function numbers(seed) {
  let state = seed;
  return () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
}

function random_text(random) {
  const pieces = ['h q[0];\n', '// ', 'π', '量子', '🐈', '"', '\\', ' ', '\u2028', 'é', '<b>', '#', '%', '\t'];
  return Array.from({ length: Math.floor(random() * 60) }, () => pieces[Math.floor(random() * pieces.length)]).join('');
}

const shared = (text) => ({
  text, title: 'A title: “π”',
  settings: { method: 'statevector', shots: 77, seed: 5, precision: 'single', noise: { preset: 'depolarizing', values: { error_1q: 0.3 } } },
});

test('a link holds the program, its settings and its title', async () => {
  const random = numbers(1);
  for (let round = 0; round < 100; round++) {
    const given = shared(random_text(random));
    const fragment = await write_fragment(given);
    assert.match(fragment, /^#1\.[0-9a-f]{8}\.[\w-]+$/, 'nothing in it has to be escaped');
    assert.deepEqual(await read_fragment(fragment), { ...given, corrected: [] });
  }
  assert.equal(checksum('123456789'), 'cbf43926', 'the check value of CRC-32');
  assert.equal(await read_fragment(''), null);
  assert.equal(await read_fragment('#'), null);
});

const reason = (fragment) => read_fragment(fragment).then(() => null, ({ reason }) => reason);

test('a link that was cut short anywhere, or changed anywhere, is found out', async () => {
  const fragment = await write_fragment(shared('OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) q;\n'));
  for (let length = 2; length < fragment.length; length++) assert.equal(await reason(fragment.slice(0, length)), 'damaged', `${length} characters`);
  for (let at = 3; at < fragment.length; at++) {
    const other = fragment[at] === 'a' ? 'b' : 'a';
    assert.equal(await reason(fragment.slice(0, at) + other + fragment.slice(at + 1)), 'damaged', `character ${at}`);
  }
});

test('a link of a newer version, of another page, or of no program is told apart', async () => {
  assert.equal(await reason('#2.00000000.abc'), 'newer');
  assert.equal(await reason('#results'), 'foreign');
  assert.equal(await reason('#q=1.2'), 'foreign');
  for (const packed of ['AAAA', 'q1YqSa0oUbJSAAA', '____']) assert.equal(await reason(`#1.${checksum(packed)}.${packed}`), 'foreign', packed);
});

test('a program that is too long for a link is refused, and one just short of it is not', async () => {
  const random = numbers(3);
  const noise = (length) => Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join('');
  await assert.rejects(write_fragment(shared(noise(40_000))), ({ reason, message }) => reason === 'too_long' && /Download/.test(message));
  assert.ok((await write_fragment(shared(noise(28_000)))).length <= LINK_LIMIT);
});

test('settings of a link that are not possible are put right, and it says so', async () => {
  const fragment = await write_fragment({ ...shared('x'), settings: { shots: -5, method: 'magic' } });
  const { settings, corrected } = await read_fragment(fragment);
  assert.deepEqual([settings.shots, settings.method], [1, 'automatic']);
  assert.equal(corrected.length, 2);
});

/** The counts of a program, ideal. */
async function counts_of(text, shots, seed) {
  const job = await new aer.AerSimulator().run(text, { shots, seed_simulator: seed });
  return (await job.result()).get_counts();
}

/** Each outcome within 5 standard deviations of its probability, and none that has none. */
function assert_distribution(counts, probabilities, what) {
  const shots = Object.values(counts).reduce((sum, count) => sum + count, 0);
  for (const key of Object.keys(counts)) assert.ok(probabilities[key] > 0, `${what}: ${key} cannot be`);
  for (const [key, p] of Object.entries(probabilities)) {
    const bound = 5 * Math.sqrt(shots * p * (1 - p)) + 1e-9;
    assert.ok(Math.abs((counts[key] ?? 0) - shots * p) <= bound, `${what}: ${key} came ${counts[key] ?? 0} times, expected ${shots * p} ± ${bound}`);
  }
}

for (const { title, about, text, settings, expect } of EXAMPLES)
  test(`the example ${title} gives its known answer`, async () => {
    assert.ok(Math.abs(Object.values(expect.probabilities).reduce((sum, p) => sum + p) - 1) < 1e-9, 'these are probabilities');
    assert_distribution(await counts_of(text, 20_000, 9), expect.probabilities, title);
    assert.match(about, /^[^.]+\.(.*\d\.\d.*|[^.]+)\.$/s, 'two sentences');
    assert.deepEqual(Object.keys(settings).sort(), Object.keys(DEFAULT_SETTINGS).sort());
    for (const [name, value] of Object.entries(expect.observables ?? {})) {
      const circuit = aer.QuantumCircuit.from_qasm(text);
      circuit.remove_final_measurements();
      const { terms } = OBSERVABLES[title].find((observable) => observable.name === name);
      circuit.save_expectation_value(terms, circuit.qubits.map((_, index) => index));
      const result = await (await new aer.AerSimulator().run(circuit)).result();
      assert.ok(Math.abs(result.data().expectation_value - value) < 1e-9, `${name}: ${result.data().expectation_value}`);
    }
  });

test('there are the thirteen examples, two of them in OpenQASM 2', () => {
  assert.equal(EXAMPLES.length, 13);
  assert.equal(EXAMPLES.filter(({ text }) => text.includes('OPENQASM 2.0;')).length, 2);
  assert.equal(new Set(EXAMPLES.map(({ title }) => title)).size, 13);
});

test('scripts for Qiskit say what the program says', () => {
  const script = (text, settings = {}) => qiskit_python(aer.QuantumCircuit.from_qasm(text), { ...DEFAULT_SETTINGS, ...settings }, null);
  const feedback = script('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\nc[0] = measure q[0];\nif (c[0]) { x q[1]; } else { rx(pi / 4) q[1]; }\n'
    + 'while (c > 2) { ctrl(1) @ x q[0], q[1]; }\nc[1] = measure q[1];\n', { shots: 9, seed: 4, method: 'statevector' });
  for (const line of ['qc = QuantumCircuit(2, 2)', 'qc.h(0)', 'qc.measure(0, 0)', 'with qc.if_test((qc.clbits[0], 1)) as else_:', '    qc.x(1)', 'with else_:', '    qc.rx(pi/4, 1)',
    'with qc.while_loop(expr.greater(qc.cregs[0], 2)):', '    qc.cx(0, 1)', 'qc.measure(1, 1)', "backend = AerSimulator(method='statevector')"])
    assert.ok(feedback.split('\n').includes(line), `${line} is missing in\n${feedback}`);
  assert.match(feedback, /shots=9, seed_simulator=4\)/);
  assert.doesNotMatch(feedback, /loads/);
  assert.match(script('OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\nh q[0];\n'), /qc\.measure_all\(\)/, 'what measures nothing is measured');
});

/** A Python with qiskit-aer, where one is named. */
const python = process.env.AER_PYTHON;
for (const { title, text, settings, expect } of EXAMPLES)
  test(`the script of ${title} gives the same answer in Qiskit`, { skip: !python && 'AER_PYTHON names no Python with qiskit-aer' }, async () => {
    const ideal = { ...settings, shots: 20_000, seed: 3, noise: DEFAULT_SETTINGS.noise };
    const circuit = aer.QuantumCircuit.from_qasm(text);
    const { status, stdout, stderr } = await outcome(python, ['-'], { input: qiskit_python(circuit, ideal, title) });
    assert.equal(status, 0, stderr);
    assert_distribution(JSON.parse(stdout.replaceAll("'", '"')), expect.probabilities, title);
    const noisy = await outcome(python, ['-'], { input: qiskit_python(circuit, { ...ideal, shots: 10, noise: { preset: 'thermal', values: {} } }, title) });
    assert.equal(noisy.status, 0, noisy.stderr);
  });

// ------------------------------------------------------------------------------------------------- in a browser

/** A page of its own; `prepare` does things to its context before. */
async function playground(fragment = '', prepare = async () => {}) {
  const context = await browser.newContext();
  await prepare(context);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(site.url + fragment);
  await ready(page);
  return { page, context, errors, close: () => context.close() };
}

const editor = (page) => page.getByRole('textbox', { name: /^Program/ });
const run_button = (page) => page.locator('.run-button');

const ready = async (page) => {
  await editor(page).waitFor();
  await page.waitForSelector('.run-button:enabled');
};

/** The text in the editor. */
const text_in = (page) => editor(page).evaluate((element) => [...element.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'));

async function shows(page, text, what) {
  let now;
  for (let tries = 0; tries < 200; tries++) {
    now = await text_in(page);
    if (now.trim() === text.trim()) return;
    await page.waitForTimeout(20);
  }
  assert.equal(now, text, what);
}

async function type(page, text) {
  await editor(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
}

const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('aer-wasm.program')));
const notice = (page, words) => page.locator('.notice', { hasText: words });
const bell = EXAMPLES[0].text;
const small = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[3] c;\nx q[1];\nc = measure q;\n';

/** What the newest job gave, once it is stored. */
async function newest_outcome(page, noisy = false) {
  for (let tries = 0; tries < 200; tries++) {
    const outcome = await page.evaluate(() => new Promise((resolve, reject) => {
      const opening = indexedDB.open('aer-wasm.playground');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const all = opening.result.transaction('jobs').objectStore('jobs').getAll();
        all.onsuccess = () => resolve(all.result.sort((a, b) => b.created - a.created)[0]?.outcome);
      };
    }));
    if (outcome && (!noisy || outcome.ideal_counts)) return outcome;
    await page.waitForTimeout(20);
  }
  throw new Error('the job was not stored');
}

async function run_and_count(page) {
  await run_button(page).click();
  await page.waitForFunction(() => document.querySelector('.job .badge')?.textContent === 'DONE', null, { timeout: 60_000 });
  return newest_outcome(page);
}

test('a shared link opens the same program with its settings', async () => {
  const { page, errors, close } = await playground('', (context) => context.grantPermissions(['clipboard-read', 'clipboard-write']));
  await shows(page, bell, 'the first time it is the Bell state');
  await type(page, '// π is shared\n');
  await page.fill('#run-shots', '321');
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await page.waitForFunction(() => document.querySelector('dialog.share input').value.includes('#1.'));
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByText('Copied').waitFor();
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Share', 'the focus goes back');

  const other = await playground(new URL(link).hash);
  await shows(other.page, `${bell}// π is shared\n`, 'the same program');
  assert.equal(await other.page.inputValue('#run-shots'), '321');
  assert.deepEqual(Object.keys((await run_and_count(other.page)).counts).sort(), ['00', '11']);
  assert.deepEqual([...errors, ...other.errors], []);
  await close();
  await other.close();
});

test('a link that is opened over a program is one step that undo takes back, and a notice offers the program', async () => {
  const { page, errors, close } = await playground();
  const mine = `${bell}// typed by me\n`;
  await type(page, '// typed by me\n');
  await page.fill('#run-shots', '55');
  const fragment = await write_fragment({ text: small, settings: { ...DEFAULT_SETTINGS, shots: 12 }, title: null });
  const open_link = () => page.evaluate((fragment) => (location.hash = fragment), fragment);
  await open_link();
  await shows(page, small, 'the link');
  assert.equal(await page.inputValue('#run-shots'), '12');
  await page.getByRole('button', { name: 'Undo' }).click();
  await shows(page, mine, 'undo brings it back');
  assert.equal(await page.inputValue('#run-shots'), '55', 'with its settings');
  await page.getByRole('button', { name: 'Redo' }).click();
  await shows(page, small, 'redo');
  await notice(page, 'The program that was here is kept.').getByRole('button', { name: 'Bring it back' }).click();
  await shows(page, mine, 'the notice brings it back');
  assert.equal(await page.inputValue('#run-shots'), '55');
  assert.deepEqual(errors, []);
  await close();
});

test('a broken link says what is wrong and leaves the program as it is', async () => {
  const { page, errors, close } = await playground();
  await type(page, '// mine\n');
  const whole = await write_fragment({ text: small, settings: DEFAULT_SETTINGS, title: null });
  for (const [fragment, words] of [[whole.slice(0, -7), /cut short or changed.*Ask for it again/], ['#7.x', /newer version.*Reload/], ['#elsewhere', /no link of the playground/]]) {
    await page.evaluate((fragment) => (location.hash = fragment), fragment);
    await notice(page, words).waitFor();
    await shows(page, `${bell}// mine\n`, 'it stays');
  }
  assert.deepEqual(errors, []);
  await close();
});

test('a link does not overwrite the program of the last time before it is changed', async () => {
  const { page, context, close } = await playground();
  const mine = `${bell}// mine\n`;
  await type(page, '// mine\n');
  await page.waitForFunction(() => localStorage.getItem('aer-wasm.program')?.includes('// mine'));
  const second = await context.newPage();
  await second.goto(site.url + (await write_fragment({ text: small, settings: DEFAULT_SETTINGS, title: null })));
  await ready(second);
  await shows(second, small, 'the link');
  await second.reload();
  await ready(second);
  await shows(second, small, 'a reload shows the link again');
  assert.equal((await kept(second)).text, mine);
  await type(second, '// changed\n');
  await second.waitForFunction(() => location.hash === '');
  await second.reload();
  await ready(second);
  await shows(second, `${small}// changed\n`, 'a link that was changed is kept as it is now');
  await second.getByRole('button', { name: 'Examples' }).click();
  await second.getByRole('button', { name: 'Bring it back' }).click();
  await shows(second, mine, 'what the link took the place of');
  await close();
});

test('the program and its settings are there after a reload, also when it is closed at once', async () => {
  const { page, errors, close } = await playground();
  await page.fill('#run-shots', '77');
  await type(page, '// not lost\n');
  await page.reload();
  await ready(page);
  await shows(page, `${bell}// not lost\n`, 'after a reload');
  assert.equal(await page.inputValue('#run-shots'), '77');
  assert.deepEqual(errors, []);
  await close();
});

test('where storage is blocked or full the page says so once and works on', async () => {
  const blocked = () => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
  const full = () => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; };
  for (const [block, words] of [[blocked, 'This browser keeps nothing for this page'], [full, 'The storage of this browser is full']]) {
    const { page, errors, close } = await playground('', (context) => context.addInitScript(block));
    for (const piece of ['// one\n', '// two\n']) {
      await type(page, piece);
      await page.waitForTimeout(600);
    }
    assert.equal(await notice(page, words).count(), 1);
    assert.deepEqual(Object.keys((await run_and_count(page)).counts).sort(), ['00', '11']);
    assert.deepEqual(errors, []);
    await close();
  }
});

test('the gallery filters, is used by keys, and opens an example as one step', async () => {
  const { page, errors, close } = await playground();
  await page.getByRole('button', { name: 'Examples' }).click();
  const gallery = page.getByRole('dialog', { name: 'Examples' });
  await gallery.waitFor();
  assert.equal(await gallery.locator('.card').count(), EXAMPLES.length);
  await gallery.getByRole('searchbox').fill('no such thing');
  await gallery.getByText('No example has').waitFor();
  await gallery.getByRole('searchbox').fill('phase');
  const found = await gallery.locator('.card strong').allTextContents();
  assert.ok(found.includes('Phase estimation') && found.length < EXAMPLES.length, found.join());
  await gallery.getByRole('searchbox').fill('grover');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await gallery.waitFor({ state: 'detached' });
  await shows(page, EXAMPLES.find(({ title }) => title.startsWith('Grover')).text, 'the example');
  await page.getByRole('button', { name: 'Undo' }).click();
  await shows(page, bell, 'one step');
  assert.deepEqual(errors, []);
  await close();
});

test('each example runs in the page and shows its known answer', async () => {
  const { page, errors, close } = await playground();
  for (const { title, text, expect, settings } of EXAMPLES) {
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('dialog', { name: 'Examples' }).getByRole('button', { name: title, exact: false }).first().click();
    await shows(page, text, title);
    await page.evaluate(() => document.querySelectorAll('.job').forEach((job) => job.classList.add('earlier')));
    await run_button(page).click();
    await page.waitForFunction(() => document.querySelector('.job:not(.earlier) .badge.good'), null, { timeout: 60_000 });
    const outcome = await newest_outcome(page, settings.noise.preset !== 'ideal');
    assert_distribution(outcome.ideal_counts ?? outcome.counts, expect.probabilities, title);
    if (outcome.ideal_counts) assert.ok(Object.keys(outcome.counts).length > Object.keys(expect.probabilities).length, 'noise gives other outcomes too');
  }
  assert.deepEqual(errors, []);
  await close();
});

test('the program is downloaded as OpenQASM 2 and 3, as a script, as it was typed where it is of that version', async () => {
  const { page, errors, close } = await playground();
  const file = async (label) => {
    await page.getByRole('button', { name: 'Download', exact: true }).first().click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: label }).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return [download.suggestedFilename(), Buffer.concat(chunks).toString()];
  };
  assert.deepEqual(await file('OpenQASM 3'), ['bell-state.qasm', bell]);
  const [, second] = await file('OpenQASM 2');
  assert.match(second, /^OPENQASM 2\.0;/);
  assert.deepEqual(await counts_of(second, 100, 8), await counts_of(bell, 100, 8));
  const [name, script] = await file('Qiskit Python');
  assert.equal(name, 'bell-state.py');
  assert.match(script, /qc\.cx\(0, 1\)/);
  const [, svg] = await file('Drawing, SVG');
  assert.match(svg, /^<svg /);
  const [png_name, png] = await file('Drawing, PNG');
  assert.equal(png_name, 'bell-state.png');
  assert.equal(png.slice(1, 4), 'PNG');
  await type(page, 'nonsense\n');
  assert.deepEqual((await file('OpenQASM 3'))[1], `${bell}nonsense\n`, 'with its errors');
  await page.getByRole('button', { name: 'Download', exact: true }).first().click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await notice(page, 'cannot be written as OpenQASM 2').waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('after the first visit the page opens and runs without a network', async () => {
  const { page, context, errors, close } = await playground();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  assert.deepEqual(Object.keys((await run_and_count(page)).counts).sort(), ['00', '11']);
  await page.getByRole('button', { name: 'Examples' }).click();
  await page.getByRole('dialog', { name: 'Examples' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('the server packs what it sends, and lets only files with a hash be kept', async () => {
  const index = await fetch(site.url);
  assert.equal(index.headers.get('content-encoding'), 'gzip');
  assert.equal(index.headers.get('cache-control'), 'no-cache');
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await index.text())[1];
  assert.match((await fetch(site.url + script)).headers.get('cache-control'), /immutable/);
  assert.equal((await fetch(`${site.url}sw.js`)).headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(site.url, { headers: { 'accept-encoding': 'identity' } })).headers.get('content-encoding'), null);
});
