// The playground in Firefox, by WebDriver BiDi, where there is one: what it is made of, once around.

import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { build_playground, serve } from '../tools/serve.mjs';
import * as setup from '../tools/setup.mjs';

const executablePath = setup.firefox();
const skip = executablePath ? false : 'there is no Firefox on PATH';
let browser, site;

before(async () => {
  if (skip) return;
  await build_playground();
  site = await serve();
  // The window's own size: Firefox before 144 does not know all that `setViewport` asks of it.
  browser = await puppeteer.launch({
    browser: 'firefox', executablePath, headless: true, defaultViewport: null, args: ['--width=1280', '--height=900'],
  });
});

after(async () => {
  await browser?.close();
  site?.server.close();
  site?.server.closeAllConnections();
});

test('in Firefox a program is edited, run and shown, an error has its place, and a reload keeps the job', { skip }, async () => {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(site.url);
  const editor = await page.waitForSelector('>>> .cm-content');
  const all = async (text) => {
    await editor.focus();
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type(text);
  };
  // Not `waitForFunction`, which makes a function of a text: the page's policy forbids that.
  const says = async (words) => {
    const end = Date.now() + 30_000;
    while (!(await page.evaluate((words) => document.body.innerText.includes(words), words))) {
      assert.ok(Date.now() < end, `the page says "${words}"`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  await all('OPENQASM 2.0;\nqreg q[2];\ncreg c[2];\nU(pi,0,0) q[0];\nCX q[0],q[3];');
  await page.waitForSelector('>>> .cm-line .problem, >>> .cm-line [class*=problem]');
  await all('OPENQASM 2.0;\nqreg q[2];\ncreg c[2];\nU(pi,0,0) q[0];\nCX q[0],q[1];\nmeasure q -> c;');
  await says('No problems');
  await page.evaluate(() => window.dispatchEvent(new CustomEvent('aer:run')));
  await page.waitForSelector('[aria-label="Results"] svg[role=img]');
  const row = await page.$eval('[aria-label="Results"] tbody tr', (row) => row.innerText.split(/\s+/));
  assert.deepEqual(row.slice(0, 2), ['11', '1,024']);

  await page.reload();
  await says('DONE');
  assert.deepEqual(errors, []);
});
