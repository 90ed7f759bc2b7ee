// The state after each instruction. One small job of one shot saves them all, so that what is seen is one run from the
// first gate to the last: through measurements, resets, conditions and loops, each with the outcome that this run had.

import { computed, effect, signal } from '@preact/signals';
import type { AerError, CircuitInstruction, QuantumCircuit } from 'aer-wasm';
import { marked_instruction } from '../circuit/marked';
import { noise_model } from '../run/noise';
import { aer, circuit, settings, type Aer, type NoiseSettings } from '../state';
import { angle, grouped } from './numbers';
import { simulate, was_cancelled } from './simulate';

/** Up to here each step is seen; a step costs 16 bytes for each amplitude, or entry of a density matrix. */
export const MOST_QUBITS = 10;
export const MOST_NOISY_QUBITS = 6;
export const MOST_STEPS = 400;
/** Up to here the state before the final measurements is seen, when it is asked for. */
export const MOST_QUBITS_ONCE = 14;
/** Typing goes on while the circuit is read; the state waits until it rests. */
const DEBOUNCE_MS = 150;
const MOST_KEPT = 12;
/** Between so many the page may do something else. */
const STEPS_AT_ONCE = 40;

/** Amplitudes, or the rows of a density matrix; interleaved re, im. */
export type State = Float64Array | Float64Array[];

export interface Step {
  /** Index in the circuit's `data`; null before the first. */
  instruction: number | null;
  words: string;
  state: State;
  /** What this step wrote into classical bits, in this run. */
  written: { bit: string; value: 0 | 1 }[];
  /** The classical bits after it, by register, bit 0 rightmost. */
  registers: { name: string; bits: string }[];
}

export interface Trace {
  text: string;
  seed: number;
  num_qubits: number;
  noisy: boolean;
  /** Whether chance decides anything, so that another run may differ. */
  random: boolean;
  /** All of them, or only the last before the final measurements. */
  steps: Step[];
  whole: boolean;
  /** Where to begin: before the final measurements. */
  usual: number;
}

/** Why not every step is shown. */
export interface Limit {
  reason: string;
  /** What the state before the final measurements costs, where it can be had. */
  cost: string | null;
}

// ------------------------------------------------------------------------------------------------- what is asked for

/** Whether anybody looks. Written by the panel. */
export const state_is_visible = signal(false);
export const run_seed = signal(1);
export const with_noise = signal(false);
/** The text whose state before the final measurements was asked for, where the steps are too many. */
const once_for = signal<string | null>(null);
/** Null: where one begins. */
export const chosen_position = signal<number | null>(null);

export const another_run = (): void => {
  run_seed.value++;
};
export const show_once = (): void => {
  once_for.value = circuit.value?.text ?? null;
};

// ------------------------------------------------------------------------------------------------- what is there

export const trace = signal<Trace | null>(null);
export const tracing = signal(false);
export const trace_error = signal<string | null>(null);

export const limit = computed<Limit | null>(() => (circuit.value ? limit_of(circuit.value.circuit) : null));

export const position = computed(() => {
  if (!trace.value) return 0;
  return Math.min(chosen_position.value ?? trace.value.usual, trace.value.steps.length - 1);
});
export const step = computed(() => trace.value?.steps[position.value] ?? null);

function limit_of(source: QuantumCircuit): Limit | null {
  const { num_qubits } = source;
  const size = source.size();
  const reasons = [
    num_qubits > MOST_QUBITS && `${num_qubits} qubits; each step is shown for up to ${MOST_QUBITS}`,
    size > MOST_STEPS && `${grouped(size)} instructions; each step is shown for up to ${MOST_STEPS}`,
  ].filter(Boolean);
  if (reasons.length === 0) return null;
  const amplitudes = 2 ** num_qubits;
  const cost = `${grouped(amplitudes)} amplitudes, ${grouped(Math.ceil((16 * amplitudes) / 1024))} KiB`;
  return { reason: `This circuit has ${reasons.join(', and ')}.`, cost: num_qubits > MOST_QUBITS_ONCE ? null : cost };
}

// ------------------------------------------------------------------------------------------------- instructions in words

const param = (value: unknown): string => (typeof value === 'number' ? angle(value) : Array.isArray(value) ? '…' : String(value));

const FLOW: Record<string, string> = { if_else: 'if', while_loop: 'while', for_loop: 'for', switch_case: 'switch' };

interface Names {
  qubits: string[];
  clbits: string[];
}

function in_words({ name, label, qubits, clbits, params }: CircuitInstruction, source: Names, conditional: boolean): string {
  const of = (names: string[], indices: number[]) => indices.map((index) => names[index]).join(', ');
  const shown = params.length > 4 ? '…' : params.map(param).join(', ');
  const on = of(source.qubits, qubits) || of(source.clbits, clbits);
  const head = `${conditional ? 'if … ' : ''}${FLOW[name] ?? label ?? name}${shown === '' ? '' : `(${shown})`}`;
  if (name === 'measure') return `${head} ${of(source.qubits, qubits)} → ${of(source.clbits, clbits)}`;
  return `${head}${FLOW[name] ? ' … on' : ''} ${on}`.trim();
}

/** Instructions that no step is made of: nothing happens, or what happens is a condition of what follows. */
const is_no_step = ({ name }: CircuitInstruction): boolean => name === 'barrier' || name === 'bfunc' || name.startsWith('save_');

