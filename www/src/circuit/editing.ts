// What is drawn, what is chosen in it, and how a gesture becomes a step of the program's history.

import { computed, signal } from '@preact/signals';
import type { QuantumCircuit } from 'aer-wasm';
import { circuit_drawer, circuit_layout, type CircuitLayout } from 'aer-wasm/plots';
import { aer, circuit, edit, editor, notify, program, reading, theme } from '../state';
import { gate_row, INSTRUCTIONS, num_qubits_of } from './gates';
import { indices_of, operands_from, outermost, shifted, type Cell } from './geometry';
import { bit_for, bit_text, locate, part_of, spliced, SpliceError, type Condition, type Edit, type Package, type Part, type Source, type Step } from './splice';

/** More is not drawn, and not edited. */
export const MOST = { instructions: 500, qubits: 64, editable: 5000 };

/** What the last edit gave, until the editor has read it too. */
const ahead = signal<{ text: string; circuit: QuantumCircuit } | null>(null);

/** The circuit that is shown: that of the text, or the last that could be read. */
export const shown = computed(() => (ahead.value?.text === program.value ? ahead.value : circuit.value));

/** Whether the text is wrong as it stands. */
export const is_wrong = computed(() => reading.value.error !== null && reading.value.text === program.value && ahead.value?.text !== program.value);

export const is_large = computed(() => (shown.value?.circuit.size() ?? 0) > MOST.editable);
export const can_edit = computed(() => aer.value !== null && !is_wrong.value && !is_large.value);

export interface Drawing {
  layout: CircuitLayout;
  svg: string;
  /** Of each drawn instruction its index in the whole circuit, where not all are drawn. */
  indices: number[] | null;
  num_qubits: number;
  /** What is left out, in words. */
  left_out: string | null;
}

/** The picture, or null where there is none. */
export const drawing = computed<Drawing | null>(() => {
  if (!shown.value || !aer.value) return null;
  const whole = shown.value.circuit;
  const { circuit: part, indices, left_out } = first_part(whole);
  const layout = circuit_layout(part, { fold: null });
  const svg = circuit_drawer(layout, { theme: theme.value, background: null });
  return { layout, svg, indices, num_qubits: part.num_qubits, left_out };
});

/** The circuit, or its beginning where it is too large to draw. */
function first_part(whole: QuantumCircuit): { circuit: QuantumCircuit; indices: number[] | null; left_out: string | null } {
  if (whole.size() <= MOST.instructions && whole.num_qubits <= MOST.qubits) return { circuit: whole, indices: null, left_out: null };
  const { QuantumCircuit, QuantumRegister } = aer.value!;
  let left = MOST.qubits;
  const qregs = whole.qregs.flatMap(({ size, name }) => {
    const taken = Math.min(size, left);
    left -= taken;
    return taken > 0 ? [new QuantumRegister(taken, name)] : [];
  });
  const few = whole.num_qubits <= MOST.qubits;
  const circuit = few ? whole.copy_empty_like() : new QuantumCircuit(...qregs, ...whole.cregs);
  const indices: number[] = [];
  const { data } = whole;
  for (const [index, instruction] of data.entries()) {
    if (indices.length >= MOST.instructions) break;
    if (!instruction.qubits.every((qubit) => qubit < MOST.qubits)) continue;
    try {
      circuit.append(instruction);
      indices.push(index);
    } catch {
      break;
    }
  }
  const of_instructions = `${indices.length.toLocaleString('en')} of ${data.length.toLocaleString('en')} instructions`;
  const left_out = few ? `The first ${of_instructions} are drawn.` : `The first ${MOST.qubits} of ${whole.num_qubits} qubits and ${of_instructions} are drawn.`;
  return { circuit, indices, left_out };
}

/** The index in the circuit of an instruction of the drawing. */
export const index_of = (instruction: number): number => drawing.value?.indices?.[instruction] ?? instruction;

// ------------------------------------------------------------------------------------------------- what is chosen

/** The instruction that is selected, by its index in the circuit. */
export const selected = signal<number | null>(null);
/** The cell of the keyboard. */
export const cursor = signal<Cell>({ column: 0, qubit: 0 });
/** The name in the palette that the next tap places. */
export const chosen = signal<string | null>(null);
/** How many controls a gate with any number of them gets. */
export const num_controls = signal(2);
/** What a screen reader says next. */
export const said = signal('');

