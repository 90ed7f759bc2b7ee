// The Q-sphere: a node for each basis state, in rings by how many of its bits are 1; its area is the probability, its
// colour the phase. Where the nodes are is Qiskit's, and so is that a phase counts from the largest amplitude's.

import { framed, is_flag, read_options, title_height } from './options.js';
import { ball, circle, view_from } from './sphere.js';
import { bits_of, eigenstates, read_state } from './state.js';
import { element, path, round, text_width, words } from './svg.js';
import { phase_color } from './theme.js';

const MOST_QUBITS = 12;
/** A mixed state is shown by its eigenvectors, which take 8^n steps. */
const MOST_MIXED = 6;
const BECAUSE = 'more nodes could not be told apart; reduced_density_matrix gives the state of some of the qubits';
/** Smaller eigenvalues and probabilities are not shown. */
const LEAST_EIGENVALUE = 0.001;
const LEAST_PROBABILITY = 1e-8;
const TOLD = 16;
/** Of more nodes than these there are no spokes, and no names of their own. */
const MOST_SPOKES = 512;
/** Of more nodes than these only so many have labels. */
const [MANY_NODES, FEW_LABELS, MOST_TRIED] = [64, 24, 256];
/** As Qiskit looks at it, from a little higher, so that the rings are seen. */
const view = view_from(275, 12);

function binomial(n, k) {
  let result = 1;
  for (let j = 1; j <= k; j++) result = (result * (n - k + j)) / j;
  return Math.round(result);
}

/** Where the node of a basis state is on the sphere of radius 1. */
export function node_position(bits) {
  const n = bits.length;
  const ones = [...bits]
    .map((bit, place) => [bit, place])
    .filter(([bit]) => bit === '1')
    .map(([, place]) => place);
  const weight = ones.length;
  const divisions = binomial(n, weight);
  // The place of the bits among those of the same weight, in lexical order.
  const order = ones.reduce((sum, place, k) => sum + binomial(n - 1 - place, weight - k), 0);
  const z = 1 - (2 * weight) / n;
  let angle = (weight / n) * 2 * Math.PI + (order * 2 * Math.PI) / divisions;
  if (weight > n / 2 || (weight === n / 2 && order >= divisions / 2)) angle = Math.PI - angle - (2 * Math.PI) / divisions;
  const r = Math.sqrt(Math.max(0, 1 - z * z));
  return [r * Math.cos(angle), r * Math.sin(angle), z];
}

/** A phase from 0 to 2π: as a fraction of π where it is one, as Qiskit writes it, or in degrees. */
export function phase_text(phase, use_degrees) {
  if (use_degrees) return `${((phase * 180) / Math.PI).toFixed(1)}°`;
  for (let under = 1; under <= 16; under++) {
    const over = (phase / Math.PI) * under;
    const whole = Math.round(over);
    if (Math.abs(over - whole) < 1e-6 * under)
      return whole === 0 ? '0' : `${whole === 1 ? '' : whole}π${under === 1 ? '' : `/${under}`}`;
  }
  return String(+phase.toPrecision(3));
}

/** The nodes of a state: { bits, probability, phase }, of each pure state that is in it, the likeliest first. */
function nodes_of(state) {
  const pure = state.rows
    ? eigenstates(state).filter(({ value }) => value > LEAST_EIGENVALUE)
    : [{ value: 1, vector: state.amplitudes }];
  return pure.map(({ value, vector }) => {
    const size = vector.length / 2;
    let [most, largest] = [0, 0];
    for (let k = 0; k < size; k++) {
      const length = +Math.hypot(vector[2 * k], vector[2 * k + 1]).toFixed(13);
      if (length > largest) [most, largest] = [k, length];
    }
    const from = Math.atan2(vector[2 * most + 1], vector[2 * most]);
    const nodes = [];
    for (let k = 0; k < size; k++) {
      const [re, im] = [vector[2 * k], vector[2 * k + 1]];
      const probability = value * (re * re + im * im);
      if (probability < LEAST_PROBABILITY) continue;
      const turn = (Math.atan2(im, re) - from) / (2 * Math.PI);
      const part = turn - Math.floor(turn);
      nodes.push({ bits: bits_of(k, state.num_qubits), probability, phase: part > 1 - 1e-9 ? 0 : part * 2 * Math.PI });
    }
    return { value, nodes };
  });
}

