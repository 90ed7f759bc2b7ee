// A circuit as SVG text: what `circuit_layout` placed, with the colours of a theme. From below: frames of control flow,
// wires, then each instruction as a group.

import { circuit_layout, sizes_at } from './circuit_layout.js';
import { element, escape, picture, words } from './svg.js';
import { theme_of } from './theme.js';

/** Most instructions that the description for screen readers names. */
const MOST_TOLD = 40;

/** The drawing of a circuit as SVG text: see the types. */
export function circuit_drawer(circuit, { output = 'svg', theme, background, title, ...options } = {}) {
  if (output !== 'svg') throw new TypeError(`output is ${JSON.stringify(output)}, expected "svg"`);
  const looks = theme_of({ theme: theme ?? 'light', background });
  const layout = Array.isArray(circuit?.items) ? circuit : circuit_layout(circuit, options);
  const pen = { looks, layout, sizes: sizes_at(layout.scale), scale: layout.scale };
  const is_frame = ({ frames }) => frames !== undefined;
  const drawing = [
    layout.items.filter(is_frame).map((item) => group(item, framed(item, pen))),
    layout.rows.map((row) => layout.wires.map((wire) => wired(wire, row, pen))),
    phase(pen),
    layout.items.filter(is_frame).map((item) => asked(item, pen)),
    layout.items.filter((item) => !is_frame(item)).map((item) => group(item, drawn(item, pen))),
  ];
  const head = title ? 30 * layout.scale : 0;
  const heading = title
    ? words(16 * layout.scale, 26 * layout.scale, title, { 'font-size': 15 * layout.scale, 'font-weight': 600 }) : '';
  return picture(
    layout.width, layout.height + head,
    { title: title ?? 'Quantum circuit', description: told(layout), background: looks.background, font: looks.font, color: looks.color },
    heading, head ? element('g', { transform: `translate(0 ${head})` }, drawing) : drawing,
  );
}

/** The circuit in words. */
function told({ wires, items }) {
  const count = (kinds) => wires.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { bits }) => sum + bits.length, 0);
  const some = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const bits = count(['clbit', 'creg']);
  const on = [some(count(['qubit']), 'qubit'), ...(bits > 0 ? [some(bits, 'classical bit')] : [])].join(' and ');
  if (items.length === 0) return `No instructions on ${on}.`;
  const titles = items.slice(0, MOST_TOLD).map(({ title }) => title);
  const more = items.length > MOST_TOLD ? `; and ${items.length - MOST_TOLD} more` : '';
  return `${some(items.length, 'instruction')} on ${on}: ${titles.join('; ')}${more}.`;
}

function group(item, content) {
  const { instruction, column, path, kind, name, title } = item;
  const way = path.length > 0 ? path.map((step) => step.join(':')).join(' ') : undefined;
  return element(
    'g', { 'data-instruction': instruction, 'data-column': column, 'data-path': way, 'data-kind': kind, 'data-name': name },
    element('title', {}, escape(title)), content,
  );
}

const line = (x1, y1, x2, y2, stroke, width, more = {}) => element('line', { x1, y1, x2, y2, stroke, 'stroke-width': width, ...more });

/** One line of a qubit, two of classical bits. */
function ruled(x1, y1, x2, y2, classical, { looks, scale }, color = looks.line) {
  if (!classical) return line(x1, y1, x2, y2, color, 1.25 * scale);
  const [dx, dy] = x1 === x2 ? [1.5 * scale, 0] : [0, 1.5 * scale];
  return line(x1 - dx, y1 - dy, x2 - dx, y2 - dy, color, scale) + line(x1 + dx, y1 + dy, x2 + dx, y2 + dy, color, scale);
}

