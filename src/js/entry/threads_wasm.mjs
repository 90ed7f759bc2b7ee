// Where the build with shared memory lies. A package without one is bundled with nothing in place of this file.
export const threads_wasm = new URL('./aer_wasm_threads_bg.wasm', import.meta.url);
