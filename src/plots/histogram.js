// Histograms of counts and of probabilities. First the data as Qiskit orders them: labels, and a row of values for each
// series; then the drawing, which leaves out words where there is no room for them and, where an outcome has less than
// a pixel, shows the largest of those that share one.

import {
  at_least_1,
  either,
  framed,
  is_color,
  is_flag,
  is_texts,
  one_of,
  read_options,
  shown,
  title_height,
  wrong,
} from './options.js';
import { element, escape, path, text_width, words } from './svg.js';

const SORTS = ['asc', 'desc', 'hamming', 'value', 'value_desc'];
const OPTIONS = {
  legend: is_texts(),
  sort: one_of(SORTS),
  target_string: ['a bit string', (value) => typeof value === 'string'],
  number_to_keep: at_least_1,
  bar_labels: is_flag,
  color: either(is_color, is_texts()),
};
const REST = 'rest';
/** How many outcomes a description tells, and up to how many the bars have names of their own. */
const TOLD = 16;
const MOST_NAMED = 256;

export const plot_histogram = (data, options = {}) => {
  const series = read_series(data);
  const whole = series.every((counts) => [...counts.values()].every(Number.isInteger));
  return draw('plot_histogram', series, !whole, options);
};

export const plot_distribution = (data, options = {}) => draw('plot_distribution', read_series(data), true, options);

/** Counts, or several of them, or a result that has them: a map for each. */
function read_series(data) {
  const counts = typeof data?.get_counts === 'function' ? data.get_counts() : data;
  const list = Array.isArray(counts) ? counts : [counts];
  if (list.length === 0) throw wrong('data', 'an empty array', 'counts, or an array of them');
  return list.map((one, s) => {
    const name = Array.isArray(counts) ? `data[${s}]` : 'data';
    if (typeof one !== 'object' || one === null || Array.isArray(one))
      throw wrong(name, shown(one), 'counts: an object of numbers by bit string');
    const map = new Map(one instanceof Map ? one : Object.entries(one));
    if (map.size === 0) throw wrong(name, 'empty', 'at least one outcome; a circuit without measurements has none');
    for (const [outcome, value] of map)
      if (!Number.isFinite(value)) throw wrong(`the value of ${shown(outcome)} in ${name}`, shown(value), 'a finite number');
    return map;
  });
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const ascending = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The largest of a series, and the sum of the others; of equal ones those that come first in ascending order. */
function keep_largest(counts, number_to_keep) {
  const entries = [...counts].sort(([a, x], [b, y]) => y - x || ascending(a, b));
  return {
    kept: new Map(entries.slice(0, number_to_keep)),
    rest: sum(entries.slice(number_to_keep).map(([, value]) => value)),
    merged: entries.length > number_to_keep,
  };
}

function hamming_distance(outcome, target_string) {
  if (outcome.length !== target_string.length)
    throw wrong(
      'target_string',
      `${shown(target_string)}, ${target_string.length} long`,
      `${outcome.length} bits, as outcome ${shown(outcome)} has`,
    );
  return [...outcome].filter((bit, place) => bit !== target_string[place]).length;
}

/** Labels in their order, and a row of values for each series. */
function arrange(series, { sort = 'asc', target_string, number_to_keep = Infinity }) {
  if (sort === 'hamming' && target_string === undefined)
    throw wrong('target_string', 'missing', 'a bit string, as sort is "hamming"');
  const kept = series.map((counts) => keep_largest(counts, number_to_keep));
  const labels = [...new Set(kept.flatMap((one) => [...one.kept.keys()]))].sort(ascending);
  if (sort === 'hamming') {
    const distances = new Map(labels.map((label) => [label, hamming_distance(label, target_string)]));
    labels.sort((a, b) => distances.get(a) - distances.get(b));
  }
  if (sort.startsWith('value')) {
    const largest = new Map(labels.map((label) => [label, Math.max(...series.map((counts) => counts.get(label) ?? 0))]));
    labels.sort((a, b) => largest.get(a) - largest.get(b));
  }
  if (sort.endsWith('desc')) labels.reverse();
  const rows = kept.map((one) => labels.map((label) => one.kept.get(label) ?? 0));
  if (kept.some(({ merged }) => merged)) {
    labels.push(REST);
    kept.forEach(({ rest }, s) => rows[s].push(rest));
  }
  return { labels, rows };
}

/** About `wanted` round numbers from `low` to `high`: steps of 1, 2 or 5 times a power of ten. */
export function nice_ticks(low, high, wanted, whole = false) {
  const rough = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power, whole ? 1 : 0);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) ticks.push(+(k * step).toPrecision(12));
  return ticks;
}

