/**
 * What the Rust core lends to the JavaScript classes. A class that users extend, or whose `this` matters, has
 * to be written in JavaScript; what it does is in Rust. The wasm module calls `bind_core` once, when it starts.
 */
export const core = {};

const waiting = [];

/** Runs `ready(core)` as soon as the core is there. */
export function on_core(ready) {
  if (Object.keys(core).length > 0) ready(core);
  else waiting.push(ready);
}

/** Called by Rust when the wasm module starts. */
export function bind_core(functions) {
  Object.assign(core, functions);
  for (const ready of waiting.splice(0)) ready(core);
}