const RANDOM = new Set(['measure', 'reset', 'initialize', 'kraus', 'superop', ...Object.keys(FLOW)]);

const names_of = (bits: { register: { name: string }; index: number }[]): string[] =>
  bits.map(({ register, index }) => `${register.name}[${index}]`);

// ------------------------------------------------------------------------------------------------- the job

interface Wanted {
  text: string;
  source: QuantumCircuit;
  seed: number;
  noise: NoiseSettings | null;
  once: boolean;
}

/** A value that was saved by memory, in a run of one shot: there is one memory. */
function only(saved: unknown): { memory: bigint; state: State } {
  const [[memory, state]] = Object.entries(saved as Record<string, State>);
  return { memory: BigInt(memory), state };
}

async function compute(loaded: Aer, { text, source, seed, noise, once }: Wanted, signal: AbortSignal): Promise<Trace> {
  const model = noise && noise_model(loaded, noise);
  const save = (into: QuantumCircuit, k: number) =>
    model ? into.save_density_matrix(null, `step_${k}`, false, false, true) : into.save_statevector(`step_${k}`, false, true);

  const whole_data = once ? [] : source.data;
  const kept: { instruction: number | null; words: string; entry: CircuitInstruction | null; conditional: boolean }[] = [
    { instruction: null, words: once ? 'before the final measurements' : 'start', entry: null, conditional: false },
  ];
  const traced = once ? source.remove_final_measurements(false) : source.copy_empty_like();
  const names = { qubits: names_of(source.qubits), clbits: names_of(source.clbits) };
  const random = Object.keys((once ? traced : source).count_ops()).some((name) => RANDOM.has(name));
  save(traced, 0);
  for (const [index, entry] of whole_data.entries()) {
    traced.append(entry);
    if (is_no_step(entry)) continue;
    save(traced, kept.length);
    const conditional = whole_data[index - 1]?.name === 'bfunc';
    kept.push({ instruction: index, words: in_words(entry, names, conditional), entry, conditional });
    if (kept.length % STEPS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }

  const result = await simulate(loaded, traced, {
    method: model ? 'density_matrix' : 'statevector', shots: 1, seed_simulator: seed, noise_model: model, signal,
  });
  const data = result.data(0);
  const cregs = once ? [] : source.cregs;
  let before = 0n;
  const steps = kept.map(({ instruction, words, entry, conditional }, k): Step => {
    const { memory, state } = only(data[`step_${k}`]);
    const bit = (index: number) => Number((memory >> BigInt(index)) & 1n) as 0 | 1;
    // A measurement writes its bits, what is conditional or has a body perhaps: there it is seen by what is different.
    const different = names.clbits.flatMap((_, index) => (((memory ^ before) >> BigInt(index)) & 1n ? [index] : []));
    const changed = entry?.name === 'measure' && !conditional ? entry.clbits : different;
    before = memory;
    let first = 0;
    const registers = cregs.map(({ name, size }) => {
      const bits = Array.from({ length: size }, (_, index) => bit(first + index)).reverse().join('');
      first += size;
      return { name, bits };
    });
    return { instruction, words, state, registers, written: changed.map((index) => ({ bit: names.clbits[index], value: bit(index) })) };
  });
  let usual = steps.length - 1;
  while (usual > 0 && kept[usual].entry?.name === 'measure') usual--;
  return {
    text, seed, steps, usual, whole: !once, noisy: Boolean(model), num_qubits: source.num_qubits,
    random,
  };
}

/** The newest last. */
const known = new Map<string, Trace>();

function keep(key: string, computed: Trace): void {
  known.delete(key);
  known.set(key, computed);
  for (const old of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(old);
}

effect(() => {
  const [loaded, source] = [aer.value, circuit.value];
  if (!state_is_visible.value || !loaded || !source) return;
  const once = limit.value !== null;
  const can_noise = !once && source.circuit.num_qubits <= MOST_NOISY_QUBITS && settings.value.noise.preset !== 'ideal';
  const wanted: Wanted = {
    text: source.text, source: source.circuit, seed: run_seed.value, once,
    noise: with_noise.value && can_noise ? settings.value.noise : null,
  };
  if (source.circuit.num_qubits === 0 || (once && once_for.value !== source.text)) {
    trace.value = trace_error.value = null;
    tracing.value = false;
    return;
  }
  const key = JSON.stringify([wanted.text, wanted.seed, wanted.noise]);
  const there = known.get(key);
  if (there) {
    keep(key, there);
    trace.value = there;
    trace_error.value = null;
    return;
  }
  const stop = new AbortController();
  const timer = setTimeout(async () => {
    tracing.value = true;
    try {
      const computed = await compute(loaded, wanted, stop.signal);
      keep(key, computed);
      if (stop.signal.aborted) return;
      trace.value = computed;
      trace_error.value = null;
    } catch (error) {
      if (stop.signal.aborted || was_cancelled(error)) return;
      trace.value = null;
      trace_error.value = (error as AerError).message;
    } finally {
      if (!stop.signal.aborted) tracing.value = false;
    }
  }, trace.peek() === null ? 0 : DEBOUNCE_MS);
  return () => {
    clearTimeout(timer);
    stop.abort();
    tracing.value = false;
  };
});

effect(() => {
  const shown = trace.value;
  const current = state_is_visible.value && shown !== null && shown.whole && shown.text === circuit.value?.text;
  const done = step.value?.instruction ?? -1;
  marked_instruction.value = current ? done + 1 : null;
});
