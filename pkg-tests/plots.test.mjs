// `aer-wasm/plots`: what the pictures of results show, read from their SVG. Qiskit's answers are those of Qiskit 2.6.2
// with matplotlib 3.11.2.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { consumer, installed, launch, open, outcome, project, serve } from './packed.mjs';

const plots = createRequire(join(project, 'index.js'))('aer-wasm/plots');
const h = Math.SQRT1_2;
const bell = Float64Array.of(h, 0, 0, 0, 0, 0, h, 0);
const counts = { '000': 117, '001': 596, '010': 50, '011': 211, '100': 6, '101': 33, '110': 3, '111': 8 };
const others = { '000': 90, '010': 400, '101': 20, '111': 310 };
/** Every basis state of n qubits, equally likely, with a phase of its own. */
const uniform = (n, phase = () => 0) =>
  Array.from({ length: 2 ** n }, (_, k) => [Math.cos(phase(k)) / 2 ** (n / 2), Math.sin(phase(k)) / 2 ** (n / 2)]);

/** Random numbers of Qiskit's: `random_statevector(8, seed=11)`, rounded, and `random_density_matrix(4, seed=5)`. */
const state = [
  [0.0100000358, 0.219500785814], [0.399601430576, -0.542901943592], [0.359901288449, 0.460401648241],
  [-0.150000537003, -0.028300101315], [-0.08760031361, 0.199900715646], [-0.155000554903, -0.040100143559],
  [0.167400599295, -0.111400398814], [-0.01650005907, 0.136100487241],
];
const mixed = [
  [[0.180529284185, 0], [-0.058711697775, 0.035135237863], [-0.124472937554, -0.015857202593], [-0.040723625993, -0.093900691831]],
  [[-0.058711697775, -0.035135237863], [0.132203035819, 0], [0.088480226908, -0.022833769638], [0.03926758986, 0.117524339281]],
  [[-0.124472937554, 0.015857202593], [0.088480226908, 0.022833769638], [0.329515762815, 0], [0.22060971642, 0.095191875154]],
  [[-0.040723625993, 0.093900691831], [0.03926758986, -0.117524339281], [0.22060971642, -0.095191875154], [0.357751917181, 0]],
];

/** Nested numbers, equal up to `within`. */
function assert_near(actual, expected, within, what = '') {
  if (typeof expected === 'number') return assert(Math.abs(actual - expected) <= within, `${what}: ${actual}, expected ${expected}`);
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, k) => assert_near(actual[k], value, within, `${what}[${k}]`));
}