/** A number as labels show it. */
export const number_text = (value) => {
  const text = String(Number.isInteger(value) ? value : +value.toFixed(3)).replace('-', '−');
  return Math.abs(value) < 10_000 ? text : text.replace(/\B(?=(\d{3})+$)/g, ',');
};

/** The same where there is room: shares with three digits, however small. */
const exact_text = (value) =>
  Number.isInteger(value) ? number_text(value) : String(+value.toPrecision(3)).replace('-', '−');

/** A bar between two heights, rounded at its end. */
function bar(x, width, base, end) {
  const r = Math.min(3, width / 3, Math.abs(base - end));
  const inner = end + (end < base ? r : -r);
  const right = x + width;
  return r < 0.5
    ? path`M${x} ${base}V${end}H${right}V${base}Z`
    : path`M${x} ${base}V${inner}Q${x} ${end} ${x + r} ${end}H${x + width - r}Q${right} ${end} ${right} ${inner}V${base}Z`;
}

function draw(name, series, as_shares, given) {
  const options = read_options(name, given, OPTIONS);
  const { looks, legend, bar_labels = true } = options;
  if (legend && legend.length !== series.length)
    throw wrong('legend', `${legend.length} texts`, `${series.length}, one for each of data`);
  const colors = typeof options.color === 'string' ? [options.color] : (options.color ?? looks.series);
  const color = (s) => colors[s % colors.length];
  const { labels, rows } = arrange(series, options);
  const total = (s) => sum([...series[s].values()]);
  if (as_shares)
    rows.forEach((row, s) => {
      const all = total(s);
      if (!(all > 0))
        throw wrong(
          `the sum of ${series.length > 1 ? `data[${s}]` : 'data'}`,
          String(all),
          'more than 0, to show shares of it',
        );
      row.forEach((value, k) => (row[k] = value / all));
    });

  // From left to right: ticks, then a slot for each outcome, in it a bar for each series.
  const [low, high] = rows.flat().reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
  const top_value = high > low ? high : low + 1;
  const ticks = nice_ticks(low, top_value, 5, !as_shares);
  const left = Math.max(...ticks.map((tick) => text_width(number_text(tick), 12))) + 24;
  const bar_texts = rows.map((row) => row.map(number_text));
  const widest = bar_texts.flat().reduce((most, text) => Math.max(most, text_width(text, 11)), 0);
  const label_width = labels.reduce((most, label) => Math.max(most, text_width(label, 12)), 0);
  const wanted = labels.length * Math.max(series.length * Math.max(20, bar_labels ? widest + 4 : 0) + 14, 20);
  const width = options.width ?? Math.min(Math.max(wanted + left + 16, 360), 860);
  const plot_width = Math.max(width - left - 16, 1);
  const slot = plot_width / labels.length;
  const across = Math.min(slot > 6 ? slot * (series.length > 1 ? 0.82 : 0.72) : slot, 64 * series.length);
  const bar_width = across / series.length;
  const x_of = (k, s) => left + (k + 0.5) * slot - across / 2 + s * bar_width;

  // Words under the axis: level, slanted, upright, or level and only some.
  const fits = label_width + 8 <= slot;
  const angle = fits || slot < 14 ? 0 : slot >= 18 && label_width > 40 ? -60 : -90;
  const every = fits || angle ? 1 : 2 ** Math.ceil(Math.log2((label_width + 14) / slot));
  const words_height = angle ? Math.sin((-angle * Math.PI) / 180) * label_width + 16 : 26;

  // Words over the bars: level, upright, or only those of what stands out.
  const labelled = bar_labels && every === 1;
  const level = widest <= (series.length > 1 ? bar_width : slot) - 3;
  const upright = labelled && !level && bar_width >= 9;
  const over = upright ? widest + 14 : bar_labels ? 28 : 10;

  // From top to bottom: title, legend, the name of the axis, bars, words.
  const legend_places = [];
  if (legend) {
    let [x, line] = [left, 0];
    for (const text of legend) {
      const taken = text_width(text, 12) + 36;
      if (x > left && x + taken > width) [x, line] = [left, line + 1];
      legend_places.push([x, line]);
      x += taken;
    }
  }
  const legend_height = legend ? legend_places.at(-1)[1] * 20 + 26 : 0;
  const legend_top = title_height(options, width) || 10;
  const top = legend_top + legend_height + 18;
  const caption = bar_width * series.length < 1 ? `${number_text(labels.length)} outcomes; a column shows its largest` : null;
  const bottom = words_height + (caption ? 20 : 0) + 8;
  const height = options.height ?? 340 + Math.max(0, words_height - 60);
  const plot_height = Math.max(height - top - bottom - over, 1);
  const y_of = (value) => top + over + (plot_height * (top_value - value)) / (top_value - low);
  const base = y_of(0);

  const grid = ticks.map((tick) => [
    element('path', {
      d: path`M${left} ${y_of(tick)}H${width - 16}`,
      stroke: tick === 0 ? looks.line : looks.grid,
      fill: 'none',
    }),
    words(left - 8, y_of(tick) + 4, number_text(tick), { 'font-size': 12, fill: looks.muted, 'text-anchor': 'end' }),
  ]);

  const bars = rows.map((row, s) => {
    const look = { fill: color(s) };
    if (caption) {
      const columns = new Map();
      row.forEach((value, k) => {
        const column = Math.floor(x_of(k, 0));
        if (Math.abs(value) > Math.abs(columns.get(column) ?? 0)) columns.set(column, value);
      });
      return element('path', {
        d: [...columns].map(([x, value]) => bar(x, 1, base, y_of(value))).join(''),
        ...look,
        'fill-opacity': s ? 0.6 : null,
      });
    }
    if (labels.length > MOST_NAMED)
      return element('path', {
        d: row.map((value, k) => (value ? bar(x_of(k, s), bar_width, base, y_of(value)) : '')).join(''),
        ...look,
      });
    const gap = bar_width > 8 && series.length > 1 ? 1 : 0;
    return row.map((value, k) =>
      value === 0
        ? ''
        : element(
            'path',
            { d: bar(x_of(k, s) + gap, bar_width - 2 * gap, base, y_of(value)), ...look },
            element('title', {}, escape(`${labels[k]}: ${exact_text(value)}${legend ? ` (${legend[s]})` : ''}`)),
          ),
    );
  });

  const numbers =
    !labelled || !(level || upright)
      ? []
      : rows.map((row, s) =>
          row.map((value, k) => {
            if (value === 0) return '';
            const x = x_of(k, s) + bar_width / 2;
            const y = y_of(Math.max(value, 0)) - 6;
            const style = { 'font-size': 11, fill: looks.muted };
            return upright
              ? words(x + 4, y, bar_texts[s][k], { ...style, transform: path`rotate(-90 ${x + 4} ${y})` })
              : words(x, y, bar_texts[s][k], { ...style, 'text-anchor': 'middle' });
          }),
        );

  const names = labels.map((label, k) => {
    const x = left + (k + 0.5) * slot;
    const last_shown = Math.floor((labels.length - 1) / every) * every;
    if (k % every || (k === last_shown && k > 0 && x + label_width / 2 > width)) return '';
    const style = { 'font-size': 12, fill: label === REST ? looks.muted : looks.color };
    if (!angle) {
      const mark = every > 1 ? element('path', { d: path`M${x} ${y_of(low)}v5`, stroke: looks.line }) : '';
      // The first may have no room to its left.
      const [at, anchor] = x < label_width * 0.6 ? [4, 'start'] : [x, 'middle'];
      return mark + words(at, y_of(low) + 20, label, { ...style, 'text-anchor': anchor });
    }
    const [px, py] = [x + 4, y_of(low) + (angle === -90 ? 8 : 12)];
    return words(px, py, label, { ...style, 'text-anchor': 'end', transform: path`rotate(${angle} ${px} ${py})` });
  });

  const kind = !as_shares ? 'Count' : low < 0 ? 'Quasi-probability' : 'Probability';
  return framed(
    options,
    as_shares ? 'Distribution' : 'Histogram',
    width,
    height,
    describe(labels, rows, legend, kind, total),
    legend_places.map(([x, line], s) => [
      element('rect', { x, y: legend_top + line * 20 + 6, width: 12, height: 12, rx: 3, fill: color(s) }),
      words(x + 18, legend_top + line * 20 + 16, legend[s], { 'font-size': 12 }),
    ]),
    words(8, top, kind, { 'font-size': 12, fill: looks.muted }),
    grid,
    bars,
    numbers,
    names,
    bar_labels && numbers.length === 0
      ? peaks(labels, rows, bar_texts, every === 1, { x_of, y_of, bar_width, slot, left, width, looks })
      : '',
    caption ? words(width - 16, height - 10, caption, { 'font-size': 11, fill: looks.muted, 'text-anchor': 'end' }) : '',
  );
}

