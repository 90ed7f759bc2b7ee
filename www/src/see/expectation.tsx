// Expectation values of what the user types, without noise and with it, of the state before the final measurements.

import { computed, effect, signal } from '@preact/signals';
import type { AerError, QuantumCircuit } from 'aer-wasm';
import { noise_model } from '../run/noise';
import { OBSERVABLES } from '../share/observables';
import { aer, circuit, program, program_title, reading, settings, type Aer, type NoiseSettings } from '../state';
import { save_file } from './download';
import { kept_signal } from './kept';
import { fixed } from './numbers';
import { read_observables, write_terms, type Observable, type WrongLine } from './observables';
import { Save, Saves } from './picture';
import { simulate, was_cancelled } from './simulate';

/** Up to here the values follow the circuit; larger ones are computed when they are asked for. */
const MOST_QUBITS_AT_ONCE = 14;
const DEBOUNCE_MS = 250;
/** Channels on a density matrix are exact; on more qubits noise is drawn, shot by shot. */
const MOST_QUBITS_EXACT = 7;
const SEED = 1;

export const expectation_is_visible = signal(false);

const num_qubits = computed(() => circuit.value?.circuit.num_qubits ?? 0);

/** What an example is about, or all Z and all X. */
const suggestion = computed(() => {
  const own = (OBSERVABLES[program_title.value ?? ''] ?? []).filter(({ terms: [[letters]] }) => letters.length === num_qubits.value);
  const rows = own.map(({ name, unit, terms }) => `${name}${unit ? ` (${unit})` : ''}: ${write_terms(terms)}`);
  return (rows.length > 0 ? rows : ['Z', 'X'].map((letter) => letter.repeat(num_qubits.value))).join('\n');
});

/** What was typed, for each program that has a name and each number of qubits, as JSON: the newest last. */
const typed = kept_signal('observables', '[]');
const MOST_TYPED = 20;
const typed_for = computed(() => `${program_title.value ?? ''} ${num_qubits.value}`);
const all_typed = computed((): [of: string, text: string][] => {
  try {
    return (JSON.parse(typed.value) as [string, string][]).filter(([of, text]) => typeof of === 'string' && typeof text === 'string');
  } catch {
    return [];
  }
});
const text = computed(() => all_typed.value.find(([of]) => of === typed_for.value)?.[1] ?? suggestion.value);
const type = (written: string): void => {
  const others = all_typed.value.filter(([of]) => of !== typed_for.value);
  typed.value = JSON.stringify([...others, [typed_for.value, written]].slice(-MOST_TYPED));
};

const lines = computed(() => (num_qubits.value > 0 ? read_observables(text.value, num_qubits.value) : []));
const is_wrong = (line: Observable | WrongLine): line is WrongLine => 'error' in line;

interface Values {
  /** What they are of. */
  key: string;
  /** One for each line that could be read. */
  ideal: number[];
  noisy: number[] | null;
}

const values = signal<Values | null>(null);
const failure = signal<string | null>(null);
const busy = signal(false);
const asked_for = signal<string | null>(null);

const LABEL = (i: number) => `observable_${i}`;

interface Wanted {
  source: QuantumCircuit;
  observables: Observable[];
  noise: NoiseSettings;
  shots: number;
  /** All of it. */
  key: string;
}

async function compute(loaded: Aer, { source, observables, noise, shots }: Wanted, stop: AbortSignal) {
  const traced = source.remove_final_measurements(false);
  observables.forEach(({ terms }, i) => traced.save_expectation_value(terms, [...Array(source.num_qubits).keys()], LABEL(i)));
  const read = async (model: ReturnType<typeof noise_model>): Promise<number[]> => {
    const method = model && source.num_qubits <= MOST_QUBITS_EXACT ? 'density_matrix' : 'automatic';
    const result = await simulate(loaded, traced, { method, shots, seed_simulator: SEED, noise_model: model, signal: stop });
    const data = result.data(0);
    return observables.map((_, i) => data[LABEL(i)] as number);
  };
  const ideal = await read(null);
  const model = noise_model(loaded, noise);
  return { ideal, noisy: model && (await read(model)) };
}

const wanted = computed((): Wanted | null => {
  if (!circuit.value) return null;
  const observables = lines.value.filter((line): line is Observable => !is_wrong(line));
  const { noise, shots } = settings.value;
  const key = JSON.stringify([circuit.value.text, observables.map(({ terms }) => terms), noise, shots]);
  return { source: circuit.value.circuit, observables, noise, shots, key };
});

const has_to_be_asked = computed(() => num_qubits.value > MOST_QUBITS_AT_ONCE);

effect(() => {
  const [loaded, now] = [aer.value, wanted.value];
  if (!expectation_is_visible.value || !loaded || !now || now.observables.length === 0) return;
  // What an example is about is known before its text is read.
  if (reading.value.text !== program.value) return;
  if (values.peek()?.key === now.key || (has_to_be_asked.value && asked_for.value !== now.key)) return;
  const stop = new AbortController();
  const timer = setTimeout(async () => {
    busy.value = true;
    try {
      const computed = await compute(loaded, now, stop.signal);
      if (stop.signal.aborted) return;
      values.value = { key: now.key, ...computed };
      failure.value = null;
    } catch (error) {
      if (stop.signal.aborted || was_cancelled(error)) return;
      failure.value = (error as AerError).message;
    } finally {
      if (!stop.signal.aborted) busy.value = false;
    }
  }, values.peek() === null ? 0 : DEBOUNCE_MS);
  return () => {
    clearTimeout(timer);
    stop.abort();
    busy.value = false;
  };
});

