// Entry for Node, built as CommonJS: the wasm is read and compiled at once.
import { start } from './start.mjs';

export * from './public.mjs';
const { readFileSync } = process.getBuiltinModule('node:fs');
start(new WebAssembly.Module(readFileSync(new URL('./aer_wasm_bg.wasm', import.meta.url))));
