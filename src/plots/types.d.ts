/**
 * Types of `aer-wasm/plots`: pictures of results and circuits as SVG text, by Qiskit's names.
 */

/** The colour of a phase in radians, as all pictures show it: `#rrggbb`. */
export function phase_color(phase: number, theme?: 'light' | 'dark'): string;

/** A complex number. */
export type Complex = number | readonly [re: number, im: number] | { readonly re: number; readonly im: number };

/**
 * A statevector of n qubits, 2^n amplitudes: a `Float64Array` of re, im by turns, as `result.get_statevector()` gives
 * it, or an array of complex numbers. Amplitude `k` belongs to the basis state in which qubit `q` is bit `q` of `k`.
 */
export type Statevector = Float64Array | Float32Array | readonly Complex[];

/**
 * A density matrix of n qubits: an array of 2^n rows, each a `Float64Array` of re, im by turns, as
 * `result.get_density_matrix()` gives them, or an array of complex numbers. An array of two arrays of two plain numbers
 * is read as a statevector, two pairs [re, im].
 */
export type DensityMatrix = readonly (Float64Array | Float32Array | readonly Complex[])[];

/**
 * What pictures of states take. An `Error` says what is wrong where a size is no power of 2, a number is not finite,
 * norm or trace is further from 1 than Qiskit's tolerance of 1e-5, or a matrix is not Hermitian.
 */
export type State = Statevector | DensityMatrix;

/** Options of every picture. One that a picture does not have, or a value that it cannot be, is an `Error`. */
export interface PlotOptions {
  /** Default `light`. */
  theme?: 'light' | 'dark';
  /** The ground: any colour of SVG, or null for none. Default: the theme's. */
  background?: string | null;
  /** Stands above the picture, and is its name for a screen reader. */
  title?: string;
  /** Pixels; the picture has a `viewBox`, so a page may show it at any size. Default: as its content needs. */
  width?: number;
  height?: number;
}

/** Numbers by outcome, as `result.get_counts()` gives them; also a `Map`. */
export type PlotCounts = Readonly<Record<string, number>> | ReadonlyMap<string, number>;

/** Counts, several of them, or a result: its counts, of each experiment a series. */
export type PlotData = PlotCounts | readonly PlotCounts[] | { get_counts(): PlotCounts | readonly PlotCounts[] };

export interface HistogramOptions extends PlotOptions {
  /** The name of each series. */
  legend?: readonly string[];
  /**
   * Order of outcomes: by bit string (`asc`, `desc`), by Hamming distance from `target_string`, or by value, the
   * largest of all series (`value`, `value_desc`). Default `asc`.
   */
  sort?: 'asc' | 'desc' | 'hamming' | 'value' | 'value_desc';
  /** Where `hamming` counts from. */
  target_string?: string;
  /** So many of the largest of each series have bars, the others together one at the end, `rest`. Default: all. */
  number_to_keep?: number;
  /** Whether bars have their values above them, where there is room. Default true. */
  bar_labels?: boolean;
  /** Of all series, or of each. */
  color?: string | readonly string[];
}

export interface BlochVectorOptions extends PlotOptions {
  /** What the three numbers are: x, y, z, or r, theta from the z axis, phi from the x axis. Default `cartesian`. */
  coord_type?: 'cartesian' | 'spherical';
  /** Of the vector. */
  color?: string;
}

export interface BlochMultivectorOptions extends PlotOptions {
  /** Whether the last qubit comes first. Default false. */
  reverse_bits?: boolean;
  /** Of the vectors. */
  color?: string;
}

export interface QsphereOptions extends PlotOptions {
  /** Whether nodes have the names of their basis states, where there is room. Default true. */
  show_state_labels?: boolean;
  /** Whether their phases too. Default false. */
  show_state_phases?: boolean;
  /** Phases in degrees. Default: in radians. */
  use_degrees?: boolean;
}

export interface CityOptions extends PlotOptions {
  /** Of all bars, or of those of the real and of the imaginary part. Default: one for each sign. */
  color?: string | readonly [real: string, imaginary: string];
  /** Opacity of bars, 0 to 1. Default 1. */
  alpha?: number;
}

export interface HintonOptions extends PlotOptions {
  /** Of entries above 0 and below 0. */
  color?: readonly [positive: string, negative: string];
}

/**
 * Bars of counts, as SVG. Where a value is no integer, shares are shown as by {@link plot_distribution}. Where outcomes
 * are many, words are left out and the largest bars named; where an outcome has less than a pixel, the largest of those
 * that share one is shown.
 */
export function plot_histogram(data: PlotData, options?: HistogramOptions): string;

/** Bars of probabilities, as SVG: each value divided by the sum of its series. Values may be below 0. */
export function plot_distribution(data: PlotData, options?: HistogramOptions): string;

/** A Bloch sphere with a vector of a length of up to 1, as SVG. */
export function plot_bloch_vector(bloch: ArrayLike<number>, options?: BlochVectorOptions): string;

/** A Bloch sphere of each qubit of a state, as SVG, in rows that wrap at `width`. Cost: n 2^n, of a matrix the same. */
export function plot_bloch_multivector(state: State, options?: BlochMultivectorOptions): string;

/**
 * The Q-sphere of a state, as SVG: a node for each basis state, in rings by how many bits are 1, its area the
 * probability, its colour the phase relative to the largest amplitude. Of a density matrix the eigenvectors, each node
 * as large as its eigenvalue times its probability. Up to 12 qubits, as density matrix 6.
 */
export function plot_state_qsphere(state: State, options?: QsphereOptions): string;

/** The density matrix of a state as bars, real and imaginary part, as SVG; up to 6 qubits. */
export function plot_state_city(state: State, options?: CityOptions): string;

/** The density matrix of a state as squares whose areas are the entries' sizes, as SVG; up to 7 qubits. */
export function plot_state_hinton(state: State, options?: HintonOptions): string;

/** The Bloch vector of each qubit, the others traced out: [⟨X⟩, ⟨Y⟩, ⟨Z⟩]. Cost: n 2^n. */
export function bloch_vectors(state: State): [x: number, y: number, z: number][];

/** The probability of each basis state. */
export function probabilities(state: State): Float64Array;

/**
 * Rows of the density matrix of some qubits, the others traced out; the first of `qubits` is bit 0 of an index. Up to 10
 * of them. Cost: 2^n times 2^k for k of n qubits, of a density matrix the same.
 */
export function reduced_density_matrix(state: State, qubits: readonly number[]): Float64Array[];

/**
 * The expectation value of an operator on all qubits: a Pauli string such as `'XIZ'`, whose leftmost letter acts on the
 * last qubit, or coefficients of several. Cost: 2^n for each.
 */
export function expectation_value(
  state: State, pauli: string | Readonly<Record<string, number>> | Iterable<readonly [letters: string, coefficient: number]>,
): number;
