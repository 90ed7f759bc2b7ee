// `aer-wasm/plots`: pictures as SVG text, in browsers and in Node. Nothing here needs the simulator: states, counts and
// circuits are looked at as plain data.

export { phase_color } from './theme.js';
export { circuit_drawer } from './circuit_drawer.js';
export { circuit_layout } from './circuit_layout.js';
