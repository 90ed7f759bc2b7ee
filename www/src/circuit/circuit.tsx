// The program as a drawing that can be edited: palette, drawing, and what is selected.

import '../style/circuit.css';
import { effect } from '@preact/signals';
import { Icon } from '../icons';
import { aer, program } from '../state';
import { Canvas } from './canvas';
import { drag } from './drag';
import { add_clbit, add_qubit, can_edit, chosen, clear, drawing, is_large, is_wrong, remove_qubit, said, selected, shown } from './editing';
import { Inspector } from './inspector';
import { color_of, Palette } from './palette';

// Text that is typed may have other instructions: what was selected is then not what is meant.
let last = program.peek();
effect(() => {
  const text = program.value;
  if (text !== last && shown.peek()?.text !== text) selected.value = null;
  last = text;
});

const Ghost = () => {
  const now = drag.value;
  if (!now) return null;
  const { what, x, y, cell } = now;
  const [label, color] = 'name' in what ? [what.name, color_of(what.name)] : [what.label, what.color];
  return (
    <div class={`ghost tile ${color === 'many' ? 'controlled' : color}`} data-outside={cell === null && !('name' in what)} style={{ left: `${x}px`, top: `${y}px` }} aria-hidden="true">
      {cell === null && !('name' in what) ? <Icon name="trash" /> : label}
    </div>
  );
};

const Counter = ({ title, count, fewer, more }: { title: string; count: number; fewer?: () => void; more: () => void }) => {
  const one = title.slice(0, -1).toLowerCase();
  return (
    <div class="counter" role="group" aria-label={title}>
      <span class="title">{title}</span>
      {fewer && <button type="button" class="button quiet icon small" aria-label={`Remove the last ${one}`} title={`Remove the last ${one}`} disabled={!can_edit.value || count === 0} onClick={fewer}>−</button>}
      <output>{count}</output>
      <button type="button" class="button quiet icon small" aria-label={`Add a ${one}`} title={`Add a ${one}`} disabled={!can_edit.value} onClick={more}>+</button>
    </div>
  );
};

const state_in_words = (): string => {
  if (is_wrong.value) return 'The text has an error; the drawing shows the last valid program.';
  if (is_large.value) return 'This circuit is too large to be edited as a drawing: change its text.';
  if (chosen.value === 'if') return 'Choose the gate that is to depend on a bit.';
  if (chosen.value) return `Choose where ${chosen.value} goes.`;
  return drawing.value?.left_out ?? '';
};

export const Circuit = () => {
  const circuit = shown.value?.circuit;
  const words = state_in_words();
  return (
    <section class="panel circuit-panel" aria-label="Circuit">
      <header>
        <h2>Circuit</h2>
        <Counter title="Qubits" count={circuit?.num_qubits ?? 0} fewer={remove_qubit} more={add_qubit} />
        <Counter title="Bits" count={circuit?.num_clbits ?? 0} more={add_clbit} />
        <button type="button" class="button quiet icon small" aria-label="Clear the circuit" title="Clear the circuit" disabled={!can_edit.value || !circuit?.size()} onClick={clear}><Icon name="trash" /></button>
      </header>
      <Palette />
      {words && (
        <p class={`state ${is_wrong.value ? 'wrong' : ''}`} role="status">
          <span>{words}</span>
          {chosen.value && <button type="button" class="button quiet small" onClick={() => (chosen.value = null)}>Cancel</button>}
        </p>
      )}
      {circuit?.num_qubits === 0 && aer.value && !is_wrong.value && (
        <p class="empty">Nothing here yet. Place a gate, or <button type="button" class="button small" onClick={add_qubit}>add a qubit</button></p>
      )}
      <Canvas />
      <p id="circuit-help" class="visually-hidden">
        Arrow keys go from wire to wire and from column to column. Enter selects what is there, or places the gate that is chosen among the gates above.
        Delete takes it away, the square brackets move it earlier and later, Escape lets go, Control Z undoes.
      </p>
      <p class="visually-hidden" role="status">{said.value}</p>
      <Inspector />
      <Ghost />
    </section>
  );
};
