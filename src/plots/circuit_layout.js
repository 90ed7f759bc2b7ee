// Where everything of a circuit is drawn. Columns, texts and controls come from the core, as the text drawing has them;
// here they get pixels. All sizes are in `SIZES`; what a gate looks like is a row of `TARGETS`, else it is a box.

import { text_width } from './svg.js';

/** Pixels at scale 1. */
const SIZES = {
  gate: 34, gap: 12, wire: 46, clbit: 38, margin: 16, band: 16, end: 10, dot: 10, plus: 22, cross: 14, pin: 12,
  frame: 24, nested: 6, name: 14, small: 10, head: 11, label: 14,
};

/** What stands on the targets of a controlled gate, by the gate that is controlled. */
const TARGETS = { x: 'plus', z: 'dot', p: 'dot', u1: 'dot', swap: 'cross' };
/** The same of gates without controls. */
const SYMBOLS = { swap: 'cross', rzz: 'dot' };
/** Words beside the line of gates that are all dots. */
const CAPTIONS = { p: 'P', u1: 'U1', rzz: 'ZZ' };
/** Names that look better than Qiskit's text. */
const NAMES = {
  Sx: '√X', Iswap: 'iSwap', Dcx: 'DCX', Ecr: 'ECR', Rccx: 'RCCX', Rcccx: 'RCCCX', Break_loop: 'break', Continue_loop: 'continue',
  End: 'end',
};
/** Colours of what is no gate. */
const COLORS = { measure: 'measure', jump: 'measure', reset: 'reset', delay: 'reset', barrier: 'reset', save: 'save', noise: 'noise', control_flow: 'measure' };

/** Most characters of a name, of all parameters, of one of several, and of words beside a symbol. */
const MOST = { name: 16, params: 24, param: 10, words: 28 };

const OPTIONS = { fold: 'number', reverse_bits: 'boolean', plot_barriers: 'boolean', cregbundle: 'boolean', scale: 'number' };

const shorten = (text, most) => (Array.from(text).length > most ? `${Array.from(text).slice(0, most - 1).join('')}…` : text);
/** Widths of words, with room for fonts that are wider than most. */
const WIDER = 1.12;
const width_of = (text, size) => WIDER * text_width(text, size);

/** The sizes at a scale. */
export const sizes_at = (scale) => Object.fromEntries(Object.entries(SIZES).map(([name, size]) => [name, size * scale]));

const given = (value) => value !== undefined && value !== null;

/** The options, checked. */
function checked(options) {
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTIONS, key)) {
      throw new TypeError(`There is no option ${JSON.stringify(key)}, expected one of ${Object.keys(OPTIONS).join(', ')}`);
    }
    if (given(value) && typeof value !== OPTIONS[key]) throw new TypeError(`${key} is ${JSON.stringify(value)}, expected a ${OPTIONS[key]}`);
  }
  const { fold = 25, scale, ...rest } = options;
  if (given(scale) && !(scale > 0 && scale < Infinity)) throw new TypeError(`scale is ${scale}, expected a number above 0`);
  const columns = fold > 0 ? Math.max(1, Math.floor(fold)) : Infinity;
  return { columns, scale: scale ?? 1, plot_barriers: rest.plot_barriers ?? true, rest };
}

