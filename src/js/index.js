/**
 * All of the crate's JavaScript, behind one name: the glue imports this file alone. The files load one another
 * a few at a time, because the server of wasm-bindgen's test runner stalls when a page asks for more than four
 * at once.
 */
export * from './aer_simulator.js';
export * from './base_job.js';
export * from './threads.js';
