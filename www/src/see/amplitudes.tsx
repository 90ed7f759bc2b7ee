// The numbers of a state: an amplitude for each basis state; of a density matrix the probabilities on its diagonal.

import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { phase_color } from 'aer-wasm/plots';
import { theme } from '../state';
import { bits, fixed, grouped, multiple_of_pi } from './numbers';
import type { State } from './trace';

/** Rows on the page, at first and when more are asked for: a step shall not take long. What is beyond is in the file. */
const [FEW_ROWS, MOST_ROWS] = [128, 1024];
/** Below this an amplitude is 0: what the simulator rounds to. */
const ZERO = 1e-10;

interface Amplitude {
  k: number;
  re: number;
  im: number;
  magnitude: number;
  probability: number;
  /** In radians; null where there is none. */
  phase: number | null;
}

type Column = 'k' | 'magnitude' | 'probability' | 'phase';

const sorted_by = signal<Column>('k');
const descending = signal(false);
const with_zeros = signal(false);
const with_more = signal(false);

function amplitudes_of(state: State): Amplitude[] {
  if (state instanceof Float64Array) {
    return Array.from({ length: state.length / 2 }, (_, k) => {
      const [re, im] = [state[2 * k], state[2 * k + 1]];
      const magnitude = Math.hypot(re, im);
      const phase = magnitude < ZERO ? null : Math.atan2(Math.abs(im) < ZERO ? 0 : im, re);
      return { k, re, im, magnitude, probability: magnitude ** 2, phase };
    });
  }
  return state.map((row, k) => ({ k, re: row[2 * k], im: 0, magnitude: row[2 * k], probability: row[2 * k], phase: null }));
}

const order = (column: Column, reverse: boolean) => (a: Amplitude, b: Amplitude) =>
  (reverse ? -1 : 1) * ((a[column] ?? -Infinity) - (b[column] ?? -Infinity)) || a.k - b.k;

const complex = ({ re, im }: Amplitude): string => `${fixed(re, 4)} ${im < -5e-5 ? '−' : '+'} ${fixed(Math.abs(im), 4)}i`;

/** All of them, with all digits. */
export function csv_of_state(state: State, num_qubits: number): string {
  const pure = state instanceof Float64Array;
  const head = pure ? 'basis_state,re,im,probability' : 'basis_state,probability';
  const lines = amplitudes_of(state).map(({ k, re, im, probability }) =>
    [bits(k, num_qubits), ...(pure ? [re, im] : []), probability].join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}

const Head = ({ column, children, number = true }: { column: Column; children: string; number?: boolean }) => {
  const mine = sorted_by.value === column;
  const click = () => {
    if (mine) descending.value = !descending.value;
    else [sorted_by.value, descending.value] = [column, column === 'magnitude' || column === 'probability'];
  };
  const [sort, arrow] = !mine ? [undefined, ''] : descending.value ? (['descending', '↓'] as const) : (['ascending', '↑'] as const);
  return (
    <th scope="col" class={`${number ? 'number ' : ''}column-${column}`} aria-sort={sort}>
      <button class="sorter" onClick={click}>{children}<span aria-hidden="true">{arrow}</span></button>
    </th>
  );
};

export const Amplitudes = ({ state, num_qubits }: { state: State; num_qubits: number }) => {
  const pure = state instanceof Float64Array;
  const all = useMemo(() => amplitudes_of(state), [state]);
  const zeros = all.reduce((count, { magnitude }) => count + (magnitude < ZERO ? 1 : 0), 0);
  const column = sorted_by.value === 'phase' && !pure ? 'k' : sorted_by.value;
  const rows = all
    .filter(({ magnitude }) => with_zeros.value || magnitude >= ZERO)
    .sort((a, b) => (a.magnitude < ZERO ? 1 : 0) - (b.magnitude < ZERO ? 1 : 0) || order(column, descending.value)(a, b));
  const most = with_more.value ? MOST_ROWS : FEW_ROWS;
  return (
    <>
      <div class="scroll">
        <table class={`figures amplitudes ${pure ? 'pure' : ''}`}>
          <caption class="visually-hidden">{pure ? 'Amplitudes' : 'Probabilities'}</caption>
          <thead>
            <tr>
              <Head column="k" number={false}>State</Head>
              {pure && <th scope="col" class="number">Amplitude</th>}
              {pure && <Head column="magnitude">Magnitude</Head>}
              <Head column="probability">Probability</Head>
              <td class="bar-cell" aria-hidden="true" />
              {pure && <Head column="phase" number={false}>Phase</Head>}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row) => (
              <tr key={row.k} data-zero={row.magnitude < ZERO}>
                <th scope="row" class="mono">{`|${bits(row.k, num_qubits)}⟩`}</th>
                {pure && <td class="number">{complex(row)}</td>}
                {pure && <td class="number column-magnitude">{fixed(row.magnitude, 4)}</td>}
                <td class="number">{fixed(row.probability, 4)}</td>
                <td class="bar-cell" aria-hidden="true"><div class="bar" style={{ width: `${100 * Math.min(1, row.probability)}%` }} /></td>
                {pure && <td class="phase">{row.phase !== null && <Phase phase={row.phase} />}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > most && (
        <p class="small muted note row">
          {`The first ${grouped(most)} of ${grouped(rows.length)}; the file has all.`}
          {!with_more.value && <button class="button quiet small" onClick={() => (with_more.value = true)}>Show more</button>}
        </p>
      )}
      {zeros > 0 && (
        <p class="small muted note row">
          {with_zeros.value ? `${grouped(zeros)} of them are 0.` : `${grouped(zeros)} more are 0.`}
          <button class="button quiet small" onClick={() => (with_zeros.value = !with_zeros.value)}>
            {with_zeros.value ? 'Hide them' : 'Show them'}
          </button>
        </p>
      )}
    </>
  );
};

const Phase = ({ phase }: { phase: number }) => (
  <>
    <svg class="dot" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      <circle cx="5" cy="5" r="5" fill={phase_color(phase, theme.value)} />
    </svg>
    <span class="degrees">{`${fixed((phase * 180) / Math.PI, 1)}°`}</span>
    <span class="muted">{multiple_of_pi(phase)}</span>
  </>
);
