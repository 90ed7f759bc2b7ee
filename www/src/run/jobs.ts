// Jobs: made of the program and the settings as they stand, run in the package's workers, kept in the browser. A record is
// plain data and is replaced, never changed; the live job behind it is known here alone.

import type { AerError, AerJob, Counts, Executor, JobProgress, JobStatus, Result, WorkerExecutor } from 'aer-wasm';
import { show_failure } from '../editor/reading';
import {
  aer, chosen_job_id, jobs, notify, place, program, program_title, settings,
  type Aer, type JobFailure, type JobOutcome, type JobRecord, type Settings,
} from '../state';
import { refusal } from './drafts';
import { forget_jobs, KEPT, store_jobs, stored_jobs } from './job_store';
import { noise_model } from './noise';
import { read_settings } from './settings';
import { estimate_time_left } from './time_left';

const FINAL: readonly JobStatus[] = ['DONE', 'CANCELLED', 'ERROR'];
export const is_final = ({ status }: JobRecord): boolean => FINAL.includes(status);

// ------------------------------------------------------------------------------------------------- the list

/** What stops the jobs of the package behind a record, while there are any. */
const live = new Map<string, AbortController>();

const record_of = (id: string) => jobs.value.find((record) => record.id === id);

/** Puts other facts into a record, if it is still there. */
function amend(id: string, facts: Partial<JobRecord>): void {
  jobs.value = jobs.value.map((record) => (record.id === id ? { ...record, ...facts } : record));
}

/** The status is another now; each is noted once. */
function reach(id: string, status: JobStatus, facts: Partial<JobRecord> = {}): void {
  const record = record_of(id);
  if (!record || is_final(record)) return;
  const known = record.history.some((seen) => seen.status === status);
  const history = known ? record.history : [...record.history, { status, at_s: (Date.now() - record.created) / 1000 }];
  amend(id, { ...facts, status, history });
  if (FINAL.includes(status)) keep(id);
}

function keep(id: string): void {
  const record = record_of(id);
  if (record) void store_jobs([record]);
}

/** The newest of them, as many as are kept. */
const newest = (records: JobRecord[]) => [...records].sort((a, b) => b.created - a.created).slice(0, KEPT);

/** Adds records, and drops the oldest that are too many; one that runs is never dropped. */
function add(records: JobRecord[]): void {
  const all = [...records, ...jobs.value.filter(({ id }) => !records.some((record) => record.id === id))];
  const kept = newest(all.filter(is_final));
  jobs.value = all.filter((record) => !is_final(record) || kept.includes(record)).sort((a, b) => b.created - a.created);
  void forget_jobs(all.filter((record) => !jobs.value.includes(record)).map(({ id }) => id));
}

/** Brings back what was kept. A job that ran when its page was closed has not been finished by anyone. */
export async function restore(): Promise<void> {
  const found = (await stored_jobs()).filter(({ id }) => !record_of(id)).map((record): JobRecord => {
    // What is stored may come from another version of this page.
    const read = { ...record, settings: read_settings(record.settings).settings };
    const error = { code: 'JOB_CANCELLED', message: 'The page was closed while it ran.' };
    return is_final(record) ? read : { ...read, status: 'CANCELLED', error };
  });
  add(found);
  chosen_job_id.value ??= jobs.value[0]?.id ?? null;
}

// ------------------------------------------------------------------------------------------------- running

/** The pool of the page's runs: two at least, so that a small job need not wait for a large one. */
let pool: WorkerExecutor | null = null;

function workers({ WorkerExecutor }: Aer): WorkerExecutor {
  return (pool ??= new WorkerExecutor({ max_workers: Math.max(2, Math.min(4, (navigator.hardwareConcurrency ?? 2) - 1)) }));
}

const STATUSES: Record<string, JobStatus> = { initializing: 'INITIALIZING', queued: 'QUEUED', validating: 'VALIDATING', running: 'RUNNING' };

