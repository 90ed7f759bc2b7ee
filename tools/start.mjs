// `npm start`: sets up what is missing, then runs a circuit by the package's own command line.
// `npm start -- path/to/your.qasm --shots 4096` runs yours; paths are relative to where you are.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './setup.mjs';

await build();

const args = process.argv.slice(2);
// npm runs scripts in the package's folder and keeps the caller's in INIT_CWD.
const own = args.length > 0 && process.env.INIT_CWD;
const child = spawn(process.execPath, [join(root, 'dist/cli.mjs'), 'run', ...(own ? args : ['examples/bell.qasm', ...args])], {
  cwd: own ? process.env.INIT_CWD : root,
  stdio: 'inherit',
});
// Ctrl-C reaches the child as well; it cancels its job and says so, and its status is ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
