/**
 * Workers: how the front starts one, and, where this very file *is* the worker, how it starts itself.
 *
 * Browser and Node differ in three things only: where `Worker` comes from, how messages are listened to, and
 * how a long computation lets messages in. The wasm module is compiled once, by the front, and shared.
 */

import { help, share_threads_url, threads_url } from './threads.js';

/** Node's built-ins, without an import that a bundler for browsers would see. */
const builtin = globalThis.process?.versions?.node ? globalThis.process.getBuiltinModule : undefined;
const threads = builtin?.('node:worker_threads');

const ROLE = 'aer-wasm-worker';

let shared_module;

/** The compiled module that workers get; without it they load their own. */
export function share_module(module) {
  shared_module = module;
}

/** Compiles the wasm at a URL. */
export async function load_module(url) {
  // A server-side bundle may keep the browser's entry and run it from disk, where `fetch` does not reach.
  const files = url.protocol === 'file:' && builtin?.('node:fs');
  if (files) return WebAssembly.compile(files.readFileSync(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`aer-wasm: ${url} could not be loaded: status ${response.status}`);
  const streams = response.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

let cores;

/** How many threads the machine runs at a time; Node reads files to tell. */
export const available_parallelism = () =>
  cores ??= builtin?.('node:os').availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;

/**
 * Starts a worker. `on_message(data)` gets what it posts; `on_lost(reason)` is called once if it fails, traps or
 * ends by itself. Throws where no worker can be made.
 */
export function spawn_worker(on_message, on_lost) {
  let over = false;
  const lost = (reason) => {
    if (over) return;
    over = true;
    on_lost(String(reason || 'the worker could not be loaded'));
  };
  let stop_word;
  const take = (data) => {
    if (over) return;
    if (data?.stop_word) ({ stop_word } = data);
    else on_message(data);
  };
  const stop = (number) => { if (stop_word) Atomics.store(stop_word, 0, number); };
  const worker = make_worker();
  worker.postMessage({ module: shared_module, threads_url: threads_url() });
  if (threads) {
    worker.on('message', take);
    worker.on('error', (error) => lost(error?.message ?? error));
    worker.on('messageerror', (error) => lost(error?.message ?? error));
    worker.on('exit', (code) => lost(`it exited with code ${code}`));
    return {
      worker,
      post: (data) => worker.postMessage(data),
      stop,
      terminate: () => { over = true; return worker.terminate(); },
      hold: (busy) => (busy ? worker.ref() : worker.unref()),
    };
  }
  worker.onmessage = ({ data }) => take(data);
  worker.onerror = (event) => { event.preventDefault?.(); lost(event.message); };
  worker.onmessageerror = () => lost('a message could not be read');
  return {
    worker,
    post: (data) => worker.postMessage(data),
    stop,
    terminate: () => { over = true; return worker.terminate(); },
    hold: () => {},
  };
}

/** A worker that waits for its first message. */
export function make_worker() {
  if (threads) {
    const here = import.meta.url; // Apart, or a bundler for browsers would copy the file for this branch too.
    return new threads.Worker(new URL('./worker_host.js', here), { workerData: { role: ROLE }, execArgv: [] });
  }
  return new Worker(new URL('./worker_host.js', import.meta.url), { type: 'module', name: 'aer-wasm-worker' });
}

/**
 * Calls back after messages had their turn. In Node a ping-pong over a MessageChannel would starve the parent
 * port; in browsers a nested setTimeout would be held back for 4 ms.
 */
export const next_task = threads ? globalThis.setImmediate : (() => {
  const waiting = [];
  let channel;
  return (callback) => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()();
    }
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
})();

/** Milliseconds on a clock that never goes back. */
export const now_ms = () => performance.now();

/** In the worker: the other end of `spawn_worker`. */
function parent_port() {
  if (threads) {
    return {
      post: (data, transfer) => threads.parentPort.postMessage(data, transfer),
      listen: (handler) => threads.parentPort.on('message', handler),
    };
  }
  return {
    post: (data, transfer) => globalThis.postMessage(data, transfer),
    listen: (handler) => { globalThis.onmessage = ({ data }) => handler(data); },
  };
}

export const is_worker = threads
  ? !threads.isMainThread && threads.workerData?.role === ROLE
  : globalThis.name === ROLE && typeof globalThis.document === 'undefined';

/** Whether this is a worker of the package, where nobody uses its classes. */
export const in_worker = () => is_worker;

if (is_worker) {
  const port = parent_port();
  let handler = async ({ module, glue_url, threads_url, helper }) => {
    if (helper) return help(helper, port.post);
    share_threads_url(threads_url);
    const glue = glue_url ? await import(/* @vite-ignore */ /* webpackIgnore: true */ glue_url)
      : await import('../../../../aer_wasm.js');
    if (module && glue.initSync) glue.initSync({ module });
    else if (typeof glue.default === 'function') await glue.default();
    handler = glue.serve((data, transfer) => port.post(data, transfer));
  };
  // A failed start has to surface as an error event; a rejection alone would not, in a browser.
  port.listen((data) => handler(data)?.catch((error) => setTimeout(() => { throw error; })));
}