/** The layout of a circuit: see `CircuitLayout` in the types. */
export function circuit_layout(circuit, options = {}) {
  if (typeof circuit?._layout_json !== 'function') {
    throw new TypeError('circuit is no QuantumCircuit of aer-wasm. Read a text with QuantumCircuit.from_qasm(text).');
  }
  const { columns: fold, scale, plot_barriers, rest } = checked(options);
  const drawing = JSON.parse(circuit._layout_json(JSON.stringify(rest)));
  const sizes = sizes_at(scale);
  const shown = ({ kind }) => plot_barriers || (kind !== 'barrier' && kind !== 'save');
  const items = drawing.items.filter(shown);
  const inside = nesting(items);
  const looks = items.map((item) => look(item, sizes));
  const heads = items.flatMap(({ heads = [], end }) => [
    ...heads.map(({ column, text }) => [column, 1.06 * width_of(words(text), sizes.head) + 12 * scale]),
    ...(heads.length > 0 ? [[end, sizes.end]] : []),
  ]);

  // Columns are as wide as what is in them.
  const columns = Array.from({ length: drawing.columns }, () => ({ x: 0, width: 0, row: 0 }));
  items.forEach(({ column, heads }, i) => { if (!heads) widen(columns, column, looks[i].width); });
  for (const [column, width] of heads) widen(columns, column, width);

  // Wires, from the top.
  const labels = drawing.wires.map(({ kind, register, index, size }) =>
    (register === null ? String(index) : kind === 'creg' || size === 1 ? register : `${register}_${index}`));
  const wire_of = new Map();
  drawing.wires.forEach(({ kind, bits }, wire) => bits.forEach((bit) => wire_of.set(`${kind === 'qubit' ? 'q' : 'c'}${bit}`, wire)));
  const rank = (item) => item.qubits.map((qubit) => wire_of.get(`q${qubit}`));
  const extents = items.map((item, i) => {
    const wires = rank(item);
    const pad = item.heads ? sizes.frame + inside[i] * sizes.nested : looks[i].above;
    return { top: Math.min(...wires), bottom: Math.max(...wires), pad };
  });
  const beyond = (edge) => extents.filter(edge).reduce((most, { pad }) => Math.max(most, pad), sizes.gate / 2);
  const phase = drawing.global_phase === '' ? 0 : 22 * scale;
  let y = sizes.margin + phase + beyond(({ top }) => top === 0);
  const wires = drawing.wires.map(({ kind, register, index, bits }, wire) => {
    const before = drawing.wires[wire - 1];
    if (before) y += before.kind === 'qubit' && kind === 'qubit' ? sizes.wire : before.kind === 'qubit' ? sizes.wire + 2 * scale : sizes.clbit;
    return { kind, label: labels[wire], register, index, bits, y };
  });
  const last = drawing.wires.at(-1);
  const below = last?.kind === 'qubit' ? beyond(({ bottom }) => bottom === drawing.wires.length - 1) : sizes.label + 6 * scale;
  const height = wires.length === 0 ? 2 * sizes.margin + phase : y + below + sizes.margin;
  const stride = height - phase - sizes.margin / 2;

  // Rows, filled with columns.
  const left = sizes.margin + Math.max(0, ...labels.map((label) => width_of(label.replace('_', ''), sizes.label))) + 12 * scale;
  const rows = [{ y: 0, begin: 0, end: 0, right: left + sizes.gap }];
  let filled = 0;
  columns.forEach((column, index) => {
    if (column.width > 0 && filled === fold) {
      rows.push({ y: rows.length * stride, begin: index, end: index, right: left + sizes.gap });
      filled = 0;
    }
    const row = rows.at(-1);
    if (column.width > 0) filled += 1;
    column.x = row.right;
    column.row = rows.length - 1;
    if (column.width > 0) row.right += column.width + sizes.gap;
    row.end = index + 1;
  });
  for (const row of rows) row.right += sizes.gap;
  const right = Math.max(...rows.map((row) => row.right));
  for (const row of rows.slice(0, -1)) row.right = right;

  const stage = { sizes, scale, wires, columns, rows, wire_of, rank };
  const placed = items.map((item, i) => (item.heads ? framed : put)(item, looks[i], extents[i], stage));
  return {
    width: right + sizes.margin, height: height + (rows.length - 1) * stride, scale, gate: sizes.gate, gap: sizes.gap, left, right,
    global_phase: drawing.global_phase, wires, rows, columns, items: placed,
  };
}

const words = (text) => shorten(text, MOST.words);

function widen(columns, index, width) {
  const column = columns[index];
  if (column) column.width = Math.max(column.width, width);
}

/** Of control flow how many levels of it are inside. */
function nesting(items) {
  const levels = items.map(() => 0);
  const open = [];
  items.forEach((item, i) => {
    while (open.length > 0 && items[open.at(-1)].path.length >= item.path.length) open.pop();
    if (!item.heads) return;
    open.forEach((outer, at) => { levels[outer] = Math.max(levels[outer], open.length - at); });
    open.push(i);
  });
  return levels;
}

/** The text in a box. */
function name_of({ label, own_label, name, kind }) {
  if (given(own_label)) return label;
  if (kind === 'reset') return '|0⟩';
  const nicer = NAMES[label.replace(/dg$/, '')] ?? label.replace(/dg$/, '').replaceAll('_', ' ');
  return name.endsWith('dg') && label.endsWith('dg') ? `${nicer}†` : NAMES[label] ?? label.replaceAll('_', ' ');
}

