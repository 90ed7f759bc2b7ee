// The playground's edits of text from edits of the drawing: random programs, random edits; what is read afterwards is the
// circuit that was meant, and no line has changed that had nothing to do with it.

import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as setup from '../tools/setup.mjs';

const aer = await import(pathToFileURL(join(setup.root, 'dist/node.mjs')));
const { QuantumCircuit, AerSimulator, assemble } = aer;

/** A module of the playground, as Node can load it. */
async function module_of(path) {
  const outfile = join(setup.root, 'target', 'playground-tests', `${path.replace(/\W/g, '_')}.mjs`);
  mkdirSync(join(outfile, '..'), { recursive: true });
  await build({ entryPoints: [join(setup.root, 'www/src', path)], outfile, bundle: true, format: 'esm', logLevel: 'error' });
  return import(pathToFileURL(outfile));
}

const { spliced, locate, splice, bit_for, SpliceError } = await module_of('circuit/splice.ts');
const { statements_of } = await module_of('circuit/source.ts');
const gates = await module_of('circuit/gates.ts');

const read = (text) => QuantumCircuit.from_qasm(text);
const edited = (text, ...edits) => spliced(text, read(text), edits.map((edit) => () => edit), aer);
const HEAD = { 2: 'OPENQASM 2.0;\ninclude "qelib1.inc";\n', 3: 'OPENQASM 3.0;\ninclude "stdgates.inc";\n' };

/** A step with what is not said left at nothing. */
const step = (name, qubits, more = {}) => ({ name, qubits, params: [], clbits: [], condition: null, ...more });

/**
 * What a circuit does, by its Qobj: each instruction with the condition that it has, whichever of the forms of a condition
 * it was written in.
 */
function meaning(circuit) {
  const width = circuit.num_clbits;
  const compared = new Map();
  const list = [];
  for (const { name, qubits, params = [], memory = [], mask, val, register, conditional } of assemble(circuit).experiments[0].instructions) {
    if (name === 'bfunc') {
      compared.set(register, `${BigInt(mask)}=${BigInt(val)}`);
      continue;
    }
    const bit = conditional !== undefined && conditional < width ? 1n << BigInt(conditional) : null;
    const when = conditional === undefined ? '' : bit !== null ? `${bit}=${bit}` : compared.get(conditional);
    list.push(JSON.stringify([name, qubits, params, memory, when]));
  }
  return list;
}

/** How many of them come before an instruction of `data`. */
const meanings_before = (circuit, index) => circuit.data.slice(0, index).filter(({ name }) => name !== 'bfunc').length;

// ------------------------------------------------------------------------------------------------- the palette's table

test('the table of gates has every gate of the package, with its parameters and qubits', () => {
  const { basis_gates } = new AerSimulator().configuration();
  const rows = gates.GROUPS.flatMap((group) => group.gates);
  assert.deepEqual(rows.map(({ name }) => name).sort(), [...basis_gates].sort());
  for (const { name, params, controls, targets } of rows) {
    const numbers = params.map((_, i) => `0.${i + 1}`);
    const qubits = Array.from({ length: (controls ?? 2) + targets }, (_, i) => `q[${i}]`);
    const text = `${HEAD[3]}qubit[5] q;\n${name}${numbers.length ? `(${numbers.join(', ')})` : ''} ${qubits.join(', ')};\n`;
    const [instruction, ...rest] = read(text).data;
    assert.deepEqual([instruction.name, instruction.params, instruction.qubits.length, rest.length], [name, numbers.map(Number), qubits.length, 0]);
  }
  for (const name of gates.COMMON) assert.ok(gates.gate_row(name) || gates.INSTRUCTIONS.includes(name), name);
});

for (const version of [2, 3]) {
  test(`every gate can be put into an empty program of OpenQASM ${version}`, () => {
    const declaration = version === 2 ? 'qreg q[6];\n' : 'qubit[6] q;\n';
    for (const head of [HEAD[version], `OPENQASM ${version}.0;\n`]) {
      for (const { name, params, controls, targets } of gates.GROUPS.flatMap((group) => group.gates)) {
        const qubits = [4, 2, 0, 5, 1].slice(0, (controls ?? 3) + targets);
        const values = params.map((_, i) => `pi/${i + 2}`);
        const { text, circuit, index } = edited(head + declaration, { type: 'insert', at: 0, step: step(name, qubits, { params: values }) });
        const [found, ...rest] = circuit.data;
        assert.deepEqual([found.name, found.qubits, found.params, rest.length, index], [name, qubits, params.map((_, i) => Math.PI / (i + 2)), 0, 0], text);
        assert.ok(text.startsWith(`OPENQASM ${version}.0;\n`), text);
        // The same gate once more: its definition is there already.
        const twice = spliced(text, circuit, [() => ({ type: 'insert', at: 1, step: step(name, qubits, { params: values }) })], aer);
        assert.equal(twice.circuit.data.length, 2);
        assert.equal(twice.text.split('\n').length, text.split('\n').length + 1);
      }
    }
  });
}

