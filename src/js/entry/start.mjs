import { initSync } from '#glue'
import { core } from '../core.mjs'
import { share_module } from '../worker_host.mjs'

/** Starts the core from its compiled module, which its workers will share; gives the version. */
export function start(module) {
  initSync({ module })
  share_module(module)
  return core.version
}
