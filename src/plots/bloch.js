// Bloch spheres: one of a vector, or one for each qubit of a state, in rows that wrap.

import { framed, is_color, is_flag, one_of, read_options, shown, title_height, wrong } from './options.js';
import { ball, circle, view_from } from './sphere.js';
import { bloch_vectors_of, read_state } from './state.js';
import { element, path, round, words } from './svg.js';

/** As Qiskit looks at it, from a little lower: x comes to the front left, y goes right. */
const view = view_from(30, 22);
const AXES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const ENDS = [
  [[1.22, 0, 0], 'x'],
  [[0, 1.15, 0], 'y'],
  [[0, 0, 1.25], '|0⟩'],
  [[0, 0, -1.25], '|1⟩'],
];

const length_of = (vector) => Math.hypot(...vector);
const short = (number) => String(Number(number.toFixed(3)) + 0).replace('-', '−');
const told = (vector) => `x ${short(vector[0])}, y ${short(vector[1])}, z ${short(vector[2])}`;

/** A sphere with its vector, in a square of this size. */
function sphere(vector, size, color, looks, stage) {
  const [c, radius] = [size / 2, size * 0.36];
  const at = (point) => {
    const [right, up] = view(point);
    return [c + radius * right, c - radius * up];
  };
  const line = (from, to, attributes) =>
    element('path', { d: `M${from.map(round).join(' ')}L${to.map(round).join(' ')}`, fill: 'none', ...attributes });
  const rings = AXES.map((axis) => circle(view, axis, 0, c, c, radius));
  const font_size = Math.max(11, size * 0.06);
  const [x, y, z] = vector;
  const length = length_of(vector);
  const [middle, tip, below] = [at([0, 0, 0]), at(vector), at([x, y, 0])];
  const helper = { stroke: color, 'stroke-opacity': 0.55, 'stroke-dasharray': '1.5 3', 'stroke-linecap': 'round' };
  return element(
    'g',
    stage,
    ball(c, c, radius, looks),
    rings.map(({ back }) =>
      element('path', { d: back, fill: 'none', stroke: looks.line, 'stroke-opacity': 0.55, 'stroke-dasharray': '3 3' }),
    ),
    AXES.map((axis) => line(at(axis.map((value) => -value)), at(axis), { stroke: looks.line, 'stroke-opacity': 0.5 })),
    rings.map(({ front }) => element('path', { d: front, fill: 'none', stroke: looks.line, 'stroke-opacity': 0.85 })),
    ENDS.map(([point, name]) => {
      const [px, py] = at(point);
      return words(px, py + font_size * 0.35, name, { 'font-size': font_size, 'text-anchor': 'middle', fill: looks.muted });
    }),
    // Where the vector stands over the equator.
    Math.hypot(x, y) > 0.02 && Math.abs(z) > 0.02 ? line(middle, below, helper) + line(below, tip, helper) : '',
    length < 0.01 ? element('circle', { cx: c, cy: c, r: size * 0.022, fill: color }) : arrow(middle, tip, size, color),
  );
}

/** An arrow; a dot at its tip where it comes straight at the viewer. */
function arrow([x1, y1], [x2, y2], size, color) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const head = Math.min(size * 0.055, length * 0.6);
  const thick = Math.max(2, size * 0.014);
  if (head < size * 0.02) return element('circle', { cx: x2, cy: y2, r: size * 0.022, fill: color });
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - ux * head, y2 - uy * head];
  const point = (x, y) => path`${x} ${y}`;
  const half = head * 0.42;
  return (
    element('path', {
      d: `M${point(x1, y1)}L${point(bx + ux, by + uy)}`,
      stroke: color,
      'stroke-width': thick,
      'stroke-linecap': 'round',
      fill: 'none',
    }) +
    element('path', {
      d: `M${point(x2, y2)}L${point(bx - uy * half, by + ux * half)}L${point(bx + uy * half, by - ux * half)}Z`,
      fill: color,
      stroke: color,
      'stroke-linejoin': 'round',
    })
  );
}