export function plot_state_qsphere(state, given = {}) {
  const options = read_options('plot_state_qsphere', given, {
    show_state_labels: is_flag,
    show_state_phases: is_flag,
    use_degrees: is_flag,
  });
  const { looks, theme = 'light', show_state_labels = true, show_state_phases = false, use_degrees = false } = options;
  const read = read_state(state, {
    picture: 'plot_state_qsphere',
    most: MOST_QUBITS,
    most_mixed: MOST_MIXED,
    because: BECAUSE,
  });
  const parts = nodes_of(read);
  const width = options.width ?? options.height ?? 460;
  const above = title_height(options, width);
  const height = options.height ?? width + above;
  const size = Math.max(40, Math.min(width, height - above));
  const radius = size * 0.34;
  const [cx, cy] = [width / 2, above + (height - above) / 2];
  const font_size = Math.max(10, Math.min(14, size * 0.03));
  const at = (point, far = 1) => {
    const [right, up, depth] = view(point);
    return [cx + radius * far * right, cy - radius * far * up, depth];
  };

  const rings = Array.from({ length: Math.max(0, read.num_qubits - 1) }, (_, k) =>
    circle(view, [0, 0, 1], 1 - (2 * (k + 1)) / read.num_qubits, cx, cy, radius),
  );
  const nodes = parts
    .flatMap(({ nodes: some }) => some)
    .map((node) => {
      const point = node_position(node.bits);
      const [x, y, depth] = at(point);
      return {
        ...node,
        point,
        x,
        y,
        depth,
        color: phase_color(node.phase, theme),
        r: Math.max(1.5, Math.sqrt(node.probability) * radius * 0.11),
      };
    })
    .sort((a, b) => a.depth - b.depth || b.probability - a.probability);
  // As Qiskit, what is behind is paler; x is to the right, y away from the viewer.
  const is_behind = ({ point }) => point[1] > 0.1;
  const fade = (node) => (is_behind(node) ? 1 - 0.55 * node.point[1] : null);
  const spokes =
    nodes.length > MOST_SPOKES
      ? []
      : nodes.map((node) =>
          element('path', {
            d: path`M${cx} ${cy}L${node.x} ${node.y}`,
            stroke: node.color,
            'stroke-width': 2,
            'stroke-opacity': Math.max(0.12, Math.sqrt(node.probability)) * (fade(node) ?? 1),
          }),
        );
  const told = ({ bits, probability, phase }) =>
    `${bits}: probability ${+probability.toFixed(4)}, phase ${phase_text(phase, use_degrees)}`;
  const dots = nodes.map((node) =>
    element(
      'circle',
      { cx: node.x, cy: node.y, r: node.r, fill: node.color, 'fill-opacity': fade(node) },
      nodes.length <= MOST_SPOKES ? element('title', {}, told(node)) : '',
    ),
  );

  // Words where there is room: the likeliest first, and those in front before those behind.
  const wheel_radius = size * 0.055;
  const [wheel_x, wheel_y] = [width - size * 0.105 - 14, height - size * 0.105 - 14];
  const taken = nodes.map(({ x, y, r }) => [x - r, y - r, x + r, y + r]);
  taken.push([wheel_x - wheel_radius - 36, wheel_y - wheel_radius - 18, width, height]);
  const labels = [];
  if (show_state_labels)
    for (const node of [...nodes]
      .sort((a, b) => Math.round(1e6 * b.probability) - Math.round(1e6 * a.probability) || b.depth - a.depth)
      .slice(0, MOST_TRIED)) {
      const text = `|${node.bits}⟩`;
      const phase = show_state_phases ? phase_text(node.phase, use_degrees) : null;
      const half = Math.max(text_width(text, font_size), phase ? text_width(phase, font_size) : 0) / 2 + 1;
      const tall = font_size * (phase ? 2.3 : 1.1);
      // Outwards, if need be further, or else on any side.
      const from_middle = Math.hypot(node.x - cx, node.y - cy) || 1;
      const outwards = [(node.x - cx) / from_middle, (node.y - cy) / from_middle];
      const sides = nodes.length > MANY_NODES ? [] : [[0, 1, 0], [0, -1, 0], [-1, 0, 0], [1, 0, 0]];
      const ways = [...[0, 6, 14].map((more) => [...outwards, more]), ...sides];
      const place = ways
        .map(([x, y, more]) => {
          const away = node.r + more + 4 + Math.abs(x * half) + Math.abs(y * tall) / 2;
          return [node.x + x * away, node.y + y * away];
        })
        .find(([x, y]) => {
          const box = [x - half, y - tall / 2, x + half, y + tall / 2];
          if (
            box[0] < 0 ||
            box[2] > width ||
            taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])
          )
            return false;
          taken.push(box);
          return true;
        });
      if (!place) continue;
      if (nodes.length > MANY_NODES && labels.length >= FEW_LABELS) break;
      const style = { 'font-size': font_size, 'text-anchor': 'middle', fill: is_behind(node) ? looks.muted : looks.color };
      const first = place[1] - tall / 2 + font_size * 0.9;
      labels.push(
        words(place[0], first, text, style) +
          (phase ? words(place[0], first + font_size * 1.2, phase, { ...style, fill: looks.muted }) : ''),
      );
    }

  const description = parts
    .map(({ value, nodes: some }, k) => {
      const likeliest = [...some].sort((a, b) => b.probability - a.probability);
      const weight = parts.length > 1 ? `Part ${k + 1}, weight ${+value.toFixed(4)}. ` : '';
      const more = likeliest.length > TOLD ? `; and ${likeliest.length - TOLD} more that are smaller` : '';
      return `${weight}${likeliest.slice(0, TOLD).map(told).join('; ')}${more}.`;
    })
    .join(' ');
  return framed(
    options,
    'Q-sphere',
    width,
    height,
    description,
    ball(cx, cy, radius, looks),
    rings.map(({ back }) =>
      element('path', { d: back, fill: 'none', stroke: looks.line, 'stroke-opacity': 0.5, 'stroke-dasharray': '2 4' }),
    ),
    rings.map(({ front }) => element('path', { d: front, fill: 'none', stroke: looks.line, 'stroke-opacity': 0.7 })),
    spokes,
    element('circle', { cx, cy, r: 2.5, fill: looks.line }),
    dots,
    labels,
    wheel(wheel_x, wheel_y, wheel_radius, { looks, theme, use_degrees, font_size: Math.max(9, font_size - 2) }),
  );
}

