#!/usr/bin/env node
// `aer-wasm`: runs a circuit from a file or standard input, by nothing but the package's public API.
// The answer goes to stdout; statuses, progress and errors go to stderr.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AerSimulator, JOB_FINAL_STATES, JOB_STATUS_DESCRIPTIONS, JobCancelledError, version } from 'aer-wasm';

const USAGE = `aer-wasm ${version()}: Qiskit Aer for the web, on the command line

  aer-wasm run FILE      OpenQASM (.qasm), Qobj (.json), or - for standard input

  --shots N              how often to run each circuit (default 1024)
  --method NAME          simulation method (default automatic)
  --seed N               seed of every random number; the same seed gives the same counts
  --memory               also show the outcome of each shot, in order
  --max-runtime S        stop the job when it has run for S seconds
  --json                 print the result dict on stdout, and nothing else there
  --help, --version

Exit status: 0 done, 1 the job failed, 2 bad use, 130 cancelled (Ctrl-C).`;

const EXIT = { done: 0, job_error: 1, bad_use: 2, cancelled: 130 };

class BadUse extends Error {}

const say = (text) => process.stderr.write(`${text}\n`);
const print = (text) => process.stdout.write(`${text}\n`);

/** What the command line asks for, or BadUse. */
function parse(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      shots: { type: 'string' },
      method: { type: 'string' },
      seed: { type: 'string' },
      'max-runtime': { type: 'string' },
      memory: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'V' },
    },
  });
  if (values.help || values.version) return values;
  const [command, file, ...rest] = positionals;
  if (command !== 'run') throw new BadUse(command ? `there is no command "${command}"` : 'a command is missing');
  if (rest.length > 0) throw new BadUse(`one file at a time: "${rest[0]}" is too much`);
  if (!file && process.stdin.isTTY) throw new BadUse('a file is missing');
  const number = (name, good, expected) => {
    if (values[name] === undefined) return undefined;
    const value = values[name].trim() === '' ? NaN : Number(values[name]);
    if (!good(value)) throw new BadUse(`--${name} "${values[name]}" is not ${expected}`);
    return value;
  };
  const options = {
    shots: number('shots', (n) => Number.isSafeInteger(n) && n >= 1, 'a whole number of at least 1'),
    seed_simulator: number('seed', (n) => Number.isSafeInteger(n) && n >= 0, 'a whole number of at least 0'),
    max_runtime_s: number('max-runtime', (n) => Number.isFinite(n) && n > 0, 'a number of seconds above 0'),
    method: values.method,
    memory: values.memory,
  };
  // What is not given stays out, so that a Qobj's own settings count.
  return {
    ...values,
    file: file ?? '-',
    options: Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)),
  };
}

async function read(file) {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new BadUse(`${file} cannot be read: ${error.message}`);
  }
}

/** Statuses as lines; progress as a bar that is redrawn on a terminal, else as a line now and then. */
class Display {
  #start = performance.now();
  #drawn = false;
  #over = false;
  #next_line_s = 1;

  constructor({ silent }) {
    this.silent = silent;
  }

