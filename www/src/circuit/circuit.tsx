// The program as a drawing that can be edited.

import { circuit } from '../state';

export const Circuit = () => (
  <section class="panel" aria-label="Circuit">
    <header><h2>Circuit</h2></header>
    <p class="empty">{circuit.value ? `${circuit.value.circuit.num_qubits} qubits` : 'No circuit'}</p>
  </section>
);
