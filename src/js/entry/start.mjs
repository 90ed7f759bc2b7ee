import { initSync } from '#glue';
import { share_module } from '../worker_host.js';

/** Starts the core from its compiled module, which its workers will share. */
export function start(module) {
  share_module(module);
  initSync({ module });
}
