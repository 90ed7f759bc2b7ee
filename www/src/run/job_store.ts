// Jobs in IndexedDB. Storing is never waited for and never fails a run: where it cannot be done, one notice says so.

import { createStore, delMany, setMany, values, type UseStore } from 'idb-keyval';
import { notify, type JobRecord } from '../state';

/** How many jobs are kept. */
export const KEPT = 50;

/** Outcomes that are kept of each counts. */
export const KEPT_OUTCOMES = 100_000;

let store: UseStore | null = null;
const jobs_store = () => (store ??= createStore('aer-wasm.playground', 'jobs'));

let told = false;

/** Says once why jobs are not kept. */
function tell(error: unknown): void {
  if (told) return;
  told = true;
  const full = (error as Error | null)?.name === 'QuotaExceededError';
  notify('warning', full
    ? 'The storage of this browser is full: new jobs are here until the page is closed. Remove jobs or other data to keep more.'
    : 'This browser stores nothing for this page (storage is blocked, or it is a private window): jobs are here until the page is closed. Download what you want to keep.');
}

/** Does it, later; whether it could be done. */
async function attempt<T>(work: (store: UseStore) => Promise<T>): Promise<T | null> {
  try {
    return await work(jobs_store());
  } catch (error) {
    tell(error);
    return null;
  }
}

/** The counts that are kept, and the note that says so where some are not. */
function cut(record: JobRecord): JobRecord {
  const { outcome } = record;
  if (!outcome) return record;
  const size = Math.max(...[outcome.counts, outcome.ideal_counts].map((counts) => (counts ? Object.keys(counts).length : 0)));
  if (size <= KEPT_OUTCOMES) return record;
  const most_frequent = (counts: Record<string, number> | null) =>
    counts && Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a).slice(0, KEPT_OUTCOMES));
  const stored_note = `Of ${size.toLocaleString('en')} outcomes the ${KEPT_OUTCOMES.toLocaleString('en')} most frequent were stored.`;
  return {
    ...record,
    outcome: {
      ...outcome,
      counts: most_frequent(outcome.counts),
      ideal_counts: most_frequent(outcome.ideal_counts),
      metadata: { ...outcome.metadata, stored_note },
    },
  };
}

export const store_jobs = (records: JobRecord[]): Promise<unknown> =>
  attempt((store) => setMany(records.map((record) => [record.id, cut(record)]), store));

export const forget_jobs = (ids: string[]): Promise<unknown> => attempt((store) => (ids.length > 0 ? delMany(ids, store) : Promise.resolve()));

/** All that look like jobs, whatever else somebody has put there. */
export async function stored_jobs(): Promise<JobRecord[]> {
  const found = (await attempt((store) => values<Partial<JobRecord> | null>(store))) ?? [];
  return found.filter((record): record is JobRecord =>
    typeof record?.id === 'string' && typeof record.created === 'number' && typeof record.text === 'string' &&
    typeof record.status === 'string' && Array.isArray(record.history));
}
