// SVG as text: elements, numbers, and the width of words without a browser. Only presentation attributes are written,
// never `style`, so that a page with a strict Content-Security-Policy may show the pictures inline.

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escape = (text) => String(text).replace(/[&<>"]/g, (character) => ESCAPES[character]);

/** A number with at most two decimals: a hundredth of a pixel is not seen. */
export const round = (number) => String(Math.round(number * 100) / 100 + 0);

/** The template tag of paths and transforms: numbers in it are rounded. */
export const path = (parts, ...values) =>
  String.raw({ raw: parts }, ...values.map((value) => (typeof value === 'number' ? round(value) : value)));

/** An element; attributes that are null or undefined are left out, children are markup. */
export function element(name, attributes = {}, ...children) {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escape(value)}"`)
    .join('');
  const inside = children.flat(Infinity).join('');
  return inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`;
}

/** Words at a place. */
export const words = (x, y, content, attributes = {}) => element('text', { x, y, ...attributes }, escape(content));

/** Characters that are narrower or wider than most, of a sans-serif font; widths in parts of the font's size. */
const WIDTHS = { ' ': 0.28, '.': 0.28, ',': 0.28, "'": 0.2, i: 0.24, l: 0.24, j: 0.25, t: 0.3, f: 0.3, r: 0.36, '(': 0.34, ')': 0.34, '-': 0.34, m: 0.86, w: 0.75, M: 0.86, W: 0.97 };

/** About how wide words are in pixels: a few per cent off, as the font is the reader's. */
export const text_width = (content, size) =>
  [...String(content)].reduce((sum, character) => sum + (WIDTHS[character] ?? (/[A-Z]/.test(character) ? 0.68 : 0.56)), 0) * size;

/** A whole picture; `title` is what a screen reader says, `description` what it adds. */
export function picture(width, height, { title, description, background, font, color }, ...children) {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${round(width)} ${round(height)}`,
      role: 'img', 'aria-label': title, 'font-family': font, fill: color,
    },
    element('title', {}, escape(title)),
    description ? element('desc', {}, escape(description)) : '',
    background ? element('rect', { width: '100%', height: '100%', fill: background }) : '',
    children,
  );
}