/** The statements of the text that is shown; found when they are needed. */
let located: { text: string; source: Source | null } | null = null;
export function source_of(text: string, read: QuantumCircuit): Source | null {
  if (located?.text !== text) located = { text, source: locate(text, read, aer.value as unknown as Package) };
  return located.source;
}

/** What is selected, with its step if the drawing can change it. */
export const selection = computed<{ part: Part | null; source: Source; index: number } | null>(() => {
  const index = selected.value;
  if (index === null || !shown.value || !can_edit.value) return null;
  const source = source_of(shown.value.text, shown.value.circuit);
  if (!source || index >= source.data.length) return null;
  return { part: part_of(source, index), source, index };
});

// ------------------------------------------------------------------------------------------------- edits

const NOTES = {
  expanded: 'A statement was written out gate by gate, so that one of its gates could change.',
  rewritten: 'The program was written anew: comments and formatting are gone.',
};

/**
 * Makes edits, as one step; each is told the source that it meets. Gives why it could not be done, which is also shown
 * unless `quiet`; null if it was done.
 */
export function make(edits: ((source: Source) => Edit)[], { quiet = false } = {}): Error | null {
  try {
    if (!aer.value) throw new SpliceError('The simulator is still loading.');
    const text = program.value;
    const read = shown.value?.text === text ? shown.value.circuit : aer.value.QuantumCircuit.from_qasm(text);
    const result = spliced(text, read as never, edits, aer.value as unknown as Package, source_of(text, read));
    ahead.value = { text: result.text, circuit: result.circuit as unknown as QuantumCircuit };
    if (result.changes.length > 0) edit(result.changes);
    selected.value = result.index;
    if (result.note) notify('info', NOTES[result.note], { brief: true, action: { label: 'Undo', run: () => editor.value?.undo() } });
    return null;
  } catch (error) {
    if (!quiet) explain(error as Error);
    return error as Error;
  }
}

function explain(error: Error): void {
  const at = error instanceof SpliceError ? error.at : null;
  const lines = at === null ? [] : program.value.slice(0, at).split('\n');
  const action = at === null ? undefined : { label: 'Show', run: () => editor.value?.reveal(lines.length, lines.at(-1)!.length + 1) };
  notify('warning', error.message.split('\n')[0], { brief: true, action });
}

/** The index for a new instruction in a cell: one that takes no statement apart, if there is one. */
function index_for(source: Source, cell: Cell, qubits: number[], without: number | null = null): number {
  const drawn = drawing.value!;
  const shown_without = without === null ? null : drawn.indices ? drawn.indices.indexOf(without) : without;
  const bounds = indices_of(drawn.layout, cell, qubits, shown_without);
  const whole = (index: number) => (index >= (drawn.indices?.length ?? Infinity) ? (drawn.indices!.at(-1) ?? -1) + 1 : index_of(index));
  const [from, ideal] = [whole(bounds.from), whole(bounds.ideal)];
  const to = Math.min(bounds.to === Infinity ? source.data.length : whole(bounds.to), source.data.length);
  // A condition of OpenQASM 2 is an instruction of its own that nothing is drawn for: behind the last of all means the end.
  const start = Math.min(bounds.to === Infinity && ideal >= Math.max(0, ...outermost(drawn.layout).map(({ instruction }) => whole(instruction) + 1)) ? source.data.length : ideal, source.data.length);
  // What may stay where it is does.
  const own = without === null ? null : part_of(source, without);
  if (own && from <= own.first && own.first <= to) return own.first;
  const splits = (index: number) => source.ranges.some(({ first, count }) => first < index && index < first + count);
  if (!splits(start)) return start;
  const free = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((index) => !splits(index));
  return free.sort((a, b) => Math.abs(a - start) - Math.abs(b - start))[0] ?? start;
}

const default_param = 'pi/2';

