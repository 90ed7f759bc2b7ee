// `npm run playground`: builds the package and the playground, then serves it on this machine. `--port N` chooses the
// port; `--isolated` sends the headers that let the page use threads.

import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { build } from './build.mjs';
import * as setup from './setup.mjs';

export const folder = join(setup.root, 'target', 'playground');

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Nothing but what this server has may be loaded, run or asked; wasm is compiled, no text is. */
const policy = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

const headers = {
  'content-security-policy': Object.entries(policy).map((row) => row.join(' ')).join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const isolation = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };

/** Brings target/playground up to date. */
export async function build_playground() {
  await build();
  const inputs = ['www', 'dist', 'package-lock.json', 'tools/serve.mjs'];
  return setup.once('playground', setup.fingerprint(inputs), ['target/playground/index.html'], 'building the playground', async () => {
    const vite = await import('vite');
    await vite.build({ configFile: join(setup.root, 'www', 'vite.config.mjs'), logLevel: 'warn' });
    await pack();
  });
}

/** How files are packed, the better first; beside each lies what is packed, as servers of static files look for it. */
const ENCODINGS = [
  { name: 'br', suffix: '.br', pack: promisify(brotliCompress) },
  { name: 'gzip', suffix: '.gz', pack: (bytes) => promisify(gzip)(bytes, { level: 9 }) },
];

async function pack() {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && extname(entry.name) in types).map(({ parentPath, name }) => join(parentPath, name));
  await Promise.all(files.flatMap((file) => ENCODINGS.map(async ({ suffix, pack }) => writeFile(file + suffix, await pack(await readFile(file))))));
}

/** The file that a URL means, or null. */
async function find(url) {
  try {
    const path = normalize(join(folder, decodeURIComponent(new URL(url, 'http://host').pathname)));
    const file = path.endsWith(sep) ? join(path, 'index.html') : path;
    if (!file.startsWith(folder + sep)) return null;
    return (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** Names in assets/ change with what is in them; all else is asked for again each time. */
const caching = (file) => (file.startsWith(join(folder, 'assets') + sep) ? 'public, max-age=31536000, immutable' : 'no-cache');

/** Serves the built playground on localhost; port 0 takes any that is free. `encodings`: how it may be packed. */
export async function serve(port = 0, { isolated = false, encodings = ['br', 'gzip'] } = {}) {
  const server = createServer(async ({ url, headers: asked }, response) => {
    const file = await find(url);
    if (!file) return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    const accepted = (asked['accept-encoding'] ?? '').split(/[,;\s]+/);
    const found = ENCODINGS.find(({ name }) => encodings.includes(name) && accepted.includes(name));
    const encoding = found && extname(file) in types ? found : { suffix: '' };
    const bytes = await readFile(file + encoding.suffix);
    return response
      .writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-length': bytes.length,
        'cache-control': caching(file),
        vary: 'accept-encoding',
        ...(encoding.name ? { 'content-encoding': encoding.name } : {}),
        ...headers,
        ...(isolated ? isolation : {}),
      })
      .end(bytes);
  });
  await new Promise((listening, failed) => server.once('error', failed).listen(port, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' }, isolated: { type: 'boolean', default: false } } });
  await build_playground();
  const { url } = await serve(Number(values.port), values).catch(({ code, message }) => {
    process.stderr.write(`aer-wasm: ${code === 'EADDRINUSE' ? `port ${values.port} is taken: choose another by --port` : message}\n`);
    process.exit(1);
  });
  process.stdout.write(`${url}\n`);
}