/** All parameters, so short that they fit. */
function params_of({ params }) {
  const parts = params.length > 1 ? params.map((param) => shorten(param, MOST.param)) : params;
  return shorten(parts.join(', '), MOST.params);
}

function color_of({ kind, controls, targets, params }) {
  if (kind !== 'gate') return COLORS[kind] ?? 'other';
  if (controls.length > 0) return 'controlled';
  if (targets.length > 1) return 'many';
  return params.length > 0 ? 'rotation' : 'one';
}

/** Whether the order of its qubits matters, so that its box has their numbers. */
const pinned = ({ kind, targets }) => targets.length > 1 && kind !== 'jump' && kind !== 'set';

/** How an item looks before it has a place: the symbol on its targets, texts, and how wide it is. */
function look(item, sizes) {
  const { kind, name, base, controls, targets, params, own_label, condition, clbits } = item;
  const scale = sizes.gate / SIZES.gate;
  const symbol = kind === 'measure' ? 'meter' : kind === 'barrier' || kind === 'save' ? 'band'
    : kind === 'gate' ? (controls.length > 0 ? TARGETS[base] : SYMBOLS[name]) ?? 'box' : 'box';
  const title = shorten(name_of(item), MOST.name);
  const small = params_of(item);
  const caption = controls.length > 0 && given(own_label) ? words(own_label)
    : symbol === 'dot' && CAPTIONS[base ?? name] ? words(`${CAPTIONS[base ?? name]}(${small})`) : '';
  const inner = Math.max(width_of(title, sizes.name) + 16 * scale, width_of(small, sizes.small) + 12 * scale);
  const box = symbol === 'box' ? Math.max(sizes.gate, inner + (pinned(item) ? 2 * sizes.pin : 0)) : sizes.gate;
  const asked = condition && !item.heads ? words(condition.text.replace('==', '=')) : '';
  const band = symbol === 'band' ? words(item.label) : '';
  const width = Math.max(
    symbol === 'box' ? box : symbol === 'band' ? sizes.band : sizes.gate,
    caption && width_of(caption, sizes.small) + 10 * scale,
    asked && width_of(asked, sizes.small) + 6 * scale,
    band && width_of(band, sizes.small) + 6 * scale,
  );
  const above = band ? sizes.wire / 2 + 14 * scale : sizes.gate / 2;
  return { symbol, title, small, caption, asked, band, box, width, above, indices: clbits };
}

/** The fields of an item that do not depend on its place. */
function described(item, look) {
  const { instruction, path, column, kind, name, qubits, controls, targets, base, clbits, condition, title, params } = item;
  const label = look.band || (item.heads ? item.heads[0].text : name_of(item));
  return {
    instruction, path, depth: path.length, column, kind, name, label, params, qubits, controls, targets, base, clbits, condition, title,
    color: color_of(item),
  };
}

/** A box around a middle. */
const around = (x, y, width, height) => ({ x: x - width / 2, y: y - height / 2, width, height });

/** What a condition asks of classical wires, and the line to them. */
function asks(condition, text, x, from, { sizes, wires, rows, wire_of }, row) {
  const on = new Map();
  condition.bits.forEach((bit, i) => {
    const wire = wire_of.get(`c${bit}`);
    if (wire !== undefined) on.set(wire, wires[wire].kind === 'creg' || (condition.values?.[i] ?? true));
  });
  if (on.size === 0) return { links: [], marks: [] };
  const at = (wire) => wires[wire].y + rows[row].y;
  const lowest = Math.max(...on.keys());
  return {
    links: [{ x, y1: from, y2: at(lowest), classical: true }],
    marks: [...on].map(([wire, filled]) => ({
      type: 'value', ...around(x, at(wire), sizes.dot, sizes.dot), filled,
      ...(text && wire === lowest && wires[wire].kind === 'creg' ? { text } : {}),
    })),
  };
}

