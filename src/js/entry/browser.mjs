// Entry for browsers and bundlers: the wasm lies beside this file and is compiled once, during the import.
import { start } from './start.mjs';

export * from './public.mjs';
start(await compile(new URL('./aer_wasm_bg.wasm', import.meta.url)));

async function compile(url) {
  // A server-side bundle may keep this entry and run it from disk, where `fetch` does not reach.
  const files = url.protocol === 'file:' && globalThis.process?.getBuiltinModule?.('node:fs');
  if (files) return WebAssembly.compile(files.readFileSync(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`aer-wasm: ${url} could not be loaded: status ${response.status}`);
  const streams = response.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
