/**
 * Shared-memory threads. Where a job gains from them, its worker starts the core a second time, from a build
 * whose memory is shared, and hands the job to it. Its helpers are workers from the same file that start the same
 * build on the same memory, and then stay in wasm, where they wait for work; they end with the worker that has
 * started them.
 */
import { available_parallelism, is_worker, load_module, make_worker } from './worker_host.js';

export * from './worker_host.js';

/** Bytes of a helper's stack. */
const STACK_BYTES = 1 << 20;

/** How long helpers may take to start. */
const START_LIMIT_MS = 10_000;

let glue;
let url;

/** The glue of the build with shared memory; only the worker's file has it. */
export function share_threads_glue(given) {
  if (given.attend) glue = given;
}

/** Where the wasm of that build lies, if there is one. */
export function share_threads_url(given) {
  url = given;
}

export const threads_url = () => url;

/** Why jobs run on one thread here; nothing where they need not. */
export function threads_missing() {
  if (!url) return 'this build of aer-wasm has no shared-memory threads';
  if (globalThis.crossOriginIsolated === false) return 'the page is not cross-origin isolated, so there is no shared memory';
  if (typeof SharedArrayBuffer === 'undefined') return 'there is no shared memory here';
  if (available_parallelism() < 2) return 'the machine has one core';
}

let started;
const helpers = [];

/**
 * In a job's worker: brings the number of threads to at least `count`; resolves to the function that takes the
 * front's messages for the second core, which answers by `post`. Rejects with the reason why not.
 */
export async function start_threads(count, post) {
  const reason = is_worker ? threads_missing() : 'no worker can be started here';
  if (reason || !glue) throw new Error(reason ?? 'the worker has no shared-memory threads');
  started ??= start_core(post);
  try {
    const { module, memory, handler } = await started;
    while (helpers.length < count - 1) helpers.push(start_helper({ module, memory }));
    await Promise.all(helpers);
    return handler;
  } catch (error) {
    // What failed once is not tried again.
    started = Promise.reject(error);
    started.catch(() => {});
    throw error;
  }
}

async function start_core(post) {
  const module = await load_module(new URL(url));
  const { memory } = glue.initSync({ module });
  // The front writes to it, for the core hears no message while it computes.
  post({ stop_word: new Uint32Array(memory.buffer, glue.stop_word(), 1) });
  return { module, memory, handler: glue.attend(post) };
}

function start_helper(shared) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`threads did not start in ${START_LIMIT_MS / 1000} s`)), START_LIMIT_MS);
    const end = (settle, value) => { clearTimeout(timer); settle(value); };
    const failed = (event) => end(reject, new Error(`a thread failed: ${event?.message ?? event}`));
    const worker = make_worker();
    if (worker.on) {
      worker.on('message', () => end(resolve, worker)).on('error', failed).on('exit', failed);
      // It waits in wasm, and must not keep its worker alive.
      worker.unref();
    } else {
      worker.onmessage = () => end(resolve, worker);
      worker.onerror = (event) => { event.preventDefault(); failed(event); };
    }
    worker.postMessage({ helper: shared });
  });
}

/** In a helper: stays until the worker is terminated. */
export function help({ module, memory }, post) {
  glue.initSync({ module, memory, thread_stack_size: STACK_BYTES });
  glue.enlist();
  post('ready');
  try {
    glue.help();
  } catch (error) {
    // Whoever waits for it has to know.
    glue.help_failed();
    throw error;
  }
}
