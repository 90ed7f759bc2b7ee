// Builds the package into dist/: wasm by cargo, glue by tools/bindgen, bundles by esbuild.

import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as setup from './setup.mjs';

const { root } = setup;
const glueDir = join(root, 'target', 'glue');
const sharedGlueDir = join(root, 'target', 'glue-threads');
const names = 'aer_wasm_bg.wasm index.mjs worker_host.js node.cjs node.mjs cli.mjs index.d.ts index.d.cts plots.mjs plots.cjs plots.d.ts plots.d.cts';
const outputs = names.split(' ').map((name) => `dist/${name}`);
const tools = ['tools/bindgen', 'tools/build.mjs', 'tools/setup.mjs'];
/** What the wasm and its glue are made of: all but the JavaScript, which is put around them. */
const rust = () => readdirSync(join(root, 'src')).filter((name) => name !== 'js' && name !== 'plots').map((name) => `src/${name}`);
const glueInputs = () => [...rust(), 'packages', '.cargo', 'Cargo.toml', 'Cargo.lock', ...tools];
const inputs = () => [...glueInputs(), 'src/js', 'src/plots', 'package.json', 'package-lock.json'];

/** Brings dist/ up to date; true if there was anything to do. */
export async function build() {
  setup.node();
  await setup.npmPackages();
  return setup.once('dist', setup.fingerprint(inputs()), outputs, 'building aer-wasm', async () => {
    const glue = ['target/glue/aer_wasm.js', 'target/glue/aer_wasm_bg.wasm'];
    await setup.once('glue', setup.fingerprint(glueInputs()), glue, 'compiling wasm', async () => {
      await setup.rustWasm();
      const [plain, shared] = await buildWasm();
      const bindgen = join(setup.bindgenTask(), 'aer-wasm-bindgen');
      for (const [wasm, into] of [[plain, glueDir], [shared, sharedGlueDir]]) {
        rmSync(into, { recursive: true, force: true });
        if (wasm) setup.run(bindgen, [wasm, into]);
      }
    });
    await bundle(existsSync(join(sharedGlueDir, 'aer_wasm.js')));
  });
}

const cargo = ['build', '--locked', '--profile=npm', '--features=apart', '--lib', '--target=wasm32-unknown-unknown'];
const built = (target) => join(root, target, 'wasm32-unknown-unknown/npm/aer_wasm.wasm');

/** Flags of the second build, whose memory is shared by threads. */
const sharedMemory = [
  '-Ctarget-feature=+atomics,+bulk-memory',
  ...['shared-memory', 'import-memory', 'max-memory=4294967296'].map((argument) => `-Clink-arg=--${argument}`),
  ...['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base'].map((name) => `-Clink-arg=--export=${name}`),
];

/**
 * The wasm, and the one for threads, side by side: paths; null where there is none. Both have a standard library
 * that is built for them, small and without the machinery of panics: a fifth less to load, and threads need it.
 * Cargo calls that unstable; where it is not to be had, the standard library is the ready-made one.
 */
async function buildWasm() {
  const small = ['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none'];
  const std = ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size'];
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1' };
  const withStd = async (target, flags) => {
    const args = [...cargo, ...std, `--target-dir=${target}`, ...setup.remapArguments(...small, ...flags)];
    return (await setup.start('cargo', args, { env })) ? built(target) : null;
  };
  let [plain, shared] = [null, null];
  if (setup.rustSource()) [plain, shared] = await Promise.all([withStd('target/small', []), withStd('target/threads', sharedMemory)]);
  if (plain && !shared) throw new Error('the build with threads failed: see above');
  if (!shared) process.stderr.write('aer-wasm: built without threads, for which the standard library has to be built\n');
  if (!plain) {
    process.stderr.write('aer-wasm: built with the ready-made standard library: the wasm is larger than it need be\n');
    setup.run('cargo', [...cargo, ...setup.remapArguments()]);
    plain = built('target');
  }
  return [plain, shared];
}

