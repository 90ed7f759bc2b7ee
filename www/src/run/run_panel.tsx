// How the program is run.

import { settings } from '../state';

export const Run = () => (
  <section class="panel" aria-label="Run">
    <header><h2>Run</h2></header>
    <p class="empty">{settings.value.shots} shots</p>
  </section>
);
