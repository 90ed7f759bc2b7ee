import { core, on_core } from './core.js';
import { explained } from './errors.js';

/** A named register. */
class Register {
  constructor(size, name) {
    if (!Number.isInteger(size) || size < 0) {
      throw explained('A register needs a size.', {
        code: 'INVALID_ARGUMENT', found: String(size), expected: 'an integer of at least 0',
      });
    }
    this.size = size;
    this.name = name;
  }

  get length() { return this.size; }

  /** The bits, each of which any method of a circuit takes. */
  * [Symbol.iterator]() { for (let index = 0; index < this.size; index++) yield { register: this, index }; }

  /** One bit of it. */
  at(index) { return { register: this, index: index < 0 ? this.size + index : index }; }
}

/** A named register of qubits. */
export class QuantumRegister extends Register {
  constructor(size, name = 'q') { super(size, name); }
}

/** A named register of classical bits. */
export class ClassicalRegister extends Register {
  constructor(size, name = 'c') { super(size, name); }
}

let circuits = 0;

/**
 * A quantum circuit, with Qiskit's method names and argument order. Qubits and bits are given by index, as a
 * bit of a register, as a register, or as an array of those (the gate is then applied to each). There is a
 * method for each gate of the gate table: parameters first, then qubits. Checks are made at once, in Rust.
 */
export class QuantumCircuit {
  #core = new core.CircuitBuilder();
  #offsets = new Map();

  /** `new QuantumCircuit(2, 2)`, or registers, or a mixture of registers. */
  constructor(...registers) {
    this.name = `circuit-${circuits++}`;
    const numbers = registers.every((register) => typeof register === 'number');
    if (numbers) {
      if (registers.length > 2) throw bad_argument('registers', registers, 'one or two sizes, or registers');
      const [qubits = 0, clbits = 0] = registers;
      registers = [new QuantumRegister(qubits), new ClassicalRegister(clbits)].filter(({ size }) => size > 0);
    }
    for (const register of registers) this.add_register(register);
  }

  /** Adds a register; its bits come after those already there. */
  add_register(register) {
    if (register instanceof QuantumRegister) {
      this.#offsets.set(register, this.num_qubits);
      this.#core.add_qreg(register.name, register.size);
    } else if (register instanceof ClassicalRegister) {
      this.#offsets.set(register, this.num_clbits);
      this.#core.add_creg(register.name, register.size);
    } else {
      throw bad_argument('register', register, 'a QuantumRegister or a ClassicalRegister');
    }
    return this;
  }

