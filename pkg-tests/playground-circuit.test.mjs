// The playground's drawing in Chromium: by mouse, by keyboard alone, and by finger.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { browser, site } from './playground.mjs';

const HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n';
const BELL = `${HEAD}qubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;`;

/** The page with a program in it; `check` sees that nothing went wrong and closes it. */
async function playground(text, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(site.url);
  await page.waitForSelector('.sheet [data-instruction]');
  await write(page, text);
  await page.waitForSelector('.canvas[data-wrong="false"]');
  const check = async () => {
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, check };
}

/** Pastes a program over that in the editor, and waits until the drawing has followed. */
async function write(page, text) {
  const phone = await page.locator('.places').isVisible();
  if (phone) await page.locator('.places button', { hasText: 'Program' }).click();
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+a');
  await page.locator('.cm-content').evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
  assert.equal(await text_of(page), text.trimEnd());
  if (phone) await page.locator('.places button', { hasText: 'Circuit' }).click();
  await page.waitForSelector('.canvas:is([data-wrong="true"], [data-current="true"])');
}

const text_of = (page) =>
  page.evaluate(() => {
    const find = (root) => {
      for (const element of root.querySelectorAll('*')) {
        const found = element.classList.contains('cm-content') ? element : element.shadowRoot && find(element.shadowRoot);
        if (found) return found;
      }
      return null;
    };
    return [...find(document).querySelectorAll('.cm-line')].map(({ textContent }) => textContent).join('\n').trimEnd();
  });

/** What is drawn, by the titles of the instructions. */
const drawn = (page) => page.$$eval('.picture [data-instruction] > title', (titles) => titles.map(({ textContent }) => textContent));

const body = async (page) => (await text_of(page)).replace(HEAD, '').replace(/^(?:qubit|bit)\[\d+\] \w+;\n?/gm, '');

/** Puts the keyboard's cell on a qubit and a column; gives the middle of it. */
async function cell(page, qubit, column) {
  await page.focus('.canvas');
  await page.keyboard.press('Home');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < qubit; i++) await page.keyboard.press('ArrowDown');
  for (let i = 0; i < column; i++) await page.keyboard.press('ArrowRight');
  const { x, y, width, height } = await page.locator('#circuit-cursor').boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

