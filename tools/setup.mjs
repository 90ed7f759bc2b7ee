// What a fresh machine lacks, one function per thing. Each is idempotent, costs milliseconds when there is
// nothing to do, and needs nothing but Node itself (`npm start` runs this before any package is installed).

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const toolsDir = join(root, 'target', 'tools');
const stampDir = join(root, 'target', 'stamps');
const wasmTarget = 'wasm32-unknown-unknown';
const wasmPackVersion = '0.15.0';

const say = (text) => process.stderr.write(`${text}\n`);
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Ends the process with one line that says what to do. */
export function fail(line) {
  say(`aer-wasm: ${line}`);
  process.exit(1);
}

/** Runs a program, its output on stderr; gives its exit status. */
function tryRun(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error) say(`aer-wasm: ${command}: ${error.message}`);
  return error ? 1 : (status ?? 1);
}

export function run(command, args, options = {}) {
  const status = tryRun(command, args, options);
  if (status !== 0) fail(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed with status ${status}; its own message is above`);
}

/** As `run`, beside other work; resolves to whether it went well. */
export function start(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    child.on('error', ({ message }) => {
      say(`aer-wasm: ${command}: ${message}`);
      resolve(false);
    });
    child.on('close', (status) => resolve(status === 0));
  });
}

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : null;
}

/** The path of a program, or null. */
export function which(...names) {
  for (const name of names)
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      const path = resolve(dir || '.', name);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {}
    }
  return null;
}

/** Says what is being done, does it, says how long it took. */
export async function step(title, work) {
  const start = performance.now();
  say(`▸ ${title} …`);
  const value = await work();
  say(`✓ ${title}: ${seconds(start)}`);
  return value;
}

/** A hash over the contents of files and folders (relative to the root) and over plain words. */
export function fingerprint(paths, words = []) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      if (path.endsWith('/target') || path.endsWith('/node_modules')) return;
      for (const name of readdirSync(full).sort()) visit(`${path}/${name}`);
    } else hash.update(path).update('\0').update(readFileSync(full)).update('\0');
  };
  paths.forEach(visit);
  for (const word of words) hash.update(word).update('\0');
  return hash.digest('hex');
}

/** Does `work` unless it was done with this very hash and its outputs are still there. */
export async function once(name, hash, outputs, title, work) {
  const stamp = join(stampDir, name);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (done && outputs.every((path) => existsSync(join(root, path)))) return false;
  rmSync(stamp, { force: true });
  await step(title, work);
  mkdirSync(stampDir, { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

export function node() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 16))
    fail(`Node 20.16 or newer is needed, this is ${process.versions.node}: install a current Node from https://nodejs.org`);
}

/** Cargo on PATH, also in a shell that has not read rustup's profile. */
export function cargo() {
  if (which('cargo')) return;
  const bin = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin');
  if (existsSync(join(bin, 'cargo'))) process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  else fail('cargo is missing: install Rust (stable) with rustup from https://rustup.rs');
}

/** The npm packages of the lock. */
export async function npmPackages() {
  const hash = fingerprint(['package-lock.json'], [process.platform, process.arch]);
  await once('npm', hash, ['node_modules/.package-lock.json'], 'installing npm packages', () => {
    if (!which('npm')) fail('npm is missing: install Node with npm from https://nodejs.org');
    run('npm', ['ci', '--no-audit', '--no-fund']);
  });
}

function rustup(what, args) {
  if (!which('rustup')) fail(`Rust's ${what} is missing and there is no rustup to add it: install Rust from https://rustup.rs`);
  return step(`adding Rust's ${what}`, () => run('rustup', args));
}

/** The compiler's wasm target. */
export async function rustWasm() {
  cargo();
  const libdir = output('rustc', ['--print', 'target-libdir', '--target', wasmTarget]);
  if (libdir === null) fail('rustc does not run: install a stable toolchain with `rustup default stable`');
  if (!existsSync(libdir)) await rustup(wasmTarget, ['target', 'add', wasmTarget]);
}

/** The source of Rust's standard library, with which it is built anew; whether it could be had. */
export function rustSource() {
  const sysroot = output('rustc', ['--print', 'sysroot']);
  if (sysroot === null) return false;
  if (existsSync(join(sysroot, 'lib/rustlib/src/rust/library/Cargo.lock'))) return true;
  return which('rustup') !== null && tryRun('rustup', ['component', 'add', 'rust-src']) === 0;
}

/** rustfmt and clippy, which a minimal toolchain lacks. */
export async function rustComponents() {
  for (const [command, component] of Object.entries({ fmt: 'rustfmt', clippy: 'clippy' })) {
    if (output('cargo', [command, '--version']) === null) await rustup(component, ['component', 'add', component]);
  }
}

/** Cargo arguments that keep this machine's paths out of what is built for wasm, with further flags of rustc. */
export function remapArguments(...further) {
  const home = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const sysroot = output('rustc', ['--print', 'sysroot']);
  const paths = { [home]: '/cargo', [sysroot]: '/rustc', [resolve(root)]: '/aer-wasm' };
  const flags = [...Object.entries(paths).map((pair) => `--remap-path-prefix=${pair.join('=')}`), ...further];
  return ['--config', `target.${wasmTarget}.rustflags=${JSON.stringify(flags)}`];
}

/** Builds the cargo task of tools/bindgen; gives the folder of its programs. */
export function bindgenTask(...options) {
  const task = ['--manifest-path', 'tools/bindgen/Cargo.toml', '--target-dir', join(toolsDir, 'build')];
  run('cargo', ['build', '--locked', ...task, ...options]);
  return join(toolsDir, 'build', 'debug');
}

/** `wasm-pack` and the `wasm-bindgen` programs that it looks for; gives the folders for PATH. */
export async function wasmPack() {
  const programs = 'target/tools/build/debug';
  await once('wasm-bindgen', fingerprint(['tools/bindgen']), [`${programs}/wasm-bindgen`], 'building wasm-bindgen', () =>
    bindgenTask('--features', 'cli'),
  );
  const bins = [join(root, programs)];
  if (output('wasm-pack', ['--version']) === `wasm-pack ${wasmPackVersion}`) return bins;
  await once('wasm-pack', wasmPackVersion, ['target/tools/bin/wasm-pack'], 'building wasm-pack (some minutes, once)', () => {
    const where = ['--root', toolsDir, '--target-dir', join(toolsDir, 'build')];
    const args = ['install', 'wasm-pack', '--version', wasmPackVersion, '--locked', '--debug', ...where];
    // Now and then one of its C dependencies fails to start a compiler; the same command then goes on from there.
    if (tryRun('cargo', args) !== 0) run('cargo', args);
  });
  return [...bins, join(toolsDir, 'bin')];
}

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Chromium and its driver; installed where that is ours to do, else a line that says what to install. */
export async function browser() {
  const find = () => ({ chromium: which(...browserNames), chromedriver: which('chromedriver') });
  const found = find();
  if (found.chromium && found.chromedriver) return found;
  const wanted = ['chromium', 'chromium-driver'];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    fail(
      `the browser tests need Chromium and chromedriver on PATH: install them (Debian: sudo apt-get install ${wanted.join(' ')})`,
    );
  await step('installing Chromium', () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['-q', 'update'], { env });
    run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', ...wanted], { env });
  });
  return find();
}

/** Firefox, where there is one: a second browser for the playground's test, which is skipped without it. */
export const firefox = () => which('firefox', 'firefox-esr');