/** What colour is which phase. */
function wheel(cx, cy, radius, { looks, theme, use_degrees, font_size }) {
  const [parts, inner] = [48, radius * 0.62];
  const at = (r, k) => path`${cx + r * Math.cos((2 * Math.PI * k) / parts)} ${cy - r * Math.sin((2 * Math.PI * k) / parts)}`;
  const wedge = (j, k) => path`M${at(radius, j)}A${radius} ${radius} 0 0 0 ${at(radius, k)}L${at(inner, k)} ${at(inner, j)}Z`;
  const names = use_degrees ? ['0°', '90°', '180°', '270°'] : ['0', 'π/2', 'π', '3π/2'];
  const style = { 'font-size': font_size, fill: looks.muted };
  const low = cy + font_size * 0.35;
  return [
    Array.from({ length: parts }, (_, k) =>
      element('path', {
        // A little wider than its share, so that no seam is seen.
        d: wedge(k - 0.55, k + 0.55),
        fill: phase_color((2 * Math.PI * k) / parts, theme),
      }),
    ),
    words(cx + radius + 5, low, names[0], style),
    words(cx, cy - radius - 5, names[1], { ...style, 'text-anchor': 'middle' }),
    words(cx - radius - 5, low, names[2], { ...style, 'text-anchor': 'end' }),
    words(cx, cy + radius + font_size + 2, names[3], { ...style, 'text-anchor': 'middle' }),
  ];
}
