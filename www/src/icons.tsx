// Icons of 16 by 16, drawn by lines in the text's colour: one row each.

const PATHS = {
  play: 'M5 3.2v9.6L12.5 8z',
  stop: 'M4 4h8v8H4z',
  undo: 'M6 3 2.5 6.5 6 10M3 6.5h6.2a3.6 3.6 0 0 1 0 7.2H6',
  redo: 'm10 3 3.5 3.5L10 10M13 6.5H6.8a3.6 3.6 0 0 0 0 7.2H10',
  share: 'M8 10V2m0 0L5 5m3-3 3 3M3 8v5.5h10V8',
  download: 'M8 2v8m0 0L5 7m3 3 3-3M3 13.5h10',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15M3 3l.9.9M12.1 12.1l.9.9M13 3l-.9.9M3.9 12.1 3 13',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  close: 'm4 4 8 8m0-8-8 8',
  plus: 'M8 3v10M3 8h10',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.6 6.5v4.5m2.8-4.5v4.5',
  book: 'M8 4.2C6.6 3.2 4.8 2.9 2.5 3v9.3c2.3-.1 4.1.2 5.5 1.2m0-9.3c1.4-1 3.2-1.3 5.5-1.2v9.3c-2.3-.1-4.1.2-5.5 1.2m0-9.3v9.3',
  previous: 'M10.5 3 5.5 8l5 5',
  next: 'm5.5 3 5 5-5 5',
  first: 'M12 3 7 8l5 5M4 3v10',
  last: 'm4 3 5 5-5 5M12 3v10',
  warning: 'M8 2 1.5 13.5h13zM8 6.5v3.2m0 1.6v.5',
  check: 'm3 8.5 3.2 3.2L13 5',
  folder: 'M2 12.5v-9h4l1.5 2H14v7z',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { name: IconName }) => (
  <svg viewBox="0 0 16 16" aria-hidden="true" fill={name === 'play' || name === 'stop' ? 'currentColor' : 'none'}
       stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
    <path d={PATHS[name]} />
  </svg>
);
