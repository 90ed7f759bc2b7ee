// An edit of the drawing as an edit of the text. The same edit is made twice: on the statements, where what the user wrote
// stays as it is, and on the list of instructions, where it is plain what has to come out. The text is taken if the package
// reads it back as that list; else the circuit is written anew and edited in that form.
//
// Which instructions a statement makes is found by reading the text once with a mark behind each statement, so loops,
// broadcasts, definitions and known conditions need no understanding here.

import type { Change } from '../state';
import { INSTRUCTIONS, gate_row } from './gates';
import { statements_of, version_of, type Span, type Statement } from './source';

/** An instruction of `circuit.data`. */
export interface Instruction {
  name: string;
  qubits: readonly number[];
  clbits: readonly number[];
  params: readonly unknown[];
  label?: string;
}

/** What is needed of a `QuantumCircuit`. */
export interface ReadCircuit {
  readonly num_qubits: number;
  readonly num_clbits: number;
  readonly qregs: readonly { name: string; size: number }[];
  readonly cregs: readonly { name: string; size: number }[];
  readonly data: readonly Instruction[];
  to_qasm2(): string;
  to_qasm3(): string;
}

/** What is needed of the package. */
export interface Package {
  QuantumCircuit: { new (num_qubits: number): ReadCircuit; from_qasm(text: string): ReadCircuit };
}

/** On what an instruction depends: a bit, or a register as a number; `text` is what is neither. */
export type Condition = { bit: number; value: 0 | 1 } | { register: string; value: number } | { text: string };

/** An instruction as the drawing makes it; parameters are formulas. */
export interface Step {
  name: string;
  params: string[];
  qubits: number[];
  clbits: number[];
  condition: Condition | null;
}

/** What can be edited as one: an instruction, or a statement that cannot be taken apart. */
export interface Part {
  statement: number;
  /** The instructions that it is: `first` to before `first + count`. */
  first: number;
  count: number;
  /** Null: it can be moved in time and taken away, if it is the whole of its statement, and not changed. */
  step: Step | null;
  /** Whether it is the whole of its statement. */
  whole: boolean;
  /** Whether the text of the statement says what `step` says. */
  plain: boolean;
}

/** A text with its circuit. */
export interface Source {
  text: string;
  version: 2 | 3 | null;
  circuit: ReadCircuit;
  data: readonly Instruction[];
  statements: Statement[];
  /** Of each statement the first instruction and how many. */
  ranges: { first: number; count: number }[];
  parts: Part[];
}

export type Edit =
  | { type: 'insert'; at: number; step: Step }
  | { type: 'delete'; index: number }
  | { type: 'replace'; index: number; step: Step }
  | { type: 'move'; index: number; at: number; qubits?: number[] }
  | { type: 'add_qubit' }
  | { type: 'remove_qubit' }
  | { type: 'add_clbit' }
  | { type: 'clear' };

export interface Spliced {
  changes: Change[];
  text: string;
  circuit: ReadCircuit;
  /** The index that the instruction of the edit has now; null where it is gone or there was none. */
  index: number | null;
  /** Whether a loop or a call was written out gate by gate, or the whole program anew. */
  note: 'expanded' | 'rewritten' | null;
}

/** Why an edit is not possible, in words for the user. */
export class SpliceError extends Error {
  /** `at`: where in the text, if that is where one has to look; `anew`: whether it may work if the program is written anew. */
  constructor(message: string, readonly at: number | null = null, readonly anew = false) {
    super(message);
  }
}

// ------------------------------------------------------------------------------------------------- reading

/** The statements of a text and what each makes; null if that cannot be told. */
export function locate(text: string, circuit: ReadCircuit, { QuantumCircuit }: Package): Source | null {
  const statements = statements_of(text);
  const version = version_of(text, statements);
  const data = circuit.data;
  const ranges = statements.length === 0 ? [] : ranges_of(text, statements, version, data, QuantumCircuit);
  if (!ranges) return null;
  const source: Source = { text, version, circuit, data, statements, ranges, parts: [] };
  source.parts = statements.flatMap((_, index) => parts_of(source, index));
  return source;
}

const MARK = 'aer_mark';

/** Reads the text with marks in it: OpenQASM 3 has words for a labelled barrier, in 2 it is one on a qubit of its own. */
function ranges_of(
  text: string, statements: Statement[], version: 2 | 3 | null, data: readonly Instruction[], QuantumCircuit: Package['QuantumCircuit'],
): Source['ranges'] | null {
  if (text.includes(MARK)) return null;
  const in_3 = version === 3;
  const register = `qreg ${MARK}[1];`;
  // The first of all registers, so that its qubit is 0.
  let marked = in_3 || statements[0].kind === 'version' ? '' : register;
  let at = 0;
  for (const [index, { kind, end }] of statements.entries()) {
    marked += text.slice(at, end);
    at = end;
    if (!in_3 && kind === 'version') marked += register;
    marked += in_3 ? `\npragma aer {"name":"barrier","qubits":[],"label":"${MARK}${index}"}\n` : ` barrier ${MARK}[0];`;
  }
  let found: readonly Instruction[];
  try {
    found = QuantumCircuit.from_qasm(marked + text.slice(at)).data;
  } catch {
    return null;
  }
  const ranges: Source['ranges'] = [];
  let [first, count] = [0, 0];
  for (const { name, label, qubits } of found) {
    const mark = name === 'barrier' && (in_3 ? label === `${MARK}${ranges.length}` : qubits.length === 1 && qubits[0] === 0);
    if (mark) {
      ranges.push({ first, count });
      [first, count] = [first + count, 0];
    } else count++;
  }
  // What comes without a statement is what the reader adds at the end.
  return ranges.length === statements.length && first + count === data.length && found.length === data.length + ranges.length ? ranges : null;
}

