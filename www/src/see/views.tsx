// The ways to look at a state: one row each.

import { useCallback } from 'preact/hooks';
import { bloch_vectors, plot_bloch_multivector, plot_state_city, plot_state_hinton, plot_state_qsphere } from 'aer-wasm/plots';
import { Amplitudes, csv_of_state } from './amplitudes';
import { file_name, save_file } from './download';
import { kept_signal } from './kept';
import { fixed } from './numbers';
import { Picture, PictureSaves, Save, Saves, type PictureOptions } from './picture';
import { Segments } from './segments';
import type { State } from './trace';

interface ViewRow {
  label: string;
  /** What it is in a sentence. */
  name: string;
  /** More cannot be told apart. */
  most_qubits: number;
  /** In pixels, where there is so much room; larger is not clearer. */
  most_width?: (num_qubits: number, room: number) => number;
  draw?: (state: State, options: PictureOptions) => string;
}

/** Spheres stand in rows of about the same length. */
const spheres_width = (num_qubits: number, room: number): number => {
  const rows = Math.ceil(num_qubits / Math.max(1, Math.floor(room / 170)));
  return 230 * Math.ceil(num_qubits / rows);
};

const VIEWS = {
  bloch: { label: 'Bloch', name: 'Bloch spheres', most_qubits: 14, most_width: spheres_width, draw: plot_bloch_multivector },
  qsphere: { label: 'Q-sphere', name: 'The Q-sphere', most_qubits: 6, most_width: () => 460, draw: plot_state_qsphere },
  city: { label: 'City', name: 'The state city', most_qubits: 4, draw: plot_state_city },
  matrix: { label: 'Matrix', name: 'The density matrix', most_qubits: 5, draw: plot_state_hinton },
  amplitudes: { label: 'Amplitudes', name: 'The table', most_qubits: 14 },
} satisfies Record<string, ViewRow>;

type View = keyof typeof VIEWS;
const names = Object.keys(VIEWS) as View[];
const labels = Object.fromEntries(names.map((name) => [name, VIEWS[name].label])) as Record<View, string>;
const view = kept_signal('state_view', 'bloch');

/** Vectors from the centre of the sphere, as numbers. */
const BlochTable = ({ state }: { state: State }) => {
  const vectors = bloch_vectors(state);
  return (
    <div class="scroll">
      <table class="figures">
        <caption class="visually-hidden">Bloch vectors</caption>
        <thead>
          <tr>
            <th scope="col">Qubit</th>
            {['x', 'y', 'z', 'Length'].map((head) => <th key={head} scope="col" class="number">{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {vectors.map(([x, y, z], qubit) => (
            <tr key={qubit}>
              <th scope="row">{qubit}</th>
              {[x, y, z, Math.hypot(x, y, z)].map((value, i) => <td key={i} class="number">{fixed(value, 3)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

export interface StateViewsProps {
  state: State;
  num_qubits: number;
  /** What the state is of, for names of files and titles. */
  title: string;
}

const Drawn = ({ row, state, num_qubits, title }: StateViewsProps & { row: ViewRow }) => {
  const draw = useCallback((options: PictureOptions) => row.draw!(state, options), [row, state]);
  return (
    <>
      <Picture draw={draw} most={(room) => Math.min(760, row.most_width?.(num_qubits, room) ?? 760)} />
      <Saves><PictureSaves draw={draw} name={file_name(title, row.label)} what={row.name.toLowerCase()} /></Saves>
    </>
  );
};

export const ViewChoice = () => (
  <Segments
    label="View of the state" name="state-view" options={labels} value={view.value as View} choose={(chosen) => (view.value = chosen)}
  />
);

export const StateViews = ({ state, num_qubits, title }: StateViewsProps) => {
  const name = (view.value in VIEWS ? view.value : 'bloch') as View;
  const row: ViewRow = VIEWS[name];
  if (num_qubits > row.most_qubits) {
    return (
      <p class="empty">
        {`${row.name} can be read for up to ${row.most_qubits} qubits; this circuit has ${num_qubits}. `}
        Bloch spheres and the table of amplitudes show it.
      </p>
    );
  }
  if (name === 'amplitudes') {
    const save = () => save_file(`${file_name(title, 'amplitudes')}.csv`, csv_of_state(state, num_qubits), 'text/csv');
    return (
      <>
        <Amplitudes state={state} num_qubits={num_qubits} />
        <Saves><Save label="CSV" what="amplitudes" make={save} /></Saves>
      </>
    );
  }
  return (
    <>
      <Drawn row={row} state={state} num_qubits={num_qubits} title={title} />
      {name === 'bloch' && <BlochTable state={state} />}
    </>
  );
};
