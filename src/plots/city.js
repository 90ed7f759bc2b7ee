// The cityscape of a density matrix: a bar for each entry, in parallel projection, so that equal entries are equally
// high wherever they are. Bars below the plane are drawn before it and bars above it after it, each from back to front:
// seen from above, that is the order in which they hide each other.

import { describe_matrix, every_of, names_width, panels, read_matrix } from './matrix.js';
import { nice_ticks } from './histogram.js';
import { either, framed, is_color, is_share, is_texts, read_options } from './options.js';
import { element, round, words } from './svg.js';

const MOST_QUBITS = 6;
const BECAUSE =
  'more bars, 4^n for n qubits, could not be told apart; reduced_density_matrix gives the state of some of the qubits';
/** Up to how many rows bars have names of their own. */
const MOST_NAMED = 16;
/** How much darker than the top the sides are that look left and right, and how wide a bar is in its cell. */
const [LEFT_SHADE, RIGHT_SHADE] = [0.16, 0.32];
const BAR = 0.68;
/**
 * Where a step along a row or a column goes on the screen: seen from 30 degrees above, and turned by 30 degrees, so that
 * no bar of the diagonal stands behind another.
 */
const TURN = Math.PI / 6;
const COLUMNS = [Math.cos(TURN), Math.sin(TURN) / 2];
const ROWS = [-Math.sin(TURN), Math.cos(TURN) / 2];

export function plot_state_city(state, given = {}) {
  const options = read_options('plot_state_city', given, { color: either(is_color, is_texts(2)), alpha: is_share });
  const { looks, alpha = 1 } = options;
  const matrix = read_matrix(state, { picture: 'plot_state_city', most: MOST_QUBITS, because: BECAUSE });
  const { size, parts } = matrix;
  let [low, high] = [0, 0];
  for (const { at } of parts)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) [low, high] = [Math.min(low, at(i, j)), Math.max(high, at(i, j))];
  const colors = typeof options.color === 'string' ? [options.color, options.color] : options.color;
  const { width, height, places } = panels(options, 1.02);
  return framed(
    options,
    'State city',
    width,
    height,
    describe_matrix(matrix),
    parts.map((part, k) =>
      city(part, places[k], matrix, { low, high, looks, alpha, colors: colors ? [colors[k], colors[k]] : looks.series }),
    ),
  );
}