function wired(wire, row, pen) {
  const { looks, layout, sizes, scale } = pen;
  const y = wire.y + row.y;
  const label = element(
    'text', { x: layout.left - 10 * scale, y: y + 4.5 * scale, 'text-anchor': 'end', 'font-size': sizes.label },
    subscripted(wire.label.split(/_(?=\d+$)/), sizes.small, 3 * scale, looks.muted),
  );
  const parts = [label, ruled(layout.left, y, row.right, y, wire.kind !== 'qubit', pen)];
  if (wire.kind === 'creg' && wire.bits.length > 1) {
    const x = layout.left + 7 * scale;
    parts.push(
      line(x - 3 * scale, y + 6 * scale, x + 3 * scale, y - 6 * scale, looks.muted, 1.25 * scale),
      words(x + 3 * scale, y - 7 * scale, wire.bits.length, { 'font-size': sizes.small, fill: looks.muted }),
    );
  }
  return parts;
}

/** A word and what stands small and lower behind it. */
const subscripted = ([word, below], size, shift, fill) =>
  escape(word) + (below === undefined ? '' : element('tspan', { dy: shift, 'font-size': size, fill }, escape(below)));

function phase({ layout: { global_phase: text }, looks, sizes, scale }) {
  return text === '' ? '' : words(16 * scale, 24 * scale, `Global phase: ${text}`, { 'font-size': sizes.head, fill: looks.muted });
}

/** Frames of control flow with what stands at their heads. */
function framed({ frames, sections }, { looks, sizes, scale }) {
  const radius = 7 * scale;
  const edges = frames.map(({ x, y, width, height, opens, closes }) => {
    const [to, bottom] = [x + width, y + height];
    const left = opens ? `M${x + radius} ${y}` : `M${x} ${y}`;
    const right = closes
      ? `H${to - radius}a${radius} ${radius} 0 0 1 ${radius} ${radius}V${bottom - radius}a${radius} ${radius} 0 0 1 ${-radius} ${radius}`
      : `H${to}M${to} ${bottom}`;
    const back = opens
      ? `H${x + radius}a${radius} ${radius} 0 0 1 ${-radius} ${-radius}V${y + radius}a${radius} ${radius} 0 0 1 ${radius} ${-radius}`
      : `H${x}`;
    return [
      element('rect', { x, y, width, height, rx: opens && closes ? radius : 0, fill: looks.series[0], 'fill-opacity': 0.06 }),
      element('path', { d: left + right + back, fill: 'none', stroke: looks.series[0], 'stroke-opacity': 0.55, 'stroke-width': 1.25 * scale }),
    ];
  });
  const heads = sections.map(({ x, y, text, row }, i) => {
    const { height } = frames.find((frame) => frame.row === row) ?? frames[0];
    const divider = i === 0 ? '' : line(x, y, x, y + height, looks.series[0], scale, { 'stroke-dasharray': `${3 * scale} ${3 * scale}`, 'stroke-opacity': 0.55 });
    return divider + words(x + 7 * scale, y + 13 * scale, text, { 'font-size': sizes.head, 'font-weight': 600, fill: looks.series[0] });
  });
  return [edges, heads];
}

/** What control flow reads. */
const asked = ({ links, marks }, pen) => [links.map((link) => linked(link, pen)), marks.map((mark) => marked(mark, pen))];

/** An instruction. */
function drawn(item, pen) {
  const color = pen.looks.gate[item.color] ?? pen.looks.gate.other;
  // The line of a measurement ends inside of its arrow.
  const ends = item.marks.filter(({ type }) => type === 'arrow').map(({ y, height }) => [y + height, height / 2]);
  const short = (link) => {
    const [, half = 0] = (link.classical && ends.find(([end]) => Math.abs(end - link.y2) < 1e-6)) || [];
    return { ...link, y2: link.y2 - half };
  };
  return [item.links.map((link) => linked(short(link), pen, color)), item.marks.map((mark) => marked(mark, pen, color, item))];
}

function linked({ x, y1, y2, classical }, pen, color) {
  return classical ? ruled(x, y1, x, y2, true, pen) : line(x, y1, x, y2, color, 2 * pen.scale);
}