/** The pool, and somebody who hears what it tells of a job: polling would miss a status that lasts for a millisecond. */
function watched(executor: Executor, heard: (status: JobStatus) => void): Executor {
  return {
    submit: (request, on_event) =>
      executor.submit(request, (event) => {
        on_event(event);
        if (event.kind in STATUSES) heard(STATUSES[event.kind]);
      }),
    shutdown: (options) => executor.shutdown(options),
  };
}

let told = false;

function tell_of_inline(): void {
  if (told) return;
  told = true;
  notify('warning', 'No worker could be started here (the browser or the site that shows this page refuses them): jobs run on the page itself, in small slices. Large ones are slower, and the page may stutter.');
}

/** How often progress is shown: the package tells it twice as often. */
const PROGRESS_MS = 95;

/** The message of an error without what the record tells beside it. */
function failure_of(error: unknown): JobFailure {
  const { code = 'INTERNAL', message = String(error), hint, line, column, snippet } = error as Partial<AerError>;
  const bare = [snippet, hint].reduce<string>((text, part) => (part ? text.replace(part, '') : text), message).trim();
  return { code, message: bare || message, ...(hint && { hint }), ...(line && { line }), ...(column && { column }) };
}

/** The counts of the one experiment; null where nothing was measured. */
const counts_of = (result: Result) => ('counts' in result.data(0) ? result.get_counts(0) : null);

function outcome_of(result: Result, shots: number): JobOutcome {
  const [experiment] = result.results;
  const metadata: Record<string, unknown> = { ...experiment.metadata, acceleration: result.metadata?.acceleration };
  const words = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    counts: counts_of(result),
    ideal_counts: null,
    shots: experiment.shots ?? shots,
    seed: experiment.seed_simulator ?? 0,
    method: words(metadata.method) ?? 'unknown',
    method_reason: words(metadata.method_reason),
    // What was simulated may be less: qubits that reach no result are left out.
    num_qubits: experiment.header?.n_qubits ?? Number(metadata.num_qubits ?? 0),
    time_s: result.time_taken ?? experiment.time_taken ?? 0,
    metadata,
  };
}

/** Runs what a record says, and keeps the record up to date until it has ended. Never rejects. */
async function run_record(package_: Aer, { id, text, settings: { method, shots, seed, precision, noise } }: JobRecord): Promise<void> {
  const stop = new AbortController();
  live.set(id, stop);
  const left = estimate_time_left();
  let shown_at = -Infinity;
  const on_progress = ({ fraction, elapsed_s }: JobProgress) => {
    const record = record_of(id);
    if (!record || is_final(record) || performance.now() - shown_at < PROGRESS_MS) return;
    shown_at = performance.now();
    amend(id, { progress: { fraction, elapsed_s, left_s: left(fraction, elapsed_s) } });
  };
  try {
    const executor = workers(package_);
    const noisy = noise_model(package_, noise);
    const backend = new package_.AerSimulator({ method, shots, precision, seed_simulator: seed, signal: stop.signal });
    const heard = (status: JobStatus) => {
      reach(id, status);
      if (executor.inline) tell_of_inline();
    };
    const job = await backend.run(text, { noise_model: noisy, on_progress, executor: watched(executor, heard) });
    const ideal = noisy && ideal_counts(backend.run(text, { executor }));
    const result = await job.result();
    const { elapsed_s } = await job.progress();
    const outcome = outcome_of(result, shots);
    reach(id, 'DONE', { outcome, progress: { fraction: 1, elapsed_s, left_s: 0 } });
    show_results(id);
    if (!ideal) return;
    const { counts, error } = await ideal;
    amend(id, { outcome: { ...outcome, ideal_counts: counts, metadata: { ...outcome.metadata, ...(error && { ideal_error: error }) } } });
    keep(id);
  } catch (error) {
    if ((error as Partial<AerError>).code === 'JOB_CANCELLED') reach(id, 'CANCELLED');
    else {
      const failure = failure_of(error);
      reach(id, 'ERROR', { error: failure });
      show_failure(failure, text);
    }
    // What runs beside it is of no use now.
    stop.abort();
  } finally {
    live.delete(id);
  }
}

