// The jobs and their lives.

import { jobs } from '../state';

export const Jobs = () => (
  <section class="panel" aria-label="Jobs">
    <header><h2>Jobs</h2></header>
    <p class="empty">{jobs.value.length}</p>
  </section>
);
