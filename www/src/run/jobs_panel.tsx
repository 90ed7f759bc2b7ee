// The jobs and their lives: a card for each, the newest first. The chosen one and those that run tell all.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JobStatus } from 'aer-wasm';
import { Icon } from '../icons';
import { chosen_job_id, editor, jobs, load_program, place, program, type JobRecord } from '../state';
import { cancel_job, clear_jobs, is_final, remove_job, restore, run_again } from './jobs';
import { describe_noise } from './noise';
import { grouped, METHODS } from './settings';

/** What a status looks like. */
const LOOKS: Record<JobStatus, string> = {
  INITIALIZING: 'live', QUEUED: '', VALIDATING: 'live', RUNNING: 'live', DONE: 'good', CANCELLED: 'warn', ERROR: 'bad',
};

const WAY: readonly JobStatus[] = ['INITIALIZING', 'QUEUED', 'VALIDATING', 'RUNNING'];

/** Seconds as one reads them. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** What the status protocol told: each status with when it was reached, those on the way that were passed over faint. */
const Steps = ({ status, history }: JobRecord) => {
  const end = WAY.includes(status) ? 'DONE' : status;
  return (
    <ol class="steps" aria-label="Statuses">
      {[...WAY, end].map((step) => {
        const seen = history.find((reached) => reached.status === step);
        return (
          <li key={step} class={`${seen ? 'seen' : ''} ${LOOKS[step]}`} aria-current={step === status ? 'step' : undefined}>
            <span>{step}</span>
            <time>{seen ? duration(seen.at_s) : '–'}</time>
          </li>
        );
      })}
    </ol>
  );
};

const Progress = ({ status, progress: { fraction, elapsed_s, left_s } }: JobRecord) => {
  const part = `${Math.floor(fraction * 100)} %`;
  const words = status !== 'RUNNING' ? 'Not yet running' : left_s === null ? duration(elapsed_s) : `${duration(elapsed_s)}, ${duration(left_s)} left`;
  return (
    <div class="job-progress">
      <progress max={1} value={status === 'RUNNING' ? fraction : undefined} aria-label="Progress" />
      <span>{status === 'RUNNING' && part}</span>
      <span class="muted">{words}</span>
    </div>
  );
};

const Failure = ({ record: { status, error, text } }: { record: JobRecord }) => {
  if (!error) return null;
  const { code, message, hint, line, column } = error;
  const here = line !== undefined && program.value === text;
  return (
    <div class={`job-failure ${status === 'ERROR' ? 'bad' : ''}`}>
      <p><span>{message}</span>{hint && <span class="hint"> {hint}</span>}</p>
      <p class="row">
        {status === 'ERROR' && <code>{code}</code>}
        {here && editor.value && (
          <button class="button small" onClick={() => { place.value = 'program'; editor.value?.reveal(line, column ?? 1); }}>Show</button>
        )}
      </p>
    </div>
  );
};

const Details = ({ record }: { record: JobRecord }) => {
  const { outcome, settings: { method, shots, seed, precision, noise } } = record;
  const facts = [
    `${grouped(outcome?.shots ?? shots)} shots`,
    outcome ? `seed ${outcome.seed}` : seed !== null && `seed ${seed}`,
    precision === 'single' && 'single precision',
    outcome && duration(outcome.time_s),
  ].filter(Boolean);
  const used = outcome?.method ?? method;
  const ideal_error = outcome?.metadata.ideal_error;
  const stored_note = outcome?.metadata.stored_note;
  return (
    <>
      {outcome && outcome.counts === null && <p class="small">Nothing was measured: add measurements, or look at the state.</p>}
      {typeof ideal_error === 'string' && <p class="small">It could not be run without noise: {ideal_error}</p>}
      {typeof stored_note === 'string' && <p class="small">{stored_note}</p>}
      <details class="job-facts">
        <summary><b>{METHODS[used]?.label ?? used}</b> · {facts.join(' · ')}</summary>
        {outcome?.method_reason && <p>Why this method: {outcome.method_reason}</p>}
        <p>{describe_noise(noise)}</p>
      </details>
    </>
  );
};

const IconButton = ({ icon, label, click }: { icon: 'stop' | 'undo' | 'play' | 'trash' | 'book'; label: string; click: () => void }) => (
  <button class="button quiet icon small" aria-label={label} title={label} onClick={(event) => { event.stopPropagation(); click(); }}><Icon name={icon} /></button>
);

const clock = (time: number) => new Date(time).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

const Job = ({ record }: { record: JobRecord }) => {
  const { id, title, status, created, text } = record;
  const chosen = chosen_job_id.value === id;
  const ended = is_final(record);
  const choose = () => (chosen_job_id.value = id);
  return (
    <li class="job" data-chosen={chosen} onClick={choose}>
      <div class="job-head">
        <button class="job-title" aria-pressed={chosen} onClick={choose}><span>{title}</span></button>
        <time class="muted small" dateTime={new Date(created).toISOString()}>{clock(created)}</time>
        <span class={`badge ${LOOKS[status]}`}>{status}</span>
        {ended
          ? (
            <>
              {text !== program.value && <IconButton icon="book" label="Open its program" click={() => load_program(text)} />}
              <IconButton icon="play" label="Run again" click={() => run_again(id)} />
              <IconButton icon="trash" label="Remove" click={() => remove_job(id)} />
            </>
          )
          : <button class="button small" onClick={(event) => { event.stopPropagation(); cancel_job(id); }}><Icon name="stop" />Cancel</button>}
      </div>
      {(chosen || !ended) && <Steps {...record} />}
      {!ended && <Progress {...record} />}
      {chosen && <Failure record={record} />}
      {chosen && <Details record={record} />}
    </li>
  );
};

const spoken: Partial<Record<JobStatus, (record: JobRecord) => string>> = {
  DONE: ({ outcome }) => `done in ${duration(outcome?.time_s ?? 0)}`,
  CANCELLED: () => 'cancelled',
  ERROR: ({ error }) => `failed: ${error?.message ?? ''}`,
};

/** Says how jobs end that were seen running. */
const Announcements = () => {
  const running = useRef(new Set<string>());
  const [words, say] = useState('');
  useEffect(() => {
    for (const record of jobs.value) {
      if (!is_final(record)) running.current.add(record.id);
      else if (running.current.delete(record.id)) say(`${record.title}: ${spoken[record.status]?.(record)}`);
    }
  }, [jobs.value]);
  return <p class="visually-hidden" role="status" aria-live="polite">{words}</p>;
};

export const Jobs = () => {
  useEffect(() => void restore(), []);
  const all = jobs.value;
  return (
    <section class="panel jobs-panel" aria-label="Jobs">
      <header>
        <h2>Jobs</h2>
        {all.some(is_final) && <button class="button quiet small" onClick={clear_jobs} title="Remove the jobs that have ended">Clear all</button>}
      </header>
      <Announcements />
      {all.length === 0
        ? <p class="empty">No jobs yet. Those that you run are kept in this browser.</p>
        : <ul class="jobs" role="list" aria-label="Jobs, the newest first">{all.map((record) => <Job key={record.id} record={record} />)}</ul>}
    </section>
  );
};