async function bundle(threads) {
  const { build: esbuild } = await import('esbuild');
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const entry = (name, outfile, options) =>
    esbuild({
      entryPoints: [join(root, 'src', name)],
      outfile: join(dist, outfile),
      bundle: true,
      charset: 'utf8',
      // What package.json says of side effects is for users' bundlers; here every module is wanted.
      ignoreAnnotations: true,
      // `class _Result` is what a class that names itself would otherwise be called.
      keepNames: true,
      // Identifiers stay, so that a stack trace can be read.
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'warning',
      // The glue names a snippet once per import that it serves.
      logOverride: { 'duplicate-object-key': 'silent' },
      metafile: true,
      platform: 'neutral',
      target: 'es2022',
      format: 'esm',
      plugins: [withThreads(threads), oneOfEach],
      ...options,
    });
  const [front] = await Promise.all([
    entry('js/entry/browser.mjs', 'index.mjs'),
    entry('js/entry/worker.mjs', 'worker_host.js'),
    entry('js/entry/node.mjs', 'node.cjs', {
      format: 'cjs',
      define: { 'import.meta.url': 'moduleUrl' },
      banner: { js: "'use strict'\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href" },
    }),
    // No class in them needs its name.
    entry('plots/index.js', 'plots.mjs', { keepNames: false }),
    entry('plots/index.js', 'plots.cjs', { keepNames: false, format: 'cjs' }),
  ]);
  // ES modules get the very classes of node.cjs, so `instanceof` holds across `import` and `require`.
  const names = Object.values(front.metafile.outputs)[0].exports.sort();
  writeFileSync(join(dist, 'node.mjs'), `import core from './node.cjs'\nexport const {\n  ${names.join(',\n  ')}\n} = core\n`);
  copyFileSync(join(glueDir, 'aer_wasm_bg.wasm'), join(dist, 'aer_wasm_bg.wasm'));
  if (threads) copyFileSync(join(sharedGlueDir, 'aer_wasm_bg.wasm'), join(dist, 'aer_wasm_threads_bg.wasm'));
  copyFileSync(join(root, 'src/js/cli.mjs'), join(dist, 'cli.mjs'));
  for (const [types, name] of [['src/bindings/types.d.ts', 'index'], ['src/plots/types.d.ts', 'plots']])
    for (const end of ['d.ts', 'd.cts']) copyFileSync(join(root, types), join(dist, `${name}.${end}`));
}

/** The glue and the wasm of the build with threads, or nothing in their place. */
const withThreads = (threads) => ({
  name: 'with-threads',
  setup(esbuild) {
    const paths = { '#threads-glue': join(sharedGlueDir, 'aer_wasm.js'), '#threads-wasm': join(root, 'src/js/entry/threads_wasm.mjs') };
    esbuild.onResolve({ filter: /^#threads-/ }, ({ path }) => (threads ? { path: paths[path] } : { path, namespace: 'nothing' }));
    esbuild.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export const threads_wasm = undefined' }));
  },
});

/**
 * The glue imports its snippets from copies of src/js, and the snippets import the glue back; each bundle
 * shall hold one of either. So every way to name the glue means target/glue, and every copy means src/js.
 */
const oneOfEach = {
  name: 'one-of-each',
  setup(esbuild) {
    esbuild.onResolve({ filter: /(^#glue$|\/aer_wasm\.js$)/ }, () => ({ path: join(glueDir, 'aer_wasm.js') }));
    esbuild.onResolve({ filter: /\/snippets\/[^/]+\/src\/js\/.+\.js$/ }, ({ path }) => ({
      path: resolve(root, path.slice(path.indexOf('/src/js/') + 1)),
    }));
  },
};

if (process.argv[1] === import.meta.filename && !(await build())) process.stderr.write('aer-wasm is up to date\n');
