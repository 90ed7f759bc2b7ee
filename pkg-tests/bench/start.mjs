// What a Bell job costs in Node: a fresh process in CPU time over one that does nothing, and, warm, from run() to
// counts. `npm run bench:start [-- TRIES]`. Medians; the machine's own pace is the first line.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bell, installed } from '../packed.mjs';

const tries = Number(process.argv[2] ?? 11);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const job = `(await (await backend.run(${JSON.stringify(bell)}, { shots: 1024 })).result()).get_counts()`;
const load = `const { AerSimulator } = require(${JSON.stringify(join(installed, 'dist', 'node.cjs'))});
  const backend = new AerSimulator();`;

/** Runs a script in a fresh Node, which then says what it used: milliseconds of CPU, and what it printed. */
function fresh(script) {
  const end = `process.on('exit', () => { const { user, system } = process.cpuUsage(); console.log((user + system) / 1000); });`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', `${end}\n${script}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').map(Number);
}

const scripts = {
  'a process that does nothing': '',
  'an empty worker': `new (require('node:worker_threads').Worker)('', { eval: true });`,
  'import alone': load,
  'import to Bell counts': `${load} (async () => { ${job}; })();`,
};
const used = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]));
// In turn, so that what else the machine does falls on all alike.
for (let i = 0; i < tries; i++)
  for (const [name, script] of Object.entries(scripts)) used[name].push(fresh(script).at(-1));
const bare = median(used['a process that does nothing']);
for (const [name, values] of Object.entries(used)) {
  const cpu = median(values);
  console.log(`${name.padEnd(28)} ${cpu.toFixed(1).padStart(7)} ms of CPU, ${(cpu - bare).toFixed(1).padStart(6)} over bare`);
}

const [wall, cpu] = fresh(`${load}
  (async () => {
    const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    const [wall, cpu] = [[], []];
    for (let i = 0; i < 400; i++) {
      const [began, before] = [performance.now(), process.cpuUsage()];
      ${job};
      const { user, system } = process.cpuUsage(before);
      if (i >= 200) { wall.push(performance.now() - began); cpu.push((user + system) / 1000); }
    }
    console.log(median(wall)); console.log(median(cpu));
  })();`);
console.log(`a warm Bell job              ${wall.toFixed(2).padStart(7)} ms, ${cpu.toFixed(2)} ms of CPU in both threads`);
