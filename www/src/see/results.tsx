// What came out, and the state on the way.

import '../style/see.css';
import { effect, signal } from '@preact/signals';
import { chosen_job_id, place } from '../state';
import { Counts } from './counts';
import { Expectation, expectation_is_visible } from './expectation';
import { StateOnTheWay } from './state_on_the_way';
import { Tabs, tab, type Tab } from './tabs';
import { state_is_visible } from './trace';

const VIEWS: Record<Tab, () => preact.JSX.Element> = { counts: Counts, state: StateOnTheWay, expectation: Expectation };

/** Whether all places are shown at once. */
const wide = matchMedia('(min-width: 900px)');
const is_wide = signal(wide.matches);
wide.addEventListener('change', () => (is_wide.value = wide.matches));

effect(() => {
  const open = is_wide.value || place.value === 'results';
  state_is_visible.value = open && tab.value === 'state';
  expectation_is_visible.value = open && tab.value === 'expectation';
});

// Who runs a circuit, or chooses a run, wants to see what it gave.
effect(() => {
  if (chosen_job_id.value !== null) tab.value = 'counts';
});

export const Results = () => {
  const View = VIEWS[tab.value];
  return (
    <section class="panel results-panel" aria-label="Results">
      <header><h2>Results</h2><Tabs /></header>
      <div class="results-body" role="tabpanel" id="results-panel" aria-labelledby={`results-tab-${tab.value}`} tabIndex={0}>
        <View />
      </div>
    </section>
  );
};
