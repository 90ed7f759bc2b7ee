// What axe finds on the main views of the playground, light and dark, on a desk and on a phone: nothing serious.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './packed.mjs';
import { browser, site } from './playground.mjs';

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
/** Findings of impact serious or critical. */
async function findings(page) {
  // Into the page by the debugger: its policy takes no scripts from elsewhere.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 5).map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`).join('; ')}`);
}

const VIEWS = [
  ['a desk, light', { width: 1440, height: 900 }, 'light'],
  ['a desk, dark', { width: 1440, height: 900 }, 'dark'],
  ['a phone, light', { width: 390, height: 844 }, 'light'],
  ['a phone, dark', { width: 390, height: 844 }, 'dark'],
];

for (const [name, viewport, colorScheme] of VIEWS)
  test(`axe finds nothing serious on ${name}`, async () => {
    const phone = viewport.width < 900;
    const context = await browser.newContext({ viewport, colorScheme, hasTouch: phone, isMobile: phone, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.waitForSelector('.run-button:enabled', { state: 'attached' });
    const found = {};
    const look = async (view) => {
      const serious = await findings(page);
      if (serious.length > 0) found[view] = serious;
    };
    const go = async (place) => phone && page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: place, exact: true }).click();
    const tab = async (label) => {
      await page.getByRole('tablist', { name: 'Results' }).getByRole('tab', { name: label }).click();
      await page.waitForTimeout(300);
    };

    await look('first view');
    await go('Program');
    await look('program');
    await go('Run');
    await page.selectOption('select[name=noise]', 'depolarizing');
    await look('noise');
    await page.locator('.run-button').click();
    await page.waitForSelector('.job .badge.good', { state: 'attached', timeout: 60_000 });
    await look('a job');
    await go('Results');
    for (const label of await page.getByRole('tablist', { name: 'Results' }).getByRole('tab').allTextContents()) {
      await tab(label);
      await look(label);
    }
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('dialog', { name: 'Examples' }).waitFor();
    await page.waitForTimeout(300);
    await look('gallery');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('dialog', { name: 'Share' }).waitFor();
    await look('share');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Download', exact: true }).first().click();
    await page.getByRole('menu').waitFor();
    await look('download');
    await page.keyboard.press('Escape');
    await page.evaluate(() => (location.hash = '#broken'));
    await page.waitForSelector('.notice.error');
    await look('a notice');
    await go('Program');
    await page.getByRole('textbox', { name: /^Program/ }).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('nonsense\n');
    await page.waitForTimeout(800);
    await look('an error');
    assert.deepEqual(found, {});
    await context.close();
  });
