// The program as text.

import { program } from '../state';

export const Editor = () => (
  <section class="panel" aria-label="Program">
    <header><h2>Program</h2></header>
    <pre>{program.value}</pre>
  </section>
);
