import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { bell, consumer, deep, installed, outcome, project } from './packed.mjs';

const program = join(project, 'node_modules', '.bin', 'aer-wasm');
let folder;

before(() => {
  folder = consumer('cli');
  const files = {
    'bell.qasm': bell,
    'deep.qasm': deep(22, 200),
    'bad.qasm': 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\n  hadamard q[0];\n',
    'bell.json': JSON.stringify({
      qobj_id: 'bell',
      type: 'QASM',
      schema_version: '1.3.0',
      header: {},
      config: { shots: 77, memory_slots: 2, n_qubits: 2 },
      experiments: [
        {
          header: { name: 'bell', n_qubits: 2, memory_slots: 2, creg_sizes: [['c', 2]], qreg_sizes: [['q', 2]] },
          config: { memory_slots: 2, n_qubits: 2 },
          instructions: [
            { name: 'h', qubits: [0] },
            { name: 'cx', qubits: [0, 1] },
            { name: 'measure', qubits: [0, 1], memory: [0, 1] },
          ],
        },
      ],
    }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

const aer = (...args) => outcome(program, args, { cwd: folder });
const total = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

test('--version and --help', async () => {
  const { version } = (await import('node:module')).createRequire(import.meta.url)(join(installed, 'package.json'));
  assert.deepEqual(await aer('--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
  assert.match((await aer('--help')).stdout, /aer-wasm run FILE/);
});

test('a run shows statuses, progress and a histogram', async () => {
  const { status, stdout, stderr } = await aer('run', 'bell.qasm', '--shots', '4096', '--seed', '7');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ +00 .*%/m);
  assert.match(stdout, /^ +11 .*%/m);
  assert.match(stderr, /INITIALIZING[^]*100 %[^]*DONE/);
});

test('--json prints the result dict and nothing else; the same seed, the same counts', async () => {
  const runs = await Promise.all(
    [1, 2].map(() => aer('run', 'bell.qasm', '--shots', '500', '--seed', '11', '--memory', '--json')),
  );
  const [first, second] = runs.map(({ status, stdout, stderr }) => {
    assert.deepEqual([status, stderr], [0, '']);
    return JSON.parse(stdout).results[0];
  });
  assert.equal(first.shots, 500);
  assert.equal(total(first.data.counts), 500);
  assert.deepEqual(Object.keys(first.data.counts).sort(), ['0x0', '0x3']);
  assert.equal(first.data.memory.length, 500);
  assert.deepEqual(first.data, second.data);
});

test('a Qobj from a file keeps its own shots; standard input is read', async () => {
  const qobj = await aer('run', 'bell.json', '--json');
  assert.equal(qobj.status, 0, qobj.stderr);
  assert.equal(total(JSON.parse(qobj.stdout).results[0].data.counts), 77);
  for (const args of [
    ['run', '-', '--json'],
    ['run', '--json'],
  ]) {
    const piped = await outcome(program, args, { cwd: folder, input: bell });
    assert.equal(piped.status, 0, piped.stderr);
    assert.equal(total(JSON.parse(piped.stdout).results[0].data.counts), 1024);
  }
});

test('a bad program: status 1, its place and reason on stderr', async () => {
  const { status, stdout, stderr } = await aer('run', 'bad.qasm');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^bad\.qasm:4:3: .*hadamard.*\[UNKNOWN_GATE\]\n.*hadamard q\[0\];\n.*\^/m);
  assert.match(stderr, /ERROR/);
});

test('bad use: status 2 and the way out', async () => {
  for (const args of [
    [],
    ['walk'],
    ['run', 'none.qasm'],
    ['run', 'bell.qasm', '--shots', 'many'],
    ['run', 'bell.qasm', '--shots', '0'],
    ['run', 'bell.qasm', '--seed', '-1'],
    ['run', 'bell.qasm', '--nonsense'],
    ['run', 'bell.qasm', '--method', 'guess'],
    ['run', 'bell.qasm', 'bell.json'],
  ]) {
    const { status, stdout, stderr } = await aer(...args);
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, /^aer-wasm: .+\nTry: aer-wasm --help\n$/, String(args));
  }
});

test('--max-runtime stops a job', async () => {
  const { status, stderr } = await aer('run', 'deep.qasm', '--max-runtime', '0.3');
  assert.equal(status, 1);
  assert.match(stderr, /MAX_RUNTIME_EXCEEDED/);
});

test('Ctrl-C cancels the job and says so', async () => {
  const child = spawn(program, ['run', 'deep.qasm'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const before = said.includes('RUNNING');
    said += text;
    if (!before && said.includes('RUNNING')) child.kill('SIGINT');
  });
  assert.deepEqual(await ended, { code: 130, signal: null });
  assert.match(said, /Cancelling[^]*CANCELLED[^]*Cancelled after/);
});