const numbers_of = (text) => [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
const attributes_of = (tag) => Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
/** Words of a picture, as [text, attributes]. */
const words_of = (svg) => [...svg.matchAll(/<text ([^>]*)>([^<]*)</g)].map(([, tag, text]) => [text, attributes_of(tag)]);
const description_of = (svg) => /<desc>([^<]*)</.exec(svg)[1];

/** Bars that have names: label, series, and how far each reaches from the axis (up is more than 0). */
function bars_of(svg) {
  return [...svg.matchAll(/<path d="([^"]*)" fill="([^"]*)"><title>([^<]*)</g)].map(([, d, fill, name]) => {
    const [x, base] = numbers_of(d);
    const ys = d.includes('Q') ? Number(/Q\S+ (\S+)/.exec(d)[1]) : Number(/V(\S+?)H/.exec(d)[1]);
    const corner = Number(/V(\S+?)[QH]/.exec(d)[1]);
    assert((corner - base) * (corner - ys) <= 0, `a corner of ${name} is within the bar`);
    return { name, label: name.split(': ')[0], fill, x, height: base - ys };
  });
}
/** Labels under the axis, from left to right. */
const labels_of = (svg, labels) =>
  words_of(svg).filter(([text]) => labels.includes(text)).sort(([, a], [, b]) => a.x - b.x).map(([text]) => text);

test('import and require give the same functions, in a project that has the package alone', async () => {
  const folder = consumer('plots');
  const names = Object.keys(plots).filter((name) => name !== '__esModule').sort();
  const use = 'console.log(JSON.stringify([Object.keys(plots).filter((name) => name !== "__esModule").sort(), plots.plot_histogram({ 0: 3, 1: 5 })]))';
  writeFileSync(join(folder, 'main.mjs'), `import * as plots from 'aer-wasm/plots';\n${use}`);
  writeFileSync(join(folder, 'main.cjs'), `const plots = require('aer-wasm/plots');\n${use}`);
  const [imported, required] = await Promise.all(['main.mjs', 'main.cjs'].map((file) => outcome(process.execPath, [file], { cwd: folder })));
  assert.equal(imported.status, 0, imported.stderr);
  assert.equal(required.stdout, imported.stdout, required.stderr);
  assert.deepEqual(JSON.parse(imported.stdout)[0], names);
  assert(names.includes('plot_state_qsphere') && names.includes('bloch_vectors'));
});

test('the examples of docs/plots.md run, and print what it says', async () => {
  const text = readFileSync(join(installed, 'docs', 'plots.md'), 'utf8');
  const examples = [...text.matchAll(/^```js\n([^]*?)^```/gm)].map(([, example]) => example);
  assert(examples.length >= 5);
  const folder = consumer('plots-docs');
  for (const example of examples) {
    writeFileSync(join(folder, 'example.mjs'), example);
    const { status, stdout, stderr } = await outcome(process.execPath, ['example.mjs'], { cwd: folder });
    assert.equal(status, 0, stderr);
    const said = [...example.matchAll(/^console\.log\(.*\); +\/\/ (.*)$/gm)].map(([, comment]) => `${comment}\n`);
    assert.equal(stdout, said.join(''));
  }
  assert.match(readFileSync(join(folder, 'counts.svg'), 'utf8'), /^<svg .*Bell state.*<\/svg>$/);
});

test('bars are as high as their counts, and say them', () => {
  const bars = bars_of(plots.plot_histogram(counts));
  assert.deepEqual(bars.map(({ name }) => name), Object.entries(counts).map(([label, value]) => `${label}: ${value}`).sort());
  const per_count = bars.find(({ label }) => label === '001').height / 596;
  assert(per_count * 596 > 150, 'the highest bar fills the picture');
  for (const { label, height } of bars) assert_near(height, counts[label] * per_count, 0.02, label);
});

test('the grid lies where its numbers say', () => {
  const svg = plots.plot_histogram(counts);
  const ticks = words_of(svg).filter(([text, { 'text-anchor': anchor }]) => anchor === 'end' && /^\d+$/.test(text));
  const [zero, last] = [ticks[0], ticks.at(-1)];
  assert.deepEqual(ticks.map(([text]) => text), ['0', '200', '400']);
  const per_count = (zero[1].y - last[1].y) / Number(last[0]);
  assert_near(bars_of(svg).find(({ label }) => label === '001').height / per_count, 596, 0.1);
});

test('orders of outcomes are those of Qiskit', () => {
  const order = (options, data = counts) => labels_of(plots.plot_histogram(data, options), Object.keys(counts)).join(' ');
  assert.equal(order({}), '000 001 010 011 100 101 110 111');
  assert.equal(order({ sort: 'desc' }), '111 110 101 100 011 010 001 000');
  assert.equal(order({ sort: 'value' }), '110 100 111 101 010 000 011 001');
  assert.equal(order({ sort: 'value_desc' }), '001 011 000 010 101 111 100 110');
  assert.equal(order({ sort: 'hamming', target_string: '001' }), '001 000 011 101 010 100 111 110');
  assert.equal(order({ sort: 'hamming', target_string: '110' }), '110 010 100 111 000 011 101 001');
  assert.equal(order({ sort: 'value_desc' }, [counts, others]), '001 010 111 011 000 101 100 110');
});

test('what number_to_keep leaves out is the bar "rest", as in Qiskit', () => {
  const one = bars_of(plots.plot_histogram(counts, { number_to_keep: 3 }));
  assert.deepEqual(one.map(({ name }) => name), ['000: 117', '001: 596', '011: 211', 'rest: 100']);
  const two = bars_of(plots.plot_histogram([counts, others], { number_to_keep: 2, legend: ['a', 'b'] }));
  assert.deepEqual(two.map(({ name }) => name), ['001: 596 (a)', '011: 211 (a)', 'rest: 217 (a)', '010: 400 (b)', '111: 310 (b)', 'rest: 110 (b)']);
  // Not in Qiskit: nothing left, no bar; and it stands last in every order.
  assert(!plots.plot_histogram(counts, { number_to_keep: 8 }).includes('rest'));
  const svg = plots.plot_histogram(counts, { number_to_keep: 2, sort: 'desc' });
  assert.deepEqual(labels_of(svg, ['001', '011', 'rest']), ['011', '001', 'rest']);
});

test('several series stand beside each other, each in its colour, named by the legend', () => {
  const svg = plots.plot_histogram([counts, others], { legend: ['ideal', 'noisy'], color: ['#123456', '#abcdef'] });
  const bars = bars_of(svg);
  assert.deepEqual([...new Set(bars.map(({ fill }) => fill))], ['#123456', '#abcdef']);
  const [ideal, noisy] = ['ideal', 'noisy'].map((name) => bars.find((bar) => bar.label === '000' && bar.name.endsWith(`(${name})`)));
  assert(noisy.x > ideal.x);
  assert_near(noisy.height / ideal.height, 90 / 117, 0.002);
  const texts = words_of(svg).map(([text]) => text);
  assert(texts.includes('ideal') && texts.includes('noisy'));
  const description = description_of(svg);
  assert(description.includes('ideal: Count of 1024 in all. 000: 117') && description.includes('noisy: Count of 820 in all. 000: 90'), description);
});

test('a distribution shows shares, as Qiskit does', () => {
  const svg = plots.plot_distribution([counts, others]);
  const bars = bars_of(svg);
  const shares = [0.114258, 0.582031, 0.048828, 0.206055, 0.005859, 0.032227, 0.00293, 0.007812, 0.109756, 0.487805, 0.02439, 0.378049];
  const per_share = bars[1].height / shares[1];
  bars.forEach(({ height }, k) => assert_near(height / per_share, shares[k], 1e-4, `bar ${k}`));
  assert.equal(bars[1].name, '001: 0.582');
  assert(words_of(svg).some(([text]) => text === 'Probability'));
  assert.equal(bars_of(plots.plot_distribution({ 0: 9999, 1: 1 }))[1].name, '1: 0.0001');
  // Numbers that are no integers are shares, as in Qiskit's plot_histogram.
  assert.equal(bars_of(plots.plot_histogram({ 0: 0.25, 1: 0.75 }))[1].name, '1: 0.75');
});

test('a quasi-probability below 0 reaches below the axis', () => {
  const svg = plots.plot_distribution({ 0: 0.6, 1: -0.1, 2: 0.5 });
  const [first, below] = bars_of(svg);
  assert_near(below.height / first.height, -1 / 6, 0.001);
  assert(words_of(svg).some(([text]) => text === 'Quasi-probability'));
});

test('counts may be those of a result, or a Map', () => {
  const expected = plots.plot_histogram([counts, others]);
  assert.equal(plots.plot_histogram({ get_counts: () => [counts, others] }), expected);
  assert.equal(plots.plot_histogram([new Map(Object.entries(counts)), others]), expected);
});

test('thousands of outcomes are few shapes, with the largest by name', () => {
  const many = Object.fromEntries(Array.from({ length: 4096 }, (_, k) => [k.toString(2).padStart(12, '0'), k === 1000 ? 700 : 1 + (k % 7)]));
  const svg = plots.plot_histogram(many);
  assert(svg.length < 100_000, `${svg.length} characters`);
  const texts = words_of(svg).map(([text]) => text);
  assert(texts.includes('001111101000: 700'));
  assert(texts.length < 30, `${texts.length} texts`);
  // The path's highest column is the peak's.
  const d = /<path d="([^"]*)" fill="#2563c9"/.exec(svg)[1];
  const heights = d.split('M').slice(1).map((part) => { const [, base, end] = numbers_of(part); return base - end; });
  assert_near(Math.max(...heights) / heights.at(-1), 700 / 7, 1);
  assert(description_of(svg).includes('001111101000: 700') && description_of(svg).includes('and 4080 more'));
  // As many as a job of a million shots may give.
  const huge = new Map(Array.from({ length: 200_000 }, (_, k) => [k.toString(2).padStart(18, '0'), 1]));
  assert(plots.plot_histogram(huge).length < 200_000);
});

