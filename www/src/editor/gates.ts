// What gates the package has, asked of the package itself.

import { aer, type Aer } from '../state';

export interface Signature {
  name: string;
  parameters: string[];
  qubits: number;
}

/**
 * A gate's signature, as its method tells when it is called without arguments: `3 (theta, qubit1, qubit2)`. Gates with any
 * number of controls are shown with one.
 */
function signature({ QuantumCircuit }: Aer, name: string): Signature | null {
  try {
    (new QuantumCircuit() as unknown as Record<string, () => void>)[name.toLowerCase()]();
  } catch (error) {
    const names = /\((.+)\)/.exec((error as { expected?: string }).expected ?? '')?.[1].split(', ');
    const parameters = names?.filter((operand) => !/qubit/.test(operand)) ?? [];
    return names ? { name, parameters, qubits: names.length - parameters.length } : null;
  }
  return null;
}

/** A program of one gate. */
const HEADS = { 2: 'OPENQASM 2.0; include "qelib1.inc"; qreg q[8];', 3: 'OPENQASM 3.0; include "stdgates.inc"; qubit[8] q;' };

/** Whether texts of a version know the gate. */
function is_known({ QuantumCircuit }: Aer, version: 2 | 3, { name, parameters, qubits }: Signature): boolean {
  const values = parameters.length > 0 ? `(${parameters.map(() => 1)})` : '';
  try {
    QuantumCircuit.from_qasm(`${HEADS[version]} ${name}${values} ${Array.from({ length: qubits }, (_, i) => `q[${i}]`)};`);
    return true;
  } catch {
    return false;
  }
}

const known: Partial<Record<2 | 3, Signature[]>> = {};

/** The gates that texts of a version know, with the include file of that version; none until the package is there. */
export function gates_of(version: 2 | 3): Signature[] {
  const package_ = aer.value;
  if (!package_) return [];
  return (known[version] ??= new package_.AerSimulator().configuration().basis_gates
    .map((name) => signature(package_, name))
    .filter((row) => row !== null)
    .filter((row) => is_known(package_, version, row)));
}
