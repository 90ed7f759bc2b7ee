// What a job counted: its bars, beside those without noise; the same as a table; how it was run.

import { signal } from '@preact/signals';
import { useCallback, useMemo } from 'preact/hooks';
import { plot_histogram } from 'aer-wasm/plots';
import { chosen_job, editor, place, program, type JobOutcome, type JobRecord } from '../state';
import { csv_of, fidelity_in_words, hellinger_fidelity, rows_of, shown_rows, total_variation, type Order, type Row } from './distribution';
import { file_name, save_file } from './download';
import { fixed, grouped, percent, seconds } from './numbers';
import { Picture, PictureSaves, Save, Saves, type PictureOptions } from './picture';
import { Segments } from './segments';
import { tab } from './tabs';

const ORDERS: Record<Order, string> = { bits: 'By bits', count: 'By count' };
const MOST = [16, 32, 64, 128];

const order = signal<Order>('bits');
const most = signal(MOST[1]);

const bars = (rows: Row[], with_ideal: boolean) => {
  const noisy = Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
  const ideal = Object.fromEntries(rows.map(({ outcome, ideal_count }) => [outcome, ideal_count]));
  return with_ideal ? [ideal, noisy] : noisy;
};

const Table = ({ rows, with_ideal }: { rows: Row[]; with_ideal: boolean }) => (
  <div class="scroll">
    <table class="figures">
      <caption class="visually-hidden">Counts</caption>
      <thead>
        <tr>
          <th scope="col">Outcome</th>
          <th scope="col" class="number">{with_ideal ? 'With noise' : 'Count'}</th>
          <th scope="col" class="number">Share</th>
          {with_ideal && <th scope="col" class="number">Ideal</th>}
          {with_ideal && <th scope="col" class="number">Share</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ outcome, count, share, ideal_count, ideal_share }) => (
          <tr key={outcome}>
            <th scope="row" class="mono">{outcome}</th>
            <td class="number">{grouped(count)}</td>
            <td class="number">{percent(share)}</td>
            {with_ideal && <td class="number">{grouped(ideal_count)}</td>}
            {with_ideal && <td class="number">{percent(ideal_share)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** How a job was run: rows of name and value. */
function facts(job: JobRecord, outcome: JobOutcome): [string, string][] {
  return [
    ['Method', outcome.method.replaceAll('_', ' ')],
    ['Why', outcome.method_reason ?? ''],
    ['Shots', grouped(outcome.shots)],
    ['Seed', String(outcome.seed)],
    ['Qubits', String(outcome.num_qubits)],
    ['Precision', job.settings.precision],
    ['Noise', job.settings.noise.preset],
    ['Time', seconds(outcome.time_s)],
  ].filter(([, value]) => value !== '') as [string, string][];
}

const Facts = ({ job, outcome }: { job: JobRecord; outcome: JobOutcome }) => (
  <dl class="facts">
    {facts(job, outcome).map(([name, value]) => <div key={name} data-fact={name}><dt>{name}</dt><dd>{value}</dd></div>)}
  </dl>
);

const Outcome = ({ job, outcome }: { job: JobRecord; outcome: JobOutcome }) => {
  const { counts, ideal_counts } = outcome;
  const rows = useMemo(() => rows_of(counts ?? {}, ideal_counts), [counts, ideal_counts]);
  const with_ideal = ideal_counts !== null;
  const shown = useMemo(() => shown_rows(rows, order.value, most.value), [rows, order.value, most.value]);
  const sort = order.value === 'count' ? 'value_desc' : 'asc';
  const draw = useCallback(
    (options: PictureOptions) =>
      plot_histogram(bars(shown, with_ideal), {
        ...options, height: 260, sort, ...(with_ideal ? { legend: ['ideal', 'with noise'] } : {}),
      }),
    [shown, with_ideal, sort],
  );
  const name = file_name(job.title, 'counts');
  const left_out = rows.length - shown.length;
  const shown_share = shown.reduce((sum, { share }) => sum + share, 0);
  const fidelity = hellinger_fidelity(rows);

  if (counts === null) {
    return (
      <>
        <div class="empty">
          <p>Nothing was measured, so there are no counts.</p>
          <p>Add a measurement to the circuit, or look at its state.</p>
          <p><button class="button" onClick={() => (tab.value = 'state')}>Show the state</button></p>
        </div>
        <Facts job={job} outcome={outcome} />
      </>
    );
  }
  return (
    <>
      <div class="row controls">
        <Segments label="Order" name="order" options={ORDERS} value={order.value} choose={(chosen) => (order.value = chosen)} />
        {rows.length > MOST[0] && (
          <label class="inline-field">
            Show
            <select value={most.value} onChange={({ currentTarget }) => (most.value = Number(currentTarget.value))}>
              {MOST.map((n) => <option key={n} value={n}>{n}</option>)}
            </select>
          </label>
        )}
        {with_ideal && (
          <p class="verdict" title={`Total variation distance ${fixed(total_variation(rows), 4)}`}>
            Fidelity <b>{fixed(fidelity, 3)}</b> <span class="muted">{fidelity_in_words(fidelity)}</span>
          </p>
        )}
      </div>
      <Picture draw={draw} />
      {typeof outcome.metadata.ideal_error === 'string' && (
        <p class="small muted note">{`The run without noise, for comparison, failed: ${outcome.metadata.ideal_error}`}</p>
      )}
      {left_out > 0 && (
        <p class="small muted note">
          {`The ${shown.length} most frequent of ${grouped(rows.length)} outcomes: ${percent(shown_share)} of the shots. `}
          The files have all.
        </p>
      )}
      <Saves>
        <Save label="CSV" what="counts" make={() => save_file(`${name}.csv`, csv_of(rows, with_ideal), 'text/csv')} />
        <Save label="JSON" what="counts" make={() => save_json(name, counts)} />
        <Save label="Result" what="everything of the run" make={() => save_json(file_name(job.title, 'result'), record_of(job, outcome))} />
        <PictureSaves draw={draw} name={name} what="histogram" />
      </Saves>
      <Table rows={shown} with_ideal={with_ideal} />
      {with_ideal && (
        <p class="small muted note">
          {`Fidelity is Hellinger's, (Σ √(p q))²: 1 where the counts agree. Total variation distance ${fixed(total_variation(rows), 4)}. `}
          Finite shots alone keep both from being exact.
        </p>
      )}
      <Facts job={job} outcome={outcome} />
    </>
  );
};

const save_json = (name: string, value: unknown) => save_file(`${name}.json`, `${JSON.stringify(value, null, 2)}\n`, 'application/json');

/** All that is known of a run, as a file. */
const record_of = ({ title, text, settings, created }: JobRecord, outcome: JobOutcome) => ({
  title, program: text, settings, created: new Date(created).toISOString(), ...outcome,
});

const Failed = ({ job }: { job: JobRecord }) => {
  const { message, hint, line, column } = job.error ?? { message: 'The reason is not known.' };
  const reveal = () => {
    place.value = 'program';
    editor.value?.reveal(line!, column ?? 1);
  };
  return (
    <div class="failed" role="alert">
      <h3>The run failed</h3>
      <p class="reason">{message}</p>
      {hint && !message.includes(hint) && <p>{hint}</p>}
      {line !== undefined && job.text === program.value && <p><button class="button" onClick={reveal}>{`Show line ${line}`}</button></p>}
    </div>
  );
};

const LIFE: Record<string, string> = {
  INITIALIZING: 'Starting a worker', QUEUED: 'Waiting for a worker', VALIDATING: 'Reading the program', RUNNING: 'Running',
};

const time_left = ({ status, progress: { left_s } }: JobRecord): string =>
  status === 'RUNNING' && left_s !== null ? `, about ${seconds(left_s)} left` : '';

const Underway = ({ job }: { job: JobRecord }) => (
  <div class="empty underway">
    <p>{(LIFE[job.status] ?? job.status) + time_left(job)}</p>
    <progress max="1" value={job.status === 'RUNNING' ? job.progress.fraction : undefined} aria-label="Progress of the run" />
  </div>
);

export const Counts = () => {
  const job = chosen_job.value;
  if (!job) return <p class="empty">Run the circuit to see how often each outcome comes.</p>;
  if (job.status === 'ERROR') return <Failed job={job} />;
  if (job.status === 'CANCELLED') return <p class="empty">This run was cancelled. Run the circuit again to see its counts.</p>;
  if (!job.outcome) return <Underway job={job} />;
  return <Outcome key={job.id} job={job} outcome={job.outcome} />;
};
