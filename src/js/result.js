import { explained } from './errors.js';

/**
 * Qiskit's Result. `results[i].data` holds what experiment `i` measured and saved; complex arrays in it are
 * `Float64Array`s, interleaved re, im, first qubit least significant.
 */
export class Result {
  /** @param {Record<string, any>} dict the fields of Qiskit's result dict */
  constructor(dict) {
    Object.assign(this, dict);
  }

  /** The Result of a dict, such as `to_dict()` or Python's `Result.to_dict()` gives. */
  static from_dict(dict) {
    if (dict instanceof Result) return dict;
    if (!is_dict(dict)) {
      throw explained('A result dict needs an array "results".', { code: 'INVALID_RESULT', found: typeof dict });
    }
    return new Result(dict);
  }

  /** JSON-safe: complex numbers are `[re, im]`. Python's `qiskit.result.Result.from_dict` reads it. */
  to_dict() {
    return Object.fromEntries(Object.entries(this).map(([key, value]) => [key, plain(value)]));
  }

  toJSON() {
    return this.to_dict();
  }

  /** The data of an experiment: by index, name or circuit; may be left out where there is but one. */
  data(experiment) {
    return this.#experiment(experiment).data;
  }

  /**
   * Counts by bit string, last register leftmost, registers apart by a space. Without an argument and with
   * several experiments: an array.
   */
  get_counts(experiment) {
    return this.#each(experiment, (one, key) => {
      if (!one.data.counts) throw explained(`No counts for experiment "${key}"`, { code: 'INVALID_ARGUMENT' });
      const bits = bit_string(one.header);
      return Object.fromEntries(Object.entries(one.data.counts).map(([hex, count]) => [bits(hex), count]));
    });
  }

  /** The bit string of each shot, in order; there if option `memory` was true. */
  get_memory(experiment) {
    const one = this.#experiment(experiment);
    if (!one.data.memory) {
      throw explained(`No memory for experiment "${experiment ?? 0}".`, {
        code: 'INVALID_ARGUMENT',
        hint: 'Run with the option memory: true.',
      });
    }
    return one.data.memory.map(bit_string(one.header));
  }

  /** Amplitudes, interleaved re, im: 2·2^n numbers. */
  get_statevector(experiment) {
    return this.#saved(experiment, 'statevector');
  }

  /** The rows of the unitary, each interleaved re, im. */
  get_unitary(experiment) {
    return this.#saved(experiment, 'unitary');
  }

  /** The rows of the density matrix, each interleaved re, im. */
  get_density_matrix(experiment) {
    return this.#saved(experiment, 'density_matrix');
  }

  #saved(experiment, label) {
    const value = this.data(experiment)[label];
    if (value === undefined) {
      throw explained(`No ${label} for experiment "${experiment ?? 0}"`, {
        code: 'INVALID_ARGUMENT',
        hint: `Add save_${label}() to the circuit.`,
      });
    }
    return typed(value);
  }

  #each(experiment, read) {
    if (experiment === undefined && this.results.length > 1) {
      return this.results.map((one, key) => read(this.#succeeded(one), key));
    }
    return read(this.#experiment(experiment), experiment ?? 0);
  }

  #experiment(key) {
    const { results } = this;
    if (key === undefined && results.length === 1) return this.#succeeded(results[0]);
    if (key === undefined) {
      if (results.length === 0) throw explained(this.status || 'There are no results.', { code: 'INVALID_ARGUMENT' });
      throw explained('Say which circuit: there is more than one.', {
        code: 'INVALID_ARGUMENT',
        expected: `0 to ${results.length - 1}, a name or a circuit`,
      });
    }
    const name = typeof key === 'object' ? key?.name : key;
    const found = typeof key === 'number' ? results[key] : results.find((one) => one.header?.name === name);
    if (!found) {
      throw explained(`Data for experiment "${name}" could not be found.`, { code: 'INVALID_ARGUMENT' });
    }
    return this.#succeeded(found);
  }

  #succeeded(one) {
    if (!one.success) throw explained(`${this.status} ,  ${one.status}`, { code: 'SIMULATION_FAILED' });
    return one;
  }
}

/** Called by Rust too: whether a value can be made a Result. */
export function is_dict(value) {
  return typeof value === 'object' && value !== null && Array.isArray(value.results);
}

/** Called by Rust. */
export function make_result(dict) {
  return Result.from_dict(dict);
}

function plain(value) {
  if (value instanceof Float64Array) {
    return Array.from({ length: value.length / 2 }, (_, i) => [value[2 * i], value[2 * i + 1]]);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

/** A complex array out of a dict: pairs become interleaved, rows stay apart. */
function typed(value) {
  if (!Array.isArray(value) || value.length === 0) return value;
  const is_pair = (x) => Array.isArray(x) && x.length === 2 && x.every((y) => typeof y === 'number');
  return value.every(is_pair) ? Float64Array.from(value.flat()) : value.map(typed);
}

/** From a hexadecimal memory to bits, registers apart. */
function bit_string({ memory_slots = 0, creg_sizes = [] } = {}) {
  return (hex) => {
    const bits = BigInt(hex).toString(2).padStart(memory_slots, '0');
    if (creg_sizes.length < 2) return bits;
    let at = 0;
    return [...creg_sizes].reverse().map(([, size]) => bits.slice(at, (at += size))).join(' ');
  };
}