/** The counts without noise, for comparison; what becomes of that job is no matter of the noisy one's. */
async function ideal_counts(submitted: Promise<AerJob>): Promise<{ counts: Counts | null; error?: string }> {
  try {
    return { counts: counts_of(await (await submitted).result()) };
  } catch (error) {
    return { counts: null, error: failure_of(error).message };
  }
}

/** A name for a program: the example's, its first comment, or its first statements. */
export function title_of(text: string): string {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const comment = lines.slice(0, 3).find((line) => line.startsWith('//'))?.replace(/^\/+\s*/, '');
  const statements = lines.filter((line) => !/^(OPENQASM|include|qubit|bit|qreg|creg|input|output|\/\/)/.test(line));
  const title = comment || statements.slice(0, 4).join(' ') || 'Program';
  return title.length > 60 ? `${title.slice(0, 59)}…` : title;
}

function start(title: string, text: string, wanted: Settings): JobRecord | null {
  if (!aer.value) {
    notify('info', 'The simulator is still loading: try again in a moment.', { brief: true });
    return null;
  }
  const created = Math.max(Date.now(), (jobs.value[0]?.created ?? 0) + 1);
  const record: JobRecord = {
    id: crypto.randomUUID?.() ?? `${created}-${Math.random()}`,
    title, text, settings: wanted, created, status: 'INITIALIZING', history: [{ status: 'INITIALIZING', at_s: 0 }],
    progress: { fraction: 0, elapsed_s: 0, left_s: null }, error: null, outcome: null,
  };
  add([record]);
  chosen_job_id.value = record.id;
  keep(record.id);
  void run_record(aer.value, record);
  return record;
}

/** On a phone, where the user still waits for it: to the results. */
function show_results(id: string): void {
  if (place.value === 'run' && chosen_job_id.value === id && record_of(id)?.status === 'DONE' && matchMedia('(max-width: 899px)').matches)
    place.value = 'results';
}

/** Runs the program as it stands. Null where that is refused: a notice says why. */
export function run_program(): JobRecord | null {
  if (refusal.value) {
    notify('warning', `Not run. ${refusal.value}`, { brief: true });
    return null;
  }
  return start(program_title.value ?? title_of(program.value), program.value, settings.value);
}

/** Runs a job's program anew, with its settings. */
export function run_again(id: string): JobRecord | null {
  const record = record_of(id);
  return record ? start(record.title, record.text, record.settings) : null;
}

/** Stops a job; its record tells when it has ended. */
export function cancel_job(id: string): void {
  live.get(id)?.abort();
}

/** Takes jobs out of the list; those that run are stopped. The notice offers to take it back. */
function remove(records: JobRecord[], words: string): void {
  const ids = records.map(({ id }) => id);
  const chosen = chosen_job_id.value;
  ids.forEach(cancel_job);
  jobs.value = jobs.value.filter(({ id }) => !ids.includes(id));
  if (chosen && ids.includes(chosen)) chosen_job_id.value = jobs.value[0]?.id ?? null;
  void forget_jobs(ids);
  const undo = () => {
    const back = records.map((record): JobRecord => (is_final(record) ? record : { ...record, status: 'CANCELLED' }));
    add(back);
    void store_jobs(back);
    chosen_job_id.value = chosen;
  };
  notify('info', words, { brief: true, action: { label: 'Undo', run: undo } });
}

export function remove_job(id: string): void {
  const record = record_of(id);
  if (record) remove([record], `Removed “${record.title}”.`);
}

/** Removes all jobs that have ended. */
export function clear_jobs(): void {
  const ended = jobs.value.filter(is_final);
  if (ended.length > 0) remove(ended, ended.length === 1 ? 'Removed one job.' : `Removed ${ended.length} jobs.`);
}