const is_known = (name: string): boolean => INSTRUCTIONS.includes(name) || gate_row(name) !== undefined;

/** An instruction as a step, if the drawing can write it. */
function step_of({ name, params, qubits, clbits, label }: Instruction, condition: Condition | null = null): Step | null {
  if (!is_known(name) || label !== undefined) return null;
  if (!params.every((value) => typeof value === 'number')) return null;
  if (name === 'measure' && clbits.length !== 1) return null;
  return { name, params: params.map((value) => angle_text(value as number)), qubits: [...qubits], clbits: name === 'measure' ? [...clbits] : [], condition };
}

/** What a statement makes, as parts. */
function parts_of(source: Source, index: number): Part[] {
  const { statements, ranges, text, data } = source;
  const { first, count } = ranges[index];
  const { kind, flat, condition } = statements[index];
  if (count === 0) return [];
  const made = data.slice(first, first + count);
  const slice = ({ start, end }: Span) => text.slice(start, end);
  const alone: Part = { statement: index, first, count, step: null, whole: true, plain: false };
  const several = (steps: (Step | null)[], offsets: number[], plain: boolean): Part[] => {
    if (steps.length > 1 && steps.some((step) => step === null)) return [alone];
    return steps.map((step, i) => ({
      statement: index, first: first + offsets[i], count: (offsets[i + 1] ?? count) - offsets[i], step, whole: steps.length === 1, plain,
    }));
  };
  const each = (instructions: readonly Instruction[]) => instructions.map((_, i) => i);
  if (kind === 'flat' && made.every(({ name }) => name === flat!.name.text)) {
    const params = flat!.params.map(slice);
    const steps = made.map((instruction) => {
      const step = is_known(instruction.name) && instruction.label === undefined ? step_of({ ...instruction, params: [] }) : null;
      return step && { ...step, params };
    });
    const fits = made.every((instruction) => instruction.params.length === params.length);
    if (fits) return several(steps, each(made), !flat!.declares);
  }
  if (kind === 'if') {
    const depends = condition_of(slice(condition!), source);
    const params = flat!.params.map(slice);
    if (made[0].name === 'if_else' && count === 1) {
      const qubits = flat!.qubits.map((operand) => bit_of(slice(operand), source, 'qubit'));
      const clbit = flat!.clbits ? bit_of(slice(flat!.clbits), source, 'bit') : null;
      const known = is_known(flat!.name.text) && qubits.every((qubit) => qubit !== null) && (flat!.name.text === 'measure') === (clbit !== null);
      if (!known || !same_set(qubits as number[], made[0].qubits)) return [alone];
      return [{
        ...alone, plain: true,
        step: { name: flat!.name.text, params, qubits: qubits as number[], clbits: clbit === null ? [] : [clbit], condition: depends },
      }];
    }
    if (made[0].name === 'bfunc' && made.slice(1).every(({ name }) => name !== 'bfunc' && name !== 'if_else')) {
      const plain = made.slice(1).every(({ name, params: values }) => name === flat!.name.text && values.length === params.length);
      const steps = made.slice(1).map((instruction) => {
        const step = step_of(plain ? { ...instruction, params: [] } : instruction, depends);
        return step && plain ? { ...step, params } : step;
      });
      if (steps.length > 0) return several(steps, steps.map((_, i) => (i === 0 ? 0 : i + 1)), plain);
    }
    return [alone];
  }
  if (made.some(({ name }) => ['bfunc', 'if_else', 'while_loop', 'for_loop', 'switch_case', 'store'].includes(name))) return [alone];
  return several(made.map((instruction) => step_of(instruction)), each(made), false);
}

const same_set = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join();

type BitType = 'qubit' | 'bit';

const registers_of = ({ circuit }: Source, type: BitType) => (type === 'qubit' ? circuit.qregs : circuit.cregs);

const declared = ({ statements }: Source, type: BitType, name: string) =>
  statements.find(({ declaration }) => declaration?.type === type && declaration.name === name);

/** Whether a register was declared as one bit, which has no index. */
const is_scalar = (source: Source, type: BitType, name: string): boolean => declared(source, type, name)?.declaration!.size === null;

/** Whether qubits are named by number, `$0`. */
const is_physical = ({ statements }: Source): boolean => statements.some(({ tokens }) => tokens.some(({ text }) => /^\$\d/.test(text)));

/** The bit that an operand names, if it names one by register and number. */
function bit_of(operand: string, source: Source, type: BitType): number | null {
  if (type === 'qubit' && /^\$\d+$/.test(operand)) return Number(operand.slice(1));
  const match = /^([\p{L}_][\p{L}\p{N}_]*)\s*(?:\[\s*(\d+)\s*\])?$/u.exec(operand);
  if (!match) return null;
  let offset = 0;
  for (const { name, size } of registers_of(source, type)) {
    if (name === match[1]) {
      if (match[2] === undefined) return size === 1 ? offset : null;
      return Number(match[2]) < size ? offset + Number(match[2]) : null;
    }
    offset += size;
  }
  return null;
}