function city({ name, at }, [left, top, width, height], { size, names }, { low, high, looks, alpha, colors }) {
  const font_size = Math.max(9, Math.min(12, width / 32));
  const label_width = names_width(names, font_size);
  const [before, after] = [font_size * 3.4, label_width + 14];
  // The side of the ground in pixels, as large as width and height allow, and above it the tallest bar.
  const side = Math.max(
    20,
    Math.min((width - before - after - 8) / (COLUMNS[0] - ROWS[0]), ((height - 80) * 0.5) / (COLUMNS[1] + ROWS[1])),
  );
  const deep = side * (COLUMNS[1] + ROWS[1]);
  const room = Math.max(10, height - 44 - deep - 34);
  const scale = Math.min(room, side * 1.1) / (high - low);
  const x0 = left + (width + before - after - side * (COLUMNS[0] + ROWS[0])) / 2;
  const y0 = top + 44 + Math.max(0, (room - scale * (high - low)) / 2) + high * scale;
  const cell = side / size;
  const place = (i, j, value) => [
    x0 + cell * (COLUMNS[0] * j + ROWS[0] * i),
    y0 + cell * (COLUMNS[1] * j + ROWS[1] * i) - value * scale,
  ];
  const path = (...points) => `M${points.map((point) => point.map(round).join(' ')).join('L')}`;
  const outline = (attributes, ...points) => element('path', { d: `${path(...points)}Z`, ...attributes });
  const line = (stroke, ...points) => element('path', { d: path(...points), stroke, fill: 'none' });

  // Walls at the back with a line for each tick, and the floor, which negative bars stand below 0.
  const ticks = nice_ticks(low, high, 4);
  const walls = ticks.map((tick) =>
    line(tick === 0 ? looks.line : looks.grid, place(size, 0, tick), place(0, 0, tick), place(0, size, tick)),
  );
  const numbers = ticks.map((tick) => {
    const [x, y] = place(size, 0, tick);
    return words(x - 8, y + 4, String(tick).replace('-', '−'), {
      'font-size': font_size,
      fill: looks.muted,
      'text-anchor': 'end',
    });
  });
  const edges = [
    [0, 0],
    [size, 0],
    [0, size],
  ].map(([i, j]) => line(looks.grid, place(i, j, low), place(i, j, high)));
  const ground = (value, attributes) =>
    outline(attributes, place(0, 0, value), place(0, size, value), place(size, size, value), place(size, 0, value));
  const cells = [];
  for (let k = 1; k < size && size <= 32; k++)
    cells.push(path(place(k, 0, 0), place(k, size, 0)), path(place(0, k, 0), place(size, k, 0)));

  const bar = (i, j) => {
    const value = at(i, j);
    const [from_i, to_i, from_j, to_j] = [i + (1 - BAR) / 2, i + (1 + BAR) / 2, j + (1 - BAR) / 2, j + (1 + BAR) / 2];
    const [bottom, lid] = [Math.min(0, value), Math.max(0, value)];
    const [a, b, c, d] = [
      place(from_i, from_j, lid),
      place(from_i, to_j, lid),
      place(to_i, to_j, lid),
      place(to_i, from_j, lid),
    ];
    const [e, f, g] = [place(from_i, to_j, bottom), place(to_i, to_j, bottom), place(to_i, from_j, bottom)];
    const fill = colors[value < 0 ? 1 : 0];
    return element(
      'g',
      { opacity: alpha < 1 ? alpha : null },
      size <= MOST_NAMED ? element('title', {}, `row ${names[i]}, column ${names[j]}: ${+value.toFixed(4)}`) : '',
      outline({ fill }, a, b, e, f, g, d),
      outline({ fill: '#000', 'fill-opacity': LEFT_SHADE }, d, c, f, g),
      outline({ fill: '#000', 'fill-opacity': RIGHT_SHADE }, c, b, e, f),
    );
  };
  const bars = { below: [], above: [] };
  for (let row = 0; row <= 2 * (size - 1); row++)
    for (let i = Math.max(0, row - size + 1); i <= Math.min(row, size - 1); i++) {
      const value = at(i, row - i);
      if (Math.abs(value) * scale > 0.05) bars[value < 0 ? 'below' : 'above'].push(bar(i, row - i));
    }

  // Names of columns along the front, of rows along the right, as many as have room.
  const style = { 'font-size': font_size, fill: looks.muted };
  const labelled = (room_each, needed, words_at) =>
    names.map((label, k) => (k % every_of(room_each, needed) ? '' : words_at(label, k)));
  const columns = labelled(cell * COLUMNS[0], label_width + 6, (label, k) => {
    const [x, y] = place(size, k + 0.5, low);
    return words(x - 4, y + font_size + 7, label, { ...style, 'text-anchor': 'middle' });
  });
  const rows = labelled(cell * ROWS[1], font_size * 1.15, (label, k) => {
    const [x, y] = place(k + 0.5, size, low);
    return words(x + 9, y + font_size * 0.5, label, style);
  });
  return element(
    'g',
    {},
    words(left + width / 2, top + 24, name, { 'font-size': 13, 'font-weight': 600, 'text-anchor': 'middle' }),
    ground(low, { fill: looks.surface, stroke: looks.grid }),
    edges,
    walls,
    numbers,
    columns,
    rows,
    bars.below,
    ground(0, { fill: looks.surface, 'fill-opacity': low < 0 ? 0.55 : 0, stroke: looks.line, 'stroke-opacity': 0.6 }),
    element('path', { d: cells.join(''), stroke: looks.grid, fill: 'none' }),
    bars.above,
  );
}