/** Spheres beside each other, each with its name. */
function spheres(vectors, names, options, title) {
  const { looks, color = looks.series[0] } = options;
  const lengths = vectors.map(length_of);
  const is_pure = (length) => length > 0.9995;
  const name_height = names ? (lengths.every(is_pure) ? 28 : 42) : 0;
  const most_columns = options.width ? Math.max(1, Math.floor(options.width / 170)) : 4;
  const rows = Math.ceil(vectors.length / most_columns);
  // As even as can be: five are three and two.
  const columns = Math.ceil(vectors.length / rows);
  const width = options.width ?? (columns === 1 ? 300 : columns * 220);
  const above = title_height(options, width) + 4;
  const size = Math.max(
    40,
    Math.min(width / columns, options.height ? (options.height - above) / rows - name_height : names ? 320 : Infinity),
  );
  const height = options.height ?? above + rows * (size + name_height) + (names ? 4 : 0);
  const left = (width - columns * size) / 2;
  const top = above + Math.max(0, (height - above - rows * (size + name_height)) / 2);
  const description = vectors
    .map((vector, k) => `${names ? `${names[k]}: ` : ''}${told(vector)}, length ${short(lengths[k])}.`)
    .join(' ');
  return framed(
    options,
    title,
    width,
    height,
    description,
    vectors.map((vector, k) => {
      const row = Math.floor(k / columns);
      const in_row = Math.min(columns, vectors.length - row * columns);
      const x = left + ((k % columns) + (columns - in_row) / 2) * size;
      const y = top + row * (size + name_height);
      const note = is_pure(lengths[k]) ? '' : `length ${short(lengths[k])}`;
      return [
        names ? words(x + size / 2, y + 22, names[k], { 'font-size': 14, 'font-weight': 600, 'text-anchor': 'middle' }) : '',
        names && note
          ? words(x + size / 2, y + 39, note, { 'font-size': 12, fill: looks.muted, 'text-anchor': 'middle' })
          : '',
        sphere(vector, size, color, looks, { transform: path`translate(${x} ${y + name_height})` }),
      ];
    }),
  );
}

const TO_CARTESIAN = {
  cartesian: (vector) => vector,
  spherical: ([r, theta, phi]) => [
    r * Math.sin(theta) * Math.cos(phi),
    r * Math.sin(theta) * Math.sin(phi),
    r * Math.cos(theta),
  ],
};

export function plot_bloch_vector(bloch, given = {}) {
  const options = read_options('plot_bloch_vector', given, {
    coord_type: one_of(Object.keys(TO_CARTESIAN)),
    color: is_color,
  });
  const { coord_type = 'cartesian' } = options;
  const numbers = bloch?.length === 3 ? Array.from(bloch) : [];
  if (numbers.length !== 3 || !numbers.every(Number.isFinite))
    throw wrong(
      'bloch',
      Array.isArray(bloch) ? `[${bloch.join(', ')}]` : shown(bloch),
      coord_type === 'spherical' ? 'three numbers: r, theta, phi' : 'three numbers: x, y, z',
    );
  const vector = TO_CARTESIAN[coord_type](numbers);
  const length = length_of(vector);
  if (length > 1 + 1e-5)
    throw wrong(
      'the length of bloch',
      String(+length.toPrecision(6)),
      'up to 1: a mixed state is inside of the sphere, a pure one on it',
    );
  return spheres([vector], null, options, 'Bloch sphere');
}

export function plot_bloch_multivector(state, given = {}) {
  const options = read_options('plot_bloch_multivector', given, { reverse_bits: is_flag, color: is_color });
  const read = read_state(state);
  const vectors = bloch_vectors_of(read);
  const names = vectors.map((_, qubit) => `qubit ${qubit}`);
  if (options.reverse_bits) [vectors, names].forEach((list) => list.reverse());
  return spheres(vectors, names, options, 'Bloch spheres');
}