function condition_of(text: string, source: Source): Condition {
  const compared = /^([^=!<>&|]+?)\s*==\s*(\d+|true|false)$/.exec(text);
  const value = compared ? (compared[2] === 'true' ? 1 : compared[2] === 'false' ? 0 : Number(compared[2])) : 1;
  const negated = !compared && text.startsWith('!');
  const operand = compared ? compared[1].trim() : negated ? text.slice(1).trim() : text;
  const register = source.circuit.cregs.find(({ name }) => name === operand);
  if (register && compared && !is_scalar(source, 'bit', register.name)) return { register: register.name, value };
  const bit = bit_of(operand, source, 'bit');
  if (bit === null || value > 1) return { text };
  return { bit, value: (negated ? 0 : value) as 0 | 1 };
}

// ------------------------------------------------------------------------------------------------- writing

/** A number as a multiple of π where it is one exactly, else in its shortest form. */
export function angle_text(value: number): string {
  for (const divisor of [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64]) {
    const multiple = Math.round((value * divisor) / Math.PI);
    if (multiple === 0 || Math.abs(multiple) > 64 || (multiple * Math.PI) / divisor !== value) continue;
    const times = Math.abs(multiple) === 1 ? '' : `${Math.abs(multiple)}*`;
    return `${multiple < 0 ? '-' : ''}${times}pi${divisor === 1 ? '' : `/${divisor}`}`;
  }
  return String(value);
}

/** How a bit is written in this program, as `q[0]`. */
export function bit_text(source: Source, type: BitType, index: number): string {
  if (type === 'qubit' && is_physical(source)) return `$${index}`;
  let offset = 0;
  for (const { name, size } of registers_of(source, type)) {
    if (index < offset + size) return is_scalar(source, type, name) ? name : `${name}[${index - offset}]`;
    offset += size;
  }
  throw new SpliceError(`The circuit has no ${type === 'qubit' ? 'qubit' : 'classical bit'} ${index}.`);
}

export function condition_text(source: Source, condition: Condition): string {
  if ('text' in condition) return condition.text;
  if ('register' in condition) return `${condition.register} == ${condition.value}`;
  const operand = bit_text(source, 'bit', condition.bit);
  if (source.version !== 2) return `${condition.value === 0 ? '!' : ''}${operand}`;
  const [register] = operand.split('[');
  if (source.circuit.cregs.find(({ name }) => name === register)?.size !== 1) {
    throw new SpliceError('OpenQASM 2 compares whole registers only: choose the register.');
  }
  return `${register} == ${condition.value}`;
}

/** A step as a statement; `definitions` are the statements that have to come before. */
function written(source: Source, step: Step, aer: Package, definitions: Set<string>): string {
  const { name, params, qubits, clbits, condition } = step;
  if (new Set(qubits).size < qubits.length) throw new SpliceError('A gate needs different qubits.');
  const operands = qubits.map((qubit) => bit_text(source, 'qubit', qubit));
  const prefix = condition ? `if (${condition_text(source, condition)}) ` : '';
  if (condition && name === 'barrier' && source.version === 2) throw new SpliceError('A barrier has no condition in OpenQASM 2.');
  if (name === 'measure') {
    const target = bit_text(source, 'bit', clbits[0]);
    return prefix + (source.version === 2 ? `measure ${operands[0]} -> ${target};` : `${target} = measure ${operands[0]};`);
  }
  const called = INSTRUCTIONS.includes(name) ? name : gate_called(source, step, aer, definitions);
  return `${prefix}${called}${params.length > 0 ? `(${params.join(', ')})` : ''} ${operands.join(', ')};`;
}

/** The name to call a gate by; in OpenQASM 2 those that `qelib1.inc` lacks are defined as the package defines them. */
function gate_called({ version, statements }: Source, { name, params, qubits }: Step, { QuantumCircuit }: Package, definitions: Set<string>): string {
  const own = statements.some((statement) => statement.kind === 'definition' && statement.name === name);
  if (own || name === 'U' || (name === 'CX' && version === 2)) return name;
  definitions.add(version === 2 ? 'include "qelib1.inc";' : 'include "stdgates.inc";');
  if (version !== 2) return name;
  const circuit = new QuantumCircuit(qubits.length);
  const call = (circuit as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>)[name];
  if (!call) return name;
  const row = gate_row(name)!;
  const all = qubits.map((_, index) => index);
  const operands = row.controls === null ? [all.slice(0, all.length - row.targets), ...all.slice(all.length - row.targets)] : all;
  call.apply(circuit, [...params.map(() => 0.5), ...operands]);
  const text = circuit.to_qasm2();
  const lines = statements_of(text);
  for (const line of lines) if (line.kind === 'definition') definitions.add(text.slice(line.start, line.end));
  return lines.at(-1)!.tokens[0].text;
}

// ------------------------------------------------------------------------------------------------- what has to come out

/** What an instruction has to be; null stands for anything. */
interface Expected {
  name: string;
  qubits: readonly number[] | null;
  clbits: readonly number[] | null;
  params: readonly unknown[] | null;
}

const as_it_is = ({ name, qubits, clbits, params }: Instruction): Expected => ({ name, qubits, clbits, params });

