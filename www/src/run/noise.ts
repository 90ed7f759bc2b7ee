// The noise of a run: one table of presets, each with its parameters, and the model that it means. No interface here: the
// results and links use it too.

import type { NoiseModel, QuantumError } from 'aer-wasm';
import type { Aer, NoiseSettings } from '../state';

/** A number that a user chooses, with its limits. */
export interface NumberRange {
  label: string;
  min: number;
  max: number;
  unit?: string;
  /** Whether only whole numbers do. */
  whole?: boolean;
}

export interface NoiseParameter extends NumberRange {
  name: string;
  unit: string;
  /** Of the slider; a number that is typed may lie between. */
  step: number;
  default: number;
  help: string;
}

type Values = Record<string, number>;

interface NoisePreset {
  label: string;
  help: string;
  parameters: readonly NoiseParameter[];
  /** What is wrong with values that are right one by one: the parameter's name, and why. */
  conflict?: (values: Values) => [name: string, problem: string] | null;
  describe: (values: Values) => string;
  /** The error that follows a gate on so many qubits. */
  gate_error?: (aer: Aer, values: Values, num_qubits: number) => QuantumError;
}

const READOUT: NoiseParameter = {
  name: 'readout_error', label: 'Readout error', unit: '%', min: 0, max: 20, step: 0.1, default: 2,
  help: 'How often a measured bit is recorded as the other one.',
};

/** A number as it is shown: no more digits than it has. */
export const shown = (value: number): string => String(Number(value.toPrecision(12)));

const percent = (value: number) => `${shown(value)} %`;
const readout_words = ({ readout_error }: Values) =>
  readout_error > 0 ? `${percent(readout_error)} of the measured bits are recorded wrongly.` : 'Measurement is exact.';

export const NOISE_PRESETS: Record<NoiseSettings['preset'], NoisePreset> = {
  ideal: { label: 'Ideal', help: 'Every gate and measurement is exact.', parameters: [], describe: () => 'No noise.' },
  depolarizing: {
    label: 'Depolarizing',
    help: 'After a gate its qubits are, with some probability, replaced by a completely random state.',
    parameters: [
      { name: 'error_1q', label: '1-qubit error', unit: '%', min: 0, max: 5, step: 0.05, default: 0.1, help: 'The depolarizing parameter after a gate on one qubit.' },
      { name: 'error_2q', label: '2-qubit error', unit: '%', min: 0, max: 20, step: 0.1, default: 1, help: 'The same after a gate on two or more qubits.' },
      READOUT,
    ],
    describe: (values) =>
      `A depolarizing error of ${percent(values.error_1q)} follows each gate on one qubit, one of ${percent(values.error_2q)} each gate on more. ${readout_words(values)}`,
    gate_error: (aer, values, num_qubits) =>
      aer.depolarizing_error((num_qubits === 1 ? values.error_1q : values.error_2q) / 100, num_qubits),
  },
  thermal: {
    label: 'Thermal',
    help: 'Qubits relax and dephase while gates last, as on a device with these numbers.',
    parameters: [
      { name: 't1_us', label: 'T1', unit: 'µs', min: 1, max: 1000, step: 1, default: 200, help: 'Relaxation time: how long |1⟩ lives.' },
      { name: 't2_us', label: 'T2', unit: 'µs', min: 1, max: 1000, step: 1, default: 150, help: 'Dephasing time: how long a superposition lives; at most twice T1.' },
      { name: 'time_1q_ns', label: '1-qubit time', unit: 'ns', min: 0, max: 1000, step: 5, default: 50, help: 'How long a gate on one qubit lasts.' },
      { name: 'time_2q_ns', label: '2-qubit time', unit: 'ns', min: 0, max: 5000, step: 20, default: 300, help: 'How long a gate on two or more qubits lasts.' },
      { name: 'excited_population', label: 'Excited state', unit: '%', min: 0, max: 50, step: 0.5, default: 1, help: 'The share of |1⟩ in thermal equilibrium: 0 % at zero temperature.' },
      { ...READOUT, default: 1 },
    ],
    conflict: ({ t1_us, t2_us }) =>
      t2_us > 2 * t1_us ? ['t2_us', `At most ${shown(2 * t1_us)} µs, twice T1.`] : null,
    describe: (values) =>
      `Qubits relax with T1 = ${shown(values.t1_us)} µs and T2 = ${shown(values.t2_us)} µs towards ${percent(values.excited_population)} of |1⟩, ` +
      `for ${shown(values.time_1q_ns)} ns after each gate on one qubit and ${shown(values.time_2q_ns)} ns after each gate on more. ${readout_words(values)}`,
    gate_error: (aer, values, num_qubits) => {
      const time = (num_qubits === 1 ? values.time_1q_ns : values.time_2q_ns) / 1000;
      const one = aer.thermal_relaxation_error(values.t1_us, values.t2_us, time, values.excited_population / 100);
      let error = one;
      for (let qubit = 1; qubit < num_qubits; qubit++) error = error.tensor(one);
      return error;
    },
  },
};

/** The gates by their number of qubits. Those with any number of controls (`mcx`, …) stay without error. */
export const GATES: Record<number, readonly string[]> = {
  1: ['id', 'u0', 'x', 'y', 'z', 'h', 's', 'sdg', 't', 'tdg', 'sx', 'sxdg', 'p', 'u1', 'r', 'rx', 'ry', 'rz', 'u2', 'u3', 'u', 'U'],
  2: [
    'cx', 'CX', 'cy', 'cz', 'ch', 'cs', 'csdg', 'csx', 'csxdg', 'cp', 'cu1', 'crx', 'cry', 'crz', 'cu2', 'cu3', 'cu', 'swap',
    'iswap', 'dcx', 'ecr', 'rxx', 'ryy', 'rzz', 'rzx',
  ],
  3: ['ccx', 'ccz', 'cswap', 'rccx'],
  4: ['rc3x', 'c3x', 'c3sqrtx'],
  5: ['c4x'],
};

/** The values of all parameters of the preset. */
export function noise_values({ preset, values }: NoiseSettings): Values {
  return Object.fromEntries(NOISE_PRESETS[preset].parameters.map((parameter) => [parameter.name, values[parameter.name] ?? parameter.default]));
}

/** What the noise is, in words. */
export const describe_noise = (noise: NoiseSettings): string => NOISE_PRESETS[noise.preset].describe(noise_values(noise));

/** The model of the noise; null where there is none. */
export function noise_model(aer: Aer, noise: NoiseSettings): NoiseModel | null {
  const { gate_error } = NOISE_PRESETS[noise.preset];
  if (!gate_error) return null;
  const values = noise_values(noise);
  const model = new aer.NoiseModel();
  for (const [num_qubits, names] of Object.entries(GATES))
    model.add_all_qubit_quantum_error(gate_error(aer, values, Number(num_qubits)), names);
  const wrong = values.readout_error / 100;
  model.add_all_qubit_readout_error(new aer.ReadoutError([[1 - wrong, wrong], [wrong, 1 - wrong]]));
  return model.is_ideal() ? null : model;
}
