// What the whole page shares. The program's text is the one model of the circuit: the editor and the drawing both show it,
// and whatever changes it goes through `edit`, so that undo and redo hold for both. Each fact is a signal; parts of the page
// read the signals that they show and write those that they own (named at each).

import { computed, signal } from '@preact/signals';
import type { AerError, Counts, JobStatus, QuantumCircuit, SimulationMethod } from 'aer-wasm';

export type Aer = typeof import('aer-wasm');

/** The package, once it is there: the page shows itself before. Written by main. */
export const aer = signal<Aer | null>(null);

// ------------------------------------------------------------------------------------------------- the program

/** The text as it stands in the editor. Written by the editor, and by `load_program` where there is none yet. */
export const program = signal('');

/** A replacement of a piece of the text; places are offsets in UTF-16 units, of the text before all changes. */
export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** What the editor offers to the rest of the page. Written by the editor. */
export interface EditorHandle {
  /** One step of the history. */
  edit(changes: Change[]): void;
  undo(): void;
  redo(): void;
  /** Puts the cursor there, scrolls to it and takes the focus. Line and column from 1. */
  reveal(line: number, column: number): void;
}
export const editor = signal<EditorHandle | null>(null);
export const can_undo = signal(false);
export const can_redo = signal(false);

/** Changes the text, as one step that can be undone. */
export function edit(changes: Change[]): void {
  if (editor.value) editor.value.edit(changes);
  else
    program.value = [...changes]
      .sort((a, b) => b.from - a.from)
      .reduce((text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to), program.value);
}

/** Replaces the whole text, as one step that can be undone. */
export const load_program = (text: string): void => edit([{ from: 0, to: program.value.length, insert: text }]);

/** What was read of a text. */
export interface Reading {
  text: string;
  /** Null where the text is wrong. */
  circuit: QuantumCircuit | null;
  error: AerError | null;
}

/** The reading of the newest text that was read: some tenths of a second behind typing. Written by the editor. */
export const reading = signal<Reading>({ text: '', circuit: null, error: null });

/** The last circuit that could be read, with its text. Written by the editor. */
export const circuit = signal<{ text: string; circuit: QuantumCircuit } | null>(null);

/** Whether `circuit` is that of the text as it stands. */
export const circuit_is_current = computed(() => circuit.value !== null && circuit.value.text === program.value);

// ------------------------------------------------------------------------------------------------- settings

/** The noise of a run. Which presets there are, with their parameters and limits, is the table in run/noise.ts. */
export interface NoiseSettings {
  preset: 'ideal' | 'depolarizing' | 'thermal';
  /** Values of the preset's parameters by name; what is missing is as by default. */
  values: Record<string, number>;
}

export interface Settings {
  method: SimulationMethod;
  shots: number;
  /** Null: a new one each time. */
  seed: number | null;
  precision: 'double' | 'single';
  noise: NoiseSettings;
}

export const DEFAULT_SETTINGS: Settings = {
  method: 'automatic', shots: 1024, seed: null, precision: 'double', noise: { preset: 'ideal', values: {} },
};

/** Written by the panel of the run, and where a link or an example is opened. */
export const settings = signal<Settings>(DEFAULT_SETTINGS);

// ------------------------------------------------------------------------------------------------- jobs

/** A job as the page keeps it: plain data, so that it can be stored. */
export interface JobRecord {
  id: string;
  /** A name to show: the example's, or what the program begins with. */
  title: string;
  text: string;
  settings: Settings;
  /** Milliseconds since 1970. */
  created: number;
  status: JobStatus;
  /** Each status that was seen, with the seconds since the job was made. */
  history: { status: JobStatus; at_s: number }[];
  /** Share done, seconds run and, where it can be told, seconds left. */
  progress: { fraction: number; elapsed_s: number; left_s: number | null };
  error: JobFailure | null;
  outcome: JobOutcome | null;
}

/** Why a job failed. */
export interface JobFailure {
  code: string;
  message: string;
  hint?: string;
  line?: number;
  column?: number;
}

/** What a job gave. */
export interface JobOutcome {
  /** Null where nothing was measured. */
  counts: Counts | null;
  /** The same without noise, where there was noise. */
  ideal_counts: Counts | null;
  shots: number;
  seed: number;
  method: string;
  method_reason: string | null;
  num_qubits: number;
  time_s: number;
  metadata: Record<string, unknown>;
}

/** The newest first. Written by run/jobs.ts. */
export const jobs = signal<JobRecord[]>([]);

/** The id of the job whose results are shown. Written by the list of jobs. */
export const chosen_job_id = signal<string | null>(null);
export const chosen_job = computed(() => jobs.value.find(({ id }) => id === chosen_job_id.value) ?? null);

// ------------------------------------------------------------------------------------------------- the page

/** Light or dark, as it is shown. */
export const theme = signal<'light' | 'dark'>('light');

/** Which place is open where there is room for one. */
export type Place = 'circuit' | 'program' | 'run' | 'results';
export const place = signal<Place>('circuit');

/** The title of the example that the text came from, until it is another's. */
export const program_title = signal<string | null>(null);

/** Something that the user has to know, with what can be done. Shown until it is closed, or for some seconds. */
export interface Notice {
  id: number;
  kind: 'info' | 'warning' | 'error';
  text: string;
  action?: { label: string; run: () => void };
  /** Whether it goes away by itself. */
  brief: boolean;
}
export const notices = signal<Notice[]>([]);

let last_notice = 0;

export function notify(kind: Notice['kind'], text: string, options: { action?: Notice['action']; brief?: boolean } = {}): void {
  const id = ++last_notice;
  notices.value = [...notices.value.filter((notice) => notice.text !== text), { id, kind, text, brief: false, ...options }];
  if (options.brief) setTimeout(() => dismiss(id), 5000);
}

export const dismiss = (id: number): void => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};
