// npm run fuzz -- qasm2|qasm3|qobj [SECONDS]: fuzzes a parser from its seeds. Needs a nightly toolchain;
// cargo-fuzz is built into target/tools on the first run.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [target, seconds = '600'] = process.argv.slice(2);
const targets = ['qasm2', 'qasm3', 'qobj'];
if (!targets.includes(target) || !(Number(seconds) > 0)) {
  console.error(`Usage: npm run fuzz -- ${targets.join('|')} [SECONDS]`);
  process.exit(2);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, RUSTUP_TOOLCHAIN: 'nightly' } });
  if (status !== 0) process.exit(status ?? 1);
}

const tool = join(root, 'target', 'tools', 'fuzz', 'bin', 'cargo-fuzz');
if (!existsSync(tool)) {
  run('cargo', ['install', '--locked', '--debug', 'cargo-fuzz', '--root', join('target', 'tools', 'fuzz')]);
}
// What is found goes beside the build; the seeds are read only.
const found = join('target', 'fuzz', target);
mkdirSync(join(root, found), { recursive: true });
run(tool, [
  'fuzz', 'run', target, found, join('fuzz', 'seeds', target), '--',
  `-max_total_time=${seconds}`, '-max_len=4096', '-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1',
]);
