import { spawn } from 'node:child_process';

/** Runs a program, on so many threads if it asks OpenMP, and reads its last line as JSON; `{ error }` if it has none. */
export function answer(command, args, input = '', threads = 1) {
  return new Promise((resolve) => {
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let [said, complained] = ['', ''];
    child.stdout.on('data', (data) => (said += data));
    child.stderr.on('data', (data) => (complained += data));
    child.on('error', (error) => resolve({ error: error.message }));
    child.on('close', (status) => {
      try {
        resolve(JSON.parse(said.trim().split('\n').at(-1)));
      } catch {
        resolve({ error: complained.trim().slice(-300) || `status ${status}` });
      }
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
