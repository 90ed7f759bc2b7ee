// `npm run screenshots`: pictures of the playground's views, on a desk and on a phone, light and dark, into
// target/screenshots; those of the README into docs/images. Everything is found by its role and its name.

import { copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build_playground, serve } from './serve.mjs';
import * as setup from './setup.mjs';

const FOLDER = join(setup.root, 'target', 'screenshots');
const IMAGES = join(setup.root, 'docs', 'images');
const README_LIMIT = 200_000;

const SIZES = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** The two of the README, by the names of the pictures. */
const README = { 'noise-desk-light': 'playground.png', 'bloch-desk-dark': 'playground-dark.png' };

const button = (page, name) => page.getByRole('button', { name, exact: true }).first();
const is_phone = (page) => page.viewportSize().width < 900;

/** On a phone one place is shown at a time. */
const go = async (page, place) => is_phone(page) && button(page.getByRole('navigation', { name: 'Places' }), place).click();

async function example(page, title) {
  await button(page, 'Examples').click();
  const gallery = page.getByRole('dialog', { name: 'Examples' });
  await gallery.getByRole('button', { name: title }).first().click();
  await gallery.waitFor({ state: 'detached' });
}

async function run(page) {
  await go(page, 'Run');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/done in/).first().waitFor({ state: 'attached' });
  await page.waitForTimeout(600);
}

async function result(page, tab, view) {
  await go(page, 'Results');
  await page.getByRole('tab', { name: tab }).click();
  if (view) await page.getByRole('radio', { name: view }).check();
  await page.waitForTimeout(800);
}

async function quiet(page) {
  for (const close of await page.locator('.notices').getByRole('button', { name: 'Close' }).all()) await close.click();
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(300);
}

/** What is shown, and how one gets there. */
const VIEWS = {
  first: async () => {},
  bell: async (page) => {
    await run(page);
    await result(page, 'Counts');
  },
  circuit: async (page) => {
    await example(page, 'Teleportation');
    await run(page);
    await result(page, 'Counts');
    await go(page, 'Circuit');
  },
  program: async (page) => {
    await example(page, 'Phase estimation');
    await go(page, 'Program');
  },
  noise: async (page) => {
    await example(page, 'Noise study');
    await go(page, 'Run');
    await page.getByLabel('Seed').fill('7');
    await run(page);
    await result(page, 'Counts');
  },
  run: async (page) => {
    await example(page, 'Noise study');
    await run(page);
  },
  states: async (page) => {
    await example(page, 'Quantum Fourier');
    await run(page);
    await result(page, 'State', 'Q-sphere');
  },
  bloch: async (page) => {
    await example(page, 'Grover');
    await run(page);
    await result(page, 'State', 'Bloch');
  },
  expectation: async (page) => {
    await example(page, 'VQE');
    await result(page, 'Expectation');
  },
  gallery: async (page) => {
    await button(page, 'Examples').click();
    await page.getByRole('dialog', { name: 'Examples' }).waitFor();
    await page.waitForTimeout(1500);
  },
  share: async (page) => {
    await button(page, 'Share').click();
    await page.getByRole('dialog', { name: 'Share' }).waitFor();
  },
};

await build_playground();
const { server, url } = await serve();
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath: process.env.AER_CHROMIUM ?? (await setup.browser()).chromium, args });
rmSync(FOLDER, { recursive: true, force: true });
for (const folder of [FOLDER, IMAGES]) mkdirSync(folder, { recursive: true });

// `npm run screenshots -- noise gallery` makes only those.
const wanted = process.argv.slice(2);
for (const [size, options] of Object.entries(SIZES))
  for (const colorScheme of ['light', 'dark'])
    for (const [view, reach] of Object.entries(VIEWS).filter(([view]) => wanted.length === 0 || wanted.includes(view))) {
      const name = `${view}-${size}-${colorScheme}`;
      const context = await browser.newContext({ ...options, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => console.error(`${name}: ${message}`));
      try {
        await page.goto(url);
        await page.getByRole('textbox', { name: /^Program/, includeHidden: true }).waitFor({ state: 'attached' });
        await page.getByRole('button', { name: /^Run/, includeHidden: true }).first().waitFor({ state: 'attached' });
        await page.waitForTimeout(1200);
        await reach(page);
        if (!['gallery', 'share'].includes(view)) await quiet(page);
        await page.screenshot({ path: join(FOLDER, `${name}.png`) });
      } catch (error) {
        console.error(`${name}: ${error.message.split('\n')[0]}`);
        process.exitCode = 1;
      }
      await context.close();
    }
await browser.close();
server.close();
server.closeAllConnections();

for (const [name, image] of Object.entries(README)) {
  if (wanted.length > 0 && !wanted.includes(name.split('-')[0])) continue;
  copyFileSync(join(FOLDER, `${name}.png`), join(IMAGES, image));
  const { size } = statSync(join(IMAGES, image));
  console.log(`docs/images/${image}: ${(size / 1000).toFixed(0)} kB`);
  if (size > README_LIMIT) process.exitCode = 1;
}
console.log(FOLDER);
