// The program as text: the editor of the playground as it is served, and its parts beside it.

import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { installed, open, project, root, serve as serve_folder } from './packed.mjs';
import { browser, site } from './playground.mjs';

const source = join(root, 'www', 'src');
let bench;

after(() => bench?.close());

const V2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0], q[1];\nmeasure q -> c;\n';
const V3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n';

/** The page, once its program was read. */
async function playground(options = {}) {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const { page, errors } = await open(context, site.url);
  if ((options.viewport?.width ?? 1280) < 900) await page.click('.places button:has-text("Program")');
  await summary(page, /qubits/);
  return { page, errors };
}

const summary = (page, wanted) => page.locator('.editor header p').filter({ hasText: wanted }).waitFor();

/** The text of the editor, line by line. */
const text_of = (page) => page.$$eval('.cm-line', (lines) => lines.map((line) => line.textContent).join('\n'));

/** Puts a text in place of what is there, as one who pastes. */
async function replace(page, text) {
  await page.click('.cm-content');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** What is underlined: the words, and the numbers of the lines that are marked. */
const underlined = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('.editor-host');
    const all = (selector) => [...shadowRoot.querySelectorAll(selector)].map(({ textContent }) => textContent);
    return { words: all('.cm-problem'), lines: all('.cm-problem-line') };
  });

/** The colour of each piece of a line. */
const colours = (page, line) =>
  page.$$eval('.cm-line', (lines, line) =>
    [...lines[line].querySelectorAll('span')].map((span) => [span.textContent, getComputedStyle(span).color]), line);

/** A file dragged onto the editor and dropped. */
const drop = (page, name, text) =>
  page.evaluate(([name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name, { type: 'text/plain' }));
    const target = document.querySelector('.editor-host').shadowRoot.querySelector('.cm-content');
    for (const type of ['dragenter', 'dragover', 'drop'])
      target.dispatchEvent(new DragEvent(type, { bubbles: true, composed: true, cancelable: true, dataTransfer }));
  }, [name, text]);

