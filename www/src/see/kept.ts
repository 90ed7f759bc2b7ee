// Choices that are there after a reload, where the browser keeps anything.

import { effect, signal, type Signal } from '@preact/signals';

export function kept_signal(name: string, usual: string): Signal<string> {
  const key = `aer-wasm.${name}`;
  let before: string | null = null;
  try {
    before = localStorage.getItem(key);
  } catch {
    // Storage that is blocked costs no more than the choice.
  }
  const kept = signal(before ?? usual);
  effect(() => {
    try {
      if (kept.value === usual) localStorage.removeItem(key);
      else localStorage.setItem(key, kept.value);
    } catch {
      // As above.
    }
  });
  return kept;
}