function expected_of(step: Step, version: 2 | 3 | null): Expected[] {
  const { name, qubits, clbits, condition } = step;
  if (condition && version !== 2) return [{ name: 'if_else', qubits: [...qubits].sort((a, b) => a - b), clbits: null, params: null }];
  const plain = { name, qubits, clbits: name === 'measure' ? clbits : [], params: null };
  return condition ? [{ name: 'bfunc', qubits: [], clbits: null, params: null }, plain] : [plain];
}

function matches(found: Instruction, wanted: Expected): boolean {
  const equal = (a: readonly unknown[], b: readonly unknown[] | null) => b === null || JSON.stringify(a) === JSON.stringify(b);
  return found.name === wanted.name && equal(found.qubits, wanted.qubits) && equal(found.clbits, wanted.clbits) && equal(found.params, wanted.params);
}

// ------------------------------------------------------------------------------------------------- edits of the text

/** Changes of one text, collected; those that touch become one. */
class Draft {
  readonly changes: Change[] = [];
  readonly definitions = new Set<string>();
  note: Spliced['note'] = null;
  readonly newline: string;

  constructor(readonly source: Source, readonly aer: Package) {
    this.newline = source.text.includes('\r\n') ? '\r\n' : '\n';
  }

  replace({ start, end }: Span, insert: string): void {
    if (this.source.text.slice(start, end) !== insert) this.changes.push({ from: start, to: end, insert });
  }

  write(step: Step): string {
    return written(this.source, step, this.aer, this.definitions);
  }

  /** Where the line of a place begins. */
  private line_start(at: number): number {
    return Math.max(this.source.text.lastIndexOf('\n', at - 1), this.source.text.lastIndexOf('\r', at - 1)) + 1;
  }

  indent(at: number): string {
    return /^[ \t]*/.exec(this.source.text.slice(this.line_start(at), at))![0];
  }

  is_first_on_line(at: number): boolean {
    return this.source.text.slice(this.line_start(at), at).trim() === '';
  }

  /** The end of the line, if nothing but a comment follows there. */
  private end_of_line(at: number): number | null {
    const rest = /[ \t]*(?:\/\*(?:(?!\*\/)[^\r\n])*\*\/[ \t]*)*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/y;
    rest.lastIndex = at;
    return rest.test(this.source.text) ? rest.lastIndex : null;
  }

  /** The comment behind a statement that has a line of its own. */
  comment({ start, end }: Span): string {
    const line_end = this.end_of_line(end);
    return line_end !== null && this.is_first_on_line(start) ? this.source.text.slice(end, line_end) : '';
  }

  /** Puts a statement behind a place where one ends: on a line of its own, with its comment, if the line ends there. */
  after(at: number, line_of: number, text: string, comment = ''): void {
    const end = this.end_of_line(at);
    const insert = end === null ? ` ${text}` : this.newline + this.indent(line_of) + text.replaceAll('\n', this.newline + this.indent(line_of)) + comment;
    this.changes.push({ from: end ?? at, to: end ?? at, insert });
  }

  before(at: number, text: string, comment = ''): void {
    const first = this.is_first_on_line(at);
    const from = first ? this.line_start(at) : at;
    this.changes.push({ from, to: from, insert: first ? this.indent(at) + text + comment + this.newline : `${text} ` });
  }

  /** Takes a statement away, with its line if it has one of its own. */
  remove({ start, end }: Span): void {
    const { text } = this.source;
    const line_end = this.end_of_line(end);
    if (line_end !== null && this.is_first_on_line(start)) {
      const from = this.line_start(start);
      const newline = /\r?\n/y;
      newline.lastIndex = line_end;
      if (newline.test(text)) this.changes.push({ from, to: newline.lastIndex, insert: '' });
      else this.changes.push({ from: /\r?\n$/.exec(text.slice(0, from))?.index ?? from, to: line_end, insert: '' });
      return;
    }
    const before = /[ \t]*$/.exec(text.slice(0, start))![0].length;
    this.changes.push({ from: this.is_first_on_line(start) ? start : start - before, to: end + (this.is_first_on_line(start) ? /^[ \t]*/.exec(text.slice(end))![0].length : 0), insert: '' });
  }

  /** Writes a statement as others; none takes it away. */
  rewrite(statement: Statement, texts: string[]): void {
    if (texts.length === 0) return this.remove(statement);
    const own_line = this.is_first_on_line(statement.start) && this.end_of_line(statement.end) !== null;
    return this.replace(statement, texts.join(own_line ? this.newline + this.indent(statement.start) : ' '));
  }

  /** Includes and definitions that are not there yet, behind the version and the includes. */
  private define(): void {
    const { statements, text, version } = this.source;
    const normal = (words: string) => words.replace(/\s+/g, ' ');
    const there = new Set(statements.filter(({ kind }) => kind === 'include' || kind === 'definition').map(({ start, end }) => normal(text.slice(start, end))));
    const missing = [...this.definitions].filter((definition) => !there.has(normal(definition)));
    if (version === null) missing.unshift('OPENQASM 3.0;');
    if (missing.length === 0) return;
    const head = statements.filter(({ kind, start }) => (kind === 'version' || kind === 'include') && start < (statements.find((other) => other.kind === 'flat')?.start ?? Infinity)).at(-1);
    const lines = missing.join(this.newline);
    if (head) this.after(head.end, head.start, missing.join('\n'));
    else this.changes.unshift({ from: 0, to: 0, insert: lines + this.newline });
  }

