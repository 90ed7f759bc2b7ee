// Builds the package into dist/: wasm by cargo, glue by tools/bindgen, bundles by esbuild.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as setup from './setup.mjs';

const { root } = setup;
const glueDir = join(root, 'target', 'glue');
const sharedTarget = 'target/threads';
const sharedGlueDir = join(root, 'target', 'glue-threads');
const names = 'aer_wasm_bg.wasm index.mjs worker_host.js node.cjs node.mjs cli.mjs index.d.ts index.d.cts';
const outputs = names.split(' ').map((name) => `dist/${name}`);
const manifests = ['Cargo.toml', 'Cargo.lock', 'package.json', 'package-lock.json'];
const inputs = ['src', ...manifests, 'tools/bindgen', 'tools/build.mjs', 'tools/setup.mjs'];

/** Brings dist/ up to date; true if there was anything to do. */
export async function build() {
  setup.node();
  await setup.npmPackages();
  return setup.once('dist', setup.fingerprint(inputs), outputs, 'building aer-wasm', async () => {
    await setup.rustWasm();
    const bindgen = join(setup.bindgenTask(), 'aer-wasm-bindgen');
    const glue = (target, into) => {
      rmSync(into, { recursive: true, force: true });
      setup.run(bindgen, [join(root, target, 'wasm32-unknown-unknown/release/aer_wasm.wasm'), into]);
    };
    const cargo = ['build', '--locked', '--release', '--lib', '--target', 'wasm32-unknown-unknown'];
    const shared = buildShared(cargo);
    if (!(await setup.start('cargo', [...cargo, ...setup.remapArguments()]))) setup.fail('the build failed; its own message is above');
    glue('target', glueDir);
    const threads = await shared;
    if (threads) glue(sharedTarget, sharedGlueDir);
    else process.stderr.write('aer-wasm: built without shared-memory threads: Rust has no source of its library here, or it did not build\n');
    await bundle(threads);
  });
}

/**
 * The second build, whose memory is shared by threads. Rust's library has to be compiled for it, which a stable
 * compiler does when told that it may. Gives whether there is one.
 */
async function buildShared(cargo) {
  if (!(await setup.rustSource())) return false;
  const links = ['shared-memory', 'import-memory', 'max-memory=4294967296'];
  const exported = ['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base'].map((name) => `export=${name}`);
  const flags = [...links, ...exported].map((argument) => `-Clink-arg=--${argument}`);
  const further = setup.remapArguments(['-Ctarget-feature=+atomics,+bulk-memory,+simd128', ...flags]);
  const library = ['-Z', 'build-std=panic_abort,std', '--target-dir', sharedTarget];
  return setup.start('cargo', [...cargo, ...library, ...further], { env: { ...process.env, RUSTC_BOOTSTRAP: '1' } });
}

async function bundle(threads) {
  const { build: esbuild } = await import('esbuild');
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const entry = (name, outfile, options) =>
    esbuild({
      entryPoints: [join(root, 'src/js/entry', name)],
      outfile: join(dist, outfile),
      bundle: true,
      charset: 'utf8',
      // What package.json says of side effects is for users' bundlers; here every module is wanted.
      ignoreAnnotations: true,
      // `class _Result` is what a class that names itself would otherwise be called.
      keepNames: true,
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
    entry('browser.mjs', 'index.mjs'),
    entry('worker.mjs', 'worker_host.js'),
    entry('node.mjs', 'node.cjs', {
      format: 'cjs',
      define: { 'import.meta.url': 'moduleUrl' },
      banner: { js: "'use strict'\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href" },
    }),
  ]);
  // ES modules get the very classes of node.cjs, so `instanceof` holds across `import` and `require`.
  const names = Object.values(front.metafile.outputs)[0].exports.sort();
  writeFileSync(join(dist, 'node.mjs'), `import core from './node.cjs'\nexport const {\n  ${names.join(',\n  ')}\n} = core\n`);
  copyFileSync(join(glueDir, 'aer_wasm_bg.wasm'), join(dist, 'aer_wasm_bg.wasm'));
  if (threads) copyFileSync(join(sharedGlueDir, 'aer_wasm_bg.wasm'), join(dist, 'aer_wasm_threads_bg.wasm'));
  copyFileSync(join(root, 'src/js/cli.mjs'), join(dist, 'cli.mjs'));
  const types = readFileSync(join(root, 'src/bindings/types.d.ts'));
  writeFileSync(join(dist, 'index.d.ts'), types);
  writeFileSync(join(dist, 'index.d.cts'), types);
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