test('Bloch vectors of known states', () => {
  assert_near(plots.bloch_vectors([1, 0]), [[0, 0, 1]], 1e-12);
  assert_near(plots.bloch_vectors([h, -h]), [[-1, 0, 0]], 1e-12);
  assert_near(plots.bloch_vectors([h, [0, h]]), [[0, 1, 0]], 1e-12);
  assert_near(plots.bloch_vectors([{ re: h, im: 0 }, { re: 0, im: -h }]), [[0, -1, 0]], 1e-12);
  assert_near(plots.bloch_vectors(bell), [[0, 0, 0], [0, 0, 0]], 1e-12);
  // Qubit 0 is |1⟩, qubit 1 is |+⟩: amplitudes 1 and 3.
  assert_near(plots.bloch_vectors([0, h, 0, h]), [[0, 0, -1], [1, 0, 0]], 1e-12);
  // Half of one, half of the other: between them.
  assert_near(plots.bloch_vectors([[[0.75, 0], [0.25, 0]], [[0.25, 0], [0.25, 0]]]), [[0.5, 0, 0.5]], 1e-12);
  const w = 1 / Math.sqrt(3);
  assert_near(plots.bloch_vectors([0, w, w, 0, w, 0, 0, 0]), [[0, 0, 1 / 3], [0, 0, 1 / 3], [0, 0, 1 / 3]], 1e-12);
});

test("values of states are Qiskit's", () => {
  assert_near(plots.bloch_vectors(state), [
    [-0.389095786, 0.042352163, -0.044307337], [0.04049561, -0.425202044, 0.151943448], [0.020832969, -0.433987167, 0.735008183],
  ], 1e-8);
  assert_near(plots.bloch_vectors(mixed), [[0.323796037, -0.260654226, 0.020090094], [-0.170410695, -0.203334273, -0.37453536]], 1e-8);
  const pure = { XYZ: -0.387867897, YYI: 0.376306574, ZZX: -0.143284786, IXY: -0.758660032, YZY: -0.10899928 };
  for (const [pauli, value] of Object.entries(pure)) assert_near(plots.expectation_value(state, pauli), value, 1e-8, pauli);
  const of_mixed = { XY: 0.142133844, YY: 0.258407706, ZI: -0.37453536, IX: 0.323796037, YZ: 0.266763084 };
  for (const [pauli, value] of Object.entries(of_mixed)) assert_near(plots.expectation_value(mixed, pauli), value, 1e-8, pauli);
  const sum = 2 * pure.XYZ - pure.YYI;
  assert_near(plots.expectation_value(state, { XYZ: 2, YYI: -1 }), sum, 1e-8);
  assert_near(plots.expectation_value(state, [['XYZ', 2], ['YYI', -1]]), sum, 1e-8);
  assert_near(plots.reduced_density_matrix(state, [0, 2]).map((row) => [...row]), [
    [0.389779211, 0, -0.182186174, 0.034266615, 0.051961122, 0.095937307, 0.046370472, -0.090201136],
    [-0.182186174, -0.034266615, 0.477724881, 0, -0.165489235, -0.053769805, -0.041544637, 0.121056277],
    [0.051961122, -0.095937307, -0.165489235, 0.053769805, 0.088067121, 0, -0.012361719, -0.055442697],
    [0.046370472, 0.090201136, -0.041544637, -0.121056277, -0.012361719, 0.055442697, 0.044428788, 0],
  ], 1e-8);
  assert_near(plots.reduced_density_matrix(mixed, [1]).map((row) => [...row]), [
    [0.31273232, 0, -0.085205348, 0.101667137], [-0.085205348, -0.101667137, 0.68726768, 0],
  ], 1e-8);
  assert_near([...plots.probabilities(mixed)], mixed.map((row, i) => row[i][0]), 1e-12);
  assert_near([...plots.probabilities(bell)], [0.5, 0, 0, 0.5], 1e-12);
});