const MARKS = {
  box({ x, y, width, height, text, params, pins = [] }, { looks, sizes, scale }, color) {
    const middle = [x + width / 2, y + height / 2];
    const name = /^(R|U|P)([xyz]{1,2}|\d)$/.exec(text);
    const style = { 'text-anchor': 'middle', fill: looks.gate.ink };
    return [
      element('rect', { x, y, width, height, rx: 5 * scale, fill: color }),
      element(
        'text', { x: middle[0], y: middle[1] + (params ? -1 : 5) * scale, 'font-size': sizes.name, 'font-weight': 500, ...style },
        subscripted(name ? name.slice(1) : [text], sizes.small, 3 * scale),
      ),
      params ? words(middle[0], middle[1] + 11 * scale, params, { 'font-size': sizes.small, ...style }) : '',
      pins.map((pin) => words(x + 5 * scale, pin.y + 3.5 * scale, pin.text, { 'font-size': sizes.small, fill: looks.gate.ink, 'fill-opacity': 0.85 })),
    ];
  },
  dot: ({ x, y, width }, pen, color) => element('circle', { cx: x + width / 2, cy: y + width / 2, r: width / 2, fill: color }),
  plus({ x, y, width }, { looks, scale }, color) {
    const [cx, cy, r] = [x + width / 2, y + width / 2, width / 2];
    const arm = r * 0.58;
    return [
      element('circle', { cx, cy, r, fill: color }),
      line(cx - arm, cy, cx + arm, cy, looks.gate.ink, 2 * scale), line(cx, cy - arm, cx, cy + arm, looks.gate.ink, 2 * scale),
    ];
  },
  cross({ x, y, width }, { scale }, color) {
    const round = { 'stroke-linecap': 'round' };
    return line(x, y, x + width, y + width, color, 2.5 * scale, round) + line(x, y + width, x + width, y, color, 2.5 * scale, round);
  },
  meter({ x, y, width, height }, { looks, scale }, color) {
    const [cx, cy, r] = [x + width / 2, y + height * 0.66, width * 0.28];
    const stroke = { fill: 'none', stroke: looks.gate.ink, 'stroke-width': 1.75 * scale, 'stroke-linecap': 'round' };
    return [
      element('rect', { x, y, width, height, rx: 5 * scale, fill: color }),
      element('path', { d: `M${cx - r} ${cy}a${r} ${r} 0 0 1 ${2 * r} 0M${cx} ${cy}L${cx + r * 0.85} ${cy - r * 1.2}`, ...stroke }),
    ];
  },
  arrow({ x, y, width, height, text }, { looks, sizes, scale }) {
    const cx = x + width / 2;
    return [
      element('path', { d: `M${x} ${y}H${x + width}L${cx} ${y + height}Z`, fill: looks.gate.measure }),
      text ? words(cx, y + height + 14 * scale, text, { 'font-size': sizes.small, 'text-anchor': 'middle', fill: looks.muted }) : '',
    ];
  },
  band({ x, y, width, height, text }, { looks, sizes, scale }, color) {
    const cx = x + width / 2;
    return [
      element('rect', { x, y, width, height, rx: 2 * scale, fill: color, 'fill-opacity': 0.16 }),
      line(cx, y, cx, y + height, color, 1.25 * scale, { 'stroke-dasharray': `${4 * scale} ${3 * scale}` }),
      text ? words(cx, y - 4 * scale, text, { 'font-size': sizes.small, 'text-anchor': 'middle', fill: looks.muted }) : '',
    ];
  },
  caption({ x, y, width, height, text }, { looks, sizes, scale }, color) {
    return [
      element('rect', { x, y, width, height, rx: height / 2, fill: looks.background ?? looks.surface, stroke: color, 'stroke-width': scale }),
      words(x + width / 2, y + height / 2 + 3.5 * scale, text, { 'font-size': sizes.small, 'text-anchor': 'middle' }),
    ];
  },
  value({ x, y, width, filled, text }, { looks, sizes, scale }) {
    const [cx, cy] = [x + width / 2, y + width / 2];
    const fill = filled ? looks.gate.measure : looks.background ?? looks.surface;
    return [
      element('circle', { cx, cy, r: width / 2, fill, stroke: looks.gate.measure, 'stroke-width': 1.5 * scale }),
      text ? words(cx, cy + 18 * scale, text, { 'font-size': sizes.small, 'text-anchor': 'middle', fill: looks.muted }) : '',
    ];
  },
};

const marked = (mark, pen, color) => MARKS[mark.type](mark, pen, color);
