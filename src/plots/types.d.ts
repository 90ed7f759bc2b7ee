/**
 * Types of `aer-wasm/plots`: pictures of results and circuits as SVG text, by Qiskit's names.
 */

/** The colour of a phase in radians, as all pictures show it: `#rrggbb`. */
export function phase_color(phase: number, theme?: 'light' | 'dark'): string;
