// What can be placed: the usual, or all of the gate table with a search. A tile is dragged, or chosen and then placed by a tap
// on a wire or by Enter.

import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { aer } from '../state';
import { hold_still, press } from './drag';
import { can_edit, chosen, num_controls } from './editing';
import { COMMON, GROUPS, INSTRUCTIONS, gate_row } from './gates';

const opened = signal(false);
const sought = signal('');
/** The tile that the tabulator key reaches. */
const reached = signal('h');

/** The colour of a name, as in the drawing. */
export function color_of(name: string): string {
  const row = gate_row(name);
  if (!row) return 'measure';
  if (row.controls !== 0) return 'controlled';
  if (row.targets > 1) return 'controlled';
  return row.params.length > 0 ? 'rotation' : 'one';
}

/** What a name is called with, in words. */
export function words_of(name: string): string {
  const row = gate_row(name);
  if (name === 'if') return 'if: makes a gate depend on a classical bit';
  if (!row) return name;
  const total = row.controls === null ? 'any number of qubits' : row.controls + row.targets === 1 ? '1 qubit' : `${row.controls + row.targets} qubits`;
  return `${name}: ${total}${row.params.length > 0 ? `, ${row.params.join(' ')}` : ''}`;
}

const Tile = ({ name }: { name: string }) => (
  <button
    type="button" class={`tile ${color_of(name)}`} data-gate={name} title={words_of(name)} aria-label={words_of(name)} aria-pressed={chosen.value === name}
    disabled={!can_edit.value} tabIndex={reached.value === name ? 0 : -1}
    onPointerDown={(event) => press(event, { name })}
    onFocus={() => (reached.value = name)}
    onClick={() => (chosen.value = chosen.value === name ? null : name)}
  >{name}</button>
);

/** The groups that are shown: those gates that the package has. */
function shown_groups(): { title: string; names: string[] }[] {
  const word = sought.value.trim().toLowerCase();
  if (!opened.value) return [{ title: '', names: [...COMMON, 'if'] }];
  const known = new Set(basis_gates.value ?? GROUPS.flatMap(({ gates }) => gates.map(({ name }) => name)));
  const groups = [
    ...GROUPS.map(({ title, gates }) => ({ title, names: gates.map(({ name }) => name).filter((name) => known.has(name)) })),
    { title: 'Measure, reset, condition', names: [...INSTRUCTIONS, 'if'] },
  ];
  return groups
    .map(({ title, names }) => ({ title, names: names.filter((name) => name.toLowerCase().includes(word)) }))
    .filter(({ names }) => names.length > 0);
}

/** The names that the package knows, once it is there. */
const basis_gates = signal<readonly string[] | null>(null);

export const Palette = () => {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => hold_still(element.current!), []);
  const package_ = aer.value;
  useMemo(() => {
    if (package_) basis_gates.value = new package_.AerSimulator().configuration().basis_gates;
  }, [package_]);
  const groups = shown_groups();
  const names = groups.flatMap((group) => group.names);
  if (names.length > 0 && !names.includes(reached.value)) reached.value = names[0];
  const step = (event: KeyboardEvent) => {
    const by: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -names.length, End: names.length };
    if (!(event.key in by)) return;
    event.preventDefault();
    const at = Math.min(Math.max(names.indexOf(reached.value) + by[event.key], 0), names.length - 1);
    reached.value = names[at];
    element.current!.querySelector<HTMLElement>(`[data-gate="${names[at]}"]`)?.focus();
  };
  return (
    <div class="palette" data-open={opened.value}>
      <div class="tiles" role="toolbar" aria-label="Gates" ref={element} onKeyDown={step}>
        {groups.map(({ title, names }) => (
          <div class="group" key={title} role="group" aria-label={title || 'Usual gates'}>
            {title && <h3>{title}</h3>}
            <div class="row-of-tiles">
              {names.map((name) => <Tile key={name} name={name} />)}
              {!opened.value && <button type="button" class="tile more" aria-expanded={false} onClick={() => (opened.value = true)}>All gates</button>}
            </div>
          </div>
        ))}
        {groups.length === 0 && <p class="none" role="status">No gate of this name.</p>}
      </div>
      {opened.value && (
        <div class="seek">
          <label>
            <span class="visually-hidden">Search gates</span>
            <input type="search" placeholder="Search" value={sought.value} onInput={({ currentTarget }) => (sought.value = currentTarget.value)} />
          </label>
          <label class="controls">
            <span>Controls of mc…</span>
            <input type="number" min={1} max={20} value={num_controls.value}
                   onInput={({ currentTarget }) => (num_controls.value = Math.min(20, Math.max(1, Math.round(Number(currentTarget.value)) || 1)))} />
          </label>
          <button type="button" class="button quiet small" aria-expanded={true} onClick={() => { opened.value = false; sought.value = ''; }}>Fewer</button>
        </div>
      )}
    </div>
  );
};