async function middle(page, selector) {
  const { x, y, width, height } = await page.locator(selector).first().boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

test('a gate that is dragged from the palette stands in the text and in the drawing', async () => {
  const { page, check } = await playground(BELL);
  await drag(page, await middle(page, '.tile[data-gate="x"]'), await cell(page, 1, 0));
  assert.equal(await text_of(page), BELL.replace('h q[0];', 'h q[0];\nx q[1];'));
  assert.ok((await drawn(page)).includes('x q[1]'));
  await page.click('button[aria-label="Undo"]');
  assert.equal(await text_of(page), BELL);
  assert.ok(!(await drawn(page)).includes('x q[1]'));
  await page.click('button[aria-label="Redo"]');
  assert.ok((await drawn(page)).includes('x q[1]'));
  // Before the measurements where it is dropped left of them: these come apart only if they have to.
  await drag(page, await middle(page, '.tile[data-gate="z"]'), await cell(page, 0, 2).then(({ x, y }) => ({ x: x - 12, y })));
  assert.equal(await body(page), 'h q[0];\nx q[1];\ncx q[0], q[1];\nz q[0];\nc = measure q;');
  await check();
});

test('escape lets go of what is dragged', async () => {
  const { page, check } = await playground(BELL);
  const [from, to] = [await middle(page, '.tile[data-gate="x"]'), await cell(page, 1, 0)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  assert.equal(await page.locator('.ghost').count(), 1);
  assert.equal(await page.locator('.layer .target').count(), 1);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.ghost').count(), 0);
  await page.mouse.up();
  assert.equal(await text_of(page), BELL);
  await check();
});

test('a gate is dragged to another wire, to another column, and out', async () => {
  const { page, check } = await playground(`${HEAD}qubit[3] q;\nh q[0]; // first\ns q[1];\nt q[1];`);
  await drag(page, await middle(page, '[data-instruction="0"]'), await cell(page, 2, 0));
  assert.equal(await body(page), 'h q[2]; // first\ns q[1];\nt q[1];');
  await drag(page, await middle(page, '[data-instruction="2"]'), await cell(page, 1, 0).then(({ x, y }) => ({ x: x - 10, y })));
  assert.equal((await body(page)).replace('h q[2]; // first\n', ''), 't q[1];\ns q[1];');
  await page.mouse.click(...Object.values(await middle(page, '[data-instruction="1"]')));
  await page.keyboard.press('Delete');
  assert.equal((await drawn(page)).length, 2, 'what is selected goes by a key');
  await page.click('button[aria-label="Undo"]');
  const gone = await page.locator('[data-instruction]', { hasText: 't q[1]' }).getAttribute('data-instruction');
  await drag(page, await middle(page, `[data-instruction="${gone}"]`), { x: 400, y: 700 });
  assert.equal(await body(page), 'h q[2]; // first\ns q[1];');
  await check();
});

test('parameters, qubits and conditions are changed in the form of what is selected', async () => {
  const { page, check } = await playground(`${HEAD}qubit[3] q;\nbit[2] c;\nc[0] = measure q[0];\nrx(pi) q[1]; // turn\ncx q[0], q[1];`);
  const form = page.locator('.inspector');
  await page.mouse.click(...Object.values(await middle(page, '[data-instruction="1"]')));
  const input = form.locator('.formula input');
  assert.equal(await input.inputValue(), 'pi');
  await input.fill('3*pi/');
  await input.press('Enter');
  await form.locator('.wrong').waitFor();
  assert.equal(await input.inputValue(), '3*pi/', 'what was typed stays');
  await input.fill('3*pi/4');
  await input.press('Enter');
  assert.match(await text_of(page), /^rx\(3\*pi\/4\) q\[1\]; \/\/ turn$/m);
  assert.ok((await drawn(page)).some((title) => title.startsWith('rx(3π/4)')));
  await form.getByLabel('Condition').selectOption({ label: 'If c[0] is 1' });
  assert.match(await text_of(page), /^if \(c\[0\]\) rx\(3\*pi\/4\) q\[1\]; \/\/ turn$/m);
  await form.getByLabel('Condition').selectOption({ label: 'If c equals …' });
  await form.getByLabel('Value').fill('2');
  await form.getByLabel('Value').press('Tab');
  assert.match(await text_of(page), /^if \(c == 2\) rx/m);
  await form.getByLabel('Condition').selectOption({ label: 'Always' });
  assert.match(await text_of(page), /^rx\(3\*pi\/4\) q\[1\]; \/\/ turn$/m);
  await page.mouse.click(...Object.values(await middle(page, '[data-instruction="2"]')));
  await form.getByLabel('Target').selectOption({ label: 'q[2]' });
  assert.match(await text_of(page), /^cx q\[0\], q\[2\];$/m);
  await form.getByLabel('Control').selectOption({ label: 'q[2]' });
  assert.match(await text_of(page), /^cx q\[2\], q\[0\];$/m, 'they change places');
  // The palette's condition, on the gate that it is dropped on.
  await drag(page, await middle(page, '.tile[data-gate="if"]'), await middle(page, '[data-instruction="1"]'));
  assert.match(await text_of(page), /^if \(c\[0\]\) rx\(3\*pi\/4\) q\[1\]; \/\/ turn$/m);
  await check();
});

test('the drawing follows the text, and keeps the last circuit while it is wrong', async () => {
  const { page, check } = await playground(BELL);
  await write(page, BELL.replace('cx q[0], q[1]', 'cz q[1], q[0]'));
  assert.deepEqual(await drawn(page), ['h q[0]', 'cz q[1], q[0]', 'measure q[0] -> c[0]', 'measure q[1] -> c[1]']);
  await write(page, BELL.replace('cx q[0], q[1]', 'cx q[0], q['));
  await page.getByText('The text has an error; the drawing shows the last valid program.').waitFor();
  assert.equal((await drawn(page)).length, 4);
  assert.ok(await page.locator('.tile[data-gate="h"]').isDisabled());
  await page.focus('.canvas');
  await page.keyboard.press('Delete');
  assert.match(await text_of(page), /cx q\[0\], q\[;/, 'nothing can be done to it meanwhile');
  await check();
});

test('all of it by keyboard alone', async () => {
  const { page, check } = await playground(`${HEAD}qubit[2] q;\n`);
  await page.focus('.tile[data-gate="h"]');
  await page.keyboard.press('Enter');
  const to_canvas = async () => {
    for (let i = 0; i < 8 && !(await page.evaluate(() => document.activeElement.classList.contains('canvas'))); i++) await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains('canvas')));
  };
  await to_canvas();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await body(page), 'h q[1];');
  await page.keyboard.press('Home');
  assert.equal(await page.getAttribute('#circuit-cursor', 'aria-label'), 'Column 1, q[1]: h q[1]');
  // From one tile to another by arrows.
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.gate), 'h');
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.gate), 'cx');
  await page.keyboard.press('Enter');
  await to_canvas();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  assert.equal(await body(page), 'h q[1];\ncx q[0], q[1];');
  assert.equal(await page.getAttribute('#circuit-cursor', 'aria-label'), 'Column 2, q[0]: cx control');
  await page.keyboard.press('[');
  assert.equal(await body(page), 'cx q[0], q[1];\nh q[1];');
  await page.keyboard.press(']');
  assert.equal(await body(page), 'h q[1];\ncx q[0], q[1];');
  await page.keyboard.press('Delete');
  assert.equal(await body(page), 'h q[1];');
  await page.keyboard.press('Control+z');
  assert.equal(await body(page), 'h q[1];\ncx q[0], q[1];');
  await page.keyboard.press('Control+y');
  assert.equal(await body(page), 'h q[1];');
  await check();
});

