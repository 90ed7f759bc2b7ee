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
      const spaced = spacing(one.header);
      const counts = {};
      const packed = packed_of(one.data, 'counts');
      if (packed) {
        const { keys, shots } = packed;
        const known = known_texts(one.header);
        for (let i = 0; i < shots.length; i++) {
          const value = keys.width === 1 ? keys.words[i] : Infinity;
          let text = known[value];
          if (text === undefined) {
            text = spaced(keys.text(i, 2));
            if (value < known.length) known[value] = text;
          }
          counts[text] = shots[i];
        }
        return counts;
      }
      if (!one.data.counts) throw explained(`No counts for experiment "${key}"`, { code: 'INVALID_ARGUMENT' });
      for (const [hex, count] of Object.entries(one.data.counts)) counts[spaced(binary(hex))] = count;
      return counts;
    });
  }

  /** The bit string of each shot, in order; there if option `memory` was true. */
  get_memory(experiment) {
    const one = this.#experiment(experiment);
    const spaced = spacing(one.header);
    const packed = packed_of(one.data, 'memory');
    if (packed) return Array.from({ length: packed.length }, (_, i) => spaced(packed.text(i, 2)));
    if (!one.data.memory) {
      throw explained(`No memory for experiment "${experiment ?? 0}".`, {
        code: 'INVALID_ARGUMENT',
        hint: 'Run with the option memory: true.',
      });
    }
    return one.data.memory.map((hex) => spaced(binary(hex)));
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

/** Called by Rust: the result that came with a message, its text and what travelled beside it. */
export function result_of({ result, data, packed }) {
  const read = JSON.parse(result);
  Object.assign(read.data ?? {}, data);
  if (packed) read.packed = packed;
  return read;
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

const binary = (hex) => BigInt(hex).toString(2);

/** From the digits of a memory to bits, all of them, registers apart. */
function spacing({ memory_slots = 0, creg_sizes = [] } = {}) {
  if (creg_sizes.length < 2) return (digits) => digits.padStart(memory_slots, '0');
  const sizes = creg_sizes.map(([, size]) => size).reverse();
  return (digits) => {
    const bits = digits.padStart(memory_slots, '0');
    let at = 0;
    return sizes.map((size) => bits.slice(at, (at += size))).join(' ');
  };
}

/** The texts of memories of up to 12 bits, by bits and value: they recur, and V8 looks up each new one. */
const TEXTS = [];

/** Those of memories in one piece that have been shown; no others are kept. */
function known_texts({ memory_slots = 0, creg_sizes = [] } = {}) {
  const short = Number.isInteger(memory_slots) && memory_slots >= 0 && memory_slots <= 12;
  return short && creg_sizes.length < 2 ? TEXTS[memory_slots] ??= Array(1 << memory_slots) : [];
}

/** Memories as 32-bit words, equally many for each, the least significant first. */
class Memories {
  constructor(words, length) {
    this.words = words;
    this.length = length;
    this.width = words.length / length;
  }

  /** The digits of a memory, without leading zeros. */
  text(index, radix) {
    const { words, width } = this;
    const first = index * width;
    let at = first + width - 1;
    while (at > first && words[at] === 0) at--;
    let text = words[at].toString(radix);
    while (at-- > first) text += words[at].toString(radix).padStart(radix === 2 ? 32 : 8, '0');
    return text;
  }

  hex(index) {
    return `0x${this.text(index, 16)}`;
  }
}

/** What an experiment's data shows as texts, and is still kept as numbers: `{ counts, memory }`. */
const kept_of = new WeakMap();

const packed_of = (data, name) => (Object.hasOwn(data, name) ? kept_of.get(data)?.[name] : undefined);

/**
 * Called by Rust on what a worker sent. Counts and memories that travelled as numbers become properties of
 * `data` as any other, but for one thing: their texts are made when they are first read.
 */
export function unpack_result(experiment) {
  const { packed, ...unpacked } = experiment;
  if (!packed) return experiment;
  // Counts come first, whichever way they travelled.
  const data = 'counts' in experiment.data ? { counts: experiment.data.counts } : {};
  const kept = {};
  kept_of.set(data, kept);
  if (packed.keys) {
    const { shots } = packed;
    const keys = new Memories(packed.keys, shots.length);
    kept.counts = { keys, shots };
    lazy(data, 'counts', kept, () => {
      const counts = {};
      for (let i = 0; i < shots.length; i++) counts[keys.hex(i)] = shots[i];
      return counts;
    });
  }
  if (packed.memory) {
    const memory = new Memories(packed.memory, experiment.shots);
    kept.memory = memory;
    lazy(data, 'memory', kept, () => Array.from({ length: memory.length }, (_, i) => memory.hex(i)));
  }
  // Node would print "[Getter]".
  Object.defineProperty(data, Symbol.for('nodejs.util.inspect.custom'), { value: () => ({ ...data }) });
  return { ...unpacked, data: Object.assign(data, experiment.data) };
}

/** A property whose value is made when it is read; from then on it is one as any other. */
function lazy(object, name, kept, make) {
  const become = (value) => {
    delete kept[name];
    Reflect.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    return value;
  };
  let made;
  const get = () => (made ??= become(make()));
  Object.defineProperty(object, name, { get, set: become, enumerable: true, configurable: true });
}
