// What each shipped file may weigh, gzipped, in kB of 1,000 bytes; `npm run bench:size` prints what it weighs.
// The budgets are what was reached and a little: a change that needs more says so here.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { root } from './setup.mjs';

export const budgets = {
  'aer_wasm_bg.wasm': 841,
  'index.mjs': 28,
  'node.cjs': 29,
  'node.mjs': 1,
  'worker_host.js': 32,
  'aer_wasm_threads_bg.wasm': 661,
  'cli.mjs': 5,
  'index.d.ts': 22,
  'index.d.cts': 22,
  'plots.mjs': 23,
  'plots.cjs': 23,
  'plots.d.ts': 6,
  'plots.d.cts': 6,
};

/** Every file of dist/ with its sizes in bytes, and its budget if it has one. */
export function sizes(dist = join(root, 'dist')) {
  return readdirSync(dist).sort().map((name) => {
    const bytes = readFileSync(join(dist, name));
    const gzip = gzipSync(bytes, { level: 9 }).length;
    return { name, raw: bytes.length, gzip, brotli: brotliCompressSync(bytes).length, budget: budgets[name] * 1000 };
  });
}

if (process.argv[1] === import.meta.filename) {
  const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
  console.log(`${'kB'.padEnd(18)}${['raw', 'gzip', 'brotli', 'budget'].map((head) => head.padStart(9)).join('')}`);
  for (const { name, raw, gzip, brotli, budget } of sizes())
    console.log(`${name.padEnd(18)}${[raw, gzip, brotli, budget].map(kB).join('')}${gzip <= budget ? '' : '  over its budget'}`);
}
