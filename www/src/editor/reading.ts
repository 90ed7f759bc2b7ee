// Reads the program some tenths of a second behind typing. The package reads on the page, which must not stand still: a text
// that may take long, such as one with loops, which are unrolled, is first tried in a worker, and read here if that was quick.

import { batch, computed, effect, signal } from '@preact/signals';
import type { AerError, Executor, WorkerExecutor } from 'aer-wasm';
import { aer, circuit, program, reading, type Aer, type JobFailure } from '../state';
import { problems_of, type Problem } from './problems';
import { steps_at_most } from './steps';

/** How long to wait behind typing, by the text's length in UTF-16 units; what is longer than all is read when it runs. */
const DELAYS = [{ up_to: 200_000, ms: 200 }, { up_to: 1_000_000, ms: 1000 }];

/** As many steps take some 10 ms, on a slow machine 50: that may be done on the page, and at once after a click. */
const STEPS = 10_000;

/** The longest that a trial may last, and that reading on the page may take after it. */
const TRIAL_MS = 2000;
const PAGE_MS = 100;

/** Why the text as it stands was not read, or null. */
export const unread = signal<string | null>(null);

/** Why a job failed, with the text that it ran. */
const failed = signal<{ failure: JobFailure; text: string } | null>(null);

/** Shows a job's error at its place, for as long as the program is the text that the job ran. */
export function show_failure(failure: JobFailure, text: string = program.value): void {
  failed.value = { failure, text };
}

/** What is wrong with the text: as it was read last, so that what is underlined stays while one types. */
export const problems = computed<Problem[]>(() => {
  if (reading.value.error) return problems_of(reading.value.error);
  return failed.value?.text === program.value ? problems_of(failed.value.failure) : [];
});

const given_up = (text: string, reason: string) =>
  batch(() => {
    unread.value = reason;
    reading.value = { text, circuit: null, error: null };
  });

function read_here(text: string, { QuantumCircuit }: Aer): void {
  try {
    const read = QuantumCircuit.from_qasm(text);
    batch(() => {
      unread.value = null;
      reading.value = { text, circuit: read, error: null };
      circuit.value = { text, circuit: read };
    });
  } catch (error) {
    refused(text, error as AerError);
  }
}

const refused = (text: string, error: AerError) =>
  batch(() => {
    unread.value = null;
    reading.value = { text, circuit: null, error };
  });

/** Counts readings: one that was overtaken says nothing. */
let turn = 0;

async function read(text: string, package_: Aer): Promise<void> {
  const mine = ++turn;
  if (text.length > DELAYS.at(-1)!.up_to) return given_up(text, 'too long to read while it is edited');
  if (steps_at_most(text) <= STEPS) return read_here(text, package_);
  const tried = await attempt(text, package_);
  if (mine !== turn || text !== program.value) return undefined;
  if (!tried) return given_up(text, 'takes long to read: its errors are shown when it runs');
  if (tried.error) return refused(text, tried.error);
  return tried.ms <= PAGE_MS ? read_here(text, package_) : given_up(text, 'too large to draw');
}

// ------------------------------------------------------------------------------------------------- the worker

interface Trial {
  ms: number;
  error: AerError | null;
}

/** A worker of its own, so that no job has to wait; and what ends the trial in it. */
let pool: WorkerExecutor | null = null;
let trial: AbortController | null = null;

/** How reading goes in a worker: a job, which has been read when it begins to run. Null where that lasts too long. */
async function attempt(text: string, { AerSimulator, WorkerExecutor: Pool }: Aer): Promise<Trial | null> {
  trial?.abort();
  const mine = (trial = new AbortController());
  const executor = (pool ??= new Pool({ max_workers: 1 }));
  let [begun, ms] = [performance.now(), null as number | null];
  const heard: Executor = {
    submit: (request, on_event) =>
      executor.submit(request, (event) => {
        on_event(event);
        if (event.kind === 'validating') begun = performance.now();
        if (event.kind === 'running') {
          ms = performance.now() - begun;
          mine.abort();
        }
      }),
    shutdown: (options) => executor.shutdown(options),
  };
  const patience = setTimeout(() => mine.abort(), TRIAL_MS);
  try {
    await (await new AerSimulator({ executor: heard, signal: mine.signal }).run(text, { shots: 1 })).result();
  } catch (thrown) {
    const error = thrown as AerError;
    // What has no line was read, but cannot run: that is said when it is run.
    if (error.code !== 'JOB_CANCELLED') return { ms: performance.now() - begun, error: error.line ? error : null };
  } finally {
    clearTimeout(patience);
  }
  return ms === null ? null : { ms, error: null };
}

// ------------------------------------------------------------------------------------------------- when

let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads the text as it stands without waiting, as far as that takes no time. */
export function read_at_once(): void {
  if (!aer.value || reading.value.text === program.value) return;
  clearTimeout(timer);
  turn++;
  const [text, package_] = [program.value, aer.value];
  if (text.length <= DELAYS[0].up_to && steps_at_most(text) <= STEPS) read_here(text, package_);
  else timer = setTimeout(read, 0, text, package_);
}

/** Reads the program whenever it changes, and first when the package is there. Gives what ends it. */
export function follow_program(): () => void {
  const end = effect(() => {
    const [text, package_] = [program.value, aer.value];
    clearTimeout(timer);
    if (!package_) return;
    const first = circuit.peek() === null && reading.peek().error === null;
    const { ms } = DELAYS.find(({ up_to }) => text.length <= up_to) ?? DELAYS[0];
    timer = setTimeout(read, first ? 0 : ms, text, package_);
  });
  return () => {
    end();
    clearTimeout(timer);
    trial?.abort();
  };
}
