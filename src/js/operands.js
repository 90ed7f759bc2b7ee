import { core } from './core.js';
import { bad_argument, explained } from './errors.js';

/** A named register. */
export class Register {
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

// Expressions are lists of tokens in postfix order; Rust computes with them (src/bindings/expression.rs).

/** A formula of parameters, whose value is a real number. */
export class ParameterExpression {
  #told;

  /** @param value a number, an expression, or tokens */
  constructor(value = 0) {
    this.#told = Object.freeze(core.expression(JSON.stringify(Array.isArray(value) ? value : real_tokens(value))));
  }

  /** The parameters in it, each once. */
  get parameters() { return this.#told.parameters.map((name) => new Parameter(name)); }

  /** The value, once it has no parameters. */
  numeric() {
    if (this.#told.parameters.length === 0) return this.#told.value;
    throw explained('The expression has parameters without a value.', {
      code: 'INVALID_PARAMETER', found: this.#told.parameters.join(', '), expected: 'none',
    });
  }

  /** The expression with a parameter replaced by a number or an expression. */
  assign(parameter, value) { return this.bind(new Map([[parameter, value]])); }

  /** The same for several: an object by name, or a Map by parameter or name. */
  bind(values) {
    const given = new Map(parameter_entries(values));
    const unknown = [...given.keys()].filter((name) => !this.#told.parameters.includes(name));
    if (unknown.length > 0) throw not_present(unknown, this.#told.parameters);
    return new ParameterExpression(this._tokens().flatMap((token) => given.get(token.parameter) ?? [token]));
  }

  toString() { return this.#told.text; }

  [Symbol.for('nodejs.util.inspect.custom')]() { return `${this.constructor.name}(${this})`; }

  _tokens() { return this.#told.tokens; }
}

for (const op of ['add', 'sub', 'mul', 'div', 'pow']) {
  method(op, function (other) { return new ParameterExpression([...this._tokens(), ...real_tokens(other), { op }]); });
}
for (const op of ['neg', 'abs', 'sin', 'cos', 'tan', 'arcsin', 'arccos', 'arctan', 'exp', 'log', 'sqrt', 'sign']) {
  method(op, function () { return new ParameterExpression([...this._tokens(), { op }]); });
}

function method(name, value) {
  Object.defineProperty(ParameterExpression.prototype, name, { value, writable: true, configurable: true });
}

/** A number that gets its value later. Parameters of the same name are the same. */
export class Parameter extends ParameterExpression {
  constructor(name) {
    if (typeof name !== 'string' || name === '') throw bad_argument('name', name, 'a name');
    super([{ parameter: name }]);
    this.name = name;
  }
}

/** Parameters `name[0]`, `name[1]`, …: an iterable of them, and indexed. */
export class ParameterVector {
  constructor(name, length = 0) {
    if (!Number.isInteger(length) || length < 0) throw bad_argument('length', length, 'an integer of at least 0');
    this.name = name;
    this.length = length;
    for (let i = 0; i < length; i++) this[i] = new Parameter(`${name}[${i}]`);
    Object.freeze(this);
  }

  [Symbol.iterator]() { return this.params[Symbol.iterator](); }

  get params() { return Array.from({ length: this.length }, (_, i) => this[i]); }
}

/** The tokens of a real number or an expression of parameters. */
export function real_tokens(value, name = 'value') {
  if (value instanceof ParameterExpression) return value._tokens();
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw explained(`The value of ${name} is not a finite number.`, {
        code: 'INVALID_PARAMETER', found: String(value), expected: 'a finite number',
      });
    }
    return [{ float: value }];
  }
  throw bad_argument(name, value, 'a number or an expression of parameters');
}

/** Pairs of a parameter's name and tokens; a vector goes with an array of values. */
export function* parameter_entries(values) {
  const map = values instanceof Map;
  if (!map && (typeof values !== 'object' || values === null)) {
    throw bad_argument('parameters', values, 'an object or a Map of parameters and their values');
  }
  for (const [key, value] of map ? values : Object.entries(values)) {
    if (key instanceof ParameterVector) {
      const list = Array.from(value);
      if (list.length !== key.length) throw bad_argument(key.name, `${list.length} values`, `${key.length} values`);
      for (const [i, one] of list.entries()) yield [key[i].name, real_tokens(one, key[i].name)];
    } else {
      const name = key instanceof Parameter ? key.name : key;
      if (typeof name !== 'string') throw bad_argument('parameters', key, 'a Parameter, a ParameterVector or a name');
      yield [name, real_tokens(value, name)];
    }
  }
}

function not_present(unknown, known) {
  return explained(`Cannot bind parameters (${unknown.join(', ')}) not present in the expression.`, {
    code: 'INVALID_PARAMETER', expected: known.length > 0 ? known.join(', ') : 'none',
  });
}

/** A classical expression, computed while a circuit runs. Its registers are looked up in the circuit that uses it. */
export class Expr {
  #tokens;

  constructor(tokens, type = undefined) {
    this.#tokens = tokens ?? [this];
    this.type = type ?? core.expression(JSON.stringify(this.#tokens.map(typed))).type;
  }

  _tokens() { return this.#tokens; }
}

/** A classical variable of a circuit. */
export class Var extends Expr {
  constructor(name, type) {
    super(undefined, type);
    this.name = name;
  }
}

/** A leaf as some value of its type. */
function typed(token) {
  if (token instanceof Expr) return { typed: token.type };
  if (token instanceof ClassicalRegister) return { typed: { uint: token.size } };
  return token.register === undefined ? token : { typed: 'bool' };
}

/** What a switch does where no case has the value. */
export const CASE_DEFAULT = Object.freeze({ toString: () => 'CASE_DEFAULT' });

/** The types of classical values. */
export const types = Object.freeze({
  Bool: () => 'bool',
  Uint: (width) => ({ uint: width }),
  Float: () => ({ float: 64 }),
});

function lift(value, type = undefined) {
  const tokens = lifted(value);
  return new Expr(type === undefined ? tokens : [...tokens, { cast: type }]);
}

function lifted(value) {
  if (value instanceof Expr || value instanceof ParameterExpression) return value._tokens();
  if (typeof value === 'boolean' || value instanceof ClassicalRegister) return [value];
  if (value?.register instanceof ClassicalRegister) return [value];
  if (typeof value === 'bigint' && value >= 0n) return [{ hex: `0x${value.toString(16)}` }];
  if (Number.isSafeInteger(value) && value >= 0) return [value];
  if (Number.isFinite(value) && !Number.isInteger(value)) return [{ float: value }];
  throw bad_argument('value', value, 'an expression, a bit, a register, a truth value or a number of at least 0');
}

const unary = (op) => (operand) => new Expr([...lifted(operand), { op }]);
const binary = (op) => (left, right) => new Expr([...lifted(left), ...lifted(right), { op }]);
const all = (make, ops) => Object.fromEntries(ops.split(' ').map((op) => [op, make(op)]));

/** Qiskit's `qiskit.circuit.classical.expr`. */
export const expr = Object.freeze({
  lift,
  cast: (operand, type) => lift(operand, type),
  ...all(unary, 'bit_not logic_not'),
  ...all(binary, 'bit_and bit_or bit_xor logic_and logic_or equal not_equal less less_equal greater greater_equal'),
  ...all(binary, 'shift_left shift_right index add sub mul div'),
});
