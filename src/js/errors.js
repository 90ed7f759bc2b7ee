/**
 * The error classes. Each error has a stable `code`; errors of a program also have its place (`experiment`,
 * `instruction`, `instruction_name`, `line`, `column`), `found`, `expected`, `hint` and `snippet`, where known.
 */
export class AerError extends Error {
  static { named(this, 'AerError', 'INTERNAL'); }

  /** @param {string} message @param {Record<string, unknown>} [details] fields of the error, `cause` among them */
  constructor(message, details = {}) {
    const { cause, ...fields } = details;
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, fields);
  }
}

/** A job that failed, or a job's method used wrongly. `result` holds what did succeed, if anything. */
export class JobError extends AerError {
  static { named(this, 'JobError', 'SIMULATION_FAILED'); }
}

/** A wait that ended before the job did. The job goes on. */
export class JobTimeoutError extends JobError {
  static { named(this, 'JobTimeoutError', 'JOB_TIMEOUT'); }
}

/** The result of a cancelled job was asked for. */
export class JobCancelledError extends JobError {
  static { named(this, 'JobCancelledError', 'JOB_CANCELLED'); }
}

/** Names survive minifiers; a code is there even where nobody gave one. */
function named(type, name, code) {
  for (const [key, value] of [['name', name], ['code', code]]) {
    Object.defineProperty(type.prototype, key, { value, writable: true, configurable: true });
  }
}

const classes = { AerError, JobError, JobTimeoutError, JobCancelledError };

/** An error made in JavaScript: found, expected and hint stand in its message, as they do in Rust's. */
export function explained(message, details, type = AerError) {
  const { found, expected, hint } = details;
  const known = [found !== undefined && `found ${found}`, expected !== undefined && `expected ${expected}`]
    .filter(Boolean).join(', ');
  const sentence = known && `${known[0].toUpperCase()}${known.slice(1)}.`;
  return new type([message, sentence, hint].filter(Boolean).join(' '), details);
}

/** Called by Rust: an error of the class of this name. */
export function make_error(class_name, message, details) {
  return new classes[class_name](message, details);
}

/** The error of an argument that cannot be used. */
export function bad_argument(name, found, expected) {
  return explained(`The argument "${name}" is wrong.`, { code: 'INVALID_ARGUMENT', found: shown(found), expected });
}

function shown(value) {
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, 'toString')) return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : `an object of class ${value.constructor?.name ?? 'none'}`;
}
