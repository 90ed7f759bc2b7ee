import { core } from './core.js';
import { bad_argument } from './errors.js';
import { QuantumCircuit, complex_rows } from './quantum_circuit.js';

export * from './quantum_circuit.js';

// The classes hold dictionaries, as `to_dict()` gives them; whatever there is to compute or check is done in Rust.

/** What Rust has made, for a constructor that takes it as it is. */
class Made {
  constructor(told) { Object.assign(this, told); }
}

/** A quantum error: a mixture of short circuits, one of which is run at random. */
export class QuantumError {
  #told;
  #id;

  /** @param noise_ops pairs [circuit, probability]; a circuit is a QuantumCircuit, an instruction, or a list of them */
  constructor(noise_ops) {
    this.#told = noise_ops instanceof Made ? noise_ops : core.noise('quantum_error', { error: entry_of(noise_ops) });
    this.#id = noise_ops?.id ?? hexadecimal(crypto.getRandomValues(new Uint8Array(16)));
  }

  static from_dict(dict) {
    return new QuantumError(new Made({ ...core.noise('quantum_error', { error: dict }), id: dict.id }));
  }

  get id() { return this.#id; }
  get num_qubits() { return this.#told.num_qubits; }
  get size() { return this.#told.entry.probabilities.length; }
  get probabilities() { return [...this.#told.entry.probabilities]; }
  get circuits() { return structuredClone(this.#told.entry.instructions); }

  error_term(position) {
    if (!(position in this.#told.entry.probabilities)) throw bad_argument('position', position, `0 to ${this.size - 1}`);
    return [this.circuits[position], this.probabilities[position]];
  }

  ideal() { return core.noise('ideal', { error: this.#told.entry }); }

  compose(other, qargs = null, front = false) {
    if (qargs !== null && typeof qargs === 'object' && !Array.isArray(qargs)) ({ qargs = null, front = false } = qargs);
    return this.#with('compose', { other: quantum(other), qargs, front });
  }

  dot(other) { return this.compose(other, null, true); }
  tensor(other) { return this.#with('tensor', { other: quantum(other) }); }
  expand(other) { return as_error(other).tensor(this); }
  power(n) { return this.#with('power', { n }); }
  to_quantumchannel() { return core.noise('to_quantumchannel', { error: this.#told.entry }); }
  to_dict() { return { type: 'qerror', id: this.#id, ...structuredClone(this.#told.entry) }; }
  toJSON() { return this.to_dict(); }

  toString() {
    return `QuantumError on ${this.num_qubits} qubits, of ${this.size} circuits, probabilities ${this.probabilities.join(', ')}`;
  }

  #with(name, given) { return made(core.noise(name, { error: this.#told.entry, ...given })); }
}

const made = (told) => new QuantumError(new Made(told));
const as_error = (error) => (error instanceof QuantumError ? error : new QuantumError(error));
const quantum = (error) => as_error(error).to_dict();
const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Pairs of circuits and probabilities as an entry of a noise model. */
function entry_of(noise_ops) {
  const expected = 'an array of [circuit, probability]';
  if (!Array.isArray(noise_ops)) throw bad_argument('noise_ops', noise_ops, expected);
  let num_qubits = 1;
  const circuits = noise_ops.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw bad_argument('noise_ops', pair, expected);
    const [circuit] = pair;
    if (circuit instanceof QuantumCircuit) {
      num_qubits = Math.max(num_qubits, circuit.num_qubits);
      return core.assemble(circuit, {}, '').experiments[0].instructions;
    }
    return Array.isArray(circuit) ? circuit : [circuit];
  });
  return { instructions: circuits, probabilities: noise_ops.map(([, probability]) => probability), num_qubits };
}

/** A readout error: what is recorded instead of what was measured. */
export class ReadoutError {
  #told;

  /** @param probabilities row m has the probabilities of recording each value where the outcome was m */
  constructor(probabilities) {
    const told = probabilities instanceof Made;
    this.#told = told ? probabilities : core.noise('readout_error', { error: { probabilities } });
  }

  get num_qubits() { return this.#told.num_qubits; }
  get number_of_qubits() { return this.#told.num_qubits; }
  get probabilities() { return structuredClone(this.#told.entry.probabilities); }

  ideal() { return core.noise('readout_ideal', { error: this.#told.entry }); }
  compose(other, front = false) { return this.#with('readout_compose', { other: readout(other), front }); }
  dot(other) { return this.compose(other, true); }
  tensor(other) { return this.#with('readout_tensor', { other: readout(other) }); }
  expand(other) { return as_readout(other).tensor(this); }
  power(n) { return this.#with('readout_power', { n }); }
  to_dict() { return structuredClone(this.#told.entry); }
  toJSON() { return this.to_dict(); }
  toString() { return `ReadoutError(${JSON.stringify(this.probabilities)})`; }

  #with(name, given) { return new ReadoutError(new Made(core.noise(name, { error: this.#told.entry, ...given }))); }
}

const as_readout = (error) => (error instanceof ReadoutError ? error : new ReadoutError(error));
const readout = (error) => as_readout(error).to_dict();

/** Gates that are no gates of the table. */
const FURTHER_GATES = ['delay', 'diagonal', 'multiplexer', 'pauli', 'unitary'];

/** Which errors go with which instructions. */
export class NoiseModel {
  #quantum = [];
  #readout = [];
  #basis_gates;

  constructor(basis_gates = ['id', 'rz', 'sx', 'cx']) {
    this.#basis_gates = new Set(names(basis_gates, 'basis_gates'));
  }

  static from_dict(dict) {
    const model = new NoiseModel();
    model.#take(core.noise('read', { model: dict }));
    return model;
  }

  /** The noise of a device, from Qiskit's BackendProperties as a dict. */
  static from_backend_properties(backend_properties, options = {}) {
    const model = new NoiseModel((backend_properties?.gates ?? []).map(({ gate }) => gate));
    model.#take(core.noise('device', { properties: backend_properties, options }));
    return model;
  }

  get basis_gates() { return [...this.#basis_gates].sort(); }
  get noise_instructions() { return core.noise('names', { model: this.to_dict() }).instructions; }
  get noise_qubits() { return core.noise('names', { model: this.to_dict() }).qubits; }

  add_basis_gates(instructions) {
    for (const name of names(instructions, 'instructions')) {
      if (FURTHER_GATES.includes(name) || core.gates.some((gate) => gate.name === name)) this.#basis_gates.add(name);
    }
  }

  add_all_qubit_quantum_error(error, instructions) { this.#add(error, instructions, {}); }
  add_quantum_error(error, instructions, qubits) { this.#add(error, instructions, { gate_qubits: [tuple(qubits)] }); }
  add_all_qubit_readout_error(error) { this.#replace(error, {}); }
  add_readout_error(error, qubits) { this.#replace(error, { gate_qubits: [tuple(qubits)] }); }

  is_ideal() { return this.#quantum.length === 0 && this.#readout.length === 0; }
  to_dict() { return structuredClone({ errors: [...this.#quantum, ...this.#readout] }); }
  toJSON() { return this.to_dict(); }
  toString() { return this.is_ideal() ? 'NoiseModel: Ideal' : `<NoiseModel on ${this.noise_instructions.join(', ')}>`; }

  #add(error, instructions, where) {
    const operations = names(instructions, 'instructions');
    const { id, ...entry } = quantum(error);
    const checked = core.noise('add_quantum', { model: { errors: [{ ...entry, operations, ...where }] } });
    this.#quantum.push(...checked.errors.map(({ type, ...rest }) => ({ type, id, ...rest })));
    if (checked.errors.length > 0) this.add_basis_gates(operations);
  }

  #replace(error, where) {
    const errors = [...this.#readout, { ...readout(error), ...where }];
    this.#readout = core.noise('replace_readout', { model: { errors } }).errors;
  }

  #take({ errors }) {
    this.#quantum = errors.filter(({ type }) => type === 'qerror');
    this.#readout = errors.filter(({ type }) => type === 'roerror');
    for (const { operations } of this.#quantum) this.add_basis_gates(operations);
  }
}

/** One name or several. */
function names(given, argument) {
  const list = typeof given === 'string' ? [given] : given;
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  throw bad_argument(argument, given, 'a name or an array of names');
}

function tuple(qubits) {
  if (Array.isArray(qubits)) return qubits;
  throw bad_argument('qubits', qubits, 'an array of qubits');
}

const channel = (name) => ({ [name]: (...given) => made(core.noise_channel(name, given)) })[name];

export const depolarizing_error = channel('depolarizing_error');
export const thermal_relaxation_error = channel('thermal_relaxation_error');
export const amplitude_damping_error = channel('amplitude_damping_error');
export const phase_damping_error = channel('phase_damping_error');
export const phase_amplitude_damping_error = channel('phase_amplitude_damping_error');
export const reset_error = channel('reset_error');

/** A mixture of Pauli strings: pairs [letters, probability]. */
export function pauli_error(noise_ops) {
  return made(core.noise('pauli_error', { terms: noise_ops }));
}

/** A mixture of unitary matrices: pairs [matrix, probability]. */
export function mixed_unitary_error(noise_ops) {
  const expected = 'an array of [matrix, probability]';
  if (!Array.isArray(noise_ops)) throw bad_argument('noise_ops', noise_ops, expected);
  const terms = noise_ops.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw bad_argument('noise_ops', pair, expected);
    return [complex_rows(pair[0]), pair[1]];
  });
  return made(core.noise('mixed_unitary_error', { terms }));
}

/** A unitary matrix that always acts. */
export function coherent_unitary_error(unitary) {
  return mixed_unitary_error([[unitary, 1]]);
}

/** A channel by its Kraus operators. */
export function kraus_error(noise_ops, canonical_kraus = false) {
  if (!Array.isArray(noise_ops)) throw bad_argument('noise_ops', noise_ops, 'an array of matrices');
  const canonical = canonical_kraus?.canonical_kraus ?? canonical_kraus;
  return made(core.noise('kraus_error', { operators: noise_ops.map(complex_rows), canonical_kraus: canonical === true }));
}