test('the first of the qubits asked for is the lowest bit', () => {
  // |01⟩: qubit 0 is 1.
  assert_near(plots.reduced_density_matrix([0, 1, 0, 0], [0, 1]).map((row, i) => row[2 * i]), [0, 1, 0, 0], 1e-12);
  assert_near(plots.reduced_density_matrix([0, 1, 0, 0], [1, 0]).map((row, i) => row[2 * i]), [0, 0, 1, 0], 1e-12);
});

/** A point of the unit sphere as a picture shows it from an azimuth and an elevation: to the right and down. */
function seen(point, azimuth, elevation) {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [x, y, z] = point;
  const towards = x * Math.cos(a) + y * Math.sin(a);
  return [y * Math.cos(a) - x * Math.sin(a), Math.sin(e) * towards - Math.cos(e) * z];
}

test('a Bloch vector points where it should, and is shorter where the state is mixed', () => {
  for (const vector of [[0, 0, 1], [1, 0, 0], [0, -1, 0], [0.48, 0.6, 0.64], [0.1, -0.2, -0.4], [0, 0.5, 0]]) {
    const svg = plots.plot_bloch_vector(vector);
    const { cx, cy, r } = attributes_of(/<circle ([^>]*)/.exec(svg)[1]);
    const head = [...svg.matchAll(/<path d="M([^"L]*)L[^"]*Z" fill="#2563c9"/g)].map(([, start]) => numbers_of(start));
    assert.equal(head.length, 1, 'one arrow');
    const [right, down] = seen(vector, 30, 22);
    assert_near(head[0], [Number(cx) + r * right, Number(cy) + r * down], 0.02, String(vector));
  }
  const [spherical, cartesian] = [
    plots.plot_bloch_vector([1, Math.PI / 2, Math.PI / 3], { coord_type: 'spherical' }),
    plots.plot_bloch_vector([Math.cos(Math.PI / 3), Math.sin(Math.PI / 3), 0]),
  ];
  assert.equal(spherical, cartesian);
});

test('each qubit has its sphere, its name and its numbers', () => {
  const svg = plots.plot_bloch_multivector(mixed);
  assert.equal(description_of(svg), 'qubit 0: x 0.324, y −0.261, z 0.02, length 0.416. qubit 1: x −0.17, y −0.203, z −0.375, length 0.459.');
  const named = (text) => words_of(text).map(([word]) => word).filter((word) => word.startsWith('qubit'));
  assert.deepEqual(named(svg), ['qubit 0', 'qubit 1']);
  assert.deepEqual(named(plots.plot_bloch_multivector(mixed, { reverse_bits: true })), ['qubit 1', 'qubit 0']);
  const of_bell = plots.plot_bloch_multivector(bell);
  assert.equal(words_of(of_bell).filter(([text]) => text === 'length 0').length, 2);
  assert.equal([...of_bell.matchAll(/<circle [^>]*fill="#2563c9"/g)].length, 2, 'a dot for no vector');
  assert(!plots.plot_bloch_multivector([h, h]).includes('length 1<'), 'a pure state has no note of its length');
  // Narrow: below each other.
  const x_of = (text, name) => words_of(text).find(([word]) => word === name)[1].x;
  const narrow = plots.plot_bloch_multivector(bell, { width: 200 });
  assert.equal(x_of(narrow, 'qubit 0'), x_of(narrow, 'qubit 1'));
  assert.notEqual(x_of(of_bell, 'qubit 0'), x_of(of_bell, 'qubit 1'));
});

/** Qiskit's places of basis states 0, 1, 2, … on the Q-sphere, by the number of qubits. */
const PLACES = {
  1: [[0, 0, 1], [0, 0, -1]],
  2: [[0, 0, 1], [-1, 0, 0], [1, 0, 0], [0, 0, -1]],
  3: [
    [0, 0, 1], [-0.471405, 0.816497, 0.333333], [-0.471405, -0.816497, 0.333333], [-0.942809, 0, -0.333333],
    [0.942809, 0, 0.333333], [0.471405, 0.816497, -0.333333], [0.471405, -0.816497, -0.333333], [0, 0, -1],
  ],
  4: [
    [0, 0, 1], [0, 0.866025, 0.5], [-0.866025, 0, 0.5], [-1, 0, 0], [0, -0.866025, 0.5], [-0.5, -0.866025, 0],
    [0.5, -0.866025, 0], [-0.866025, 0, -0.5], [0.866025, 0, 0.5], [-0.5, 0.866025, 0], [0.5, 0.866025, 0],
    [0, 0.866025, -0.5], [1, 0, 0], [0.866025, 0, -0.5], [0, -0.866025, -0.5], [0, 0, -1],
  ],
};