// ------------------------------------------------------------------------------------------------- single edits

test('what is written keeps the form of the program', () => {
  const text = `${HEAD[3]}qubit[2] q;\nbit[2] c;\n\n// entangle\n  h q[0]; // first\n  cx q[0], q[1];\n\nc = measure q;`;
  const rows = [
    [{ type: 'insert', at: 1, step: step('x', [1]) }, text.replace('// first\n', '// first\n  x q[1];\n')],
    [{ type: 'insert', at: 0, step: step('x', [1]) }, text.replace('  h q[0]', '  x q[1];\n  h q[0]')],
    [{ type: 'insert', at: 4, step: step('reset', [1]) }, `${text}\nreset q[1];`],
    [{ type: 'insert', at: 3, step: step('z', [1]) }, text.replace('c = measure q;', 'c[0] = measure q[0];\nz q[1];\nc[1] = measure q[1];')],
    [{ type: 'delete', index: 0 }, text.replace('  h q[0]; // first\n', '')],
    [{ type: 'delete', index: 3 }, text.replace('c = measure q;', 'c[0] = measure q[0];')],
    [{ type: 'move', index: 0, at: 2 }, text.replace('  h q[0]; // first\n', '').replace('c = ', 'h q[0]; // first\nc = ')],
    [{ type: 'move', index: 0, at: 0, qubits: [1] }, text.replace('h q[0]', 'h q[1]')],
    [{ type: 'replace', index: 1, step: step('cx', [1, 0]) }, text.replace('cx q[0], q[1]', 'cx q[1], q[0]')],
    [{ type: 'replace', index: 1, step: step('rzz', [1, 0], { params: ['pi/4'] }) }, text.replace('cx q[0], q[1]', 'rzz(pi/4) q[1], q[0]')],
    [{ type: 'add_qubit' }, text.replace('qubit[2]', 'qubit[3]').replace('measure q;', 'measure q[0:1];')],
    [{ type: 'add_clbit' }, text.replace('bit[2] c', 'bit[3] c').replace('c = measure', 'c[0:1] = measure')],
    [{ type: 'clear' }, `${HEAD[3]}qubit[2] q;\nbit[2] c;\n\n// entangle\n\n`.replace(/\n\n$/, '\n')],
  ];
  for (const [edit, wanted] of rows) assert.equal(edited(text, edit).text, wanted, JSON.stringify(edit));
  assert.equal(edited(text.replaceAll('\n', '\r\n'), rows[0][0]).text, rows[0][1].replaceAll('\n', '\r\n'), 'lines end as they did');
});

test('conditions are written, changed and taken away in either language', () => {
  const two = `${HEAD[2]}qreg q[2];\ncreg c[2];\nmeasure q[0] -> c[0];\nx q[1];\n`;
  const three = `${HEAD[3]}qubit[2] q;\nbit[2] c;\nc[0] = measure q[0];\nx q[1];\n`;
  const on = (condition) => ({ type: 'replace', index: 1, step: step('x', [1], { condition }) });
  assert.equal(edited(two, on({ register: 'c', value: 2 })).text, two.replace('x q', 'if (c == 2) x q'));
  assert.equal(edited(three, on({ register: 'c', value: 2 })).text, three.replace('x q', 'if (c == 2) x q'));
  assert.equal(edited(three, on({ bit: 0, value: 1 })).text, three.replace('x q', 'if (c[0]) x q'));
  assert.equal(edited(three, on({ bit: 0, value: 0 })).text, three.replace('x q', 'if (!c[0]) x q'));
  assert.throws(() => edited(two, on({ bit: 0, value: 1 })), /compares whole registers/);
  assert.throws(() => edited(three, { type: 'replace', index: 0, step: step('x', [0], { condition: { bit: 0, value: 1 } }) }), /not measured before/);
  const braces = three.replace('x q[1];', 'if (c[0] == 1) {\n  x q[1];  // yes\n}');
  assert.deepEqual(locate(braces, read(braces), aer).parts[1].step, step('x', [1], { condition: { bit: 0, value: 1 } }));
  assert.equal(edited(braces, { type: 'replace', index: 1, step: step('x', [1]) }).text, three);
  assert.equal(edited(braces, { type: 'move', index: 1, at: 1, qubits: [0] }).text, braces.replace('x q[1]', 'x q[0]'));
  const gone = edited(two.replace('x q', 'if(c==3)\tx q'), { type: 'delete', index: 2 });
  assert.equal(gone.text, two.replace('x q[1];\n', ''));
});

