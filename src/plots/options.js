// Options of pictures: those that all have, and each picture's own. What is unknown or not of its kind is refused
// before anything is drawn.

import { picture, text_width, words } from './svg.js';
import { theme_of } from './theme.js';

/** A value as a message shows it. */
export function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export const wrong = (name, found, expected) => new Error(`${name} is ${found}, expected ${expected}`);

const above_0 = (value) => Number.isFinite(value) && value > 0;
const is_string = (value) => typeof value === 'string';
const is_text = ['a text', is_string];
export const is_flag = ['true or false', (value) => typeof value === 'boolean'];
export const is_color = ['a colour', is_string];
export const is_share = ['a number between 0 and 1', (value) => value >= 0 && value <= 1 && typeof value === 'number'];
export const at_least_1 = ['an integer of at least 1', (value) => Number.isInteger(value) && value > 0];
export const is_texts = (length) => [
  `an array of ${length ?? 'one or more'} texts`,
  (value) => Array.isArray(value) && (length ? value.length === length : value.length > 0) && value.every(is_string),
];
export const one_of = (names) => [names.map((name) => JSON.stringify(name)).join(', '), (value) => names.includes(value)];
export const either = (a, b) => [`${a[0]} or ${b[0]}`, (value) => a[1](value) || b[1](value)];

const COMMON = {
  theme: ['"light" or "dark"', (value) => value === 'light' || value === 'dark'],
  background: ['a colour, or null for none', (value) => value === null || is_string(value)],
  title: is_text,
  width: ['a number of pixels above 0', above_0],
  height: ['a number of pixels above 0', above_0],
};

/** The options given, checked, with the theme's `looks`; `own` has what each of the picture's own options may be. */
export function read_options(picture, given, own = {}) {
  if (typeof given !== 'object' || given === null) throw wrong(`options of ${picture}`, shown(given), 'an object');
  const known = { ...own, ...COMMON };
  const options = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name))
      throw new Error(`${picture} has no option ${JSON.stringify(name)}, it has ${Object.keys(known).join(', ')}`);
    if (value === undefined) continue;
    const [expected, is_good] = known[name];
    if (!is_good(value)) throw wrong(name, shown(value), expected);
    options[name] = value;
  }
  return { ...options, looks: theme_of(options) };
}

const TITLE_SIZE = 16;

/** The title in lines that fit. The widest of the usual fonts are a third wider when bold. */
function title_lines(title, width) {
  const lines = [];
  for (const word of title ? title.split(/\s+/) : []) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && text_width(longer, TITLE_SIZE) * 1.33 < width - 16) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The height that they take. */
export const title_height = ({ title }, width) => (title ? title_lines(title, width).length * 22 + 16 : 0);

/** A whole picture as its options have it, under its title; `name` is what it is called without one. */
export const framed = ({ looks, title }, name, width, height, description, ...children) =>
  picture(
    width,
    height,
    { title: title || name, description, background: looks.background, font: looks.font, color: looks.color },
    title_lines(title, width).map((line, k) =>
      words(width / 2, 28 + 22 * k, line, { 'font-size': TITLE_SIZE, 'font-weight': 600, 'text-anchor': 'middle' }),
    ),
    children,
  );
