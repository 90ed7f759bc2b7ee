// The Hinton diagram of a density matrix: a square for each entry, its area the entry's size, its colour the sign.

import { describe_matrix, every_of, names_width, panels, read_matrix } from './matrix.js';
import { framed, is_texts, read_options } from './options.js';
import { element, path, text_width, words } from './svg.js';

const MOST_QUBITS = 7;
const BECAUSE =
  'more squares, 4^n for n qubits, could not be told apart; reduced_density_matrix gives the state of some of the qubits';

export function plot_state_hinton(state, given = {}) {
  const options = read_options('plot_state_hinton', given, { color: is_texts(2) });
  const { looks } = options;
  const matrix = read_matrix(state, { picture: 'plot_state_hinton', most: MOST_QUBITS, because: BECAUSE });
  const { size, parts } = matrix;
  let largest = 0;
  for (const { at } of parts)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) largest = Math.max(largest, Math.abs(at(i, j)));
  const colors = options.color ?? looks.series;
  const { width, height, places } = panels(options, 1.04);
  return framed(
    options,
    'Hinton diagram',
    width,
    height,
    describe_matrix(matrix),
    parts.map((part, k) => squares(part, places[k], matrix, { largest, looks, colors })),
  );
}

function squares({ name, at }, [left, top, width, height], { size, names }, { largest, looks, colors }) {
  const font_size = Math.max(9, Math.min(12, width / 32));
  const label_width = names_width(names, font_size);
  const legend_height = 36;
  const side = Math.max(20, Math.min(width - label_width - 40, height - 36 - label_width - 12 - legend_height));
  const cell = side / size;
  const x0 = left + (width - side - label_width - 8) / 2 + label_width + 8;
  const y0 = top + 36;
  const paths = ['', ''];
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const value = at(i, j);
      // At most nine tenths of a cell, so that neighbours keep apart.
      const edge = cell * 0.9 * Math.sqrt(Math.abs(value) / largest);
      if (edge < 0.05) continue;
      paths[value < 0 ? 1 : 0] +=
        path`M${x0 + (j + 0.5) * cell - edge / 2} ${y0 + (i + 0.5) * cell - edge / 2}h${edge}v${edge}h${-edge}Z`;
    }
  const lines = [];
  for (let k = 0; k <= size && size <= 32; k++)
    lines.push(path`M${x0} ${y0 + k * cell}h${side}M${x0 + k * cell} ${y0}v${side}`);
  const style = { 'font-size': font_size, fill: looks.muted };
  const level = label_width + 6 <= cell;
  const every = every_of(cell, font_size * 1.15);
  const labels = names.map((label, k) => {
    if (k % every) return '';
    const [x, y] = [x0 + (k + 0.5) * cell, y0 + side];
    return (
      words(x0 - 8, y0 + (k + 0.5) * cell + font_size * 0.35, label, { ...style, 'text-anchor': 'end' }) +
      (level
        ? words(x, y + font_size + 6, label, { ...style, 'text-anchor': 'middle' })
        : words(x + font_size * 0.35, y + 8, label, {
            ...style,
            'text-anchor': 'end',
            transform: path`rotate(-90 ${x + font_size * 0.35} ${y + 8})`,
          }))
    );
  });
  // What a full square is worth.
  const most = String(+largest.toPrecision(3));
  const y = y0 + side + (level ? font_size + 6 : label_width + 8) + 24;
  const key = [most, `−${most}`].map((text, k) => {
    const x = x0 + k * (text_width(most, font_size) + 48);
    return (
      element('rect', { x, y: y - font_size * 0.85, width: font_size, height: font_size, fill: colors[k] }) +
      words(x + font_size + 6, y, text, style)
    );
  });
  return element(
    'g',
    {},
    words(x0 + side / 2, top + 24, name, { 'font-size': 13, 'font-weight': 600, 'text-anchor': 'middle' }),
    element('rect', { x: x0, y: y0, width: side, height: side, fill: looks.surface }),
    element('path', { d: lines.join(''), stroke: looks.grid, fill: 'none' }),
    paths.map((d, k) => (d ? element('path', { d, fill: colors[k] }) : '')),
    labels,
    key,
  );
}