test('a measurement finds its bit, or makes one', () => {
  const text = `${HEAD[3]}qubit[2] q;\n`;
  const measure = (source) => ({ type: 'insert', at: source.data.length, step: step('measure', [1], { clbits: [bit_for(source, 1)] }) });
  const { text: made } = spliced(text, read(text), [() => ({ type: 'add_clbit' }), measure], aer);
  assert.equal(made, `${text}bit[1] c;\nc[0] = measure q[1];\n`);
  assert.equal(bit_for(locate(made, read(made), aer), 0), null);
});

test('a wrong formula is the reader’s error, with its place', () => {
  const text = `${HEAD[3]}qubit[1] q;\nrx(pi) q[0];\n`;
  const edit = { type: 'replace', index: 0, step: step('rx', [0], { params: ['pi/'] }) };
  assert.throws(() => edited(text, edit), { code: 'SYNTAX_ERROR', line: 4 });
  assert.equal(edited(text, { ...edit, step: step('rx', [0], { params: ['2*pi / 3'] }) }).text, text.replace('(pi)', '(2*pi / 3)'));
});

test('programs without a version, with numbered qubits, with pragmas', () => {
  const rows = [
    ['include "qelib1.inc";\nqreg q[2];\nh q[0];\n', 'include "qelib1.inc";\nqreg q[2];\nh q[0];\nx q[1];\n'],
    ['qreg q[2];\nU(0,0,0) q[0];\n', 'include "qelib1.inc";\nqreg q[2];\nU(0,0,0) q[0];\nx q[1];\n'],
    [`${HEAD[3]}h $0;\ncx $0, $2;\n`, `${HEAD[3]}h $0;\nx $1;\ncx $0, $2;\n`],
    [`${HEAD[3]}qubit q;\nqubit r;\nh q;\n`, `${HEAD[3]}qubit q;\nqubit r;\nh q;\nx r;\n`],
    [`${HEAD[3]}qubit[2] q;\npragma aer {"name":"save_statevector","qubits":[0,1]}\n`, `${HEAD[3]}qubit[2] q;\npragma aer {"name":"save_statevector","qubits":[0,1]}\nx q[1];\n`],
  ];
  for (const [before, after] of rows) assert.equal(edited(before, { type: 'insert', at: 1, step: step('x', [1]) }).text, after);
});

test('qubits come and go', () => {
  for (const [before, after] of [
    ['qubit[2] q;\nh q;\nbarrier q;\n', 'qubit[3] q;\nh q[0:1];\nbarrier q;\n'],
    ['qubit q;\nh q;\n', 'qubit q;\nqubit[1] q1;\nh q;\n'],
    ['qubit[1 + 1] q;\nh q;\n', 'qubit[1 + 1] q;\nqubit[1] q1;\nh q;\n'],
    ['qubit[2] q;\nfor int i in [0:1] { h q[i]; }\n', 'qubit[3] q;\nfor int i in [0:1] { h q[i]; }\n'],
    ['qubit[2] q;\ndef f(qubit[2] a) { h a; }\nf(q);\n', 'qubit[2] q;\nqubit[1] q1;\ndef f(qubit[2] a) { h a; }\nf(q);\n'],
    ['', 'qubit[1] q;\n'],
  ])
    assert.equal(edited(HEAD[3] + before, { type: 'add_qubit' }).text, HEAD[3] + after);
  assert.equal(edited(`${HEAD[2]}qreg q[2];\nh q;\n`, { type: 'add_qubit' }).text, `${HEAD[2]}qreg q[3];\nh q[0];\nh q[1];\n`);
  assert.equal(edited('', { type: 'add_qubit' }).text, `${HEAD[3]}qubit[1] q;\n`);
  assert.equal(edited(`${HEAD[2]}qreg q[3];\nh q[1];\nbarrier q[0],q[2];\n`, { type: 'remove_qubit' }).text, `${HEAD[2]}qreg q[2];\nh q[1];\nbarrier q[0];\n`);
  assert.throws(() => edited(`${HEAD[2]}qreg q[3];\nh q[2];\n`, { type: 'remove_qubit' }), /q\[2\] is in use/);
});

