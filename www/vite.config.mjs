// How the playground is built: into target/playground, as static files that any server may serve from any folder.

import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  base: './',
  // In another project the package lies in node_modules and nothing has to be said; here it is this repository.
  resolve: {
    alias: {
      'aer-wasm/plots': join(here, '../dist/plots.mjs'),
      'aer-wasm': join(here, '../dist/index.mjs'),
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Loaded by a script that the Content-Security-Policy would refuse, and of no use to browsers with modules.
  build: { outDir: '../target/playground', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  worker: { format: 'es' },
});
