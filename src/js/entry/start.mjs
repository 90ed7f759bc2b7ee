import { initSync } from '#glue';
import { threads_wasm } from '#threads-wasm';
import { share_module, share_threads_url } from '../threads.js';

/** Starts the core from its compiled module, which its workers will share. */
export function start(module) {
  share_module(module);
  share_threads_url(threads_wasm?.href);
  initSync({ module });
}