test('typing is coloured by what it is, and its circuit is read', async () => {
  const { page, errors } = await playground();
  await replace(page, 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nh q[0]; // first\n');
  await summary(page, /^OpenQASM 3 · 3 qubits · depth 1$/);
  const of = Object.fromEntries((await Promise.all([0, 1, 2, 3].map((line) => colours(page, line)))).flat());
  const different = ['OPENQASM', '"stdgates.inc"', '3', '// first', 'h'].map((piece) => of[piece]);
  assert.equal(new Set(different).size, different.length, `each kind has its colour: ${JSON.stringify(of)}`);
  assert.equal(of.qubit, of.OPENQASM);
  await replace(page, '// OPENQASM 3.0;');
  await page.waitForFunction(() => document.querySelector('.editor-host').shadowRoot.querySelectorAll('.cm-line').length === 1);
  assert.deepEqual(await colours(page, 0), [['// OPENQASM 3.0;', of['// first']]], 'what is commented out looks like a comment');
  assert.deepEqual(errors, []);
  await page.context().close();
});

for (const [version, text] of [[2, V2], [3, V3]])
  test(`an error of OpenQASM ${version} is underlined where it is, while it is typed, until it is mended`, async () => {
    const { page, errors } = await playground();
    await replace(page, text);
    await summary(page, new RegExp(`^OpenQASM ${version} · 2 qubits · depth 3$`));
    assert.deepEqual(await underlined(page), { words: [], lines: [] });
    await page.locator('.cm-line', { hasText: 'cx q[0]' }).click();
    await page.keyboard.press('Home');
    await page.keyboard.type('y');
    await page.waitForSelector('.cm-problem');
    assert.deepEqual(await underlined(page), { words: ['ycx'], lines: ['6'] });
    assert.match(await page.textContent('.editor-status p'), /^No gate of the name ycx is known\./);
    await page.click('.cm-line:first-child');
    await page.click('.editor-status button:has-text("6:1")');
    await page.keyboard.press('Delete');
    await page.waitForSelector('.cm-problem', { state: 'detached' });
    assert.equal(await page.textContent('.editor-status'), 'No problems');
    assert.equal(await text_of(page), text, 'the button had put the cursor before the word');
    assert.deepEqual(errors, []);
    await page.context().close();
  });

test('what is missing is underlined where it is missing, all errors at once, columns counted in characters', async () => {
  const { page, errors } = await playground();
  await replace(page, 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\n/* 😀😀 */ hh q[0];\nh q[0]\nx q[7];\n');
  await page.waitForSelector('.cm-problem');
  const { words, lines } = await underlined(page);
  assert.deepEqual(words.slice(0, 2), ['hh', ']']);
  assert.deepEqual(lines.slice(0, 2), ['4', '5']);
  await page.hover('.cm-problem');
  assert.match(await page.textContent('.cm-hint'), /^No gate of the name hh is known/);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('by keyboard: to the error, Tab indents, and Escape lets Tab leave', async () => {
  const { page, errors } = await playground();
  await replace(page, V3.replace('cx', 'ycx'));
  await page.waitForSelector('.cm-problem');
  assert.equal(await page.getAttribute('.editor-status', 'aria-live'), 'polite');
  await page.keyboard.press('F8');
  await page.keyboard.press('Delete');
  await page.waitForSelector('.cm-problem', { state: 'detached' });
  assert.equal(await text_of(page), V3);
  await page.keyboard.press('Tab');
  assert.equal(await text_of(page), V3.replace('cx', '  cx'));
  await page.keyboard.press('ControlOrMeta+/');
  assert.equal(await text_of(page), V3.replace('cx', '  // cx'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.matches('.editor-host')), false);
  assert.equal(await text_of(page), V3.replace('cx', '  // cx'));
  assert.match(await page.getAttribute('.cm-content', 'aria-description'), /Escape, then Tab/);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('completion inserts a gate with its parameters, on the qubits of the program', async () => {
  const { page, errors } = await playground();
  await replace(page, 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] data;\n');
  await page.keyboard.type('cr');
  await page.waitForSelector('.cm-tooltip-autocomplete li:has-text("crx")');
  assert.equal(await page.locator('.cm-tooltip-autocomplete li:has-text("cu1")').count(), 0);
  await page.keyboard.type('z');
  await page.waitForFunction(() => {
    const { shadowRoot } = document.querySelector('.editor-host');
    return shadowRoot.querySelector('li[aria-selected]')?.textContent.startsWith('crz');
  });
  await page.waitForTimeout(100); // CodeMirror takes no key that comes at the very moment when the list appears.
  await page.keyboard.press('Enter');
  const line = () => text_of(page).then((text) => text.split('\n')[3]);
  assert.equal(await line(), 'crz(pi/2) data[0], data[1];');
  await page.keyboard.type('0.5');
  await page.keyboard.press('Tab');
  await page.keyboard.type('data[2]');
  assert.equal(await line(), 'crz(0.5) data[2], data[1];');
  await summary(page, /^OpenQASM 3 · 3 qubits · depth 1$/);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('completion offers what the version has, and the names and gates of the program', async () => {
  const { page, errors } = await playground();
  const offered = async (text, typed) => {
    await replace(page, text);
    await page.keyboard.type(typed);
    await page.waitForSelector('.cm-tooltip-autocomplete li');
    const labels = await page.$$eval('.cm-completionLabel', (labels) => labels.map(({ textContent }) => textContent));
    await page.keyboard.press('Escape');
    return labels;
  };
  // ryy is in stdgates.inc as the package has it, not in qelib1.inc.
  assert.ok((await offered('OPENQASM 3.0;\nqubit[2] q;\n', 'ry')).includes('ryy'));
  assert.ok(!(await offered('OPENQASM 2.0;\nqreg q[2];\n', 'ry')).includes('ryy'));
  assert.equal((await offered('OPENQASM 3.0;\nqubit[2] q;\n', 'c'))[0], 'cx', 'the common before the rare');
  assert.ok((await offered('OPENQASM 2.0;\n', 'qr')).includes('qreg'));
  assert.ok(!(await offered('OPENQASM 3.0;\nqubit[2] q;\n', 'q')).includes('qreg'));
  assert.equal((await offered('OPENQASM 3.0;\nqubit[2] q;\ngate majority a, b, c { }\n', 'maj'))[0], 'majority');
  for (const before of ['h ', 'rx(pi/2) ', 'h q[0];\nbarrier q, '])
    assert.equal((await offered(`OPENQASM 3.0;\nqubit[2] ancillas;\n${before}`, 'anc'))[0], 'ancillas', before);
  for (const before of ['if (c[0] == (1 + 0)) ', 'ctrl @ ', '// x\n', 'h q[0]; '])
    assert.ok((await offered(`OPENQASM 3.0;\nqubit[2] q;\nbit[1] c;\n${before}`, 'sxd')).includes('sxdg'), before);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a word that was typed before completion was loaded is completed once it is', { timeout: 60_000 }, async () => {
  // A service worker would fetch the part unseen.
  const { page, errors } = await playground({ serviceWorkers: 'block' });
  const asked = new Promise((resolve) => void page.route(/completion[^/]*\.js$/, resolve));
  await replace(page, 'OPENQASM 3.0;\nqubit[2] q;\n');
  await page.keyboard.type('ry');
  await (await asked).continue();
  await page.waitForSelector('.cm-tooltip-autocomplete li:has-text("ryy")');
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a file that is dropped or chosen replaces the program, and one undo brings it back', async () => {
  const { page, errors } = await playground();
  await replace(page, V2);
  await summary(page, /^OpenQASM 2/);
  await drop(page, 'ghz.qasm', 'OPENQASM 3.0;\r\ninclude "stdgates.inc";\r\nqubit[5] q;\r\nh q[0];\r\n');
  await summary(page, /^OpenQASM 3 · 5 qubits · depth 1$/);
  assert.equal(await text_of(page), 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[5] q;\nh q[0];\n');
  await page.click('[aria-label="Undo"]');
  assert.equal(await text_of(page), V2);
  await page.click('[aria-label="Redo"]');
  await summary(page, /5 qubits/);
  await page.click('[aria-label="Undo"]');
  const chooser = page.waitForEvent('filechooser');
  await page.click('.editor button:has-text("Open file")');
  await (await chooser).setFiles({ name: 'one.qasm', mimeType: 'text/plain', buffer: Buffer.from('qubit q;\n') });
  await summary(page, /^OpenQASM 3 · 1 qubit · depth 0$/);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a file that is no text is refused, and the program stays', async () => {
  const { page, errors } = await playground();
  const before = await text_of(page);
  await drop(page, 'picture.qasm', 'GIF\0\0');
  await page.waitForSelector('.notice.error:has-text("picture.qasm is no text")');
  assert.equal(await text_of(page), before);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a program that takes seconds to read does not hold up the page, and its errors are shown', async () => {
  const { page, errors } = await playground();
  const loop = (rounds) => `${V3}for int i in [1:${rounds}] {\n  x q[0];\n  x q[1];\n}\n`;
  await replace(page, loop(10));
  await summary(page, /depth 13$/);
  await replace(page, loop(1_000_000));
  await summary(page, /takes long to read|too large to draw/);
  assert.equal(await page.textContent('.editor-status'), '', 'whether it is right is not known');
  await replace(page, loop(1_000_000).replace('x q[1]', 'xx q[1]'));
  await page.waitForSelector('.cm-problem');
  assert.deepEqual(await underlined(page), { words: ['xx'], lines: ['10'] });
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('what a gate takes is told where the pointer rests on it', async () => {
  const { page, errors } = await playground();
  const head = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\ngate mine(a, b) x, y, z { }\n';
  await replace(page, `${head}cu(1, 2, 3, 4) q[0], q[1];\nmine(1, 2) q[0], q[1], q[2];\n`);
  for (const [line, told] of [[5, 'cu(theta, phi, lambda, gamma) on 2 qubits'], [6, 'mine(a, b) on 3 qubits']]) {
    await page.hover(`.cm-line:nth-child(${line}) > span:first-child`);
    await page.waitForSelector(`.cm-hint:has-text("${told}")`);
    await page.mouse.move(0, 0);
    await page.waitForSelector('.cm-hint', { state: 'detached' });
  }
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a finder', async () => {
  const { page, errors } = await playground();
  await page.click('.cm-content');
  await page.keyboard.press('ControlOrMeta+f');
  await page.waitForSelector('.cm-search');
  await page.keyboard.type('q[0]');
  await page.keyboard.press('Enter');
  const text = await page.innerText('.cm-content');
  assert.equal(await page.locator('.cm-searchMatch').count(), text.split('q[0]').length - 1);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.cm-search', { state: 'detached' });
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('dark and light, and at phone width a size that is not magnified', async () => {
  const look = (page) =>
    page.$eval('.cm-content', (content) => {
      const { color, fontSize } = getComputedStyle(content);
      const panel = getComputedStyle(document.querySelector('.editor')).backgroundColor;
      return { ink: color.match(/\d+/g).map(Number)[0], ground: panel.match(/\d+/g).map(Number)[0], size: parseFloat(fontSize) };
    });
  const dark = await playground({ colorScheme: 'dark' });
  const in_dark = await look(dark.page);
  assert.ok(in_dark.ink > 200 && in_dark.ground < 60, JSON.stringify(in_dark));
  await dark.page.click('[aria-label="Switch to light colours"]');
  const in_light = await look(dark.page);
  assert.ok(in_light.ink < 60 && in_light.ground > 200, JSON.stringify(in_light));
  assert.deepEqual(dark.errors, []);
  await dark.page.context().close();
  const phone = await playground({ viewport: { width: 390, height: 760 }, hasTouch: true, isMobile: true });
  assert.ok((await look(phone.page)).size >= 16);
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing is wider than the page');
  assert.deepEqual(phone.errors, []);
  await phone.page.context().close();
});

// ------------------------------------------------------------------------------------------------- parts alone

const externals = {
  name: 'externals',
  setup: (esbuild) => void esbuild.onResolve({ filter: /^aer-wasm$/ }, () => ({ path: './index.mjs', external: true })),
};

/** A page of nothing but the editor, whose window has what the parts export. */
async function workbench() {
  if (!bench) {
    const folder = join(root, 'target', 'editor-bench');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const parts = ['index.mjs', 'aer_wasm_bg.wasm', 'worker_host.js'];
    for (const name of parts) cpSync(join(root, 'dist', name), join(folder, name));
    const contents = `
      export * as state from './state'; export { show_failure } from './editor/editor';
      import { render, h } from 'preact'; import { Editor } from './editor/editor'; import * as state from './state';
      render(h(Editor), document.body); state.aer.value = await import('aer-wasm');`;
    await build({
      stdin: { contents, resolveDir: source, loader: 'ts' }, outdir: folder, entryNames: 'bench', bundle: true, format: 'esm',
      jsx: 'automatic', jsxImportSource: 'preact', target: 'es2022', loader: { '.css': 'empty' }, plugins: [externals],
      logLevel: 'error',
    });
    const start = "import * as parts from './bench.js'; Object.assign(window, parts, { ready: true });\n";
    writeFileSync(join(folder, 'start.js'), start);
    const head = '<!doctype html><html lang="en"><title>editor</title><link rel="icon" href="data:,">';
    writeFileSync(join(folder, 'index.html'), `${head}<body><script type="module" src="start.js"></script>`);
    bench = await serve_folder(folder);
  }
  const { page, errors } = await open(browser, `${bench.url}index.html`);
  await page.waitForFunction(() => window.ready);
  return { page, errors };
}

test('an edit from outside is one step of the history, and leaves the cursor where it was', async () => {
  const { page, errors } = await workbench();
  await page.evaluate((text) => state.load_program(text), V3);
  assert.equal(await page.evaluate(() => state.can_undo.value), false, 'nothing is undone into an empty page');
  await page.click('.cm-line:nth-child(6)');
  await page.keyboard.press('End');
  await page.keyboard.insertText(' // mine');
  const typed = await text_of(page);
  // Two changes of one edit, before and behind the cursor; then one more edit.
  await page.evaluate(() => {
    const text = state.program.value;
    const at = (word) => text.indexOf(word);
    const add = (from, insert) => ({ from, to: from, insert });
    state.edit([add(at('h q[0];'), 'x q[1];\n'), add(at('c = '), 'z q[0];\n')]);
  });
  await page.keyboard.type('!');
  assert.ok((await text_of(page)).includes('x q[1];\nh q[0];\ncx q[0], q[1]; // mine!\nz q[0];\nc = measure q;'));
  await page.evaluate(() => state.edit([{ from: 0, to: 0, insert: '// top\n' }]));
  assert.equal(await page.evaluate(() => state.circuit_is_current.value), true, 'what changes by a click is read at once');
  const undo = () => page.evaluate(() => { state.editor.value.undo(); return state.program.value; });
  assert.match(await undo(), /^OPENQASM[^]*mine!/);
  assert.match(await undo(), /x q\[1\];[^]*mine\n/);
  assert.equal(await undo(), typed);
  assert.equal(await undo(), V3);
  assert.deepEqual(await page.evaluate(() => [state.can_undo.value, state.can_redo.value]), [false, true]);
  for (let step = 0; step < 4; step++) await page.evaluate(() => state.editor.value.redo());
  assert.match(await text_of(page), /^\/\/ top\nOPENQASM[^]*mine!/);
  assert.equal(await page.evaluate(() => state.can_redo.value), false);
  // An example replaces all, and typing into it does not join its step.
  const all = await text_of(page);
  await page.evaluate(() => state.load_program('qubit q;\n'));
  await page.keyboard.type('x');
  await undo();
  assert.equal(await undo(), all);
  assert.deepEqual(errors, []);
  await page.close();
});

test('what a job says of its text is shown while that is the text', async () => {
  const { page, errors } = await workbench();
  await page.evaluate((text) => state.load_program(text), V3);
  const place = { line: 6, column: 1 };
  const failure = { code: 'UNSUPPORTED_INSTRUCTION', message: 'The method cannot run it.', hint: 'Choose another.', ...place };
  await page.evaluate((failure) => show_failure(failure, 'another text'), failure);
  assert.equal(await page.locator('.cm-problem').count(), 0);
  await page.evaluate((failure) => show_failure(failure), failure);
  await page.waitForSelector('.cm-problem');
  assert.deepEqual(await underlined(page), { words: ['cx'], lines: ['6'] });
  assert.equal(await page.textContent('.editor-status p'), 'The method cannot run it. Choose another.');
  await page.click('.cm-content');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('x q[0];');
  await page.waitForSelector('.cm-problem', { state: 'detached' });
  assert.deepEqual(errors, []);
  await page.close();
});

test('Mod-Enter asks for a run', async () => {
  const { page, errors } = await workbench();
  await page.evaluate((text) => {
    state.load_program(text);
    window.asked = 0;
    addEventListener('aer:run', () => window.asked++);
  }, V3);
  await page.click('.cm-content');
  await page.keyboard.press('ControlOrMeta+Enter');
  assert.equal(await page.evaluate(() => window.asked), 1);
  assert.equal(await text_of(page), V3);
  assert.deepEqual(errors, []);
  await page.close();
});

/** A module of the editor that needs no page. */
async function module(name) {
  const entry = join(source, 'editor', name);
  const { outputFiles: [{ text }] } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** What the tokenizer makes of lines. */
async function tokenizer() {
  const { token, start_place } = await module('tokens.ts');
  const tokens = (lines) => {
    const place = start_place();
    return lines.split('\n').flatMap((line) => {
      let at = 0;
      const stream = {
        match(pattern, consume = true) {
          const found = pattern.exec(line.slice(at));
          if (found && consume) at += found[0].length;
          return found;
        },
        next: () => line[at++],
        skipToEnd: () => (at = line.length),
      };
      const found = [];
      while (at < line.length) {
        const from = at;
        const kind = token(stream, place);
        assert.ok(at > from, `no progress at ${line.slice(from)}`);
        if (kind && !['punctuation', 'bracket', 'operator'].includes(kind)) found.push([kind, line.slice(from, at)]);
      }
      return found;
    });
  };
  return tokens;
}

test('tokens of OpenQASM 2 and 3', async () => {
  const tokens = await tokenizer();
  const rows = {
    'cx q[0], q[1];': 'gate:cx name:q number:0 name:q number:1',
    'rz(-pi/4) q;': 'gate:rz constant:pi number:4 name:q',
    'c[0] = measure q[0];': 'name:c number:0 keyword:measure name:q number:0',
    'measure q -> c;': 'keyword:measure name:q name:c',
    'qubit[2] data; data = 1;': 'type:qubit number:2 definition:data name:data number:1',
    'gate my(theta) a { u3(theta, 0, 0) a; }':
      'keyword:gate definition:my name:theta name:a gate:u3 name:theta number:0 number:0 name:a',
    'if (c == 1) x q;': 'keyword:if name:c number:1 gate:x name:q',
    'if (c[0] == 1) { x q; } else y q;':
      'keyword:if name:c number:0 number:1 gate:x name:q keyword:else gate:y name:q',
    'for int[32] i in [0:n] h q[i];':
      'keyword:for type:int number:32 definition:i keyword:in number:0 name:n gate:h name:q name:i',
    'ctrl(2) @ inv @ s $0, $1;': 'keyword:ctrl number:2 keyword:inv gate:s name:$0 name:$1',
    'bit b = "0101"; // ok': 'type:bit definition:b string:"0101" comment:// ok',
    'delay[100 ns] q;': 'keyword:delay number:100 ns name:q',
    '0xFF 0b1_0 1_000 .5 1. 1.5e-3 2im':
      'number:0xFF number:0b1_0 number:1_000 number:.5 number:1. number:1.5e-3 number:2im',
    '#pragma a b\n@bind c d\nx q;': 'meta:#pragma a b meta:@bind c d gate:x name:q',
    'x q; /* one\ntwo */ y q;': 'gate:x name:q comment:/* one comment:two */ gate:y name:q',
    'x /* a */ q; # "': 'gate:x comment:/* a */ name:q meta:# "',
    'h q ? "open': 'gate:h name:q wrong:? wrong:" name:open',
    'angle φ = π; φ = sin(φ);': 'type:angle definition:φ constant:π name:φ gate:sin name:φ',
  };
  for (const [lines, wanted] of Object.entries(rows)) {
    assert.equal(tokens(lines).map((row) => row.join(':')).join(' '), wanted, lines);
  }
});

test('the version that a text declares or shows', async () => {
  const { version_of } = await module('tokens.ts');
  const rows = [
    ['OPENQASM 2.0;', 2], ['// OPENQASM 2.0;\n/* OPENQASM 2.0; */ OPENQASM 3;', 3], ['include "qelib1.inc"; bit c;', 2],
    ['qreg q[1];', 2], ['qubit q;', 3], ['OPENQASM 4;', null], ['', null], ['{}', null],
  ];
  for (const [text, wanted] of rows) assert.equal(version_of(text), wanted, text);
});

test('no program has more instructions than its text was thought to have at most', async () => {
  const { steps_at_most } = await module('steps.ts');
  const { QuantumCircuit } = createRequire(join(project, 'index.js'))(installed);
  const rows = [
    V2, V3,
    'OPENQASM 3.0;include "stdgates.inc";qubit[100] q;h q;for int i in [0:9] { for int j in [1:2:9] { x q[3]; h q; } }',
    'OPENQASM 3.0;qubit[1_000] q;U(0, 0, 0) q;U(0, 0, 0) q;',
    'OPENQASM 2.0;include "qelib1.inc";gate a x { h x; h x; }gate b x { a x; a x; }gate c x { b x; b x; }qreg q[3];c q;c q[0];',
  ];
  for (const text of rows) {
    const size = QuantumCircuit.from_qasm(text).size();
    assert.ok(steps_at_most(text) >= size, `${steps_at_most(text)} < ${size}: ${text}`);
  }
  assert.ok(steps_at_most(V3) <= 20, 'and not many more where there is nothing to repeat');
  assert.equal(steps_at_most(`${V3}// for while def`), steps_at_most(V3));
  const unknown = ['while (c[0]) { x q[0]; }', 'for int i in [0:n] { x q[0]; }', 'for int i in {1, 2} { }', 'qubit[0xFFFF] q;'];
  for (const text of unknown)
    assert.equal(steps_at_most(V3 + text), Infinity, text);
});
