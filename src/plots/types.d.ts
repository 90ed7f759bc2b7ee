/**
 * Types of `aer-wasm/plots`: pictures of results and circuits as SVG text, by Qiskit's names.
 */

/** The colour of a phase in radians, as all pictures show it: `#rrggbb`. */
export function phase_color(phase: number, theme?: 'light' | 'dark'): string;

/** A circuit as the pictures need it: a `QuantumCircuit` of `aer-wasm`. */
export interface DrawableCircuit {
  readonly num_qubits: number;
  readonly num_clbits: number;
  draw(output?: 'text'): string;
}

/** How a circuit is laid out; names and meanings are those of Qiskit's `circuit_drawer`. */
export interface CircuitLayoutOptions {
  /** Columns in a row, after which the drawing goes on below; null or 0: all in one row. Default 25. */
  fold?: number | null;
  /** Whether the last qubit stands on top; classical registers are then drawn bit by bit. Default false. */
  reverse_bits?: boolean;
  /** Whether barriers and saves are drawn. Default true. */
  plot_barriers?: boolean;
  /** Whether each classical register is one wire. Default true. */
  cregbundle?: boolean;
  /** All sizes times this. Default 1: gates are 34 pixels high. */
  scale?: number;
}

/** Pixels, from the upper left corner of the picture; `x` and `y` are those of the upper left corner of the box. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Where everything of a circuit is drawn, enough to draw it and to build an editor on it. What lies on a wire in row
 * `r` has its middle at `wires[w].y + rows[r].y`; a place of a column is from `columns[c].x` to `columns[c].x +
 * columns[c].width`.
 */
export interface CircuitLayout {
  width: number;
  height: number;
  /** The factor that was asked for, and the sizes that follow from it. */
  scale: number;
  /** Height of a box, and least width of one. */
  gate: number;
  /** Between neighbouring columns. */
  gap: number;
  /** Where wires begin, behind their labels, and where they end. */
  left: number;
  right: number;
  /** The phase of the whole circuit, such as `π/2`; empty if it is 0. */
  global_phase: string;
  /** From top to bottom; every row has all of them. */
  wires: CircuitWire[];
  /** Rows of a folded drawing: wires are `y` lower than in the first; columns from `begin` to before `end`. */
  rows: { y: number; begin: number; end: number; right: number }[];
  /** The columns of `draw('text')`. One in which nothing is drawn has width 0. */
  columns: { x: number; width: number; row: number }[];
  /** What is drawn, ordered by column; control flow comes before what is inside of it. */
  items: CircuitItem[];
}

export interface CircuitWire {
  kind: 'qubit' | 'clbit' | 'creg';
  /** `q_0`, or the name alone where a register has one bit; a bundled register has its name. */
  label: string;
  /** The name of the register; null for a bit of none. */
  register: string | null;
  /** The index in the register; null for a bundled register. */
  index: number | null;
  /** The bits of the circuit that the wire is: one, or all of a bundled register. */
  bits: number[];
  /** Middle of the wire in the first row. */
  y: number;
}

export interface CircuitItem {
  /** Index in `circuit.data`; of what is inside of control flow the index of the outermost instruction. */
  instruction: number;
  /** Inside of control flow the way to it: of each level the block's number and the index in the block. */
  path: [block: number, index: number][];
  /** How many levels of control flow it is inside of: the length of `path`. */
  depth: number;
  column: number;
  row: number;
  /**
   * What it is. `gate` is one of the gate table, `box` another operation on qubits (a matrix, `initialize`, `pauli`),
   * `noise` a channel or an error, `jump` is `break_loop`, `continue_loop` and what ends a program, `set` sets the
   * simulator's state.
   */
  kind: 'gate' | 'box' | 'measure' | 'reset' | 'barrier' | 'delay' | 'save' | 'set' | 'noise' | 'store' | 'jump' | 'control_flow' | 'other';
  /** The name in `circuit.data`. */
  name: string;
  /** What stands in the box, such as `Rx`; the user's label where there is one. */
  label: string;
  /** Parameters as Qiskit writes them, such as `π/2`; at most the first 8 of many, then `…`. */
  params: string[];
  /** In the order of the instruction; controls come first, targets last. */
  qubits: number[];
  controls: number[];
  targets: number[];
  /** The gate that is controlled, `x` for `ccx`; null where there are no controls. */
  base: string | null;
  /** The classical bits that it writes; of a measurement one for each qubit. */
  clbits: number[];
  /** On what it depends. `values` are those of the bits, null where the condition is not just a comparison with a value. */
  condition: { text: string; bits: number[]; values: boolean[] | null } | null;
  /** All in words, such as `cx q[0], q[1]`. */
  title: string;
  /** Which colour of the theme it has. */
  color: 'one' | 'rotation' | 'controlled' | 'many' | 'measure' | 'reset' | 'save' | 'noise' | 'other';
  /** What is drawn on the quantum wires: to point at, to select, to drag. Of folded control flow the part in `row`. */
  box: Box;
  /** Vertical lines between marks. */
  links: { x: number; y1: number; y2: number; classical: boolean }[];
  /** What is drawn, from the lowest to the uppermost. */
  marks: CircuitMark[];
  /** Only of control flow: a frame for each row that it is in. */
  frames?: (Box & { row: number; opens: boolean; closes: boolean })[];
  /** Only of control flow: where its blocks begin. `block` is as in `path`, null before the cases of a `switch`; `end` is the next section's column. */
  sections?: { block: number | null; text: string; column: number; end: number; row: number; x: number; y: number }[];
}

/**
 * A symbol and its extent. `box` is a box with `text` and small below it `params`; its `pins` number the qubits of one
 * over several wires. `dot` a control, `plus` the target of a CNOT, `cross` an end of a swap, `meter` a measurement,
 * `arrow` its end on a classical wire with the bit's index, `band` a barrier or a save, `caption` words on a line,
 * `value` what a condition asks of a classical wire: `filled` for 1.
 */
export interface CircuitMark extends Box {
  type: 'box' | 'dot' | 'plus' | 'cross' | 'meter' | 'arrow' | 'band' | 'caption' | 'value';
  text?: string;
  params?: string;
  filled?: boolean;
  pins?: { y: number; text: string }[];
}

/**
 * Where everything of a circuit is drawn, in pixels. Columns are those of `circuit.draw('text')`, as wide as their
 * widest content. Plain data; about as much work as the text drawing. Throws a TypeError for unknown options.
 */
export function circuit_layout(circuit: DrawableCircuit, options?: CircuitLayoutOptions): CircuitLayout;

export interface CircuitDrawerOptions extends CircuitLayoutOptions {
  /** Default 'svg', which is all there is. */
  output?: 'svg';
  theme?: 'light' | 'dark';
  /** A colour; null leaves the ground as it is. Default the theme's. */
  background?: string | null;
  /** Stands above the picture. */
  title?: string;
}

/**
 * The drawing of a circuit as SVG text, in Qiskit's style: boxes by kind of gate, controls as dots, conditions and
 * measurements joined to classical wires, control flow as frames. Each instruction is a `<g data-instruction data-column>`
 * with a `<title>`; there are no `style` attributes and no identifiers, so several drawings may be in one page.
 * @param circuit or what `circuit_layout` gave of one, which is then not laid out again
 */
export function circuit_drawer(circuit: DrawableCircuit | CircuitLayout, options?: CircuitDrawerOptions): string;

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
