// What came out, and the state on the way.

import { chosen_job } from '../state';

export const Results = () => (
  <section class="panel" aria-label="Results">
    <header><h2>Results</h2></header>
    <p class="empty">{chosen_job.value ? chosen_job.value.status : 'Run the circuit to see its counts.'}</p>
  </section>
);
