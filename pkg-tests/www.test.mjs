import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import { launch, open } from './packed.mjs';

let browser, site;

before(async () => {
  site = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.server.close();
  site?.server.closeAllConnections();
});

/** The page, once its first example is there. */
async function playground() {
  const { page, errors } = await open(browser, site.url);
  await page.waitForFunction(() => document.getElementById('qasm').value.includes('OPENQASM'));
  return { page, errors };
}

/** Runs for many seconds, unless it is stopped. */
const long = `OPENQASM 3.0;
include "stdgates.inc";
qubit[22] q;
bit[22] c;
for uint layer in [1:150] {
  u3(0.1, 0.2, 0.3) q;
  for uint i in [0:20] { cx q[i], q[i + 1]; }
}
c = measure q;
`;

const status = (page, wanted) =>
  page.waitForFunction((wanted) => document.getElementById('status').textContent === wanted, wanted);

test('the playground runs a text that was edited and shows its counts', async () => {
  const { page, errors } = await playground();
  const qasm = (await page.inputValue('#qasm')).replace('cx q[0],q[1];', '');
  await page.fill('#qasm', qasm);
  await page.fill('#shots', '500');
  await page.fill('#seed', '7');
  await page.click('#run');
  await status(page, 'DONE');
  await page.waitForSelector('#histogram li');
  const rows = await page.$$eval('#histogram li', (rows) =>
    rows.map((row) => [...row.querySelectorAll('span')].map((span) => span.textContent)),
  );
  assert.deepEqual(
    rows.map(([bits]) => bits),
    ['00', '01'],
    'one qubit alone is in superposition',
  );
  assert.equal(
    rows.reduce((sum, [, count]) => sum + Number(count), 0),
    500,
  );
  assert.match(await page.textContent('#note'), /seed 7$/);
  assert.deepEqual(errors, []);
  await page.close();
});

test('every example of the playground runs', async () => {
  const { page, errors } = await playground();
  for (const name of await page.$$eval('#example option', (options) => options.map(({ value }) => value))) {
    const before = await page.inputValue('#qasm');
    await page.selectOption('#example', name);
    if (name !== 'bell') await page.waitForFunction((before) => document.getElementById('qasm').value !== before, before);
    await page.click('#run');
    await page.waitForSelector('#histogram li');
    await page.waitForSelector('#run:enabled');
    assert.equal(await page.textContent('#status'), 'DONE', name);
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test('the playground shows an error with its line, and marks the place', async () => {
  const { page, errors } = await playground();
  await page.fill('#qasm', 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0]\ncx q[0],q[1];\n');
  await page.click('#run');
  await status(page, 'ERROR');
  await page.waitForSelector('#error:visible');
  assert.match(await page.textContent('#error'), /^line 4, column 7: /);
  const marked = await page.$eval('#qasm', ({ value, selectionStart }) => value.slice(0, selectionStart).split('\n').length);
  assert.equal(marked, 4);
  await page.press('#qasm', 'End');
  await page.keyboard.type(';');
  assert.equal(await page.isVisible('#error'), false, 'an edit takes the error away');
  await page.click('#run');
  await status(page, 'DONE');
  assert.deepEqual(errors, []);
  await page.close();
});

test('the playground cancels a job of 22 qubits', async () => {
  const { page, errors } = await playground();
  await page.fill('#qasm', long);
  await page.click('#run');
  await status(page, 'RUNNING');
  await page.waitForFunction(() => document.getElementById('progress').value > 0);
  await page.click('#cancel');
  await status(page, 'CANCELLED');
  await page.waitForSelector('#run:enabled');
  assert.equal(await page.isVisible('#error'), false);
  assert.deepEqual(errors, []);
  await page.close();
});
