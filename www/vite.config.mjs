// How the playground is built: into target/playground, as static files that any server may serve from any folder.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/** Writes sw.js with the list of all files that were built, and a version that changes with any of them. */
const service_worker = {
  name: 'service-worker',
  apply: 'build',
  writeBundle({ dir }) {
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
      .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1).replaceAll('\\', '/'))
      .sort();
    const source = readFileSync(join(here, 'src/share/sw.js'), 'utf8');
    const hash = createHash('sha256').update(source);
    for (const file of files) hash.update(file).update('\0').update(readFileSync(join(dir, file))).update('\0');
    const is_later = (file) => file.includes('threads');
    const list = {
      version: hash.digest('hex').slice(0, 12),
      first: ['./', ...files.filter((file) => file !== 'index.html' && !is_later(file))],
      later: files.filter(is_later),
    };
    writeFileSync(join(dir, 'sw.js'), `const BUILD = ${JSON.stringify(list)};\n${source}`);
  },
};

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
  plugins: [service_worker],
});