/** A bar from 0, on a line from -bound to bound. */
const Bar = ({ value, bound, kind }: { value: number; bound: number; kind: 'ideal' | 'noisy' }) => {
  const half = (50 * Math.min(1, Math.abs(value) / bound)) || 0;
  const place = { left: `${value < 0 ? 50 - half : 50}%`, width: `${half}%` };
  return <div class={`value-bar ${kind}`} aria-hidden="true"><i style={place} /></div>;
};

const csv = (rows: Observable[], { ideal, noisy }: Values): string =>
  [['observable', 'ideal', ...(noisy ? ['with_noise'] : [])], ...rows.map(({ text }, i) => [text, ideal[i], ...(noisy ? [noisy[i]] : [])])]
    .map((row) => `${row.join(',')}\r\n`).join('');

export const Expectation = () => {
  const source = circuit.value;
  if (!source || num_qubits.value === 0) return <p class="empty">Write a circuit to see expectation values of its state.</p>;
  const all = lines.value;
  const good = all.filter((line): line is Observable => !is_wrong(line));
  const fresh = values.value !== null && values.value.key === wanted.value?.key ? values.value : null;
  const bound = Math.max(1, ...good.map((line) => line.bound));
  const noisy = settings.value.noise.preset !== 'ideal';
  const all_letters = (letter: string) => letter.repeat(Math.min(num_qubits.value, 6));
  return (
    <div class="expectation" aria-busy={busy.value}>
      <label class="field">
        Observables, one on each line
        <textarea
          class="mono" rows={Math.min(8, text.value.split('\n').length + 1)} spellcheck={false} autocapitalize="off" autocomplete="off"
          aria-invalid={all.some(is_wrong)} aria-describedby="observables-help"
          value={text.value} onInput={({ currentTarget }) => type(currentTarget.value)}
        />
        <span class="hint" id="observables-help">
          {`Letters I, X, Y and Z, one for each qubit; the leftmost is for the last qubit (${num_qubits.value - 1}). `}
          {`Sums: 0.5*${all_letters('X')} + 0.5*${all_letters('Z')}.`}
        </span>
      </label>
      <div class="values">
        {failure.value && !fresh && (
          <div class="failed" role="alert"><h3>The values could not be computed</h3><p class="reason">{failure.value}</p></div>
        )}
        {has_to_be_asked.value && !fresh && good.length > 0 && (
          <p class="row note">
            <button class="button" disabled={busy.value} onClick={() => (asked_for.value = wanted.value!.key)}>
              {busy.value ? 'Computing' : 'Compute the values'}
            </button>
            <span class="small muted">{`With ${num_qubits.value} qubits this may take some seconds.`}</span>
          </p>
        )}
        {all.length === 0 && <p class="small muted note">Write an observable to see its expectation value.</p>}
        <div class="scroll" hidden={all.length === 0}>
          <table class="figures expectations">
            <caption class="visually-hidden">Expectation values</caption>
            <thead>
              <tr>
                <th scope="col">Observable</th>
                <th scope="col" class="number">Ideal</th>
                {noisy && <th scope="col" class="number">With noise</th>}
                <td class="axis" aria-hidden="true">
                  <div class="scale">
                    {[-bound, 0, bound].map((value) => <span key={value}>{fixed(value, bound === 1 ? 0 : 2)}</span>)}
                  </div>
                </td>
              </tr>
            </thead>
            <tbody>
              {all.map((line, i) => {
                if (is_wrong(line)) {
                  return (
                    <tr key={i}>
                      <th scope="row" class="mono">{line.text}</th>
                      <td colSpan={noisy ? 3 : 2} class="wrong">{line.error}</td>
                    </tr>
                  );
                }
                const k = good.indexOf(line);
                return (
                  <tr key={i}>
                    <th scope="row" class="mono">{line.text}</th>
                    <td class="number">{fresh ? fixed(fresh.ideal[k], 4) : '…'}</td>
                    {noisy && <td class="number">{fresh?.noisy ? fixed(fresh.noisy[k], 4) : '…'}</td>}
                    <td class="axis">
                      {fresh && <Bar value={fresh.ideal[k]} bound={bound} kind="ideal" />}
                      {fresh?.noisy && <Bar value={fresh.noisy[k]} bound={bound} kind="noisy" />}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        {fresh && (
          <Saves>
            <Save label="CSV" what="expectation values" make={() => save_file('expectation-values.csv', csv(good, fresh), 'text/csv')} />
          </Saves>
        )}
        <p class="small muted note">
          Of the state before the final measurements. What is measured on the way is averaged over the shots of the settings.
        </p>
      </div>
    </div>
  );
};
