// What the tests of the playground share: it is built and served, and there is a browser, until they are done.

import { after } from 'node:test';
import { build_playground, serve } from '../tools/serve.mjs';
import { launch } from './packed.mjs';

await build_playground();
export const site = await serve();
export const browser = await launch();

after(async () => {
  await browser.close();
  site.server.close();
  site.server.closeAllConnections();
});
