import { core, on_core } from './core.js';
import { bad_argument, explained } from './errors.js';
import {
  CASE_DEFAULT, ClassicalRegister, Expr, Parameter, ParameterExpression, ParameterVector, QuantumRegister, Var, expr,
  parameter_entries, real_tokens,
} from './operands.js';

export * from './operands.js';

/** Where an entry of `data` comes from: a copy of its circuit's core, and its index there. */
const origins = new WeakMap();

let circuits = 0;
let loops = 0;

/**
 * A quantum circuit, with Qiskit's method names and argument order. Qubits and bits are given by index, as a
 * bit of a register, as a register, or as an array of those (the gate is then applied to each). There is a
 * method for each gate of the gate table: parameters first, then qubits. Checks are made at once, in Rust.
 */
export class QuantumCircuit {
  #builder = new core.CircuitBuilder();
  /** Gates that are not in the builder yet, as numbers: index in the table, qubits, parameters. */
  #pending = [];
  /** The number of qubits, if it is known. */
  #width = undefined;
  #qregs = [];
  #cregs = [];
  #metadata = {};

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

  /** The builder, with all gates; what is done to it may change the number of qubits. */
  get #core() {
    this.#width = undefined;
    return this.#flushed();
  }

  /** One call takes many gates across. */
  #flushed() {
    const gates = this.#pending;
    if (gates.length > 0) {
      this.#pending = [];
      this.#builder.gates(gates);
    }
    return this.#builder;
  }

  set #core(builder) {
    this.#builder = builder;
    this.#pending = [];
    this.#width = undefined;
  }

  /** Adds a register; its bits come after those already there. */
  add_register(register) {
    if (register instanceof QuantumRegister) {
      this.#core.add_qreg(register.name, register.size);
      this.#qregs.push(register);
    } else if (register instanceof ClassicalRegister) {
      this.#core.add_creg(register.name, register.size);
      this.#cregs.push(register);
    } else {
      throw bad_argument('register', register, 'a QuantumRegister or a ClassicalRegister');
    }
    return this;
  }

  get num_qubits() { return this.#builder.num_qubits; }
  get num_clbits() { return this.#builder.num_clbits; }
  get qregs() { return [...this.#qregs]; }
  get cregs() { return [...this.#cregs]; }
  get qubits() { return this.#qregs.flatMap((register) => [...register]); }
  get clbits() { return this.#cregs.flatMap((register) => [...register]); }

  /** The phase by which the whole state is multiplied, in radians. */
  get global_phase() { return this.#core.global_phase; }
  set global_phase(phase) { this.#core.global_phase = real_tokens(number(phase, 'global_phase'), 'global_phase')[0].float; }

  /** Any data as JSON has it; the result's header has it too. */
  get metadata() { return this.#metadata; }
  set metadata(metadata) {
    if (typeof (metadata ?? {}) !== 'object' || Array.isArray(metadata)) throw bad_argument('metadata', metadata, 'an object');
    this.#metadata = JSON.parse(JSON.stringify(metadata ?? {}));
  }

  /** The number of instructions, barriers and saves not counted. */
  size() { return this.#core.size(); }
  width() { return this.num_qubits + this.num_clbits; }
  depth() { return this.#core.depth(); }
  count_ops() { return this.#core.count_ops(); }

  /** Each instruction, to read or to append elsewhere: what is done to it does not change the circuit. */
  get data() {
    const param = (value) => (value?.tokens ? new ParameterExpression(value.tokens) : value);
    const source = this.#core.copy();
    return source.data().map(({ label, ...step }, index) => {
      const entry = { ...step, params: Array.from(step.params, param), ...(label === null ? {} : { label }) };
      origins.set(entry, { source, index });
      return entry;
    });
  }

  /** Parameters that have no value yet, in order. */
  get parameters() { return this.#core.parameters().map((name) => new Parameter(name)); }
  get num_parameters() { return this.#core.parameters().length; }

  /** Gives parameters values: an object by name, a Map by parameter or name, or an array in the order of `parameters`. */
  assign_parameters(parameters, inplace = false, { strict = true } = {}) {
    const circuit = inplace ? this : this.copy(`${this.name}-${circuits++}`);
    const names = this.#core.parameters();
    let given = parameters;
    if (typeof parameters?.[Symbol.iterator] === 'function' && !(parameters instanceof Map)) {
      const values = [...parameters];
      if (values.length !== names.length) throw bad_argument('parameters', `${values.length} values`, `${names.length} values`);
      given = new Map(names.map((name, i) => [name, values[i]]));
    }
    const entries = [...parameter_entries(given)].filter(([name]) => strict || names.includes(name));
    circuit.#core.assign(JSON.stringify(Object.fromEntries(entries)));
    return circuit;
  }

  /** Measures qubits into classical bits, one each. */
  measure(qubits, clbits) {
    const [from, to] = [this.#qubits(qubits), this.#clbits(clbits)];
    if (from.length !== to.length) {
      throw bad_argument('clbits', to.length, `${from.length} bits, as many as qubits`);
    }
    this.#core.measure_each(from, to);
    return this;
  }

  /** Adds a register `meas` as wide as the circuit and measures every qubit into it; or uses the bits there are. */
  measure_all(inplace = true, add_bits = true) {
    if (!inplace) return this.copy().measure_all(true, add_bits);
    const width = this.num_qubits;
    const first = add_bits ? this.num_clbits : 0;
    if (add_bits) this.add_register(new ClassicalRegister(width, this.#core.free_creg_name('meas')));
    else if (this.num_clbits < width) throw bad_argument('add_bits', false, `at least ${width} classical bits`);
    this.barrier();
    const all = this.#all();
    return this.measure(all, all.map((i) => first + i));
  }

  /** Adds a register `measure` and measures into it every qubit that has an instruction. */
  measure_active(inplace = true) {
    if (!inplace) return this.copy().measure_active();
    const active = [...this.#core.active_qubits()];
    const register = new ClassicalRegister(active.length, this.#core.free_creg_name('measure'));
    return this.add_register(register).barrier().measure(active, register);
  }

  /** Takes away measurements and barriers that nothing follows, and the registers that are then without use. */
  remove_final_measurements(inplace = true) {
    if (!inplace) return this.copy().remove_final_measurements();
    this.#core.remove_final_measurements();
    this.#cregs.length = this.#core.registers().cregs.length;
    return this;
  }

  /** Separates what comes before from what comes after; on all qubits if none are given. */
  barrier(...qubits) {
    this.#core.barrier(qubits.length > 0 ? qubits.flatMap((qubit) => this.#qubits(qubit)) : this.#all());
    return this;
  }

  /** Sets qubits to |0⟩. */
  reset(qubits) {
    for (const qubit of this.#qubits(qubits)) this.#core.reset([qubit]);
    return this;
  }

  /** Waits; no effect on an ideal simulator. */
  delay(duration, qubits = this.#all()) {
    for (const qubit of this.#qubits(qubits)) this.#core.delay(number(duration, 'duration'), [qubit]);
    return this;
  }

  /** Applies a Pauli string; its leftmost letter acts on the last of the qubits. */
  pauli(letters, qubits) { return this.#append('pauli', qubits, [String(letters)]); }

  /**
   * Resets the qubits and prepares a state on them: amplitudes as numbers, `[re, im]` pairs or an interleaved
   * Float64Array, first qubit least significant; all qubits if none are given.
   */
  initialize(amplitudes, qubits = this.#all()) { return this.#append('initialize', qubits, complex_array(amplitudes)); }

  /** Applies a unitary: rows of numbers or `[re, im]` pairs; the first qubit is the least significant bit. */
  unitary(matrix, qubits, label) {
    return this.#append('unitary', qubits, [complex_rows(matrix)], label === undefined ? {} : { label });
  }

  /** Applies a diagonal unitary: 2^k numbers of modulus 1. */
  diagonal(diagonal, qubits) { return this.#append('diagonal', qubits, complex_array(diagonal)); }

  /** Applies unitary `k` of the list to the targets where the controls have the value `k`. */
  uc(gate_list, q_controls, q_target) {
    const qubits = [...this.#qubits(q_target), ...this.#qubits(q_controls)];
    return this.#append('multiplexer', qubits, list(gate_list, 'gate_list').map(complex_rows));
  }

  /** Applies a channel by its Kraus operators. */
  kraus(operators, qubits) { return this.#append('kraus', qubits, list(operators, 'operators').map(complex_rows)); }

  /** Applies a channel as a matrix on column-stacked density matrices. */
  superop(matrix, qubits) { return this.#append('superop', qubits, [complex_rows(matrix)]); }

  set_statevector(state) { return this.#append('set_statevector', this.#all(), [complex_array(state)]); }
  set_density_matrix(state) { return this.#append('set_density_matrix', this.#all(), [complex_rows(state)]); }
  set_unitary(unitary) { return this.#append('set_unitary', this.#all(), [complex_rows(unitary)]); }
  set_superop(superop) { return this.#append('set_superop', this.#all(), [complex_rows(superop)]); }
  set_stabilizer(state) { return this.#append('set_stabilizer', this.#all(), [state]); }
  set_matrix_product_state(state) { return this.#append('set_matrix_product_state', this.#all(), [state]); }

  save_state(label = null, pershot = false, conditional = false) {
    return this.#save('save_state', label ?? '_method_', single(pershot, conditional));
  }
  save_statevector(label = 'statevector', pershot = false, conditional = false) {
    return this.#save('save_statevector', label, single(pershot, conditional));
  }
  save_statevector_dict(label = 'statevector', pershot = false, conditional = false) {
    return this.#save('save_statevector_dict', label, single(pershot, conditional));
  }
  save_amplitudes(params, label = 'amplitudes', pershot = false, conditional = false) {
    return this.#save('save_amplitudes', label, single(pershot, conditional), undefined, basis_states(params));
  }
  save_amplitudes_squared(params, label = 'amplitudes_squared', unnormalized = false, pershot = false, conditional = false) {
    const subtype = averaged(unnormalized, pershot, conditional);
    return this.#save('save_amplitudes_sq', label, subtype, undefined, basis_states(params));
  }
  save_probabilities(qubits, label = 'probabilities', unnormalized = false, pershot = false, conditional = false) {
    return this.#save('save_probabilities', label, averaged(unnormalized, pershot, conditional), qubits);
  }
  save_probabilities_dict(qubits, label = 'probabilities', unnormalized = false, pershot = false, conditional = false) {
    return this.#save('save_probabilities_dict', label, averaged(unnormalized, pershot, conditional), qubits);
  }
  save_density_matrix(qubits, label = 'density_matrix', unnormalized = false, pershot = false, conditional = false) {
    return this.#save('save_density_matrix', label, averaged(unnormalized, pershot, conditional), qubits);
  }
  save_expectation_value(operator, qubits, label = 'expectation_value', unnormalized = false, pershot = false, conditional = false) {
    const subtype = averaged(unnormalized, pershot, conditional);
    return this.#save('save_expval', label, subtype, qubits, pauli_terms(operator));
  }
  save_expectation_value_variance(
    operator, qubits, label = 'expectation_value_variance', unnormalized = false, pershot = false, conditional = false,
  ) {
    const subtype = averaged(unnormalized, pershot, conditional);
    return this.#save('save_expval_var', label, subtype, qubits, pauli_terms(operator));
  }
  save_unitary(label = 'unitary', pershot = false) { return this.#save('save_unitary', label, single(pershot)); }
  save_superop(label = 'superop', pershot = false) { return this.#save('save_superop', label, single(pershot)); }
  save_stabilizer(label = 'stabilizer', pershot = false, conditional = false) {
    return this.#save('save_stabilizer', label, single(pershot, conditional));
  }
  save_clifford(label = 'clifford', pershot = false) { return this.#save('save_clifford', label, single(pershot)); }
  save_matrix_product_state(label = 'matrix_product_state', pershot = false, conditional = false) {
    return this.#save('save_matrix_product_state', label, single(pershot, conditional));
  }

  /** Adds a classical variable, of the initial value's type unless another is given. */
  add_var(name, initial, type = null) {
    if (typeof name !== 'string' || name === '') throw bad_argument('name', name, 'a name');
    const value = this.#resolved(expr.lift(initial));
    return new Var(name, JSON.parse(this.#core.add_var(name, value, JSON.stringify(type))));
  }

  /** Assigns to a variable, a classical bit or a register. */
  store(lvalue, rvalue) {
    const target = typeof lvalue === 'number' ? this.#clbit(lvalue) : lvalue;
    this.#core.store(this.#resolved(expr.lift(target)), this.#resolved(expr.lift(rvalue)));
    return this;
  }

  /** Runs the body if the condition holds. */
  if_test(condition, true_body, qubits, clbits) { return this.if_else(condition, true_body, null, qubits, clbits); }

  /** Runs one of two bodies. */
  if_else(condition, true_body, false_body, qubits, clbits) {
    const bodies = false_body === null || false_body === undefined ? [true_body] : [true_body, false_body];
    return this.#flow({ name: 'if_else', condition: this.#condition(condition) }, this.#bodies(bodies), qubits, clbits);
  }

  /** Runs the body again and again while the condition holds. */
  while_loop(condition, body, qubits, clbits) {
    return this.#flow({ name: 'while_loop', condition: this.#condition(condition) }, this.#bodies([body]), qubits, clbits);
  }

  /** Runs the body for each of some integers; a callback gets the parameter that has it. */
  for_loop(indexset, loop_parameter, body, qubits, clbits) {
    if (typeof loop_parameter === 'function') return this.for_loop(indexset, null, loop_parameter);
    if (!(loop_parameter instanceof Parameter || loop_parameter === null || loop_parameter === undefined)) {
      throw bad_argument('loop_parameter', loop_parameter, 'a Parameter or null');
    }
    const values = list(indexset, 'indexset').map((value) => integer(value, 'indexset'));
    const parameter = loop_parameter ?? new Parameter(`_loop_i_${loops++}`);
    const bodies = this.#bodies([body], parameter);
    const used = loop_parameter || bodies[0].#core.parameters().includes(parameter.name);
    return this.#flow({ name: 'for_loop', parameter: used ? parameter.name : null, values }, bodies, qubits, clbits);
  }

  /** Runs the first case that has the value of the target: `[[value or values or CASE_DEFAULT, body], …]`. */
  switch(target, cases, qubits, clbits) {
    const rows = list(cases, 'cases');
    const known = new Set();
    let otherwise = null;
    const values = rows.map((row, index) => {
      if (!Array.isArray(row) || row.length !== 2) throw bad_argument('cases', row, '[value, body] for each case');
      if (otherwise !== null) throw bad_argument('cases', 'a case after CASE_DEFAULT', 'CASE_DEFAULT last');
      return (Array.isArray(row[0]) ? row[0] : [row[0]]).filter((value) => {
        if (value === CASE_DEFAULT) {
          otherwise = index;
          return false;
        }
        if (known.has(Number(value))) throw bad_argument('cases', `${value} twice`, 'each value once');
        known.add(Number(value));
        return true;
      }).map((value) => (typeof value === 'boolean' ? Number(value) : integer(value, 'cases')));
    });
    const head = { name: 'switch_case', target: this.#tokens(this.#lifted(target)), cases: values, default: otherwise };
    return this.#flow(head, this.#bodies(rows.map(([, body]) => body)), qubits, clbits);
  }

  /** Leaves the innermost loop. */
  break_loop() { return this.#flow({ name: 'break_loop' }, []); }

  /** Goes to the next round of the innermost loop. */
  continue_loop() { return this.#flow({ name: 'continue_loop' }, []); }

  /** This circuit and another one after it, or before it with `front`. */
  compose(other, qubits, clbits, front = false, inplace = false) {
    if (!(other instanceof QuantumCircuit)) throw bad_argument('other', other, 'a QuantumCircuit');
    const circuit = inplace ? this : this.copy();
    const on = given(qubits) ? this.#qubits(qubits) : range(other.num_qubits);
    const into = given(clbits) ? this.#clbits(clbits) : range(other.num_clbits);
    // Rust cannot change a circuit and read it at once.
    const source = other === circuit ? other.#core.copy() : other.#core;
    circuit.#core.compose(source, on, into, Boolean(front));
    return circuit;
  }

  /** The circuit that undoes this one. */
  inverse() { return this.#derived(this.#core.inverse(), `${this.name}_dg`); }

  copy(name) { return this.#derived(this.#core.copy(), name ?? this.name); }

  /** A circuit of the same registers, variables, phase and metadata without instructions. */
  copy_empty_like(name) {
    const blank = this.#core.blank();
    blank.global_phase = this.global_phase;
    return this.#derived(blank, name ?? this.name);
  }

  /**
   * Appends an entry of a circuit's `data`, with all that it is; or a plain object `{ name, qubits, clbits, params,
   * label }` of a gate or another instruction without blocks. Qubits and bits given here stand in place of its own.
   */
  append(instruction, qubits, clbits) {
    if (typeof instruction?.name !== 'string') {
      throw bad_argument('instruction', instruction, 'an entry of data, or { name, qubits, clbits, params, label }');
    }
    const on = this.#qubits(qubits ?? instruction.qubits ?? []);
    const into = this.#clbits(clbits ?? instruction.clbits ?? []);
    const origin = origins.get(instruction);
    if (origin) this.#core.append_step(origin.source, origin.index, on, into);
    else this.#plain(instruction, on, into);
    return this;
  }

  /** The instructions again and again. */
  repeat(repetitions) {
    if (!Number.isInteger(repetitions) || repetitions < 0) throw bad_argument('repetitions', repetitions, 'an integer of at least 0');
    const circuit = this.#derived(this.#core.copy(), `${this.name}**${repetitions}`);
    circuit.#core.repeat(repetitions);
    return circuit;
  }

  /** The same, and the inverse where the power is negative. */
  power(power) {
    if (!Number.isInteger(power)) throw bad_argument('power', power, 'an integer');
    return power < 0 ? this.inverse().repeat(-power) : this.repeat(power);
  }

  to_qasm2() { return this.#core.to_qasm2(); }
  to_qasm3() { return this.#core.to_qasm3(); }

  /** The circuit as a drawing in characters. */
  draw(output = 'text', options = {}) {
    if (typeof output === 'object' && output !== null) return this.draw('text', output);
    if (output !== 'text') throw bad_argument('output', output, "'text'");
    const known = { fold: 'number', reverse_bits: 'boolean', plot_barriers: 'boolean', cregbundle: 'boolean' };
    for (const [key, value] of Object.entries(options)) {
      if (!Object.hasOwn(known, key)) throw bad_argument('options', key, Object.keys(known).join(', '));
      if (given(value) && typeof value !== known[key]) throw bad_argument(key, value, `a ${known[key]}`);
    }
    return this.#core.draw(JSON.stringify(options));
  }

  toString() { return this.draw(); }

  [Symbol.for('nodejs.util.inspect.custom')]() { return this.draw(); }

  /** The circuit as bytes, which is how it travels to the worker; or an error as plain data. */
  _packed(binds = '[]') {
    return this.#core.packed(String(this.name), JSON.stringify(this.#metadata), binds);
  }

  /** The same as the text of a Qobj, for an executor that is not the package's. */
  _to_qobj_text(binds = '[]') {
    return this.#core.qobj_text(String(this.name), JSON.stringify(this.#metadata), binds);
  }

  /** Where everything is drawn, as JSON, for `aer-wasm/plots`. */
  _layout_json(options = '{}') { return this.#core.layout(options); }

  /** Reads OpenQASM. */
  static from_qasm(text, { inputs, includes } = {}) {
    const circuit = new this();
    circuit.#core = core.CircuitBuilder.from_qasm(String(text), { inputs, includes });
    const { qregs, cregs } = circuit.#core.registers();
    circuit.#qregs = qregs.map(([name, size]) => new QuantumRegister(size, name));
    circuit.#cregs = cregs.map(([name, size]) => new ClassicalRegister(size, name));
    return circuit;
  }

  static from_qasm_str(text) {
    return this.from_qasm(text);
  }

  /** One gate of the table, applied to each of the qubits where arrays are given. */
  _gate(index, { parameters, controls, targets, name }, args) {
    const first = parameters.length;
    if (controls !== null && args.length === first + controls + targets && this.#takes(index, args, first)) return this;
    const values = args.slice(0, parameters.length).map((value, i) => angle(value, parameters[i]));
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
      for (const qubits of broadcast(on, name)) this.#gate(index, values, [...over, ...qubits]);
    } else {
      for (const qubits of broadcast(lists, name)) this.#gate(index, values, qubits);
    }
    return this;
  }

  /**
   * Takes a gate of finite numbers on different qubits by index: nearly always, so that it has to be quick. Whatever
   * else it is, and every error, is for the builder.
   */
  #takes(index, args, first) {
    const width = this.#width ??= this.#builder.num_qubits;
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      if (!Number.isFinite(value)) return false;
      if (i < first) continue;
      if (!(value >= 0 && value < width && Number.isInteger(value))) return false;
      for (let j = first; j < i; j++) if (args[j] === value) return false;
    }
    const gates = this.#pending;
    gates.push(index);
    for (let i = first; i < args.length; i++) gates.push(args[i]);
    for (let i = 0; i < first; i++) gates.push(args[i]);
    if (gates.length >= MOST_PENDING) this.#flushed();
    return true;
  }

  /** A plain object that says what to append. */
  #plain({ name, params = [], label }, qubits, clbits) {
    if (given(label) && typeof label !== 'string') throw bad_argument('label', label, 'a string');
    const gate = core.gates.findIndex((gate) => gate.name === name);
    const labelled = given(label) && (gate >= 0 || name === 'barrier');
    if (gate >= 0) {
      this.#gate(gate, list(params, 'params').map((value, i) => angle(value, `params[${i}]`)), qubits);
    } else if (name === 'measure') this.measure(qubits, clbits);
    else if (name === 'barrier') this.#core.barrier(qubits);
    else if (name === 'reset') this.reset(qubits);
    else if (name === 'delay') this.delay(params[0], qubits);
    else this.#append(name, qubits, list(params, 'params'), given(label) ? { label } : {});
    if (labelled) this.#core.label_last(label);
  }

  /** A gate by its index in the table; parameters are numbers or expressions. */
  #gate(index, values, qubits) {
    if (values.every((value) => typeof value === 'number')) this.#core.gate(index, values, qubits);
    else this.#core.computed_gate(index, JSON.stringify(values.map((value) => real_tokens(value))), qubits);
  }

  /** Any instruction as a Qobj has it. */
  #append(name, qubits, params, more = {}) {
    this.#core.append(JSON.stringify({ name, qubits: this.#qubits(qubits), params, ...more }));
    return this;
  }

  #save(name, label, snapshot_type, qubits, params = undefined) {
    if (given(label) && typeof label !== 'string') throw bad_argument('label', label, 'a string');
    return this.#append(name, qubits ?? this.#all(), params, { label: label ?? undefined, snapshot_type });
  }

  #derived(builder, name) {
    const circuit = new QuantumCircuit();
    circuit.#core = builder;
    circuit.#qregs = this.qregs;
    circuit.#cregs = this.cregs;
    circuit.#metadata = { ...this.#metadata };
    circuit.name = name;
    return circuit;
  }

  /** Bodies of control flow: a circuit is one; a callback fills one that has the registers and variables there are. */
  #bodies(bodies, ...args) {
    let before = this;
    return bodies.map((body) => {
      if (body instanceof QuantumCircuit) return body;
      if (typeof body !== 'function') throw bad_argument('body', body, 'a QuantumCircuit, or a function that fills one');
      const circuit = this.#derived(before.#core.blank(), this.name);
      const returned = body(circuit, ...args);
      if (typeof returned?.then === 'function') throw bad_argument('body', 'a function that returns a promise', 'one that does not');
      circuit.#filled = true;
      before = circuit;
      return circuit;
    });
  }

  /** Whether a callback made it: it is as wide as its owner. */
  #filled = false;

  #flow(head, bodies, qubits, clbits) {
    try {
      for (const body of bodies) {
        const own = body.#filled ? [range(this.num_qubits), range(this.num_clbits)] : [range(body.num_qubits), range(body.num_clbits)];
        const on = given(qubits) && !body.#filled ? this.#qubits(qubits) : own[0];
        const into = given(clbits) && !body.#filled ? this.#clbits(clbits) : own[1];
        const source = body === this ? body.#core.copy() : body.#core;
        this.#core.block(source, on, into);
      }
      this.#core.control_flow(JSON.stringify(head));
    } finally {
      this.#core.drop_blocks();
    }
    return this;
  }

  /** A condition as tokens: an expression, a bit, or `[bit or register, value]`. */
  #condition(condition) {
    if (!Array.isArray(condition)) return this.#tokens(this.#lifted(condition));
    const [target, value] = condition;
    const right = 'an expression, or [bit or register, value]';
    if (condition.length !== 2 || !['number', 'boolean', 'bigint'].includes(typeof value)) throw bad_argument('condition', condition, right);
    const lifted = this.#lifted(target);
    const width = lifted.type === 'bool' ? 1 : lifted.type.uint ?? 64;
    if (value < 0 || (typeof value === 'number' && !Number.isInteger(value)) || BigInt(value) >> BigInt(width) !== 0n) {
      throw bad_argument('condition', value, `a value of ${width} bit${width === 1 ? '' : 's'}`);
    }
    if (lifted.type === 'bool') return this.#tokens(Number(value) ? lifted : expr.logic_not(lifted));
    return this.#tokens(expr.equal(lifted, value));
  }

  #lifted(value) {
    if (typeof value === 'number') return expr.lift(this.#clbit(value));
    if (value instanceof Expr || value instanceof ClassicalRegister || value?.register !== undefined) return expr.lift(value);
    throw bad_argument('condition', value, 'an expression, a bit or a register');
  }

  /** The bit of an index. */
  #clbit(index) {
    const bit = this.clbits.at(integer(index, 'bit'));
    if (bit) return bit;
    throw explained(`Classical bit ${index} is out of range.`, {
      code: 'CLBIT_OUT_OF_RANGE', found: `bit ${index}`, expected: `below ${this.num_clbits}`,
    });
  }

  /** An expression's tokens, with registers and bits of this circuit by their indices. */
  #tokens(expression) {
    return expression._tokens().map((token) => {
      if (token instanceof Var) return { var: token.name };
      if (token instanceof ClassicalRegister) return { register: [this.#offset(token, 'register'), token.size] };
      if (token.register instanceof ClassicalRegister) return { bit: this.#clbits(token)[0] };
      return token;
    });
  }

  #resolved(expression) { return JSON.stringify(this.#tokens(expression)); }

  #all() { return range(this.num_qubits); }
  #qubits(bits) { return this.#bits(bits, QuantumRegister, this.num_qubits); }
  #clbits(bits) { return this.#bits(bits, ClassicalRegister, this.num_clbits); }

  /** The index of a register's first bit: of this very register, or one of the same name and size. */
  #offset(register, what) {
    const own = register instanceof QuantumRegister ? this.#qregs : this.#cregs;
    let at = own.indexOf(register);
    if (at < 0) at = own.findIndex(({ name, size }) => name === register.name && size === register.size);
    if (at < 0) throw bad_argument(what, `register ${register.name}`, 'a register of this circuit');
    return own.slice(0, at).reduce((sum, { size }) => sum + size, 0);
  }

  /** Indices of bits given as index, bit, register, or an iterable of those; negative indices count from the end. */
  #bits(bits, type, size) {
    if (typeof bits === 'number') {
      if (!Number.isInteger(bits)) throw bad_argument('bit', bits, 'an integer');
      return [bits < 0 ? size + bits : bits];
    }
    if (bits?.register !== undefined) {
      if (!(bits.register instanceof type)) {
        throw bad_argument('bit', `${bits.register?.name}[${bits.index}]`, `a bit of a ${type.name} of this circuit`);
      }
      return [this.#offset(bits.register, 'bit') + bits.index];
    }
    if (typeof bits?.[Symbol.iterator] === 'function' && typeof bits !== 'string') {
      return [...bits].flatMap((bit) => this.#bits(bit, type, size));
    }
    throw bad_argument('bits', bits, 'an index, a bit, a register or an array of those');
  }
}

/** Numbers that wait to be taken across together. */
const MOST_PENDING = 1 << 13;

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

const range = (length) => Array.from({ length }, (_, i) => i);
const given = (value) => value !== undefined && value !== null;

/** Aer's subtypes: of what has no mean, and of what has one. */
const single = (pershot, conditional) => (conditional ? 'c_' : '') + (pershot ? 'list' : 'single');
const averaged = (unnormalized, pershot, conditional) =>
  (conditional ? 'c_' : '') + (pershot ? 'list' : unnormalized ? 'accum' : 'average');

function number(value, name) {
  if (typeof value !== 'number') throw bad_argument(name, value, 'a number');
  return value;
}

function angle(value, name) {
  if (typeof value === 'number' || value instanceof ParameterExpression) return value;
  throw bad_argument(name, value, 'a number or an expression of parameters');
}

function integer(value, name) {
  if (!Number.isSafeInteger(value)) throw bad_argument(name, value, 'integers');
  return value;
}

function list(values, name) {
  if (typeof values?.[Symbol.iterator] !== 'function' || typeof values === 'string') throw bad_argument(name, values, 'an array');
  return [...values];
}

/** Basis states as integers, or texts of 0 and 1. */
function basis_states(params) {
  return list(params, 'params').map((state) => {
    if (typeof state === 'string' && /^[01]{1,53}$/.test(state)) return parseInt(state, 2);
    return integer(state, 'params');
  });
}

/** An operator as pairs of letters and coefficient: `'ZZ'`, `{ ZZ: 0.5 }` or `[['ZZ', 0.5]]`. */
function pauli_terms(operator) {
  if (typeof operator === 'string') return [[operator, 1]];
  const expected = 'a Pauli string, { letters: coefficient } or [[letters, coefficient], …]';
  if (typeof operator !== 'object' || operator === null) throw bad_argument('operator', operator, expected);
  const terms = typeof operator[Symbol.iterator] === 'function' ? [...operator] : Object.entries(operator);
  return terms.map((term) => {
    if (!Array.isArray(term) || term.length !== 2 || typeof term[0] !== 'string') throw bad_argument('operator', term, expected);
    if (!Number.isFinite(term[1])) throw bad_argument('operator', term[1], 'real coefficients: the operator is Hermitian');
    return term;
  });
}

/** Pairs `[re, im]` of numbers, pairs, or what is interleaved already. */
function complex_array(values) {
  if (values instanceof Float64Array) {
    return Array.from({ length: values.length >> 1 }, (_, i) => [finite(values[2 * i]), finite(values[2 * i + 1])]);
  }
  return list(values, 'amplitudes').map((value) => {
    if (typeof value === 'number') return [finite(value), 0];
    if (Array.isArray(value) && value.length === 2) return value.map((part) => finite(number(part, 'amplitude')));
    if (typeof value?.re === 'number' && typeof value?.im === 'number') return [finite(value.re), finite(value.im)];
    throw bad_argument('amplitude', value, 'a number, [re, im] or { re, im }');
  });
}

/** JSON has no other numbers. */
function finite(value) {
  if (Number.isFinite(value)) return value;
  throw explained('An amplitude or an entry of a matrix is not a finite number.', {
    code: 'INVALID_PARAMETER', found: String(value), expected: 'a finite number',
  });
}

/** A matrix as a list of rows of such pairs. */
export const complex_rows = (matrix) => list(matrix, 'matrix').map(complex_array);
