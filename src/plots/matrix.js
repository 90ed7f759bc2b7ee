// What the pictures of a density matrix share: its real and imaginary parts in two panels, beside each other where there
// is room, and the names of basis states along its sides.

import { title_height } from './options.js';
import { bits_of, density_matrix_of, read_state } from './state.js';
import { text_width } from './svg.js';

const TOLD = 16;

/** A density matrix that was given or is a statevector's: its size, parts as functions of row and column, names. */
export function read_matrix(state, limit) {
  const read = read_state(state, limit);
  const { num_qubits } = read;
  const rows =
    read.rows ??
    density_matrix_of(
      read,
      Array.from({ length: num_qubits }, (_, qubit) => qubit),
    );
  const size = rows.length;
  const names = rows.map((_, k) => bits_of(k, num_qubits));
  const parts = [
    ['Real part', 0],
    ['Imaginary part', 1],
  ].map(([name, offset]) => ({
    name,
    // What rounding left is nothing.
    at: (i, j) => (Math.abs(rows[i][2 * j + offset]) < 1e-10 ? 0 : rows[i][2 * j + offset]),
  }));
  return { size, names, parts, rows };
}

/** The two panels: each [left, top, width, height]. */
export function panels({ width, height, title }, ratio) {
  const beside = (width ?? 780) >= 520;
  const full = width ?? 780;
  const above = title_height({ title }, full);
  const panel_width = beside ? full / 2 : full;
  const panel_height = height ? (height - above) / (beside ? 1 : 2) : panel_width * ratio;
  return {
    width: full,
    height: height ?? above + panel_height * (beside ? 1 : 2),
    places: [0, 1].map((k) => [
      beside ? k * panel_width : 0,
      above + (beside ? 0 : k * panel_height),
      panel_width,
      panel_height,
    ]),
  };
}

/** How many names of basis states one is shown of, where each has `room` pixels and takes `needed`. */
export const every_of = (room, needed) => 2 ** Math.max(0, Math.ceil(Math.log2(needed / room)));

export const names_width = (names, font_size) => text_width(names[0], font_size);

/** The entries that matter, in words. */
export function describe_matrix({ size, names, parts }) {
  const told = parts.map(({ name, at }) => {
    const entries = [];
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) if (at(i, j)) entries.push([i, j, at(i, j)]);
    entries.sort((a, b) => Math.abs(b[2]).toFixed(9) - Math.abs(a[2]).toFixed(9) || a[0] - b[0] || a[1] - b[1]);
    if (entries.length === 0) return `${name}: 0 everywhere.`;
    const shown = entries
      .slice(0, TOLD)
      .map(([i, j, value]) => `row ${names[i]}, column ${names[j]}: ${+value.toFixed(4)}`)
      .join('; ');
    return `${name}: ${shown}${entries.length > TOLD ? `; and ${entries.length - TOLD} more that are not larger` : ''}.`;
  });
  return `Density matrix of ${size} by ${size}. ${told.join(' ')}`;
}
