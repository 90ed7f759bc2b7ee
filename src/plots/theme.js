// The looks of all pictures, one row each. Colours of series keep apart for colour-blind readers (after Okabe and Ito,
// "Color Universal Design", 2008), text has a contrast of 4.5 or more on its ground.

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const THEMES = {
  light: {
    font,
    background: '#ffffff',
    color: '#1b1f24',
    muted: '#59636e',
    line: '#8b949e',
    grid: '#dfe3e8',
    surface: '#f4f6f8',
    ball: ['#dde3ea', '#ffffff', 0.13],
    series: ['#2563c9', '#d9480f', '#0b7a5c', '#8a3ffc', '#b58900', '#c2255c'],
    gate: { one: '#2563c9', rotation: '#7a3fd1', controlled: '#0b7a5c', many: '#0b7a5c', measure: '#59636e', reset: '#59636e', save: '#b58900', noise: '#d9480f', other: '#d9480f', ink: '#ffffff' },
  },
  dark: {
    font,
    background: '#12161c',
    color: '#e6edf3',
    muted: '#9aa5b1',
    line: '#76818d',
    grid: '#2b323b',
    surface: '#1b2129',
    ball: ['#1a2028', '#ffffff', 0.02],
    series: ['#6ea8fe', '#ff9e64', '#4fd1a5', '#c4a1ff', '#e6c55a', '#ff8ab0'],
    gate: { one: '#6ea8fe', rotation: '#c4a1ff', controlled: '#4fd1a5', many: '#4fd1a5', measure: '#9aa5b1', reset: '#9aa5b1', save: '#e6c55a', noise: '#ff9e64', other: '#ff9e64', ink: '#12161c' },
  },
};

/** The looks that an option names. `background: null` leaves the ground as it is. */
export function theme_of({ theme = 'light', background } = {}) {
  const looks = THEMES[theme];
  if (!looks) throw new TypeError(`theme is ${JSON.stringify(theme)}, expected ${Object.keys(THEMES).map((name) => JSON.stringify(name)).join(' or ')}`);
  return background === undefined ? looks : { ...looks, background };
}

/** The colour of a phase in radians: once around the circle of hues, about equally bright everywhere. */
export function phase_color(phase, theme = 'light') {
  const hue = ((((phase * 180) / Math.PI) % 360) + 360) % 360;
  const lightness = theme === 'dark' ? 0.72 : 0.58;
  return oklch(lightness, 0.15, hue + 255);
}

/** A colour of OKLCH as sRGB hexadecimal. Source: B. Ottosson, "A perceptual color space for image processing", 2020. */
function oklch(lightness, chroma, hue) {
  const [a, b] = [Math.cos((hue * Math.PI) / 180) * chroma, Math.sin((hue * Math.PI) / 180) * chroma];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (x) => Math.round(255 * Math.min(1, Math.max(0, x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)));
  return `#${linear.map((x) => byte(x).toString(16).padStart(2, '0')).join('')}`;
}
