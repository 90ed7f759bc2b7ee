// `aer-wasm/plots`: pictures as SVG text, in browsers and in Node. Nothing here needs the simulator: states, counts and
// circuits are looked at as plain data.

export { phase_color } from './theme.js';
export { circuit_drawer } from './circuit_drawer.js';
export { circuit_layout } from './circuit_layout.js';
export { plot_distribution, plot_histogram } from './histogram.js';
export { bloch_vectors, expectation_value, probabilities, reduced_density_matrix } from './state.js';
export { plot_bloch_multivector, plot_bloch_vector } from './bloch.js';
export { plot_state_qsphere } from './qsphere.js';
export { plot_state_city } from './city.js';
export { plot_state_hinton } from './hinton.js';
