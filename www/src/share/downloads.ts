// The program as files: one row for each format.

import { aer, program, program_title, settings, theme } from '../state';
import { file_name, png_of, save_file } from '../see/download';
import { qiskit_python } from './qiskit_python';
import type { QuantumCircuit } from 'aer-wasm';

interface Format {
  label: string;
  extension: string;
  write: () => Promise<string | Blob>;
}

/** The version of OpenQASM that a text says it is of, or null. */
const version = (text: string): string | null => /^\s*OPENQASM\s+(\d)/m.exec(text)?.[1] ?? null;

/** The circuit of the text as it stands. Throws what is wrong with it. */
function circuit(): QuantumCircuit {
  if (!aer.value) throw new Error('the simulator is still loading; try again in a moment');
  return aer.value.QuantumCircuit.from_qasm(program.value);
}

/** In the version that it is written in the text is as it was typed, comments and errors and all. */
const qasm = (wanted: '2' | '3', convert: (circuit: QuantumCircuit) => string) => async () =>
  (version(program.value) ?? '3') === wanted ? program.value : convert(circuit());

async function drawing(): Promise<string> {
  const { circuit_drawer } = await import('aer-wasm/plots');
  return circuit_drawer(circuit(), { theme: theme.value });
}

export const FORMATS: Format[] = [
  { label: 'OpenQASM 3', extension: 'qasm', write: qasm('3', (circuit) => circuit.to_qasm3()) },
  { label: 'OpenQASM 2', extension: 'qasm', write: qasm('2', (circuit) => circuit.to_qasm2()) },
  { label: 'Qiskit Python', extension: 'py', write: async () => qiskit_python(circuit(), settings.value, program_title.value) },
  { label: 'Drawing, SVG', extension: 'svg', write: drawing },
  { label: 'Drawing, PNG', extension: 'png', write: async () => png_of(await drawing()) },
];

/** Writes a file; throws with a reason where that cannot be done. */
export async function download({ extension, write }: Format): Promise<void> {
  save_file(`${file_name(program_title.value ?? 'circuit')}.${extension}`, await write(), extension === 'svg' ? 'image/svg+xml' : 'text/plain');
}