/** Where bars have no values over them: words over those that stand out, as many as have room. */
function peaks(labels, rows, bar_texts, named, { x_of, y_of, bar_width, slot, left, width, looks }) {
  const tallest = labels.map((_, k) => rows.reduce((most, row) => Math.max(most, row[k]), 0));
  const mean = sum(tallest) / tallest.length;
  const highest = tallest
    .map((value, k) => [value, k])
    .filter(([value]) => value > 3 * mean)
    .sort(([a, j], [b, k]) => b - a || j - k)
    .slice(0, 6);
  const taken = [];
  return highest.map(([value, k]) => {
    const text = `${named ? '' : `${labels[k]}: `}${bar_texts.map((texts) => texts[k]).join(' · ')}`;
    const half = text_width(text, 11) * 0.58;
    const x = Math.min(Math.max(x_of(k, 0) + (bar_width * rows.length) / 2, left + half), width - 8 - half);
    const y = y_of(value) - 6;
    // A place is taken where a text is already, or a bar that is as high.
    const free =
      taken.every(([tx, ty, th]) => Math.abs(tx - x) > th + half + 6 || Math.abs(ty - y) > 14) &&
      tallest.every((other, j) => j === k || Math.abs(j - k) * slot > half || y_of(other) > y);
    if (!free) return '';
    taken.push([x, y, half]);
    return words(x, y, text, { 'font-size': 11, fill: looks.muted, 'text-anchor': 'middle' });
  });
}

function describe(labels, rows, legend, kind, total) {
  return rows
    .map((row, s) => {
      const order = labels.map((_, k) => k).filter((k) => row[k] !== 0);
      const most = new Set(order.length > TOLD ? [...order].sort((j, k) => row[k] - row[j]).slice(0, TOLD) : order);
      const told = order
        .filter((k) => most.has(k))
        .map((k) => `${labels[k]}: ${exact_text(row[k])}`)
        .join(', ');
      const others = order.length > TOLD ? `, and ${order.length - TOLD} more that are smaller` : '';
      const of = kind === 'Count' ? ` of ${number_text(total(s))} in all` : '';
      return `${legend ? `${legend[s]}: ` : ''}${kind}${of}. ${told}${others}.`;
    })
    .join(' ');
}
