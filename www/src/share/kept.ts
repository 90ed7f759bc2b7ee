// What is kept of the program for the next time, in localStorage: `program`, the one that is being worked on, and
// `before`, the user's last that a link or an example took the place of. Several tabs share these; the last that
// changed something wins, and a tab that changed nothing writes nothing.

import { notify } from '../state';
import { read_settings } from '../run/settings';
import type { Shared } from './link';

const KEYS = { program: 'aer-wasm.program', before: 'aer-wasm.before' };

/** A program, and whether the user has written of it. */
export interface Kept extends Shared {
  own: boolean;
}

/** What was kept, or null. */
export function kept(which: keyof typeof KEYS): Kept | null {
  try {
    const { text, settings, title, own } = JSON.parse(localStorage.getItem(KEYS[which]) ?? 'null') ?? {};
    if (typeof text !== 'string') return null;
    return { text, settings: read_settings(settings).settings, title: typeof title === 'string' ? title : null, own: own !== false };
  } catch (error) {
    if (error instanceof DOMException) warn(error);
    return null;
  }
}

export function keep(which: keyof typeof KEYS, shared: Kept): void {
  try {
    localStorage.setItem(KEYS[which], JSON.stringify(shared));
  } catch (error) {
    warn(error);
  }
}

let warned = false;

/** Says once that nothing is kept; the page works on. */
function warn(error: unknown): void {
  if (warned) return;
  warned = true;
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  notify('warning', `${full ? 'The storage of this browser is full' : 'This browser keeps nothing for this page'}: `
    + 'your program will be gone when the page is closed. Download it, or copy a link by Share.');
}
