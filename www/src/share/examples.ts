// The gallery: one row for each example, with the answer that it is known to give. Loaded when the gallery is opened.

import { DEFAULT_SETTINGS, type Settings } from '../state';
import bell from './examples/bell.qasm?raw';
import bernstein_vazirani from './examples/bernstein_vazirani.qasm?raw';
import deutsch_jozsa from './examples/deutsch_jozsa.qasm?raw';
import ghz from './examples/ghz.qasm?raw';
import grover from './examples/grover.qasm?raw';
import noise_study from './examples/noise_study.qasm?raw';
import phase_estimation from './examples/phase_estimation.qasm?raw';
import qaoa from './examples/qaoa.qasm?raw';
import qft from './examples/qft.qasm?raw';
import shor_15 from './examples/shor_15.qasm?raw';
import surface_code from './examples/surface_code.qasm?raw';
import teleportation from './examples/teleportation.qasm?raw';
import vqe_h2 from './examples/vqe_h2.qasm?raw';

export interface Example {
  title: string;
  /** Two sentences: what it does, and what to look at. */
  about: string;
  text: string;
  settings: Settings;
  expect: Expectation;
}

/** The known answer. */
export interface Expectation {
  /** Exact probabilities of the keys of the counts; of those that are missing 0. */
  probabilities: Record<string, number>;
  /** Expectation values before the measurement, by the name in OBSERVABLES. */
  observables?: Record<string, number>;
}

const even = (keys: string[]) => ({ probabilities: Object.fromEntries(keys.map((key) => [key, 1 / keys.length])) });

const row = (title: string, about: string, text: string, expect: Expectation, settings: Partial<Settings> = {}): Example =>
  ({ title, about, text, settings: { ...DEFAULT_SETTINGS, ...settings }, expect });

/** Probability of reading k of 2^bits where the phase is that share of a turn: |sum over x of e^(2 pi i x (phase - k/2^bits))|^2 / 4^bits. */
function phase_probability(phase: number, k: number, bits: number): number {
  const size = 2 ** bits;
  const off = Math.PI * (phase - k / size);
  return (Math.sin(size * off) / (size * Math.sin(off))) ** 2;
}

export const EXAMPLES: Example[] = [
  row('Bell state',
    'Two qubits that are random each and always agree, however far apart. The smallest circuit with entanglement: look at the Bloch spheres, where each qubit alone has no direction.',
    bell, { ...even(['00', '11']), observables: { 'Agreement': 1, 'Agreement across': 1 } }),
  row('GHZ state',
    'One superposition of all zeros and all ones, shared by five qubits. Measuring any of them settles the others.',
    ghz, { ...even(['00000', '11111']), observables: { 'Parity of all': 1 } }),
  row('Teleportation',
    'The state of one qubit moves to another by an entangled pair and two measured bits, on which the last gates depend. The first bit of the counts checks it: always 0.',
    teleportation, even(['0 0 0', '0 0 1', '0 1 0', '0 1 1'])),
  row('Deutsch–Jozsa',
    'Tells with one call whether a function is constant or balanced, where trying inputs may take five. Anything but 000 means balanced.',
    deutsch_jozsa, even(['111'])),
  row('Bernstein–Vazirani',
    'Reads a hidden string of bits with a single call of a function that gives only one bit. The counts show the string, 10110, every time.',
    bernstein_vazirani, even(['10110'])),
  row('Grover’s search',
    'Finds the one marked value of eight by making its amplitude grow round by round. Step through it to see the amplitude of 101 rise to a probability of 94.5 %.',
    grover, { probabilities: { ...Object.fromEntries(['000', '001', '010', '011', '100', '110', '111'].map((key) => [key, 1 / 128])), '101': 121 / 128 } }),
  row('Quantum Fourier transform',
    'Turns a state that repeats every four numbers into peaks that tell the period. Change where the numbers start: only phases change, the peaks stay.',
    qft, even(['0000', '0100', '1000', '1100'])),
  row('Phase estimation',
    'Measures the phase of a gate as a binary number of four digits. A third of a turn fits no such number, so the nearest, 0101, comes most often and its neighbours now and then.',
    phase_estimation,
    { probabilities: Object.fromEntries(Array.from({ length: 16 }, (_, k) => [k.toString(2).padStart(4, '0'), phase_probability(1 / 3, k, 4)])) }),
  row('VQE for H₂',
    'The ground state of the hydrogen molecule, from a circuit with one angle. Its energy is listed with the expectation values: −1.857 hartree, the least that any state has.',
    vqe_h2, {
      probabilities: { '01': Math.cos(0.223537 / 2) ** 2, '10': Math.sin(0.223537 / 2) ** 2 },
      observables: { 'Energy of the electrons': -1.857275030202382 },
    }),
  row('QAOA',
    'Cuts the corners of a square into two groups so that as many edges as possible lie between them. At these angles only the two best answers are left: opposite corners together.',
    qaoa, { ...even(['0101', '1010']), observables: { 'Edges cut': 4 } }),
  row('Shor’s algorithm for 15',
    'Finds that the powers of 7 repeat after four steps when counted modulo 15, which gives the factors 3 and 5. The counts are at the fractions of that period: 0, 2, 4 and 6 of 8.',
    shor_15, even(['000', '010', '100', '110'])),
  row('Surface code',
    'Nine qubits hold one so that a single error can be found and mended without looking at what they hold. The checks point at the planted error, and the logical qubit, the first bit of the counts, stays 0.',
    surface_code, even(['0 0000 0011'])),
  row('Noise study',
    'The same GHZ state on a noisy machine: the ideal counts stand beside the noisy ones. Move the sliders to see how soon the two answers drown.',
    noise_study, even(['00000', '11111']),
    { shots: 4096, noise: { preset: 'depolarizing', values: {} } }),
];
