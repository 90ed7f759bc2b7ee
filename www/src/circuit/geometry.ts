// Places in a drawing: from pixels to wires and columns, and from there to an index in the list of instructions.

import type { CircuitItem, CircuitLayout } from 'aer-wasm/plots';

/** A place for a gate: in column `column`, or behind all of them; on the wire of a qubit. */
export interface Cell {
  column: number;
  qubit: number;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What stands for an instruction as a whole: of control flow the frame. */
export const outermost = (layout: CircuitLayout): CircuitItem[] => layout.items.filter(({ depth }) => depth === 0);

/** Where the wire of a qubit is. */
export const wire_y = (layout: CircuitLayout, qubit: number): number =>
  layout.wires.find(({ kind, bits }) => kind === 'qubit' && bits[0] === qubit)?.y ?? 0;

/** The qubit whose wire is the nearest. */
export function qubit_at(layout: CircuitLayout, y: number): number {
  const wires = layout.wires.filter(({ kind }) => kind === 'qubit');
  return wires.reduce((best, wire) => (Math.abs(wire.y - y) < Math.abs(best.y - y) ? wire : best), wires[0])?.bits[0] ?? 0;
}

/** The item that is drawn there, the innermost first. */
export function item_at(layout: CircuitLayout, x: number, y: number): CircuitItem | null {
  const inside = ({ box }: CircuitItem) => box.x - 4 <= x && x <= box.x + box.width + 4 && box.y - 4 <= y && y <= box.y + box.height + 4;
  return layout.items.filter(inside).sort((a, b) => b.depth - a.depth || a.box.height - b.box.height)[0] ?? null;
}

/** What is on a qubit in a column. */
export const item_in = (layout: CircuitLayout, { column, qubit }: Cell): CircuitItem | null =>
  layout.items.filter((item) => item.column === column && item.qubits.includes(qubit)).sort((a, b) => b.depth - a.depth)[0] ?? null;

/** Columns in which something is drawn. */
export const visible_columns = (layout: CircuitLayout): number[] => layout.columns.flatMap(({ width }, index) => (width > 0 ? [index] : []));

/** The cell for what is dropped there: on the right half of what is there already the next one. */
export function cell_at(layout: CircuitLayout, x: number, y: number): Cell {
  const qubit = qubit_at(layout, y);
  // Beside control flow, not in it: what is inside is changed in the text.
  const frame = outermost(layout).find(({ kind, box }) => kind === 'control_flow' && box.x <= x && x <= box.x + box.width && box.y <= y && y <= box.y + box.height);
  if (frame) {
    const end = frame.box.x + frame.box.width;
    const behind = layout.columns.findIndex((column) => column.width > 0 && column.x >= end - layout.gap);
    return { column: x < frame.box.x + frame.box.width / 2 ? frame.column : behind < 0 ? layout.columns.length : behind, qubit };
  }
  for (const column of visible_columns(layout)) {
    const { x: left, width } = layout.columns[column];
    if (x > left + width + layout.gap / 2) continue;
    const taken = covers(layout, column, qubit);
    return { column: taken && x > left + width / 2 ? column + 1 : column, qubit };
  }
  return { column: layout.columns.length, qubit };
}

/** Whether a wire is covered in a column, by a gate or by the line between its parts. */
function covers(layout: CircuitLayout, column: number, qubit: number): boolean {
  const y = wire_y(layout, qubit);
  return layout.items.some((item) => item.column === column && item.box.y <= y && y <= item.box.y + item.box.height);
}

/** The rectangle of a cell: all of it where it is free, else a bar before what is there. */
export function cell_rectangle(layout: CircuitLayout, cell: Cell, qubits: number[] = [cell.qubit]): Rectangle {
  const ys = qubits.map((qubit) => wire_y(layout, qubit));
  const y = Math.min(...ys) - layout.gate / 2;
  const height = Math.max(...ys) + layout.gate / 2 - y;
  const column = layout.columns[cell.column];
  if (!column) return { x: end_x(layout), y, width: layout.gate, height };
  if (column.width === 0 || qubits.some((qubit) => covers(layout, cell.column, qubit))) {
    return { x: column.x - layout.gap / 2 - 2, y, width: 4, height };
  }
  return { x: column.x + (column.width - layout.gate) / 2, y, width: layout.gate, height };
}

/** Where the place behind all columns begins. */
export function end_x(layout: CircuitLayout): number {
  const last = visible_columns(layout).at(-1);
  return last === undefined ? layout.left + layout.gap : layout.columns[last].x + layout.columns[last].width + layout.gap;
}

/** The width of the drawing with the place behind all columns. */
export const width_of = (layout: CircuitLayout): number => Math.max(layout.width, end_x(layout) + layout.gate + 2 * layout.gap);

/** Where the line is that follows the first `count` instructions. */
export function mark_x(layout: CircuitLayout, count: number): number {
  const done = outermost(layout).filter(({ instruction }) => instruction < count);
  const ends = done.map(({ kind, column, box }) => (kind === 'control_flow' ? box.x + box.width : layout.columns[column].x + layout.columns[column].width));
  return Math.max(layout.left, ...ends) + layout.gap / 2;
}

/**
 * The indices before which an instruction on these qubits belongs, so that it is drawn in the column: behind what is left
 * of it on its wires, before what is right of it. Where different wires disagree the first one has its way.
 */
export function indices_of(layout: CircuitLayout, { column }: Cell, qubits: number[], without: number | null = null): { from: number; to: number; ideal: number } {
  const others = outermost(layout).filter(({ instruction }) => instruction !== without);
  const all = Math.max(0, ...others.map(({ instruction }) => instruction + 1));
  const bounds = (wires: number[]) => {
    const on = others.filter((item) => item.qubits.some((qubit) => wires.includes(qubit)));
    const left = on.filter((item) => item.column < column).map(({ instruction }) => instruction + 1);
    const right = on.filter((item) => item.column >= column).map(({ instruction }) => instruction);
    return { from: Math.max(0, ...left), to: right.length > 0 ? Math.min(...right) : Infinity };
  };
  let { from, to } = bounds(qubits);
  if (from > to) ({ from, to } = bounds(qubits.slice(0, 1)));
  // In one column from top to bottom, as one reads.
  const later = others
    .filter((item) => item.column > column || (item.column === column && Math.min(...item.qubits) >= qubits[0]))
    .map(({ instruction }) => instruction);
  const wanted = later.length > 0 ? Math.min(...later) : all;
  return { from, to, ideal: Math.min(Math.max(wanted, from), to) };
}

/** The operands of a gate that is dropped on a wire: that one, then the next below, then those above. */
export function operands_from(qubit: number, count: number, num_qubits: number): number[] {
  const below = Array.from({ length: num_qubits - qubit }, (_, i) => qubit + i);
  const above = Array.from({ length: qubit }, (_, i) => qubit - 1 - i);
  return [...below, ...above].slice(0, count);
}

/** Operands moved by some wires, as far as there are wires. */
export function shifted(qubits: number[], by: number, num_qubits: number): number[] {
  const least = -Math.min(...qubits);
  const most = num_qubits - 1 - Math.max(...qubits);
  const delta = Math.min(Math.max(by, least), most);
  return qubits.map((qubit) => qubit + delta);
}
