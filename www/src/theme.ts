// Light or dark: what was chosen, else what the system says.

import { effect } from '@preact/signals';
import { theme } from './state';

const KEY = 'aer-wasm.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen(): 'light' | 'dark' | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : null;
  } catch {
    return null;
  }
}

export function follow_theme(): void {
  const look = () => (theme.value = chosen() ?? (system.matches ? 'dark' : 'light'));
  look();
  system.addEventListener('change', look);
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}

/** Switches, and keeps the choice where it can be kept. */
export function switch_theme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Storage that is blocked costs no more than this.
  }
}