  get num_qubits() { return this.#core.num_qubits; }
  get num_clbits() { return this.#core.num_clbits; }

  /** The phase by which the whole state is multiplied, in radians. */
  get global_phase() { return this.#core.global_phase; }
  set global_phase(phase) { this.#core.global_phase = phase; }

  /** The number of instructions. */
  size() { return this.#core.size(); }

  /** Measures qubits into classical bits, one each. */
  measure(qubits, clbits) {
    const [from, to] = [this.#qubits(qubits), this.#clbits(clbits)];
    if (from.length !== to.length) {
      throw bad_argument('clbits', to.length, `${from.length} bits, as many as qubits`);
    }
    from.forEach((qubit, i) => this.#core.measure([qubit], [to[i]]));
    return this;
  }

  /** Adds a register `meas` as wide as the circuit and measures every qubit into it; or uses the bits there are. */
  measure_all(inplace = true, add_bits = true) {
    if (inplace !== true) throw bad_argument('inplace', inplace, 'true: this circuit is changed');
    const width = this.num_qubits;
    const first = add_bits ? this.num_clbits : 0;
    if (add_bits) this.add_register(new ClassicalRegister(width, this.#core.free_creg_name('meas')));
    else if (this.num_clbits < width) throw bad_argument('add_bits', false, `at least ${width} classical bits`);
    this.barrier();
    const all = [...Array(width).keys()];
    return this.measure(all, all.map((i) => first + i));
  }

  /** Separates what comes before from what comes after; on all qubits if none are given. */
  barrier(...qubits) {
    const on = qubits.length > 0 ? qubits.flatMap((qubit) => this.#qubits(qubit)) : [...Array(this.num_qubits).keys()];
    this.#core.barrier(on);
    return this;
  }

  /** Sets qubits to |0⟩. */
  reset(qubits) {
    for (const qubit of this.#qubits(qubits)) this.#core.reset([qubit]);
    return this;
  }

  /** Waits; no effect on an ideal simulator. */
  delay(duration, qubits = [...Array(this.num_qubits).keys()]) {
    for (const qubit of this.#qubits(qubits)) this.#core.delay(number(duration, 'duration'), [qubit]);
    return this;
  }

  /** Applies a Pauli string; its leftmost letter acts on the last of the qubits. */
  pauli(letters, qubits) {
    this.#core.pauli(String(letters), this.#qubits(qubits));
    return this;
  }

  /**
   * Resets the qubits and prepares a state on them: amplitudes as numbers, `[re, im]` pairs or an interleaved
   * Float64Array, first qubit least significant; all qubits if none are given.
   */
  initialize(amplitudes, qubits = [...Array(this.num_qubits).keys()]) {
    this.#core.initialize(complex_array(amplitudes), this.#qubits(qubits));
    return this;
  }

  /** Applies a unitary: rows of numbers or `[re, im]` pairs; the first qubit is the least significant bit. */
  unitary(matrix, qubits, label) {
    const rows = Array.from(matrix, complex_array);
    this.#core.unitary(rows.length, Float64Array.from(rows.flatMap((row) => [...row])), this.#qubits(qubits), label);
    return this;
  }

  /** Replaces the whole state: 2^n amplitudes. */
  set_statevector(amplitudes) {
    this.#core.set_statevector(complex_array(amplitudes));
    return this;
  }

  /** Saves the amplitudes under a label; `pershot` keeps one per shot, `conditional` one per memory value. */
  save_statevector(label = 'statevector', pershot = false, conditional = false) {
    this.#core.save_statevector(label, (conditional ? 'c_' : '') + (pershot ? 'list' : 'single'));
    return this;
  }

  /** The circuit as the text of a Qobj, which is how it travels to the worker. */
  _to_qobj_text() {
    return this.#core.qobj_text(this.name);
  }

  /** Reads OpenQASM. */
  static from_qasm(text) {
    return this.#read(core.CircuitBuilder.from_qasm(text));
  }

  static from_qasm_str(text) {
    return this.from_qasm(text);
  }

  static #read(builder) {
    const circuit = new this();
    circuit.#core = builder;
    return circuit;
  }

  /** One gate of the table, applied to each of the qubits where arrays are given. */
  _gate(index, { parameters, controls, targets, name }, args) {
    const values = args.slice(0, parameters.length).map((value, i) => number(value, parameters[i]));
    const operands = args.slice(parameters.length);
    const any = controls === null;
    const expected = targets + (any ? 1 : controls);
    if (operands.length !== expected) {
      throw explained(`${name}() got the wrong number of arguments.`, {
        code: 'QUBIT_COUNT',
        found: String(args.length),
        expected: `${parameters.length + expected} (${[...parameters, ...operand_names(any, controls, targets)].join(', ')})`,
      });
    }
    const lists = operands.map((operand) => this.#qubits(operand));
    if (any) {
      const [over, ...on] = lists;
      for (const qubits of broadcast(on, name)) this.#core.gate(index, values, [...over, ...qubits]);
    } else {
      for (const qubits of broadcast(lists, name)) this.#core.gate(index, values, qubits);
    }
    return this;
  }

  #qubits(bits) { return this.#bits(bits, QuantumRegister, this.num_qubits); }
  #clbits(bits) { return this.#bits(bits, ClassicalRegister, this.num_clbits); }

  /** Indices of bits given as index, bit, register, or an iterable of those; negative indices count from the end. */
  #bits(bits, type, size) {
    if (typeof bits === 'number') {
      if (!Number.isInteger(bits)) throw bad_argument('bit', bits, 'an integer');
      return [bits < 0 ? size + bits : bits];
    }
    if (bits?.register !== undefined) {
      const offset = this.#offsets.get(bits.register);
      if (offset === undefined || !(bits.register instanceof type)) {
        throw bad_argument('bit', `${bits.register?.name}[${bits.index}]`, `a bit of a ${type.name} of this circuit`);
      }
      return [offset + bits.index];
    }
    if (typeof bits?.[Symbol.iterator] === 'function' && typeof bits !== 'string') {
      return [...bits].flatMap((bit) => this.#bits(bit, type, size));
    }
    throw bad_argument('bits', bits, 'an index, a bit, a register or an array of those');
  }
}

on_core(({ gates }) => {
  gates.forEach((gate, index) => {
    if (gate.name in QuantumCircuit.prototype || gate.name !== gate.name.toLowerCase()) return;
    Object.defineProperty(QuantumCircuit.prototype, gate.name, {
      value: { [gate.name](...args) { return this._gate(index, gate, args); } }[gate.name],
      writable: true,
      configurable: true,
    });
  });
});

const operand_names = (any, controls, targets) => [
  ...(any ? ['control_qubits'] : Array.from({ length: controls }, (_, i) => `control_qubit${controls > 1 ? i + 1 : ''}`)),
  ...Array.from({ length: targets }, (_, i) => (targets > 1 ? `qubit${i + 1}` : 'qubit')),
];

/** Qiskit's rule: lists of one length go together, lists of one element go with each. */
function* broadcast(lists, name) {
  const length = Math.max(...lists.map((list) => list.length), 0);
  const wrong = lists.find((list) => list.length !== length && list.length !== 1);
  if (wrong) {
    throw explained(`${name}() got lists of qubits of different lengths.`, {
      code: 'QUBIT_COUNT', found: lists.map((list) => list.length).join(' and '), expected: 'one length, or 1',
    });
  }
  for (let i = 0; i < length; i++) yield lists.map((list) => (list.length === 1 ? list[0] : list[i]));
}

function number(value, name) {
  if (typeof value !== 'number') throw bad_argument(name, value, 'a number');
  return value;
}

/** Interleaved re, im of numbers, pairs, or what is interleaved already. */
function complex_array(values) {
  if (values instanceof Float64Array) return values;
  if (typeof values?.[Symbol.iterator] !== 'function') throw bad_argument('amplitudes', values, 'an array');
  return Float64Array.from([...values].flatMap((value) => {
    if (typeof value === 'number') return [value, 0];
    if (Array.isArray(value) && value.length === 2) return value.map((part) => number(part, 'amplitude'));
    if (typeof value?.re === 'number' && typeof value?.im === 'number') return [value.re, value.im];
    throw bad_argument('amplitude', value, 'a number, [re, im] or { re, im }');
  }));
}

function bad_argument(name, found, expected) {
  return explained(`The argument "${name}" is wrong.`, { code: 'INVALID_ARGUMENT', found: String(found), expected });
}
