// Entry for browsers and bundlers: the wasm lies beside this file and is compiled once, during the import.
import { load_module } from '../worker_host.js';
import { start } from './start.mjs';

export * from './public.mjs';
start(await load_module(new URL('./aer_wasm_bg.wasm', import.meta.url)));