test('qubits and bits are added and taken away, and all is cleared in one step', async () => {
  const { page, check } = await playground(BELL);
  await page.click('button[aria-label="Add a qubit"]');
  assert.match(await text_of(page), /qubit\[3\] q;[^]*c = measure q\[0:1\];/);
  await page.click('button[aria-label="Add a bit"]');
  assert.match(await text_of(page), /bit\[3\] c;/);
  await page.click('button[aria-label="Remove the last qubit"]');
  assert.match(await text_of(page), /qubit\[2\] q;/);
  await page.click('button[aria-label="Remove the last qubit"]');
  await page.getByText('q[1] is in use').waitFor();
  await page.click('button[aria-label="Clear the circuit"]');
  assert.equal(await text_of(page), `${HEAD}qubit[2] q;\nbit[3] c;`);
  await page.click('button[aria-label="Undo"]');
  assert.match(await text_of(page), /cx q\[0\], q\[1\];/);
  await check();
});

test('a finger places by taps and drags after a long press; a swipe only scrolls', async () => {
  const { page, check } = await playground(BELL, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), 'nothing is wider than the phone');
  await page.tap('.tile[data-gate="y"]');
  const at = await cell(page, 1, 0);
  await page.touchscreen.tap(at.x, at.y);
  assert.match(await text_of(page), /h q\[0\];\ny q\[1\];\ncx/);
  const session = await page.context().newCDPSession(page);
  const touch = (type, point) => session.send('Input.dispatchTouchEvent', { type, touchPoints: point ? [point] : [] });
  const stroke = async (from, to, wait) => {
    await touch('touchStart', from);
    await page.waitForTimeout(wait);
    for (let i = 1; i <= 6; i++) await touch('touchMove', { x: from.x + ((to.x - from.x) * i) / 6, y: from.y + ((to.y - from.y) * i) / 6 });
    await touch('touchEnd');
    await page.waitForTimeout(100);
  };
  const before_swipe = await text_of(page);
  await stroke(await middle(page, '.tile[data-gate="s"]'), await cell(page, 1, 0), 0);
  assert.equal(await text_of(page), before_swipe);
  await stroke(await middle(page, '.tile[data-gate="s"]'), await cell(page, 0, 0).then(({ x, y }) => ({ x: x - 10, y })), 500);
  assert.match(await text_of(page), /^s q\[0\];\nh q\[0\];/m);
  await check();
});

