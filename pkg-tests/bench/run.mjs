// `npm run bench`: how long circuits take, as a table. `npm run bench -- --against aer` measures native Qiskit Aer in
// turn with ours (AER_PYTHON names a python that has qiskit-aer) and prints the ratios. Needs `npm run build`.
//
//   --circuits ghz,qft,qv,grover,brickwork,hiddenshift   --n 10,16,20   --shots 1024   --threads 1
//   --precision double   --reps 5   --json (lines of JSON instead)   --record (adds a line to benches/record.jsonl)
//
// Each measurement is a fresh process, which first checks its answer; what cell.mjs times does not count start-up.
// A pass is the reading and writing of as much memory as the state takes, by SIMD in wasm, in that same process.
// GB/s are those that a pass for every gate would have moved: more than a pass itself reaches where gates are merged.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answer as ask } from './answer.mjs';
import { circuits, wrong } from './circuits.mjs';

const answer = (command, args, input) => ask(command, args, input, threads);

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const text = (value) => ({ type: 'string', default: value });
const { values: options } = parseArgs({
  options: {
    circuits: text(Object.keys(circuits).join(',')),
    n: text('10,16,20'),
    shots: text('1024'),
    threads: text('1'),
    precision: text('double'),
    reps: text('5'),
    against: { type: 'string' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const [shots, threads, reps] = [options.shots, options.threads, options.reps].map(Number);
const { precision } = options;
const names = options.circuits.split(',');
const sizes = options.n.split(',').map(Number);
const unknown = names.filter((name) => !circuits[name]);
if (unknown.length > 0) throw new Error(`unknown circuits: ${unknown}; there are ${Object.keys(circuits)}`);
if (options.against !== undefined && options.against !== 'aer') throw new Error('--against takes "aer"');
if (options.against && !process.env.AER_PYTHON) throw new Error('AER_PYTHON has to name a python with qiskit-aer');
if (!existsSync(join(root, 'dist', 'node.mjs'))) throw new Error('there is no dist/: npm run build');

const ours = (asked) => answer(process.execPath, [join(here, 'cell.mjs'), JSON.stringify(asked)]);

async function aer(asked) {
  const [spec, small] = [circuits[asked.circuit](asked.n), circuits[asked.circuit](Math.min(asked.n, 7))];
  const input = JSON.stringify({ ...asked, spec, small });
  const { counts, ...rest } = await answer(process.env.AER_PYTHON, [join(here, 'aer.py')], input);
  return { ...rest, error: rest.error ?? wrong(spec, counts, asked.shots) };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const time = (ms) => (ms < 1000 ? `${ms.toPrecision(3)} ms` : `${(ms / 1000).toPrecision(3)} s`);
const ratios = (values) => [Math.min(...values), median(values), Math.max(...values)].map((x) => x.toFixed(2)).join(' / ');

const columns = options.against
  ? ['circuit', 'n', 'threads', 'CPU', 'Aer CPU', 'wall', 'Aer wall', 'CPU ratio min / med / max', 'wall ratio min / med / max']
  : ['circuit', 'n', 'threads', 'CPU', 'wall', 'GB/s', 'a pass GB/s', 'passes', 'peak MB'];
const widths = columns.map((column, i) => Math.max(column.length, i === 0 ? 11 : 8));
const show = (cells) => options.json || console.log(cells.map((cell, i) => String(cell)[i ? 'padStart' : 'padEnd'](widths[i])).join('  '));

show(columns);
const rows = [];
for (const circuit of names) {
  for (const n of sizes) {
    const asked = { circuit, n, shots, threads, precision, reps: options.against ? 1 : reps };
    const pairs = [];
    for (let i = 0; i < (options.against ? reps : 1); i++) {
      // In turn, so that what the machine does besides meets both.
      const pair = [await ours(asked), options.against && (await aer(asked))];
      pairs.push(pair);
      if (pair.some((one) => one?.error)) break;
    }
    const error = pairs.flat().find((one) => one?.error)?.error;
    const of = (side, key) => median(pairs.map((pair) => pair[side][key]));
    const row = { circuit, n, threads, precision, shots };
    rows.push(row);
    if (error) {
      process.exitCode = 1;
      Object.assign(row, { error });
      show([circuit, n, threads, 'FAILED', error]);
    } else {
      const { gates, bytes } = pairs[0][0];
      const [ms, cpu_ms, pass_ms, peak_mb] = ['ms', 'cpu_ms', 'pass_ms', 'peak_mb'].map((key) => of(0, key));
      Object.assign(row, { ms, cpu_ms, pass_ms, peak_mb, gates, bytes });
      if (options.against) {
        const ratio = (key) => pairs.map(([a, b]) => a[key] / b[key]);
        row.aer = { version: pairs[0][1].version, ms: of(1, 'ms'), cpu_ms: of(1, 'cpu_ms'), peak_mb: of(1, 'peak_mb') };
        row.ratio = { cpu: ratio('cpu_ms'), wall: ratio('ms') };
        const { cpu, wall } = row.ratio;
        show([circuit, n, threads, time(cpu_ms), time(row.aer.cpu_ms), time(ms), time(row.aer.ms), ratios(cpu), ratios(wall)]);
      } else {
        const rate = (bytes, ms) => (bytes / ms / 1e6).toFixed(1);
        const cells = [rate(2 * bytes * gates, cpu_ms), rate(2 * bytes, pass_ms), (cpu_ms / pass_ms).toFixed(1), peak_mb.toFixed(0)];
        show([circuit, n, threads, time(cpu_ms), time(ms), ...cells]);
      }
    }
    if (options.json) console.log(JSON.stringify(row));
  }
}
if (options.against && !options.json) {
  const medians = rows.filter((row) => row.ratio).map((row) => median(row.ratio.cpu));
  const mean = Math.exp(medians.reduce((sum, x) => sum + Math.log(x), 0) / medians.length);
  if (medians.length > 0) console.log(`CPU ratio: geometric mean ${mean.toFixed(2)}, worst ${Math.max(...medians).toFixed(2)}`);
}

if (options.record) {
  const { stdout } = await new Promise((resolve) => {
    const child = spawn('git', ['-C', root, 'rev-parse', '--short', 'HEAD']);
    let stdout = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.on('error', () => resolve({ stdout: '' }));
    child.on('close', () => resolve({ stdout: stdout.trim() }));
  });
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? process.arch}, Node ${process.versions.node}`;
  mkdirSync(join(root, 'benches'), { recursive: true });
  const line = { date: new Date().toISOString(), commit: stdout || undefined, machine, rows };
  appendFileSync(join(root, 'benches', 'record.jsonl'), `${JSON.stringify(line)}\n`);
}