  get elapsed_s() {
    return (performance.now() - this.#start) / 1000;
  }

  line(text) {
    if (this.silent) return;
    this.clear();
    say(text);
  }

  status(status) {
    this.line(`${this.elapsed_s.toFixed(3).padStart(8)} s  ${status.padEnd(12)}  ${JOB_STATUS_DESCRIPTIONS[status]}`);
  }

  progress(progress) {
    if (this.silent || this.#over) return;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${this.#bar(progress)}`);
      this.#drawn = true;
    } else if (this.elapsed_s >= this.#next_line_s) {
      // Lines at 1, 2, 4, 8, … seconds: a log stays short however long the job.
      while (this.#next_line_s <= this.elapsed_s) this.#next_line_s *= 2;
      this.line(this.#bar(progress));
    }
  }

  /** The last state of the bar stays. */
  end(progress) {
    this.line(this.#bar(progress));
    this.#over = true;
  }

  #bar({ fraction, experiment, experiments, completed, total, unit }) {
    const width = Math.max(10, Math.min(40, (process.stderr.columns || 80) - 45));
    const full = Math.round(width * fraction);
    const percent = `${Math.floor(100 * fraction)} %`.padStart(5);
    const where = experiments > 1 ? `circuit ${experiment + 1} of ${experiments}` : `${completed} of ${total} ${unit}`;
    return `${' '.repeat(12)}${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent}  ${where}`;
  }

  clear() {
    if (this.#drawn) process.stderr.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** Shows each status that can be seen until the job has ended; asks often at first, then less and less. */
async function watch(job, display) {
  for (let seen; ;) {
    const status = await job.status();
    const final = JOB_FINAL_STATES.includes(status);
    if (final) display.end(await job.progress());
    if (status !== seen) display.status((seen = status));
    if (final) return;
    await new Promise((resume) => setTimeout(resume, Math.min(50, 20 * display.elapsed_s)));
  }
}

async function run({ file, options, json, memory }) {
  const text = await read(file);
  const display = new Display({ silent: json && !process.stderr.isTTY });
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(EXIT.cancelled);
    display.clear();
    say('Cancelling …');
    interrupt.abort();
  });

  const { method, ...of_run } = options;
  let job;
  try {
    const backend = new AerSimulator(method === undefined ? {} : { method });
    job = await backend.run(text, { ...of_run, signal: interrupt.signal, on_progress: (progress) => display.progress(progress) });
  } catch (error) {
    if (interrupt.signal.aborted) return cancelled(display);
    throw new BadUse(error.message);
  }
  await watch(job, display);
  try {
    show(await job.result(), { json, memory });
    return EXIT.done;
  } catch (error) {
    if (error instanceof JobCancelledError) return cancelled(display);
    if (error.result) show(error.result, { json, memory });
    say(describe(error, file));
    return EXIT.job_error;
  }
}

function cancelled(display) {
  say(`Cancelled after ${display.elapsed_s.toFixed(1)} s.`);
  return EXIT.cancelled;
}

/** `file:line:column: reason [CODE]`, then what the error shows of the program. */
function describe({ message, code, line, column }, file) {
  const place = [file === '-' ? 'standard input' : file, line, column].filter((part) => part != null).join(':');
  const [reason, ...shown] = message.split('\n');
  return [`${place}: ${reason.replace(/^line \d+, column \d+: /, '')} [${code}]`, ...shown].join('\n');
}

function show(result, { json, memory }) {
  if (json) return print(JSON.stringify(result));
  for (const [index, { success, status, shots, header, data, seed_simulator: seed }] of result.results.entries()) {
    const seeded = seed === undefined ? '' : `, seed ${seed}`;
    print(`\n${header?.name ?? `circuit ${index}`}: ${success ? `${shots} shots${seeded}` : status}`);
    if (!success) continue;
    if (data.counts) print(histogram(result.get_counts(index), process.stdout.columns || 80));
    const saved = Object.keys(data).filter((key) => key !== 'counts' && key !== 'memory');
    if (saved.length > 0) print(`saved: ${saved.join(', ')} (--json shows the values)`);
    else if (!data.counts) print('nothing was measured or saved');
    if (memory && data.memory) print(`memory: ${result.get_memory(index).join(' ')}`);
  }
}

/** At most 32 outcomes, the most frequent ones, in the order of their keys. */
function histogram(counts, columns, rows = 32) {
  const all = Object.entries(counts);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const frequent = all.sort(by_count);
  const shown = frequent.slice(0, rows).sort(([a], [b]) => (a < b ? -1 : 1));
  const largest = frequent[0]?.[1] ?? 1;
  const key_width = Math.min(Math.max(...shown.map(([key]) => key.length)), Math.max(8, Math.floor(columns / 2)));
  const count_width = String(largest).length;
  const bar_width = Math.max(4, columns - key_width - count_width - 14);
  const lines = shown.map(([key, count]) => {
    const percent = ((100 * count) / total).toFixed(1).padStart(5);
    return `  ${shorten(key, key_width)}  ${bar((bar_width * count) / largest).padEnd(bar_width)}  ${percent} %  ${String(count).padStart(count_width)}`;
  });
  const rest = frequent.slice(rows);
  if (rest.length > 0) {
    const shots = rest.reduce((sum, [, count]) => sum + count, 0);
    lines.push(`  … and ${rest.length} more (${((100 * shots) / total).toFixed(1)} %)`);
  }
  return lines.join('\n');
}

const by_count = ([key_a, a], [key_b, b]) => b - a || (key_a < key_b ? -1 : 1);

/** A bar in eighths of a character; what is not zero shows. */
function bar(length) {
  const eighths = Math.max(1, Math.round(8 * length));
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}

/** Long keys lose their middle. */
function shorten(key, width) {
  if (key.length <= width) return key.padStart(width);
  const tail = Math.floor((width - 1) / 2);
  return `${key.slice(0, width - 1 - tail)}…${key.slice(key.length - tail)}`;
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.job_error));

try {
  const request = parse(process.argv.slice(2));
  if (request.version) print(version());
  else if (request.help) print(USAGE);
  else process.exitCode = await run(request);
} catch (error) {
  if (!(error instanceof BadUse) && !error.code?.startsWith?.('ERR_PARSE_ARGS')) throw error;
  say(`aer-wasm: ${error.message.split('\n')[0]}\nTry: aer-wasm --help`);
  process.exitCode = EXIT.bad_use;
}