test('what cannot be taken apart is written anew, or refused with its place', () => {
  const loop = `${HEAD[3]}qubit[3] q; // kept?\nint k = 0;\nfor int i in [0:1] { h q[k]; k += 1; }\nx q[k];\n`;
  const { text, note, circuit } = edited(loop, { type: 'delete', index: 0 });
  assert.equal(note, 'rewritten', 'the loop also counts');
  assert.deepEqual(circuit.data.map(({ name, qubits }) => [name, ...qubits]), [['h', 1], ['x', 2]]);
  assert.ok(!text.includes('kept?'));
  const call = `${HEAD[2]}gate pair a,b { h a; cx a,b; }\nqreg q[2];\npair q[0],q[1]; // both\n`;
  assert.equal(edited(call, { type: 'delete', index: 0 }).text, call.replace('pair q[0],q[1];', 'cx q[0], q[1];'));
  const block = `${HEAD[3]}qubit[2] q;\nbit c;\nc = measure q[0];\nfor int i in [0:1] { if (c) { x q[i]; } }\n`;
  assert.throws(() => edited(block, { type: 'delete', index: 1 }), (error) => error instanceof SpliceError && error.at === block.indexOf('for'));
});

test('statements are told apart whatever stands between them', () => {
  const text = '/* ; */ OPENQASM 3; include "a;b";\n@note x; y\nqubit[2] q; gate g a { h a; } if (a) { x q; } else { y q; } h q[{0, 1}]; for int i in {0, 1} h q[i];\n#pragma x;\nswitch (a) { case 1 { x q; } } array[int, 2] v = {1, 2}; if (a) x q; else y q; // h q;';
  const found = statements_of(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end).split('\n').at(-1)}`);
  assert.deepEqual(found, [
    'version: OPENQASM 3;', 'include: include "a;b";', 'declaration: qubit[2] q;', 'definition: gate g a { h a; }',
    'other: if (a) { x q; } else { y q; }', 'flat: h q[{0, 1}];', 'other: for int i in {0, 1} h q[i];', 'pragma: #pragma x;',
    'other: switch (a) { case 1 { x q; } }', 'other: array[int, 2] v = {1, 2};', 'other: if (a) x q; else y q;',
  ]);
});

// ------------------------------------------------------------------------------------------------- random edits

/** Numbers that are the same in every run (mulberry32, T. Ettinger, public domain). */
function random(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const some = (n, count) => {
    const left = Array.from({ length: n }, (_, i) => i);
    return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]);
  };
  return { next, below, pick, some };
}

const FORMULAS = ['pi', '-pi/4', '0.25', '3*pi/2', '1e-3', '(pi + 1) / 2'];
const NAMES = ['h', 'x', 'sdg', 'rx', 'u', 'cx', 'cz', 'crz', 'swap', 'rzz', 'ccx', 'cswap', 'iswap', 'mcx', 'ryy'];

/** A program of two registers of qubits and two of bits, with all that users write between the gates. */
function random_program(version, dice) {
  const registers = [['q', 2 + dice.below(3)], ['r', 1 + dice.below(2)]];
  const total = registers[0][1] + registers[1][1];
  const qubit = (i) => (i < registers[0][1] ? `q[${i}]` : `r[${i - registers[0][1]}]`);
  const declare = version === 2 ? (type, name, n) => `${type === 'bit' ? 'creg' : 'qreg'} ${name}[${n}];` : (type, name, n) => `${type}[${n}] ${name};`;
  const lines = [`OPENQASM ${version}.0;`, `include "${version === 2 ? 'qelib1' : 'stdgates'}.inc";`];
  if (dice.below(3) === 0) lines.unshift('// what this is for; it has a semicolon');
  lines.push('gate both a, b { h a; cx a, b; }');
  for (const [name, n] of registers) lines.push(declare('qubit', name, n));
  lines.push(declare('bit', 'c', 3), declare('bit', 'd', 1), '');
  // Bits are measured first, so that no condition is known when the text is read.
  const measure = (from, to) => (version === 2 ? `measure ${from} -> ${to};` : dice.below(2) ? `${to} = measure ${from};` : `measure ${from} -> ${to};`);
  for (const [i, bit] of ['c[0]', 'c[1]', 'c[2]', 'd[0]'].entries()) lines.push(measure(qubit(i % total), bit));
  const gate = () => {
    const name = dice.pick(NAMES.filter((one) => version === 3 || !['iswap', 'mcx', 'ryy'].includes(one)));
    const row = gates.gate_row(name);
    const count = Math.min((row.controls ?? dice.below(2) + 1) + row.targets, total);
    if (row.controls !== null && row.controls + row.targets > total) return 'x q[0];';
    const params = row.params.length > 0 ? `(${row.params.map(() => dice.pick(FORMULAS)).join(dice.pick([',', ', ']))})` : '';
    return `${name}${params} ${dice.some(total, count).map(qubit).join(dice.pick([',', ', ']))};`;
  };
  const statement = () => {
    switch (dice.below(12)) {
      case 0: return `h ${dice.pick(['q', 'r'])};`;
      case 1: return 'barrier q;';
      case 2: return `reset ${dice.pick(['q', 'r[0]'])};`;
      case 3: return `both q[0], q[1];`;
      case 4: return `if (${dice.pick(['c == 2', 'd==1', 'c  ==  5'])}) ${gate()}`;
      case 5: return version === 3 ? `if (${dice.pick(['c[1]', '!c[0]', 'c[2] == 1'])}) {\n    ${gate()} // inside\n  }` : `if(c==1) h q;`;
      case 6: return measure(`q[${dice.below(2)}]`, dice.pick(['c[0]', 'd[0]']));
      case 7: return version === 3 ? 'for int i in [0:1] {\n    rz(i * 0.5) q[i];\n  }' : gate();
      default: return gate();
    }
  };
  for (let i = 0, count = dice.below(10); i < count; i++) {
    const indent = dice.pick(['', '', '  ', '\t']);
    const comment = dice.pick(['', '', '', ' // why', ' /* so */']);
    if (dice.below(5) === 0) lines.push(dice.pick(['', '// a remark', '/* over\n   lines; */']));
    lines.push(dice.below(5) === 0 ? `${indent}${statement()} ${statement()}${comment}` : `${indent}${statement()}${comment}`);
  }
  if (dice.below(2)) lines.push(version === 2 ? 'measure r -> r_bits;' : 'r_bits = measure r;', '// end');
  const text = lines.join('\n').replace(/(^|\n)(creg d|bit\[1\] d)/, `$1${declare('bit', 'r_bits', registers[1][1])}\n$2`);
  return text + (dice.below(4) ? '\n' : '');
}

