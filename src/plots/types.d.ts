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
 */
export function circuit_drawer(circuit: DrawableCircuit, options?: CircuitDrawerOptions): string;
