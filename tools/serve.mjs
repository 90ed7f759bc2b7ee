// `npm run playground`: builds, then serves www/ on this machine with nothing but Node. `--port N` chooses the port.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { root } from './setup.mjs';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.qasm': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Isolate the page, so that it may use threads. */
const headers = {
  'cache-control': 'no-cache',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
};

/** What may be seen of the repository. */
const open = ['www', 'dist', 'examples'].map((folder) => join(root, folder) + sep);

/** The file that a URL means, or null. */
async function find(url) {
  try {
    const path = normalize(join(root, decodeURIComponent(new URL(url, 'http://host').pathname)));
    const file = path.endsWith(sep) ? join(path, 'index.html') : path;
    if (!open.some((folder) => file.startsWith(folder))) return null;
    return (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** Serves the playground on localhost; port 0 takes any that is free. */
export async function serve(port = 0) {
  const server = createServer(async ({ url }, response) => {
    if (url === '/') return response.writeHead(302, { location: '/www/' }).end();
    const file = await find(url);
    if (!file) return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', ...headers });
    return createReadStream(file).pipe(response);
  });
  await new Promise((listening, failed) => server.once('error', failed).listen(port, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${server.address().port}/www/` };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } });
  await build();
  const { url } = await serve(Number(values.port)).catch(({ code, message }) => {
    process.stderr.write(`aer-wasm: ${code === 'EADDRINUSE' ? `port ${values.port} is taken: choose another by --port` : message}\n`);
    process.exit(1);
  });
  process.stdout.write(`${url}\n`);
}