/** A random edit, and what it has to make of the list of meanings. */
function random_edit(source, dice) {
  const { circuit, parts, version } = source;
  const before = meaning(circuit);
  const place = (index) => meanings_before(circuit, index);
  const entry = ({ name, params, qubits, clbits, condition }) => {
    const text = `${HEAD[version]}${version === 2 ? `qreg q[${circuit.num_qubits}]; creg c[${circuit.num_clbits}];` : `qubit[${circuit.num_qubits}] q; bit[${circuit.num_clbits}] c;`}`;
    const plain = step(name, qubits, { params, clbits });
    const [found] = meaning(edited(text, { type: 'insert', at: 0, step: plain }).circuit);
    const fields = JSON.parse(found);
    if (condition) {
      const offsets = { c: [0, 3], d: [circuit.num_clbits - 1, 1] };
      const [offset, size] = 'register' in condition ? offsets[condition.register] : [condition.bit, 1];
      fields[4] = `${((1n << BigInt(size)) - 1n) << BigInt(offset)}=${BigInt(condition.value) << BigInt(offset)}`;
    }
    return JSON.stringify(fields);
  };
  const new_step = () => {
    const name = dice.pick([...NAMES, 'measure', 'reset', 'barrier']);
    const row = gates.gate_row(name);
    const count = row ? (row.controls ?? 2) + row.targets : name === 'barrier' ? 2 : 1;
    if (count > circuit.num_qubits) return step('x', [0]);
    const condition = name !== 'barrier' && dice.below(4) === 0 ? dice.pick([{ register: 'c', value: dice.below(8) }, ...(version === 3 ? [{ bit: 1, value: 1 }] : [])]) : null;
    return step(name, dice.some(circuit.num_qubits, count), {
      params: (row?.params ?? []).map(() => dice.pick(FORMULAS)), clbits: name === 'measure' ? [dice.below(3)] : [], condition,
    });
  };
  // Behind the measurements that the conditions need.
  const boundary = () => 4 + dice.below(circuit.data.length - 3);
  const editable = parts.filter((part) => part.step && part.first >= 4);
  const type = dice.pick(editable.length > 0 ? ['insert', 'delete', 'replace', 'move', 'move', 'add_qubit'] : ['insert', 'add_qubit']);
  const after = [...before];
  if (type === 'add_qubit') return { edit: { type }, after: null };
  if (type === 'insert') {
    const [at, made] = [boundary(), new_step()];
    after.splice(place(at), 0, entry(made));
    return { edit: { type, at, step: made }, after };
  }
  const part = dice.pick(editable);
  const index = part.first + part.count - 1;
  const own = meanings_before(circuit, index);
  if (type === 'delete') {
    after.splice(own, 1);
    return { edit: { type, index }, after };
  }
  if (type === 'replace') {
    const { condition } = part.step;
    const made = dice.below(2) ? new_step() : { ...part.step, params: part.step.params.map(() => dice.pick(FORMULAS)), condition: condition && 'text' in condition ? null : condition };
    after.splice(own, 1, entry(made));
    return { edit: { type, index, step: made }, after };
  }
  const at = boundary();
  const qubits = dice.below(2) ? dice.some(circuit.num_qubits, part.step.qubits.length) : undefined;
  const target = at > index ? place(at) - 1 : place(at);
  const [moved] = after.splice(own, 1);
  const fields = JSON.parse(moved);
  if (qubits) fields[1] = qubits;
  after.splice(target, 0, JSON.stringify(fields));
  return { edit: { type: 'move', index, at, ...(qubits ? { qubits } : {}) }, after };
}