/** Nodes of a Q-sphere, with what their names say. */
const nodes_of = (svg) =>
  [...svg.matchAll(/<circle ([^>]*)><title>(\d+): probability (\S+), phase ([^<]*)</g)].map(([, tag, bits, probability, phase]) => ({
    ...attributes_of(tag), bits, probability: Number(probability), phase,
  }));

test("nodes of the Q-sphere are at Qiskit's places", () => {
  for (const [qubits, places] of Object.entries(PLACES)) {
    const svg = plots.plot_state_qsphere(uniform(Number(qubits)));
    const { cx, cy, r } = attributes_of(/<circle ([^>]*)/.exec(svg)[1]);
    const nodes = nodes_of(svg);
    assert.equal(nodes.length, places.length);
    for (const node of nodes) {
      const [right, down] = seen(places[parseInt(node.bits, 2)], 275, 12);
      assert_near([Number(node.cx), Number(node.cy)], [Number(cx) + r * right, Number(cy) + r * down], 0.02, node.bits);
    }
  }
});

test("nodes of the Q-sphere have Qiskit's sizes and phases, and a phase its colour", () => {
  const turned = (length, angle) => [length * Math.cos(angle + 0.3), length * Math.sin(angle + 0.3)];
  const given = [turned(0.299626, 0), turned(0.499376, Math.PI / 2), turned(0.599251, Math.PI), turned(0.549314, Math.PI / 4)];
  for (const theme of ['light', 'dark']) {
    const svg = plots.plot_state_qsphere(given, { theme, show_state_phases: true });
    const nodes = nodes_of(svg).sort((a, b) => a.bits - b.bits);
    assert.deepEqual(nodes.map(({ phase }) => phase), ['π', '3π/2', '0', '5π/4']);
    const wanted = [Math.PI, 1.5 * Math.PI, 0, 1.25 * Math.PI].map((phase) => plots.phase_color(phase, theme));
    assert.deepEqual(nodes.map(({ fill }) => fill), wanted);
    const texts = words_of(svg).map(([text]) => text);
    for (const text of ['|00⟩', '|01⟩', '|10⟩', '|11⟩', '5π/4']) assert(texts.includes(text), text);
    assert_near(nodes.map(({ r }) => r / nodes[2].r), [0.5, 0.833333, 1, 0.916667], 0.003);
  }
  const degrees = nodes_of(plots.plot_state_qsphere(given, { use_degrees: true })).map(({ phase }) => phase);
  assert.deepEqual(degrees.sort(), ['0.0°', '180.0°', '225.0°', '270.0°']);
  assert(!words_of(plots.plot_state_qsphere(given, { show_state_labels: false })).some(([text]) => text.startsWith('|')));
});

test('colours of phases go around once', () => {
  for (const theme of ['light', 'dark']) {
    assert.equal(plots.phase_color(0, theme), plots.phase_color(2 * Math.PI, theme));
    assert.equal(plots.phase_color(-Math.PI / 2, theme), plots.phase_color(1.5 * Math.PI, theme));
    assert.equal(new Set(Array.from({ length: 8 }, (_, k) => plots.phase_color((k * Math.PI) / 4, theme))).size, 8);
  }
});

test('the Q-sphere of a mixed state shows its eigenvectors', () => {
  // Three parts |00⟩ + |11⟩, one part |01⟩: eigenvalues 3/4 and 1/4.
  const row = (...entries) => entries.map((value) => [value, 0]);
  const svg = plots.plot_state_qsphere([row(0.375, 0, 0, 0.375), row(0, 0.25, 0, 0), row(0, 0, 0, 0), row(0.375, 0, 0, 0.375)]);
  assert.equal(
    description_of(svg),
    'Part 1, weight 0.75. 00: probability 0.375, phase 0; 11: probability 0.375, phase 0. Part 2, weight 0.25. 01: probability 0.25, phase 0.',
  );
  // Qiskit's eigenvalues of the random matrix.
  const weights = [...description_of(plots.plot_state_qsphere(mixed)).matchAll(/weight ([\d.]+)\. /g)].map(([, weight]) => Number(weight));
  assert_near(weights, [0.6759, 0.1962, 0.1264, 0.0015], 1e-9);
});

/** Bars of a city: entry, and pixels from its lid to its foot. */
const towers_of = (svg) =>
  [...svg.matchAll(/<title>row (\d+), column (\d+): (\S+)<\/title><path d="([^"]*)" fill="([^"]*)"/g)].map(([, row, column, value, d, fill]) => {
    const points = numbers_of(d);
    return { entry: `${row},${column}`, value: Number(value), fill, lid: points[3], height: points[5] - points[3] };
  });

test('bars of a city are as high as the entries, up and down', () => {
  const svg = plots.plot_state_city(mixed);
  const towers = towers_of(svg);
  // 16 of the real part, 12 of the imaginary one, whose diagonal is 0.
  assert.equal(towers.length, 28);
  const parts = [towers.filter((_, k) => k < 16), towers.filter((_, k) => k >= 16)];
  parts.forEach((part, p) => {
    for (const { entry, value } of part) {
      const [i, j] = entry.split(',').map((bits) => parseInt(bits, 2));
      assert_near(value, mixed[i][j][p], 6e-5, entry);
    }
  });
  const ticks = words_of(svg).filter(([text]) => text === '0' || text === '0.2').map(([, { y }]) => Number(y));
  const per_unit = (ticks[0] - ticks[1]) / 0.2;
  for (const { entry, value, height, fill } of towers) {
    assert_near(height / per_unit, Math.abs(value), 0.0005, entry);
    assert.equal(fill, value < 0 ? '#d9480f' : '#2563c9');
  }
});