/** An instruction in its place. */
function put(item, look, extent, stage) {
  const { sizes, scale, wires, columns, rows, wire_of, rank } = stage;
  const { qubits, controls, targets, condition, clbits } = item;
  const { symbol, title, small, caption, asked, band } = look;
  const { x: from, width, row } = columns[item.column];
  const x = from + width / 2;
  const y = (wire) => wires[wire].y + rows[row].y;
  const qubit_y = (qubit) => y(wire_of.get(`q${qubit}`));
  const [top, bottom] = [y(extent.top), y(extent.bottom)];
  const links = [];
  const marks = [];
  const ys = rank(item);

  if (symbol === 'band') {
    const sorted = [...ys].sort((a, b) => a - b);
    sorted.forEach((wire, i) => {
      if (sorted[i - 1] === wire - 1) marks.at(-1).height += sizes.wire;
      else marks.push({ type: 'band', ...around(x, y(wire), sizes.band, sizes.wire) });
    });
    if (band) marks[0].text = band;
  } else {
    if (controls.length > 0 || (symbol !== 'box' && symbol !== 'meter' && ys.length > 1)) links.push({ x, y1: top, y2: bottom, classical: false });
    for (const qubit of controls) marks.push({ type: 'dot', ...around(x, qubit_y(qubit), sizes.dot, sizes.dot) });
    if (symbol === 'box') {
      const own = targets.map(qubit_y);
      const [first, end] = [Math.min(...own), Math.max(...own)];
      marks.push({
        type: 'box', x: x - look.box / 2, y: first - sizes.gate / 2, width: look.box, height: end - first + sizes.gate, text: title,
        ...(small ? { params: small } : {}),
        ...(pinned(item) ? { pins: own.map((y, i) => ({ y, text: String(i) })) } : {}),
      });
    } else {
      const size = { meter: sizes.gate, dot: sizes.dot, plus: sizes.plus, cross: sizes.cross }[symbol];
      for (const qubit of targets) marks.push({ type: symbol, ...around(x, qubit_y(qubit), size, size) });
    }
    if (caption) {
      const wide = width_of(caption, sizes.small) + 10 * scale;
      marks.push({ type: 'caption', ...around(x, bottom - sizes.wire / 2, wide, sizes.label), text: caption });
    }
  }
  const ends = new Map();
  clbits.forEach((bit, i) => {
    const wire = wire_of.get(`c${bit}`);
    if (wire === undefined) return;
    links.push({ x, y1: qubit_y(qubits[i]), y2: y(wire), classical: true });
    const { kind, bits } = wires[wire];
    ends.set(wire, [...(ends.get(wire) ?? []), ...(kind === 'creg' && bits.length > 1 ? [bits.indexOf(bit)] : [])]);
  });
  for (const [wire, indices] of ends) {
    const text = indices.join(', ');
    marks.push({ type: 'arrow', ...around(x, y(wire) - sizes.dot / 2, sizes.dot, sizes.dot), ...(text ? { text } : {}) });
  }
  if (condition) {
    const asking = asks(condition, asked, x, bottom, stage, row);
    links.push(...asking.links);
    marks.unshift(...asking.marks);
  }
  const box = symbol === 'band'
    ? { x: x - width / 2, y: top - sizes.wire / 2, width, height: bottom - top + sizes.wire }
    : { x: x - look.box / 2, y: top - sizes.gate / 2, width: look.box, height: bottom - top + sizes.gate };
  return { ...described(item, look), row, box, links, marks };
}

/** Control flow in its place: a frame in each row that it is in. */
function framed(item, look, extent, stage) {
  const { sizes, wires, columns, rows } = stage;
  const { heads, end, condition } = item;
  const [first, last] = [columns[item.column], columns[end]];
  const [top, bottom] = [wires[extent.top].y - extent.pad, wires[extent.bottom].y + extent.pad];
  const frames = [];
  for (let row = first.row; row <= last.row; row += 1) {
    const x = row === first.row ? first.x : Math.min(...columns.filter((column) => column.row === row).map((column) => column.x)) - sizes.gap;
    const to = row === last.row ? last.x + last.width : rows[row].right - sizes.gap;
    frames.push({ x, y: top + rows[row].y, width: to - x, height: bottom - top, row, opens: row === first.row, closes: row === last.row });
  }
  const sections = heads.map(({ block, column, text }, i) => {
    const { x, row } = columns[column];
    return { block, text: words(text), column, end: heads[i + 1]?.column ?? end, row, x, y: top + rows[row].y };
  });
  const asking = condition ? asks(condition, '', first.x + first.width / 2, bottom + rows[first.row].y, stage, first.row) : { links: [], marks: [] };
  const { x, y, width, height } = frames[0];
  return { ...described(item, look), row: first.row, box: { x, y, width, height }, ...asking, frames, sections };
}
