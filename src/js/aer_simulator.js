export * from './noise.js';
import { core } from './core.js';
import { explained } from './errors.js';

/** Options that are objects of this page and stay on it; the rest travels to the worker. */
const HOST_OPTIONS = ['executor', 'signal', 'on_progress', 'parameter_binds'];

/** The simulator. Making one starts nothing; workers start with the first job. */
export class AerSimulator {
  #name;
  #options = {};
  #context;
  #pending = 0;

  /** @param {Record<string, unknown>} [options] Aer's options, by Aer's names */
  constructor(options = {}, name = undefined) {
    this.#name = name;
    this.set_options(options);
  }

  /** `aer_simulator`, with the method where one is fixed. */
  get name() {
    const method = this.#options.method ?? default_options().method;
    return this.#name ?? (method === 'automatic' ? 'aer_simulator' : `aer_simulator_${method}`);
  }

  /** Every option with its value: Aer's default where none was set. */
  get options() {
    return { ...default_options(), ...this.#options };
  }

  /** Sets options for all jobs to come; an unknown name is an error, and then nothing is set. */
  set_options(options) {
    core.check_options(options);
    this.#options = { ...this.#options, ...options };
    this.#context = undefined;
  }

  /** No device stands behind it. */
  get properties() {
    return null;
  }

  /**
   * Runs circuits: one or an array of QuantumCircuit, OpenQASM text, or Qobj (object or JSON text).
   * Resolves to a submitted AerJob, before its worker is ready.
   */
  async run(circuits, options = {}) {
    this.#pending++;
    const ended = () => { this.#pending--; };
    let job;
    try {
      job = core.make_job(this, job_id(), circuits, options, ended);
    } catch (error) {
      ended();
      throw error;
    }
    await job.submit();
    return job;
  }

  /** What the simulator is and can; `n_qubits` by the memory there is. */
  configuration() {
    return core.configuration(this.name, this.options);
  }

  /** What a job that is alone may use, `{ simd, threads, reason }`: chosen by itself, and why. */
  acceleration() {
    return core.acceleration(this.options);
  }

  available_methods() {
    return core.available_methods();
  }

  available_devices() {
    return ['CPU'];
  }

  /** Qiskit's BackendStatus; `pending_jobs` is the true number of jobs that have not ended. */
  status() {
    return {
      backend_name: this.name,
      backend_version: core.version,
      operational: true,
      pending_jobs: this.#pending,
      status_msg: '',
    };
  }

  toString() {
    return `AerSimulator('${this.name}')`;
  }

  /** What a job takes from its backend: name, options that travel, options that stay. */
  _context() {
    return this.#context ??= this.#make_context();
  }

  #make_context() {
    const kept = Object.fromEntries(HOST_OPTIONS.map((key) => [key, this.#options[key]]));
    const sent = Object.fromEntries(Object.entries(this.#options).filter(([key]) => !HOST_OPTIONS.includes(key)));
    return { name: this.name, sent, kept };
  }
}

let defaults;

/** Every option's default. */
function default_options() {
  return defaults ??= core.default_options();
}

/** The older names and what they stand for. */
const LEGACY = {
  qasm_simulator: 'automatic',
  statevector_simulator: 'statevector',
  unitary_simulator: 'unitary',
};

/** Qiskit's provider. */
export const Aer = Object.freeze({
  /** Every backend that can run, or those of this name. */
  backends(name = undefined) {
    return backend_names().filter((known) => name === undefined || known === name).map((known) => Aer.get_backend(known));
  },

  /** The backend of this name, such as `aer_simulator` or `aer_simulator_statevector`. */
  get_backend(name, options = {}) {
    if (!backend_names().includes(name)) {
      const near = core.nearest(String(name), backend_names());
      throw explained(`No backend matches the name "${name}".`, {
        code: 'UNKNOWN_BACKEND',
        expected: backend_names().join(', '),
        hint: near ? `Did you mean "${near}"?` : undefined,
      });
    }
    const method = LEGACY[name] ?? (name.slice('aer_simulator_'.length) || 'automatic');
    return new AerSimulator({ method, ...options }, name in LEGACY ? name : undefined);
  },
});

function backend_names() {
  const methods = core.available_methods();
  return [
    ...methods.map((method) => (method === 'automatic' ? 'aer_simulator' : `aer_simulator_${method}`)),
    ...Object.keys(LEGACY).filter((name) => methods.includes(LEGACY[name])),
  ];
}

/** A version 4 UUID; `crypto.randomUUID` is missing on pages that are not secure. */
function job_id() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The whole Qobj of circuits, as `run` would take them. */
export function assemble(circuits, options = {}) {
  return core.assemble(circuits, options, job_id());
}