test('every gate of the palette can be put into an empty program of six qubits', async () => {
  const empty = `${HEAD}qubit[6] q;`;
  const { page, check } = await playground(empty);
  await page.getByText('All gates').click();
  const names = await page.$$eval('.tile[data-gate]', (tiles) => tiles.map(({ dataset }) => dataset.gate));
  assert.ok(names.length > 70);
  for (const name of names.filter((name) => name !== 'if')) {
    await page.locator(`.tile[data-gate="${name}"]`).click();
    await page.focus('.canvas');
    await page.keyboard.press('Enter');
    const call = (await text_of(page)).split('\n').at(-1);
    assert.match(call, new RegExp(name === 'measure' ? '^c\\[0\\] = measure q\\[0\\];$' : `^${name}(\\(.*\\))? q\\[0\\]`), name);
    assert.equal(await page.locator('.state.wrong').count(), 0, name);
    assert.equal((await drawn(page)).length, 1, name);
    await page.keyboard.press('Control+z');
    assert.equal(await text_of(page), empty, name);
  }
  await page.getByPlaceholder('Search').fill('swap');
  assert.deepEqual(await page.$$eval('.tile[data-gate]', (tiles) => tiles.map(({ dataset }) => dataset.gate)), ['swap', 'iswap', 'cswap', 'mcswap']);
  await check();
});

test('the step that the results show is a line in the drawing', async () => {
  const { page, check } = await playground(BELL);
  assert.equal(await page.locator('.layer .mark').count(), 0);
  await page.getByRole('tab', { name: 'State' }).click();
  const mark = page.locator('.layer .mark');
  await mark.waitFor({ state: 'attached' });
  const at = async () => Number(await mark.getAttribute('x1'));
  const before = await at();
  await page.click('button[aria-label="Previous step"]');
  await page.waitForFunction((before) => Number(document.querySelector('.layer .mark').getAttribute('x1')) < before, before);
  await check();
});

test('what is dropped on control flow goes beside it', async () => {
  const loop = 'if (c[0]) {\n  x q[1];\n  h q[1];\n}';
  const { page, check } = await playground(`${HEAD}qubit[2] q;\nbit[1] c;\nc[0] = measure q[0];\n${loop}`);
  const { x, y, width, height } = await page.locator('[data-instruction="1"]').first().boundingBox();
  const [tile, at] = [await middle(page, '.tile[data-gate="y"]'), y + Math.min(height, 44) / 2];
  await drag(page, tile, { x: x + 8, y: at });
  assert.equal(await body(page), `c[0] = measure q[0];\ny q[1];\n${loop}`);
  await page.click('button[aria-label="Undo"]');
  await drag(page, tile, { x: x + width - 8, y: at });
  assert.equal(await body(page), `c[0] = measure q[0];\n${loop}\ny q[1];`);
  await check();
});

test('of a large circuit the beginning is drawn, and said so', async () => {
  const { page, check } = await playground(`${HEAD}qubit[3] q;\nfor int i in [1:800] { h q; }`);
  await page.getByText('The first 500 of 2,400 instructions are drawn.').waitFor();
  assert.equal((await drawn(page)).length, 500);
  await write(page, `${HEAD}qubit[100] q;\nbit[2] c;\nc[1] = measure q[1];\ncx q[0], q[99];\nif (c[1]) x q[2];\nh q[3];`);
  await page.getByText('The first 64 of 100 qubits and 3 of 4 instructions are drawn.').waitFor();
  await page.click('[data-instruction="2"]');
  await page.keyboard.press('Delete');
  assert.match(await text_of(page), /if \(c\[1\]\) x q\[2\];$/, 'what is drawn is what is meant');
  await check();
});
