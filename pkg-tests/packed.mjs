// What every consumer test shares: the package packed and installed once, a static server, Chromium, circuits.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { chromium } from 'playwright-core';
import * as setup from '../tools/setup.mjs';

export const { root } = setup;

/** Runs a program to its end, whatever that is. */
export function outcome(command, args, { input = '', ...options } = {}) {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: 60_000, maxBuffer: 1 << 28, ...options }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.signal ?? error.code) : 0, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

async function must(command, args, options) {
  const { status, stdout, stderr } = await outcome(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} gave ${status}\n${stdout}\n${stderr}`);
}

/**
 * A project outside of this repository, where nothing but the packed tarball is installed. It is made anew when
 * what is packed has changed, and shared by all tests until then.
 */
async function install() {
  const note = join(root, 'target', 'pkg-tests.json');
  const hash = setup.fingerprint(['dist', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']);
  const last = existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : {};
  if (last.hash === hash && existsSync(last.project)) return last.project;
  if (last.project) rmSync(last.project, { recursive: true, force: true });
  const project = mkdtempSync(join(tmpdir(), 'aer-wasm-consumer-'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root });
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  // Offline: the package has no dependency to fetch.
  await must('npm', ['install', '--offline', '--no-audit', '--no-fund', join(project, `aer-wasm-${version}.tgz`)], {
    cwd: project,
  });
  mkdirSync(join(root, 'target'), { recursive: true });
  writeFileSync(note, JSON.stringify({ hash, project }));
  return project;
}

export const project = await install();
export const installed = join(project, 'node_modules', 'aer-wasm');

/** A fresh copy of one of the folders beside this file, inside the consumer project. */
export function consumer(name) {
  const folder = join(project, name);
  rmSync(folder, { recursive: true, force: true });
  const own = join(root, 'pkg-tests', name);
  if (existsSync(own)) cpSync(own, folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}

const mime = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves a folder; without any header that isolates the page, unless `headers` has it. `types` overrides MIME types. */
export async function serve(folder, types = {}, headers = {}) {
  const server = createServer(async ({ url }, response) => {
    const path = normalize(join(folder, decodeURIComponent(new URL(url, 'http://x').pathname)));
    try {
      if (!path.startsWith(folder + sep)) throw new Error('outside');
      const body = await readFile(path);
      const type = { ...mime, ...types }[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}

/** Chromium of the system; a sandbox is not to be had as root. */
export async function launch() {
  const executablePath = process.env.AER_CHROMIUM ?? (await setup.browser()).chromium;
  const args = [
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath, headless: true, args });
}

/** A page whose errors fail the test that looks at `errors`. */
export async function open(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(url);
  return { page, errors };
}

export const bell = `OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
`;

/** A circuit that takes its time: `depth` layers of rotations and a chain of CX, all qubits measured. */
export function deep(qubits, depth) {
  const each = (gate, count = qubits) => Array.from({ length: count }, (_, q) => gate(q)).join('\n');
  const layer = (d) =>
    `${each((q) => `u3(${0.1 + d}, 0.2, 0.3) q[${q}];`)}\n${each((q) => `cx q[${q}], q[${q + 1}];`, qubits - 1)}\n`;
  const layers = Array.from({ length: depth }, (_, d) => layer(d)).join('');
  return `OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[${qubits}];\ncreg c[${qubits}];\n${layers}measure q -> c;\n`;
}
