// Tabs as ARIA's pattern has them: one stop for Tab, arrows, Home and End move.

import { signal } from '@preact/signals';

export type Tab = 'counts' | 'state' | 'expectation';
export const TABS: Record<Tab, string> = { counts: 'Counts', state: 'State', expectation: 'Expectation' };
export const tab = signal<Tab>('counts');

const names = Object.keys(TABS) as Tab[];
const MOVES: Record<string, (at: number) => number> = {
  ArrowRight: (at) => at + 1, ArrowLeft: (at) => at - 1, Home: () => 0, End: () => -1,
};

export const Tabs = () => {
  const move = (event: KeyboardEvent) => {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    tab.value = names.at(MOVES[event.key](names.indexOf(tab.value)) % names.length)!;
    document.getElementById(`results-tab-${tab.value}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Results" onKeyDown={move}>
      {names.map((name) => (
        <button key={name} role="tab" id={`results-tab-${name}`} aria-controls="results-panel" aria-selected={tab.value === name}
                tabIndex={tab.value === name ? 0 : -1} onClick={() => (tab.value = name)}>
          {TABS[name]}
        </button>
      ))}
    </div>
  );
};