  /** The changes, in order, none touching another. */
  finish(): Change[] {
    this.define();
    const ordered = this.changes.map((change, index) => ({ change, index })).sort((a, b) => a.change.from - b.change.from || a.change.to - b.change.to || a.index - b.index);
    const merged: Change[] = [];
    for (const { change } of ordered) {
      const last = merged.at(-1);
      if (last && change.from <= last.to) {
        last.insert += change.insert;
        last.to = Math.max(last.to, change.to);
      } else merged.push({ ...change });
    }
    return merged;
  }
}

export function applied(text: string, changes: Change[]): string {
  let [result, at] = ['', 0];
  for (const { from, to, insert } of changes) {
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

/** One change from a text to another, without what is alike at both ends. */
function difference(before: string, after: string): Change[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}

// ------------------------------------------------------------------------------------------------- the edits

/** What an edit makes of a text, and what has to be read of it. */
interface Attempt {
  draft: Draft;
  expected: Expected[];
  index: number | null;
}

const part_at = (source: Source, index: number): Part => {
  const part = source.parts.find(({ first, count }) => first <= index && index < first + count);
  if (!part) throw new SpliceError('This comes from no statement of its own: change it in the program.');
  return part;
};

/** The part of an instruction, and whether it can be changed. */
export const part_of = (source: Source, index: number): Part | null =>
  source.parts.find(({ first, count }) => first <= index && index < first + count) ?? null;

function cannot_take_apart(source: Source, part: Part): SpliceError {
  const { start } = source.statements[part.statement];
  return new SpliceError('This belongs to a statement that can only be changed in the program.', start);
}

/** The step of a part as it is written on its own. */
function step_in(source: Source, part: Part): Step {
  if (!part.step) throw cannot_take_apart(source, part);
  return part.step;
}

/** A new order of pieces: of parts that stay, and steps that are new. */
type Piece = Part | Step;
const is_part = (piece: Piece): piece is Part => 'statement' in piece;

/**
 * Writes the pieces of a list that has one step more, less or other than the parts of the text. Statements of which all
 * parts are still there, one after the other, are not touched.
 */
function arranged(source: Source, aer: Package, pieces: Piece[], subject: Step | Part | null): Attempt {
  const draft = new Draft(source, aer);
  const { statements, ranges, version, data } = source;
  const places = new Map(pieces.map((piece, place) => [piece, place]));
  const own = new Map<number, Part[]>();
  for (const part of source.parts) own.set(part.statement, [...(own.get(part.statement) ?? []), part]);
  const parts_in = (statement: number): Part[] => own.get(statement) ?? [];
  /** Whether a statement stays as it is. */
  const is_whole = (statement: number): boolean => {
    const at = parts_in(statement).map((part) => places.get(part) ?? -2);
    return at.every((place, i) => place >= 0 && (i === 0 || place === at[i - 1] + 1));
  };
  const is_gone = (statement: number): boolean => parts_in(statement).length > 0 && parts_in(statement).every((part) => !places.has(part));
  const expected: Expected[] = [];
  let index: number | null = null;
  let previous: Statement | null = null;
  const apart = new Map<number, string[]>();
  const waiting: string[] = [];
  const flush_before = (statement: Statement) => {
    for (const text of waiting.splice(0)) put(previous, statement, text);
  };
  const put = (left: Statement | null, right: Statement | null, text: string) => {
    const others = statements.filter(({ start, kind }, at) =>
      start > (left?.start ?? -1) && start < (right?.start ?? Infinity) && kind !== 'empty' && !is_gone(at));
    if (left && others.length === 0) draft.after(left.end, left.start, text);
    else if (right) draft.before(right.start, text);
    else if (others.length > 0) draft.after(others.at(-1)!.end, others.at(-1)!.start, text);
    else if (left) draft.after(left.end, left.start, text);
    else if (source.text.trim() === '') draft.changes.push({ from: source.text.length, to: source.text.length, insert: text + draft.newline });
    else draft.after(source.text.trimEnd().length, 0, text);
  };
  let inside: number | null = null;
  for (const [place, piece] of pieces.entries()) {
    if (piece === subject) index = expected.length;
    if (is_part(piece)) {
      const statement = statements[piece.statement];
      if (is_whole(piece.statement)) {
        if (piece.first === ranges[piece.statement].first) flush_before(statement);
        for (let i = piece.first; i < piece.first + piece.count; i++) expected.push(as_it_is(data[i]));
      } else {
        if (inside !== piece.statement) flush_before(statement);
        const step = step_in(source, piece);
        const texts = apart.get(piece.statement) ?? [];
        const { declares } = statement.flat ?? { declares: null };
        if (texts.length === 0 && declares) texts.push(`${source.text.slice(declares.start, declares.end)};`);
        apart.set(piece.statement, [...texts, ...waiting.splice(0), draft.write(step)]);
        expected.push(...expected_of(step, version).map((one, i, all) => (i === all.length - 1 && one.name !== 'if_else' ? { ...one, params: data[piece.first + piece.count - 1].params } : one)));
      }
      inside = piece.statement;
      previous = statement;
    } else {
      waiting.push(draft.write(piece));
      expected.push(...expected_of(piece, version));
      // Behind the last part of a statement that comes apart it is no longer inside.
      const next = pieces.slice(place + 1).find(is_part);
      if (!next || next.statement !== inside) inside = null;
    }
  }
  for (const text of waiting) put(previous, null, text);
  for (const [statement, texts] of apart) {
    draft.rewrite(statements[statement], texts);
    if (parts_in(statement).some(({ plain }) => !plain)) draft.note = 'expanded';
  }
  for (const statement of own.keys()) {
    if (!is_gone(statement)) continue;
    const { declares } = statements[statement].flat ?? { declares: null };
    if (declares) draft.rewrite(statements[statement], [`${source.text.slice(declares.start, declares.end)};`]);
    else draft.remove(statements[statement]);
  }
  return { draft, expected, index };
}

/** Where among the pieces instruction `at` is, or what follows it. */
function place_of(pieces: Piece[], at: number): number {
  const place = pieces.findIndex((piece) => is_part(piece) && piece.first + piece.count > at);
  return place < 0 ? pieces.length : place;
}

/** Changes a step within its statement, each operand and parameter by itself. */
function replaced(source: Source, aer: Package, part: Part, step: Step): Attempt {
  const old = step_in(source, part);
  const statement = source.statements[part.statement];
  const { flat, condition } = statement;
  const single = (operand: Span, type: BitType): boolean => {
    const text = source.text.slice(operand.start, operand.end);
    return bit_of(text, source, type) !== null && (/[\[$]/.test(text) || is_scalar(source, type, text));
  };
  const singles = flat?.qubits.every((operand) => single(operand, 'qubit')) && (!flat.clbits || single(flat.clbits, 'bit'));
  const alike = part.plain && part.whole && flat && singles && old.name === step.name && old.qubits.length === step.qubits.length &&
    old.params.length === step.params.length && flat.qubits.length === step.qubits.length && (flat.clbits !== null) === (step.clbits.length > 0);
  if (!alike) return arranged(source, aer, source.parts.map((piece) => (piece === part ? step : piece)), step);
  const draft = new Draft(source, aer);
  // Checks what writing anew would.
  written(source, step, aer, new Set());
  step.params.forEach((text, i) => text !== old.params[i] && draft.replace(flat.params[i], text));
  step.qubits.forEach((qubit, i) => qubit !== old.qubits[i] && draft.replace(flat.qubits[i], bit_text(source, 'qubit', qubit)));
  if (flat.clbits && step.clbits[0] !== old.clbits[0]) draft.replace(flat.clbits, bit_text(source, 'bit', step.clbits[0]));
  if (step.condition && condition) {
    if (JSON.stringify(step.condition) !== JSON.stringify(old.condition)) draft.replace(condition, condition_text(source, step.condition));
  } else if (step.condition) {
    draft.changes.push({ from: flat.start, to: flat.start, insert: `if (${condition_text(source, step.condition)}) ` });
  } else if (condition) {
    draft.changes.push({ from: statement.tokens[0].start, to: flat.start, insert: '' });
    if (flat.end < statement.end) draft.changes.push({ from: flat.end, to: statement.end, insert: '' });
  }
  const expected = source.data.map(as_it_is);
  expected.splice(part.first, part.count, ...expected_of(step, source.version));
  return { draft, expected, index: part.first };
}

function attempts(source: Source, aer: Package, edit: Edit): (() => Attempt)[] {
  const { parts } = source;
  switch (edit.type) {
    case 'insert': {
      const place = place_of(parts, edit.at);
      return [() => arranged(source, aer, [...parts.slice(0, place), edit.step, ...parts.slice(place)], edit.step)];
    }
    case 'delete': {
      const part = part_at(source, edit.index);
      if (!part.step && part.count > 1) throw cannot_take_apart(source, part);
      return [() => arranged(source, aer, parts.filter((other) => other !== part), null)];
    }
    case 'replace':
      return [() => replaced(source, aer, part_at(source, edit.index), edit.step)];
    case 'move': {
      const part = part_at(source, edit.index);
      const changes_qubits = edit.qubits !== undefined && JSON.stringify(edit.qubits) !== JSON.stringify(part.step?.qubits);
      const stays = part.first <= edit.at && edit.at <= part.first + part.count;
      if (stays && !changes_qubits) return [];
      const step = changes_qubits ? { ...step_in(source, part), qubits: edit.qubits! } : null;
      if (step && stays) return [() => replaced(source, aer, part, step)];
      return [() => {
        const rest: Piece[] = parts.filter((other) => other !== part);
        const place = place_of(rest, edit.at);
        const splits = place > 0 && place < rest.length && (rest[place - 1] as Part).statement === (rest[place] as Part).statement;
        if (!step && part.whole && !splits) return moved_whole(source, aer, part, rest as Part[], place);
        const moved = step ?? step_in(source, part);
        return arranged(source, aer, [...rest.slice(0, place), moved, ...rest.slice(place)], moved);
      }];
    }
    case 'add_qubit':
    case 'add_clbit':
      return grown(source, aer, edit.type === 'add_qubit' ? 'qubit' : 'bit');
    case 'remove_qubit':
      return [() => shrunk(source, aer)];
    case 'clear':
      return [() => arranged(source, aer, [], null)];
  }
}

/** Moves a statement as it stands, to where no other comes apart. */
function moved_whole(source: Source, aer: Package, part: Part, rest: Part[], place: number): Attempt {
  const draft = new Draft(source, aer);
  const statement = source.statements[part.statement];
  const text = source.text.slice(statement.start, statement.end);
  const right = rest[place];
  draft.remove(statement);
  if (right) draft.before(source.statements[right.statement].start, text, draft.comment(statement));
  else {
    const last = source.statements.filter((other) => other !== statement).at(-1)!;
    draft.after(last.end, last.start, text, draft.comment(statement));
  }
  const own = source.data.slice(part.first, part.first + part.count).map(as_it_is);
  const slices = rest.map(({ first, count }) => source.data.slice(first, first + count).map(as_it_is));
  const expected = [...slices.slice(0, place).flat(), ...own, ...slices.slice(place).flat()];
  return { draft, expected, index: slices.slice(0, place).flat().length };
}

/** A name that the text does not have. */
function free_name(source: Source, name: string): string {
  const taken = new Set(source.statements.flatMap(({ tokens }) => tokens.map(({ text }) => text)));
  for (let i = 0; ; i++) {
    const candidate = i === 0 ? name : `${name}${i}`;
    if (!taken.has(candidate)) return candidate;
  }
}

const declaration_text = (version: 2 | 3 | null, type: BitType, name: string, size: number): string =>
  version === 2 ? `${type === 'qubit' ? 'qreg' : 'creg'} ${name}[${size}];` : `${type}[${size}] ${name};`;

/** Whether an operand is a whole register. */
const is_operand = (source: Source, operand: Span, name: string): boolean => source.text.slice(operand.start, operand.end) === name;

/** One bit more: of the last register, where statements on all of it then name the bits that they had; or a register. */
function grown(source: Source, aer: Package, type: BitType): (() => Attempt)[] {
  const { version, circuit } = source;
  if (type === 'qubit' && is_physical(source)) throw new SpliceError('This program names its qubits by number: use a higher number in the program.');
  const kept = source.data.map(as_it_is);
  const widened = (expected: Expected[]): Expected[] =>
    expected.map((one) => (type === 'qubit' && one.name === 'barrier' && one.qubits?.length === circuit.num_qubits ? { ...one, qubits: null } : one));
  const last = registers_of(source, type).at(-1);
  const statement = last && declared(source, type, last.name);
  const size = statement?.declaration!.size;
  const grow = (): Attempt => {
    const draft = new Draft(source, aer);
    draft.replace(size!, String(last!.size + 1));
    const expected: Expected[] = [];
    const before = last!.size === 1 ? `${last!.name}[0]` : `${last!.name}[0:${last!.size - 1}]`;
    source.statements.forEach((one, index) => {
      const { first, count } = source.ranges[index];
      const operands = one.flat ? [...one.flat.qubits, ...(one.flat.clbits ? [one.flat.clbits] : [])] : [];
      const whole = operands.filter((operand) => is_operand(source, operand, last!.name));
      const own = source.data.slice(first, first + count).map(as_it_is);
      if (whole.length === 0 || one.flat!.name.text === 'barrier' || count === 0) expected.push(...own);
      else if (version === 2) {
        const parts = source.parts.filter((part) => part.statement === index);
        draft.rewrite(one, parts.map((part) => draft.write(step_in(source, part))));
        expected.push(...parts.flatMap((part) => expected_of(step_in(source, part), version)));
      } else {
        for (const operand of whole) draft.replace(operand, before);
        expected.push(...own);
      }
    });
    expected.push(...kept.slice(expected.length));
    return { draft, expected: widened(expected), index: null };
  };
  const declare = (): Attempt => {
    const draft = new Draft(source, aer);
    const text = declaration_text(version, type, free_name(source, type === 'qubit' ? 'q' : 'c'), 1);
    const declarations = source.statements.filter(({ declaration }) => declaration);
    const behind = declarations.filter(({ declaration }) => declaration!.type === type).at(-1) ?? declarations.at(-1) ??
      source.statements.filter(({ kind }) => kind === 'version' || kind === 'include').at(-1);
    if (behind) draft.after(behind.end, behind.start, text);
    else if (version === null) {
      draft.definitions.add('include "stdgates.inc";');
      draft.changes.push({ from: source.text.length, to: source.text.length, insert: text + draft.newline });
    } else draft.changes.push({ from: 0, to: 0, insert: text + draft.newline });
    return { draft, expected: widened(kept), index: null };
  };
  const literal = size && /^\d+$/.test(source.text.slice(size.start, size.end));
  return literal ? [grow, declare] : [declare];
}

/** Without the last qubit, which nothing but barriers may use. */
function shrunk(source: Source, aer: Package): Attempt {
  const { circuit, data } = source;
  const qubit = circuit.num_qubits - 1;
  if (data.some(({ name, qubits }) => name !== 'barrier' && qubits.includes(qubit))) {
    throw new SpliceError(`${bit_text(source, 'qubit', qubit)} is in use: take its gates away first.`);
  }
  const last = circuit.qregs.at(-1);
  const statement = last && declared(source, 'qubit', last.name);
  const size = statement?.declaration!.size ?? null;
  if (!statement) throw new SpliceError('The last qubit is not declared in a way that the drawing can change.');
  const draft = new Draft(source, aer);
  if (last!.size === 1) draft.remove(statement);
  else if (size && /^\d+$/.test(source.text.slice(size.start, size.end))) draft.replace(size, String(last!.size - 1));
  else throw new SpliceError(`The size of ${last!.name} is a formula: change it in the program.`, statement.start);
  const expected: Expected[] = [];
  source.statements.forEach((one, index) => {
    const { first, count } = source.ranges[index];
    for (const instruction of data.slice(first, first + count)) {
      const rest = instruction.qubits.filter((other) => other !== qubit);
      if (instruction.name !== 'barrier' || rest.length === instruction.qubits.length) expected.push(as_it_is(instruction));
      else if (rest.length > 0) expected.push({ ...as_it_is(instruction), qubits: rest });
    }
    if (one.kind !== 'flat' || one.flat!.name.text !== 'barrier') return;
    const [part] = source.parts.filter((other) => other.statement === index);
    if (!part?.step?.qubits.includes(qubit)) return;
    const operands = one.flat!.qubits.map((operand) => source.text.slice(operand.start, operand.end));
    const rest = operands.filter((operand) => bit_of(operand, source, 'qubit') !== qubit);
    if (rest.length === operands.length) return;
    if (rest.length === 0) draft.remove(one);
    else draft.replace({ start: one.flat!.qubits[0].start, end: one.flat!.qubits.at(-1)!.end }, rest.join(', '));
  });
  return { draft, expected, index: null };
}

// ------------------------------------------------------------------------------------------------- all together

const SIZES: Partial<Record<Edit['type'], [qubits: number, clbits: number]>> = { add_qubit: [1, 0], remove_qubit: [-1, 0], add_clbit: [0, 1] };

/** What a text is after an edit. @throws {SpliceError} in words for the user, {AerError} of the reader where a formula is wrong */
export function splice(source: Source, edit: Edit, aer: Package): Spliced {
  let failure: unknown = null;
  const [qubits, clbits] = SIZES[edit.type] ?? [0, 0];
  const tries = attempts(source, aer, edit);
  if (tries.length === 0) return { changes: [], text: source.text, circuit: source.circuit, index: 'index' in edit ? edit.index : null, note: null };
  for (const attempt of tries) {
    try {
      const { draft, expected, index } = attempt();
      const changes = draft.finish();
      const text = applied(source.text, changes);
      const circuit = aer.QuantumCircuit.from_qasm(text);
      const { data } = circuit;
      const fits = data.length === expected.length && data.every((one, i) => matches(one, expected[i])) &&
        circuit.num_qubits === source.circuit.num_qubits + qubits && circuit.num_clbits === source.circuit.num_clbits + clbits;
      if (fits) return { changes, text, circuit, index, note: draft.note };
      failure ??= vanished(data, expected);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure instanceof Error && (failure instanceof SpliceError || 'step' in edit)) throw failure;
  throw new SpliceError('The drawing cannot make this change: make it in the program.', null, true);
}

/** Conditions on bits that nothing has measured yet are known when the text is read, and the gate is then not there. */
function vanished(data: readonly Instruction[], expected: Expected[]): SpliceError | null {
  const count = (list: readonly { name: string }[]) => list.filter(({ name }) => name === 'if_else').length;
  return count(data) < count(expected)
    ? new SpliceError('The bits of the condition are not measured before this place, so it would be decided from the start.')
    : null;
}

/**
 * Several edits as one, of whatever text: each is given the source that the last one left. Where the statements cannot be
 * told apart, or not be changed as they should, the circuit is written anew and then edited.
 */
export function spliced(
  text: string, circuit: ReadCircuit, edits: ((source: Source) => Edit)[], aer: Package, source: Source | null = locate(text, circuit, aer),
): Spliced {
  try {
    if (source) return splice_each(source, edits, aer);
  } catch (error) {
    if (!(error instanceof SpliceError) || !error.anew) throw error;
  }
  const refused = new SpliceError('The drawing cannot make this change: make it in the program.');
  let anew: string;
  try {
    anew = version_of(text, statements_of(text)) === 2 ? circuit.to_qasm2() : circuit.to_qasm3();
  } catch {
    throw refused;
  }
  const read = aer.QuantumCircuit.from_qasm(anew);
  const again = JSON.stringify(read.data) === JSON.stringify(circuit.data) ? locate(anew, read, aer) : null;
  if (!again) throw refused;
  const result = splice_each(again, edits, aer);
  return { ...result, changes: difference(text, result.text), note: 'rewritten' };
}

function splice_each(source: Source, edits: ((source: Source) => Edit)[], aer: Package): Spliced {
  let last: Spliced | null = null;
  let note: Spliced['note'] = null;
  for (const edit of edits) {
    const now: Source | null = last ? locate(last.text, last.circuit, aer) : source;
    if (!now) throw new SpliceError('The drawing cannot make this change: make it in the program.', null, true);
    last = splice(now, edit(now), aer);
    note ??= last.note;
  }
  return edits.length === 1 ? last! : { ...last!, changes: difference(source.text, last!.text), note };
}

/** The bit that a new measurement writes: of the qubit's number if it is free, else the first that is; null: there is none. */
export function bit_for(source: Source, qubit: number): number | null {
  const taken = new Set(source.data.filter(({ name }) => name === 'measure').flatMap(({ clbits }) => clbits));
  if (qubit < source.circuit.num_clbits && !taken.has(qubit)) return qubit;
  for (let bit = 0; bit < source.circuit.num_clbits; bit++) if (!taken.has(bit)) return bit;
  return null;
}
