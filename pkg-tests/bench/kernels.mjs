// The kernels in wasm, one by one, at low, middle and high bits: CPU time, amplitudes read and written per second,
// and the ratio to a plain pass that reads and writes the same state, measured in the same run. With words, only
// kernels whose name holds one of them; with numbers, only states of so many qubits.
//
//   npm run bench:kernels -- [--single | --double] [word | number …]

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import * as setup from '../../tools/setup.mjs';

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('--'));
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const words = args.filter((arg) => !arg.startsWith('--') && !/^\d+$/.test(arg));

await setup.rustWasm();
const target = join(setup.root, 'tools/kernels/target');
setup.run('cargo', [
  ...['build', '--locked', '--release', '--target', 'wasm32-unknown-unknown'],
  ...['--manifest-path', 'tools/kernels/Cargo.toml', '--target-dir', target],
]);

// Only what an engine makes of the code in the end.
v8.setFlagsFromString('--no-liftoff');
const module = new WebAssembly.Module(readFileSync(join(target, 'wasm32-unknown-unknown/release/aer_wasm_kernels.wasm')));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => {};
const { exports: wasm } = new WebAssembly.Instance(module, imports);

const kernels = Array.from({ length: wasm.kernels() }, (_, kernel) => ({
  kernel,
  name: new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.name(kernel), wasm.name_len(kernel))),
  bits: wasm.bits(kernel),
}));

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The least CPU time of several runs, in ms. */
function time(kernel, first) {
  let times = 1;
  let best = Infinity;
  for (let round = 0; round < 7; ) {
    const start = cpu();
    wasm.run(kernel, first, times);
    const took = cpu() - start;
    if (took < 5) times = Math.ceil(times * Math.min(100, 8 / Math.max(took, 0.01)));
    else {
      best = Math.min(best, took / times);
      round++;
    }
  }
  return best;
}

const wanted = ({ name }) => words.length === 0 || words.some((word) => name.includes(word));
for (const single of [false, true]) {
  if (flags.includes(single ? '--double' : '--single')) continue;
  for (const n of sizes.length ? sizes : [12, 16, 20, 22, 24]) {
    wasm.prepare(n, single);
    const bytes = 2 ** n * (single ? 8 : 16);
    const plain = time(0, 0);
    console.log(`\n${n} qubits, ${single ? 'f32' : 'f64'}: a plain pass takes ${plain.toFixed(4)} ms, ${(2e-6 * bytes / plain).toFixed(1)} GB/s`);
    console.log('kernel              bit       ms   GB/s  ratio');
    for (const { kernel, name, bits } of kernels.slice(1).filter(wanted)) {
      const firsts = bits ? [...new Set([0, 1, 2, 3, n >> 1, n - bits])] : [0];
      for (const first of firsts.filter((first) => first + bits <= n)) {
        const took = time(kernel, first);
        const row = [name.padEnd(18), `${first}`.padStart(4), took.toFixed(4).padStart(8)];
        console.log([...row, (2e-6 * bytes / took).toFixed(1).padStart(6), (took / plain).toFixed(2).padStart(6)].join(' '));
      }
    }
  }
}