test('bars of a city stand in the order in which they hide each other', () => {
  // (|0⟩ + i|1⟩)/√2: imaginary part −1/2 at row 0, column 1.
  const towers = towers_of(plots.plot_state_city([h, [0, h]]));
  assert.deepEqual(towers.map(({ entry, value }) => [entry, value]), [['0,0', 0.5], ['1,1', 0.5], ['0,1', -0.5], ['1,0', 0.5]]);
  // With −i the one below the plane is the one that is further on, and still comes first.
  const below_first = towers_of(plots.plot_state_city([h, [0, -h]])).slice(2);
  assert.deepEqual(below_first.map(({ entry, value }) => [entry, value]), [['1,0', -0.5], ['0,1', 0.5]]);
  const order = towers_of(plots.plot_state_city(uniform(2))).map(({ entry }) => entry.split(',').reduce((sum, bits) => sum + parseInt(bits, 2), 0));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'from the back to the front');
  const svg = plots.plot_state_city([h, [0, h]], { color: ['#111111', '#222222'], alpha: 0.5 });
  assert.deepEqual(towers_of(svg).map(({ fill }) => fill), ['#111111', '#111111', '#222222', '#222222']);
  assert.equal([...svg.matchAll(/<g opacity="0.5">/g)].length, 4);
});