/** Places what the palette has by this name. */
export function place(name: string, cell: Cell): void {
  if (!drawing.value) return;
  const row = gate_row(name);
  const available = drawing.value.num_qubits;
  const wanted = row ? (row.controls ?? num_controls.value) + row.targets : num_qubits_of(name) ?? Math.max(1, available);
  const missing = Math.max(0, Math.max(wanted, cell.qubit + 1) - available);
  const edits: ((source: Source) => Edit)[] = Array.from({ length: missing }, () => () => ({ type: 'add_qubit' }) as const);
  const qubits = name === 'barrier' ? operands_from(0, wanted, available + missing) : operands_from(cell.qubit, wanted, available + missing);
  const step: Step = { name, qubits, params: row?.params.map(() => default_param) ?? [], clbits: [], condition: null };
  if (name === 'measure') {
    const now = shown.value && source_of(shown.value.text, shown.value.circuit);
    if (now ? bit_for(now, cell.qubit) === null : shown.value?.circuit.num_clbits === 0) {
      const bits = now?.circuit.num_clbits === 0 ? available + missing : 1;
      for (let i = 0; i < bits; i++) edits.push(() => ({ type: 'add_clbit' }));
    }
  }
  edits.push((source) => ({
    type: 'insert', at: index_for(source, cell, qubits), step: { ...step, clbits: name === 'measure' ? [bit_for(source, cell.qubit) ?? 0] : [] },
  }));
  if (make(edits) === null) {
    chosen.value = null;
    said.value = `${name} placed`;
  }
}

/** Makes an instruction depend on the bit that was measured last before it. */
export function make_conditional(index: number): void {
  make([(source) => {
    const step = part_of(source, index)?.step;
    if (!step) throw new SpliceError('This can be made conditional only in the program.');
    const measured = source.data.slice(0, index).filter(({ name }) => name === 'measure').at(-1)?.clbits[0];
    const bit = measured ?? (source.circuit.num_clbits > 0 ? 0 : null);
    if (bit === null) throw new SpliceError('There is no classical bit to depend on: measure a qubit before.');
    return { type: 'replace', index, step: { ...step, condition: condition_on(source, bit) } };
  }]);
  chosen.value = null;
}

/** That a bit is 1, in the words that the program's language has. */
function condition_on(source: Source, bit: number): Condition {
  if (source.version !== 2) return { bit, value: 1 };
  let offset = 0;
  for (const { name, size } of source.circuit.cregs) {
    if (bit < offset + size) return { register: name, value: 2 ** (bit - offset) };
    offset += size;
  }
  return { text: '' };
}

export function remove(index: number): void {
  if (make([() => ({ type: 'delete', index })]) === null) said.value = 'Deleted';
}

export function change(index: number, step: Step): Error | null {
  return make([() => ({ type: 'replace', index, step })], { quiet: true });
}

/** Moves an instruction to a column, and by some wires. */
export function move(index: number, cell: Cell, by: number): void {
  make([(source) => {
    const part = part_of(source, index);
    const own = part?.step?.qubits;
    const qubits = own && by !== 0 ? shifted(own, by, drawing.value!.num_qubits) : undefined;
    return { type: 'move', index, at: index_for(source, cell, qubits ?? [...source.data[index].qubits], index), qubits };
  }]);
}

/** Moves an instruction past the one before or behind it that shares a wire with it. */
export function move_along(index: number, direction: -1 | 1): void {
  make([(source) => {
    const wires = source.data[index].qubits;
    const shares = ({ qubits }: { qubits: readonly number[] }) => qubits.some((qubit) => wires.includes(qubit));
    const part = part_of(source, index);
    const before = source.data.slice(0, part?.first ?? index).findLastIndex(shares);
    const behind = source.data.findIndex((other, i) => i >= (part ? part.first + part.count : index + 1) && shares(other));
    if ((direction < 0 ? before : behind) < 0) throw new SpliceError(direction < 0 ? 'It is the first on its wires.' : 'It is the last on its wires.');
    return { type: 'move', index, at: direction < 0 ? (part_of(source, before)?.first ?? before) : behind + 1 };
  }]);
}

export const add_qubit = (): Error | null => make([() => ({ type: 'add_qubit' })]);
export const remove_qubit = (): Error | null => make([() => ({ type: 'remove_qubit' })]);
export const add_clbit = (): Error | null => make([() => ({ type: 'add_clbit' })]);
export const clear = (): Error | null => make([() => ({ type: 'clear' })]);

// ------------------------------------------------------------------------------------------------- names

export const qubit_name = (source: Source, qubit: number): string => bit_text(source, 'qubit', qubit);

/** A qubit by its register, for those who listen. */
export function wire_name(circuit: QuantumCircuit, qubit: number): string {
  let offset = 0;
  for (const { name, size } of circuit.qregs) {
    if (qubit < offset + size) return `${name}[${qubit - offset}]`;
    offset += size;
  }
  return `qubit ${qubit}`;
}

export const is_placeable = (name: string): boolean => INSTRUCTIONS.includes(name) || gate_row(name) !== undefined;
