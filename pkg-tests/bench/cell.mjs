// One measurement in a process of its own: what run.mjs asks for in argv[2], as JSON; the answer is a line of JSON.
// The time of a job is from run() to its counts; the package is started, and a small circuit of the same kind run,
// before. Then the same memory is passed over plainly, for comparison.

import { circuits, qasm, wrong } from './circuits.mjs';

const { circuit, n, shots, threads, precision, reps } = JSON.parse(process.argv[2]);
const { AerSimulator, WorkerExecutor } = await import(new URL('../../dist/node.mjs', import.meta.url));

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** A wasm module with a memory and `pass(from, to)`, which negates the numbers there: 64 bytes a turn, SIMD. */
function plain_pass() {
  const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);
  const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
  const text = (word) => [word.length, ...Buffer.from(word)];
  const negate = (offset) => [0x20, 0, 0x20, 0, 0xfd, 0x00, 4, offset, 0xfd, 0xed, 0x01, 0xfd, 0x0b, 4, offset];
  const next = [0x20, 0, 0x41, 0xc0, 0, 0x6a, 0x22, 0, 0x20, 1, 0x49, 0x0d, 0];
  const body = [0, 0x03, 0x40, ...[0, 16, 32, 48].flatMap(negate), ...next, 0x0b, 0x0b];
  const module = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 2, 0x7f, 0x7f, 0]),
    section(3, [1, 0]),
    section(5, [1, 0, 1]),
    section(7, [2, ...text('pass'), 0, 0, ...text('memory'), 2, 0]),
    section(10, [1, ...leb(body.length), ...body]),
  ].flat();
  return new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module))).exports;
}

/** Milliseconds of a pass over as many bytes as the state takes. */
function pass_ms(bytes) {
  const { memory, pass } = plain_pass();
  memory.grow(Math.ceil(bytes / 65_536));
  const turns = Math.max(1, Math.ceil(2 ** 24 / bytes));
  const once = () => {
    const begun = performance.now();
    for (let i = 0; i < turns; i++) pass(64, 64 + bytes);
    return (performance.now() - begun) / turns;
  };
  once();
  return median(Array.from({ length: 7 }, once));
}

const spec = circuits[circuit](n);
const program = qasm(spec);
const executor = new WorkerExecutor({ max_workers: 1 });
const backend = new AerSimulator({ executor, method: 'statevector', precision, max_parallel_threads: threads, seed_simulator: 1 });
const counts_of = async (text, shots) => {
  const result = await (await backend.run(text, { shots })).result();
  return [result.get_counts(), result];
};

const [small, checked] = [circuits[circuit](Math.min(n, 7)), 20_000];
let error = wrong(small, (await counts_of(qasm(small), checked))[0], checked);
const [wall, cpu] = [[], []];
let metadata = {};
for (let i = 0; i < reps && !error; i++) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const [counts, result] = await counts_of(program, shots);
  const { user, system } = process.cpuUsage(used);
  wall.push(performance.now() - begun);
  cpu.push((user + system) / 1000);
  error = wrong(spec, counts, shots);
  ({ metadata } = result.results[0]);
}
const peak_mb = process.resourceUsage().maxRSS / 1024;
await executor.shutdown();
const bytes = (precision === 'single' ? 8 : 16) * 2 ** n;
const pass = error ? 0 : pass_ms(bytes);
console.log(
  JSON.stringify({
    error,
    ms: median(wall),
    cpu_ms: median(cpu),
    threads: metadata.parallel_state_update,
    gates: spec.ops.length,
    peak_mb,
    pass_ms: pass,
    bytes,
  }),
);