test('squares of a Hinton diagram have the areas of the entries', () => {
  const svg = plots.plot_state_hinton(mixed, { color: ['#111111', '#222222'] });
  const paths = [...svg.matchAll(/<path d="([^"]*)" fill="(#111111|#222222)"/g)];
  const squares = paths.map(([, d]) => d.split('M').slice(1).map((part) => { const [x, y, side] = numbers_of(part); return [x + side / 2, y + side / 2, side]; }));
  assert.deepEqual(squares.map((some) => some.length), [10, 6, 6, 6]);
  const of_largest = Math.max(...squares.flat().map(([, , side]) => side)) ** 2;
  const entries = (part, sign) => mixed.flat().map((entry) => entry[part]).filter((value) => Math.sign(value) === sign);
  [[0, 1], [0, -1], [1, 1], [1, -1]].forEach(([part, sign], k) => {
    const wanted = entries(part, sign).map((value) => Math.abs(value) / 0.357751917181);
    assert_near(squares[k].map(([, , side]) => side ** 2 / of_largest), wanted, 0.003, `squares ${k}`);
  });
});

test('descriptions tell the numbers that matter', () => {
  assert.equal(
    description_of(plots.plot_state_city(bell)),
    'Density matrix of 4 by 4. Real part: row 00, column 00: 0.5; row 00, column 11: 0.5; row 11, column 00: 0.5; row 11, column 11: 0.5. Imaginary part: 0 everywhere.',
  );
  assert.equal(description_of(plots.plot_state_qsphere(bell)), '00: probability 0.5, phase 0; 11: probability 0.5, phase 0.');
  assert.equal(description_of(plots.plot_histogram({ '00': 525, '11': 499 })), 'Count of 1024 in all. 00: 525, 11: 499.');
});

test('a title is shown, and is the name of the picture', () => {
  for (const svg of [plots.plot_histogram(counts, { title: 'a < b & "c"' }), plots.plot_bloch_multivector(bell, { title: 'a < b & "c"' })]) {
    assert(svg.includes('aria-label="a &lt; b &amp; &quot;c&quot;"'), svg.slice(0, 300));
    assert(words_of(svg).some(([text]) => text === 'a &lt; b &amp; &quot;c&quot;'));
  }
  assert(plots.plot_histogram(counts).includes('aria-label="Histogram"'));
});

test('options of all pictures: theme, ground and size', () => {
  const make = {
    plot_histogram: counts, plot_distribution: counts, plot_bloch_vector: [0, 0, 1], plot_bloch_multivector: bell, plot_state_qsphere: bell,
    plot_state_city: bell, plot_state_hinton: bell,
  };
  for (const [name, data] of Object.entries(make)) {
    const [light, dark, bare] = [{}, { theme: 'dark' }, { background: null }].map((options) => plots[name](data, options));
    assert(light.includes('<rect width="100%" height="100%" fill="#ffffff"/>'), name);
    assert(dark.includes('<rect width="100%" height="100%" fill="#12161c"/>'), name);
    assert(!bare.includes('<rect width="100%"'), name);
    assert(plots[name](data, { background: 'teal' }).includes('<rect width="100%" height="100%" fill="teal"/>'), name);
    assert(plots[name](data, { width: 500, height: 420 }).includes('width="500" height="420" viewBox="0 0 500 420"'), name);
  }
});

const refused = [
  [() => plots.plot_histogram({}), 'data is empty, expected at least one outcome; a circuit without measurements has none'],
  [() => plots.plot_histogram([]), 'data is an empty array, expected counts, or an array of them'],
  [() => plots.plot_histogram('0011'), 'data is "0011", expected counts: an object of numbers by bit string'],
  [() => plots.plot_histogram([counts, null]), 'data[1] is null, expected counts: an object of numbers by bit string'],
  [() => plots.plot_histogram({ '00': '3' }), 'the value of "00" in data is "3", expected a finite number'],
  [() => plots.plot_histogram({ '00': NaN }), 'the value of "00" in data is NaN, expected a finite number'],
  [() => plots.plot_distribution({ '00': 0 }), 'the sum of data is 0, expected more than 0, to show shares of it'],
  [() => plots.plot_histogram(counts, { sort: 'up' }), 'sort is "up", expected "asc", "desc", "hamming", "value", "value_desc"'],
  [() => plots.plot_histogram(counts, { sort: 'hamming' }), 'target_string is missing, expected a bit string, as sort is "hamming"'],
  [() => plots.plot_histogram(counts, { sort: 'hamming', target_string: '01' }), 'target_string is "01", 2 long, expected 3 bits, as outcome "000" has'],
  [() => plots.plot_histogram(counts, { number_to_keep: 0 }), 'number_to_keep is 0, expected an integer of at least 1'],
  [() => plots.plot_histogram(counts, { legend: ['a', 'b'] }), 'legend is 2 texts, expected 1, one for each of data'],
  [() => plots.plot_histogram(counts, { legend: 'a' }), 'legend is "a", expected an array of one or more texts'],
  [() => plots.plot_histogram(counts, { bar_labels: 1 }), 'bar_labels is 1, expected true or false'],
  [() => plots.plot_histogram(counts, { colour: 'red' }), 'plot_histogram has no option "colour", it has legend, sort, target_string, number_to_keep, bar_labels, color, theme, background, title, width, height'],
  [() => plots.plot_histogram(counts, null), 'options of plot_histogram is null, expected an object'],
  [() => plots.plot_histogram(counts, { theme: 'blue' }), 'theme is "blue", expected "light" or "dark"'],
  [() => plots.plot_histogram(counts, { width: -5 }), 'width is -5, expected a number of pixels above 0'],
  [() => plots.plot_histogram(counts, { height: Infinity }), 'height is Infinity, expected a number of pixels above 0'],
  [() => plots.plot_bloch_vector([0, 0]), 'bloch is [0, 0], expected three numbers: x, y, z'],
  [() => plots.plot_bloch_vector([0, 0, NaN]), 'bloch is [0, 0, NaN], expected three numbers: x, y, z'],
  [() => plots.plot_bloch_vector([1, 1, 0]), 'the length of bloch is 1.41421, expected up to 1: a mixed state is inside of the sphere, a pure one on it'],
  [() => plots.plot_bloch_vector([1, 0, 0], { coord_type: 'polar' }), 'coord_type is "polar", expected "cartesian", "spherical"'],
  [() => plots.bloch_vectors('00'), 'state is "00", expected a statevector (Float64Array of re, im by turns, or an array of complex numbers) or a density matrix (an array of such rows)'],
  [() => plots.bloch_vectors([1, 0, 0]), 'the state has 3 amplitudes, expected 2, 4, 8, …: 2^n for n qubits'],
  [() => plots.bloch_vectors(new Float64Array(3)), 'the state has 1.5 amplitudes, expected 2, 4, 8, …: 2^n for n qubits'],
  [() => plots.bloch_vectors([1]), 'the state has 1 amplitudes, expected 2, 4, 8, …: 2^n for n qubits'],
  [() => plots.bloch_vectors([]), 'the state has 0 amplitudes, expected 2, 4, 8, …: 2^n for n qubits'],
  [() => plots.bloch_vectors([1, NaN]), 'amplitude 1 of the state is NaN, expected a finite number or a pair [re, im] of them'],
  [() => plots.bloch_vectors(Float64Array.of(1, 0, 0, Infinity)), 'amplitude 1 of the state is Infinity, expected a finite number'],
  [() => plots.bloch_vectors([[1, 0], [0, 'i']]), 'amplitude 1 of the state is [0, i], expected a finite number or a pair [re, im] of them'],
  [() => plots.bloch_vectors([1, 1]), 'the norm of the state is 1.414214, expected 1'],
  [() => plots.bloch_vectors([1.0001, 0]), 'the norm of the state is 1.0001, expected 1'],
  [() => plots.bloch_vectors([[[1, 0], [0, 0]], [[0, 0]]]), 'row 1 of the density matrix has 1 entries, expected 2, as there are rows'],
  [() => plots.bloch_vectors([[[1, 0], [0, 0]], 5]), 'row 1 of the density matrix is 5, expected 2 complex numbers'],
  [() => plots.bloch_vectors([[[1, 0], [0, 0]], [[0, 0], [1, 0]]]), 'the trace of the density matrix is 2, expected 1'],
  [() => plots.bloch_vectors([[[1, 0], [0.5, 0]], [[0.4, 0], [0, 0]]]), 'the density matrix is not Hermitian: entries [1][0] and [0][1] are not complex conjugates'],
  [() => plots.bloch_vectors([[[0.5, 0], [0, 0]], [[0, 0], [0.5, NaN]]]), 'entry [1][1] of the density matrix is [0.5, NaN], expected a finite number or a pair [re, im] of them'],
  [() => plots.expectation_value(bell, 'XXX'), 'pauli "XXX" has 3 letters, expected 2, one for each qubit'],
  [() => plots.expectation_value(bell, 'XQ'), 'pauli is "XQ", expected letters I, X, Y, Z'],
  [() => plots.expectation_value(bell, [['XX']]), 'a term of pauli is an array of 1, expected a Pauli string and a finite coefficient'],
  [() => plots.expectation_value(bell, 5), 'pauli is 5, expected a Pauli string, or coefficients of several'],
  [() => plots.reduced_density_matrix(bell, [2]), 'qubits[0] is 2, expected 0 to 1'],
  [() => plots.reduced_density_matrix(bell, [0, 0]), 'qubits has 0 twice, expected each once'],
  [() => plots.reduced_density_matrix(bell, []), 'qubits is an array of 0, expected an array of one or more of them'],
  [() => plots.reduced_density_matrix(bell, Array.from({ length: 11 }, (_, k) => k)), 'qubits has 11, expected up to 10: the matrix has 4^n entries'],
  // Limits come before the amplitudes are looked at: these are no states.
  [() => plots.plot_state_qsphere(new Float64Array(2 ** 14)), 'plot_state_qsphere shows up to 12 qubits, found 13: more nodes could not be told apart; reduced_density_matrix gives the state of some of the qubits'],
  [() => plots.plot_state_qsphere(Array.from({ length: 128 }, () => new Float64Array(256))), 'plot_state_qsphere shows up to 6 qubits of a density matrix, found 7: more nodes could not be told apart; reduced_density_matrix gives the state of some of the qubits'],
  [() => plots.plot_state_city(new Float64Array(2 ** 8)), 'plot_state_city shows up to 6 qubits, found 7: more bars, 4^n for n qubits, could not be told apart; reduced_density_matrix gives the state of some of the qubits'],
  [() => plots.plot_state_hinton(new Float64Array(2 ** 9)), 'plot_state_hinton shows up to 7 qubits, found 8: more squares, 4^n for n qubits, could not be told apart; reduced_density_matrix gives the state of some of the qubits'],
  [() => plots.plot_state_city(bell, { alpha: 2 }), 'alpha is 2, expected a number between 0 and 1'],
  [() => plots.plot_state_city(bell, { color: ['red'] }), 'color is an array of 1, expected a colour or an array of 2 texts'],
];

for (const [make, message] of refused)
  test(`an error says: ${message.slice(0, 100)}`, () => assert.throws(make, { message }));

test('in a page with a strict policy every picture is well-formed, has its words inside and writes no style', async () => {
  const folder = consumer('plots-page');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>plots</title><body><script type="module" src="main.mjs"></script>');
  writeFileSync(join(folder, 'main.mjs'), "import * as plots from '/node_modules/aer-wasm/dist/plots.mjs';\nwindow.plots = plots;\n");
  const many = (n) => Object.fromEntries(Array.from({ length: 2 ** n }, (_, k) => [k.toString(2).padStart(n, '0'), 1 + ((k * 7) % 13) + (k === 5 ? 300 : 0)]));
  const state_of = (n) => uniform(n, (k) => k * k * 0.3);
  const calls = [];
  for (const theme of ['light', 'dark'])
    for (const width of [undefined, 340]) {
      const options = { theme, width, title: 'Amplitudes & "phases" <of> a state that has quite a long name' };
      for (const n of [1, 2, 4, 5, 8, 12]) calls.push(['plot_histogram', [many(n), many(n)], { ...options, legend: ['ideal', 'with noise <&>'] }], ['plot_distribution', many(n), options]);
      calls.push(['plot_bloch_vector', [0.3, 0.4, 0.5], options]);
      for (const n of [1, 2, 3, 5]) {
        calls.push(['plot_bloch_multivector', state_of(n), options], ['plot_state_city', state_of(n), options], ['plot_state_hinton', state_of(n), options]);
        calls.push(['plot_state_qsphere', state_of(n), { ...options, show_state_phases: true }]);
      }
      calls.push(['plot_state_qsphere', state_of(9), options], ['plot_state_hinton', state_of(7), options], ['plot_state_city', mixed, options]);
    }
  const site = await serve(project, {}, { 'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'" });
  const browser = await launch();
  try {
    const { page, errors } = await open(browser, `${site.url}plots-page/index.html`);
    await page.waitForFunction(() => window.plots);
    const faults = await page.evaluate((list) => {
      const found = [];
      for (const [name, data, options] of list) {
        const svg = window.plots[name](data, options);
        const say = (fault) => found.push(`${name} ${options.theme} ${options.width} ${Array.isArray(data) ? data.length : Object.keys(data).length}: ${fault}`);
        const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
        if (parsed.querySelector('parsererror')) { say(parsed.documentElement.textContent.slice(0, 200)); continue; }
        const root = parsed.documentElement;
        if (root.getAttribute('role') !== 'img' || !root.getAttribute('aria-label') || !root.querySelector('title') || !(root.querySelector('desc')?.textContent.length > 10)) say('no name or description');
        if (parsed.querySelector('[style], style, script, [id], [href]')) say('style, script or id');
        if (/NaN|undefined|Infinity|null/.test(svg)) say('a number is missing');
        document.body.innerHTML = svg;
        const shown = document.body.firstElementChild;
        const box = shown.getBoundingClientRect();
        for (const text of shown.querySelectorAll('text')) {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          if (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1) say(`"${text.textContent}" is cut off`);
        }
      }
      return found;
    }, calls);
    assert.deepEqual(faults, []);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
    await site.close();
  }
});