/** The lines of a text that an edit has nothing to do with. */
function lines_apart(source, edit) {
  const touched = new Set();
  const touch = (index) => {
    const part = source.parts.find(({ first, count }) => first <= index && index < first + count);
    if (!part) return;
    const { start, end } = source.statements[part.statement];
    const line = (at) => source.text.slice(0, at).split('\n').length - 1;
    for (let i = line(start); i <= line(end); i++) touched.add(i);
  };
  if ('index' in edit) touch(edit.index);
  if ('at' in edit) [edit.at - 1, edit.at].forEach(touch);
  return source.text.split('\n').filter((_, i) => !touched.has(i));
}

function is_subsequence(lines, of) {
  let at = 0;
  for (const line of of) if (at < lines.length && lines[at] === line) at++;
  return at === lines.length;
}

for (const version of [2, 3]) {
  test(`random edits of random programs of OpenQASM ${version}`, () => {
    const dice = random(version);
    const seen = {};
    for (let round = 0; round < 150; round++) {
      let text = random_program(version, dice);
      for (let turn = 0; turn < 3; turn++) {
        const circuit = read(text);
        const source = locate(text, circuit, aer);
        assert.ok(source, text);
        const { edit, after } = random_edit(source, dice);
        const say = () => `${text}\n--- ${JSON.stringify(edit)}`;
        let result;
        try {
          result = splice(source, edit, aer);
        } catch (error) {
          assert.fail(`${error.stack}\n${say()}`);
        }
        seen[edit.type] = (seen[edit.type] ?? 0) + 1;
        const found = meaning(read(result.text));
        if (after) {
          assert.deepEqual(found, after, `${say()}\n--- gave\n${result.text}`);
          assert.ok(is_subsequence(lines_apart(source, edit), result.text.split('\n')), `${say()}\n--- gave\n${result.text}`);
        } else {
          assert.equal(result.circuit.num_qubits, circuit.num_qubits + 1);
          const but_barriers = (list) => list.filter((one) => !one.startsWith('["barrier"'));
          assert.deepEqual(but_barriers(found), but_barriers(meaning(circuit)), say());
        }
        text = result.text;
      }
    }
    for (const type of ['insert', 'delete', 'replace', 'move', 'add_qubit']) assert.ok(seen[type] > 25, `${type}: ${seen[type]}`);
  });
}
