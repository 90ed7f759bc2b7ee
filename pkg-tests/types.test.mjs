import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, installed, outcome, project, root } from './packed.mjs';

const tsc = join(root, 'node_modules', '.bin', 'tsc');
const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2022,dom', '--types', ''];
const require = createRequire(join(project, 'index.js'));
const aer = require(installed);
const names_of = (entry) => Object.keys(entry).filter((name) => name !== '__esModule');
const names = names_of(aer);
/** What can be imported, the file with its types, and the names it has. */
const entries = [['aer-wasm', 'index.d.ts', names], ['aer-wasm/plots', 'plots.d.ts', names_of(require('aer-wasm/plots'))]];

async function check(folder, files, options) {
  const { status, stdout, stderr } = await outcome(tsc, [...strict, ...options, ...files], { cwd: folder });
  assert.equal(status, 0, stdout + stderr);
}

for (const [entry, file, exported] of entries) {
  test(`every name that ${entry} exports has a type, for import and for require`, async () => {
    const folder = consumer('types-names');
    const use = `export const all: unknown[] = [${exported.join(', ')}];\n`;
    writeFileSync(join(folder, 'names.mts'), `import { ${exported.join(', ')} } from '${entry}';\n${use}`);
    writeFileSync(join(folder, 'names.cts'), `import all_of = require('${entry}');\nconst { ${exported.join(', ')} } = all_of;\n${use}`);
    await check(folder, ['names.mts', 'names.cts'], ['--module', 'node16', '--moduleResolution', 'node16']);
    await check(folder, ['names.mts'], ['--module', 'esnext', '--moduleResolution', 'bundler']);
  });

  test(`every value that the types of ${entry} declare is exported`, () => {
    const types = readFileSync(join(installed, 'dist', file), 'utf8');
    const declared = [...types.matchAll(/^export (?:declare )?(?:abstract )?(?:class|const|function|enum) (\w+)/gm)].map(
      ([, name]) => name,
    );
    assert(declared.length > 0);
    assert.deepEqual([...new Set(declared)].sort(), [...exported].sort());
  });
}

test('every class has the methods that the types declare, and no others', () => {
  const types = readFileSync(join(installed, 'dist', 'index.d.ts'), 'utf8');
  const bodies = types.matchAll(/^export (?:abstract )?(?:class|interface) (\w+).*\{\n([^]*?)\n\}$/gm);
  const declared = {};
  for (const [, name, body] of bodies) {
    if (typeof aer[name] !== 'function') continue;
    const methods = [...body.matchAll(/^  (?:abstract )?((?:static )?\w+)\(/gm)].map(([, method]) => method);
    declared[name] = new Set([...(declared[name] ?? []), ...methods.filter((method) => method !== 'constructor')]);
  }
  const own = (object, prefix) =>
    Object.entries(Object.getOwnPropertyDescriptors(object))
      .filter(([key, { value }]) => /^[a-z]/.test(key) && key !== 'constructor' && typeof value === 'function')
      .map(([key]) => prefix + key);
  for (const [name, methods] of Object.entries(declared)) {
    const type = aer[name];
    const find = (method) => (method.startsWith('static ') ? type[method.slice(7)] : type.prototype[method]);
    assert.deepEqual([...methods].filter((method) => typeof find(method) !== 'function'), [], `${name} lacks`);
    // `free` is wasm-bindgen's: garbage collection does it.
    const actual = [...own(type.prototype, ''), ...own(type, 'static ')].filter((method) => method !== 'free');
    assert.deepEqual(actual.filter((method) => !methods.has(method)), [], `${name} has beyond its types`);
  }
  assert(declared.QuantumCircuit.has('rx') && declared.AerJob.has('submit') && declared.Result.has('static from_dict'));
});

test('the public API is used as its types say, and misuse is refused', async () => {
  const folder = consumer('types');
  const files = ['use.mts', 'use-plots.mts'];
  const commonjs = files.map((file) => file.replace('.mts', '.cts'));
  files.forEach((file, k) => copyFileSync(join(folder, file), join(folder, commonjs[k])));
  await check(folder, [...files, ...commonjs], ['--module', 'node16', '--moduleResolution', 'node16']);
  await check(folder, files, ['--module', 'esnext', '--moduleResolution', 'bundler']);
});

test('the types need no types of a browser', async () => {
  await check(installed, ['index', 'plots'].flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.d.cts`]), ['--lib', 'es2022']);
});

// What `wasm-pack build` makes of the crate: wasm-bindgen adds to the same types what the package does not export.
test('the types that wasm-bindgen writes for the crate are the same', async () => {
  const folder = consumer('types');
  const raw = join(folder, 'node_modules', 'aer-wasm');
  mkdirSync(raw, { recursive: true });
  copyFileSync(join(root, 'target', 'glue', 'aer_wasm.d.ts'), join(raw, 'aer_wasm.d.ts'));
  writeFileSync(join(raw, 'package.json'), '{ "name": "aer-wasm", "type": "module", "types": "aer_wasm.d.ts" }\n');
  const lib = ['--lib', 'es2022,dom,esnext.disposable'];
  await check(folder, ['use.mts', join(raw, 'aer_wasm.d.ts')], [...lib, '--module', 'esnext', '--moduleResolution', 'bundler']);
});
