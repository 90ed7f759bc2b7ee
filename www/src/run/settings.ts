// The settings of a run: what they are called, their limits, and how settings of any origin become valid ones. No interface
// here: links use it too.

import { DEFAULT_SETTINGS, type NoiseSettings, type Settings } from '../state';
import { NOISE_PRESETS, noise_values, shown, type NumberRange } from './noise';

interface NumberSetting extends NumberRange {
  help: string;
  /** Values that are often wanted. */
  usual: readonly number[];
}

export const NUMBERS: Record<'shots' | 'seed', NumberSetting> = {
  shots: { label: 'Shots', min: 1, max: 1_000_000, whole: true, usual: [1, 100, 1024, 10_000, 100_000], help: 'How often the circuit is run.' },
  seed: { label: 'Seed', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true, usual: [], help: 'The same seed gives the same counts; empty for a new one each time.' },
};

/** The methods by name; which of them there are says the package. */
export const METHODS: Record<string, { label: string; help: string }> = {
  automatic: { label: 'Automatic', help: 'The fastest method that can run the circuit.' },
  statevector: { label: 'Statevector', help: 'All amplitudes: any circuit, up to about 27 qubits.' },
  density_matrix: { label: 'Density matrix', help: 'Noise exactly, as channels: up to about 13 qubits.' },
  stabilizer: { label: 'Stabilizer', help: 'Clifford circuits of thousands of qubits.' },
  matrix_product_state: { label: 'Matrix product state', help: 'Many qubits with little entanglement.' },
  extended_stabilizer: { label: 'Extended stabilizer', help: 'Clifford circuits with some T gates.' },
  unitary: { label: 'Unitary', help: 'The matrix of a circuit without measurement.' },
  superop: { label: 'Superoperator', help: 'The channel of a circuit.' },
};

export const PRECISIONS: Record<Settings['precision'], { label: string; help: string }> = {
  double: { label: 'Double', help: '64 bits for each real number.' },
  single: { label: 'Single', help: '32 bits: half the memory.' },
};

/** A number with its thousands apart. */
export const grouped = (value: number): string => value.toLocaleString('en');

/** What is wrong with a number, or null. */
export function problem_of(value: unknown, { min, max, whole, unit }: NumberRange): string | null {
  const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
  const limits = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${grouped(min)} to ${grouped(max)}`;
  return fits ? null : `Give a ${whole ? 'whole ' : ''}number ${limits}${unit ? ` ${unit}` : ''}.`;
}

/** What is wrong with the noise, by the names of its parameters. */
export function noise_problems(noise: NoiseSettings): Record<string, string> {
  const { parameters, conflict } = NOISE_PRESETS[noise.preset];
  const values = noise_values(noise);
  const wrong = parameters.flatMap((parameter) => {
    const problem = problem_of(values[parameter.name], parameter);
    return problem ? [[parameter.name, problem] as const] : [];
  });
  if (wrong.length > 0) return Object.fromEntries(wrong);
  const clash = conflict?.(values);
  return clash ? { [clash[0]]: clash[1] } : {};
}

/** Settings that can be run, and a sentence for each thing that had to be put right. */
export interface ReadSettings {
  settings: Settings;
  corrected: string[];
}

const is_object = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As little of it as says what it was. */
const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? `“${value}”` : typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

/** Settings out of anything, such as what a link or a store holds. What is missing is as by default. */
export function read_settings(given: unknown): ReadSettings {
  const corrected: string[] = [];
  const settings: Settings = { ...DEFAULT_SETTINGS, noise: { preset: 'ideal', values: {} } };
  if (given === undefined || given === null) return { settings, corrected };
  if (!is_object(given)) return { settings, corrected: ['The settings could not be read: the usual ones are used.'] };

  /** A number within its limits: the nearest where it is one, else the default. */
  const number = (value: unknown, range: NumberRange, fallback: number | null): number | null => {
    if (value === undefined || problem_of(value, range) === null) return (value ?? fallback) as number | null;
    const near = typeof value === 'number' && !Number.isNaN(value)
      ? Math.min(range.max, Math.max(range.min, range.whole ? Math.round(value) : value)) : fallback;
    const now = near === null ? 'none' : `${grouped(near)}${range.unit ? ` ${range.unit}` : ''}`;
    corrected.push(`${range.label} was ${quoted(value)}, and is now ${now}.`);
    return near;
  };
  const choice = <Name extends string>(value: unknown, label: string, table: Record<Name, { label: string }>, fallback: Name): Name => {
    if (value === undefined) return fallback;
    if (typeof value === 'string' && Object.hasOwn(table, value)) return value as Name;
    corrected.push(`${label} was ${quoted(value)}, and is now ${table[fallback].label.toLowerCase()}.`);
    return fallback;
  };

  settings.method = choice(given.method, 'Method', METHODS, 'automatic') as Settings['method'];
  settings.precision = choice(given.precision, 'Precision', PRECISIONS, 'double');
  settings.shots = number(given.shots, NUMBERS.shots, DEFAULT_SETTINGS.shots) ?? DEFAULT_SETTINGS.shots;
  settings.seed = given.seed === null ? null : number(given.seed, NUMBERS.seed, null);
  if (given.noise !== undefined && !is_object(given.noise)) corrected.push('The noise could not be read: there is none now.');
  if (is_object(given.noise)) {
    const { preset, values } = given.noise;
    settings.noise.preset = choice(preset, 'Noise', NOISE_PRESETS, 'ideal');
    const { parameters, conflict } = NOISE_PRESETS[settings.noise.preset];
    for (const parameter of is_object(values) ? parameters : []) {
      const value = (values as Record<string, unknown>)[parameter.name];
      if (value !== undefined) settings.noise.values[parameter.name] = number(value, parameter, parameter.default) ?? parameter.default;
    }
    const all = noise_values(settings.noise);
    if (conflict?.(all)) {
      // The one conflict that there is: T2 above what T1 allows.
      corrected.push(`T2 was ${shown(all.t2_us)} µs, and is now ${shown(2 * all.t1_us)} µs: at most twice T1.`);
      settings.noise.values = { ...settings.noise.values, t2_us: 2 * all.t1_us };
    }
  }
  return { settings, corrected };
}
