// circuit_layout and circuit_drawer of the packed `aer-wasm/plots`: every gate of the gate table, conditions, control flow,
// folding; the text in Node, the picture in Chromium.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch, project, root } from './packed.mjs';

const require = createRequire(join(project, 'index.js'));
const { CASE_DEFAULT, ClassicalRegister, Parameter, QuantumCircuit, QuantumRegister } = require('aer-wasm');
const { circuit_drawer, circuit_layout } = require('aer-wasm/plots');

/** The rows of the gate table: name, number of parameters, controls (null: any number), targets. */
const rows = [...readFileSync(join(root, 'src/circuit/gate.rs'), 'utf8').matchAll(/^ {4}\w+ "(\w+)" \((.*?)\) (\w+) \+ (\d) /gm)];
const gates = rows.map(([, name, parameters, controls, targets]) => ({
  name, parameters: parameters === '' ? 0 : parameters.split(',').length,
  controls: controls === 'any' ? null : Number(controls), targets: Number(targets),
}));

/** A circuit of one gate, its qubits from below with one between each. */
function alone({ name, parameters, controls, targets }) {
  const count = (controls ?? 2) + targets;
  const qubits = Array.from({ length: count }, (_, i) => 2 * (count - 1 - i));
  return [new QuantumCircuit(2 * count).append({ name, params: Array(parameters).fill(Math.PI / 2), qubits }), qubits];
}

/** A circuit with something of everything. */
function busy() {
  const circuit = new QuantumCircuit(new QuantumRegister(3, 'q'), new ClassicalRegister(2, 'c'), new ClassicalRegister(1, 'out'));
  circuit.h(0).cx(0, 1).cp(Math.PI / 4, 1, 2).swap(0, 2).rzz(0.3, 0, 1).barrier().reset(1).delay(20, 0).save_statevector('psi');
  circuit.initialize([0, 1], 2).unitary([[0, 1], [1, 0]], 0, 'flip').rx(new Parameter('theta'), 0).measure([0, 2], [1, 2]);
  circuit.if_else([circuit.cregs[0], 2], (body) => body.x(1), (body) => body.h([1, 2]));
  circuit.while_loop([1, 1], (body) => body.h(0).measure(0, 1).for_loop([0, 1, 2], null, (inner) => inner.cx(0, 1)));
  return circuit.switch(circuit.cregs[0], [[[0, 1], (body) => body.y(2)], [CASE_DEFAULT, (body) => body.z(0)]]);
}

const middle = ({ y, height }) => y + height / 2;
const inside = (part, whole) => {
  const slack = 1e-6;
  return part.x >= whole.x - slack && part.y >= whole.y - slack
    && part.x + part.width <= whole.x + whole.width + slack && part.y + part.height <= whole.y + whole.height + slack;
};
const groups = (svg) => [...svg.matchAll(/data-instruction="(\d+)" data-column="(\d+)"/g)].map(([, instruction, column]) => [Number(instruction), Number(column)]);

test('the gate table is read', () => assert(gates.length > 60, String(gates.length)));

for (const gate of gates) {
  test(`${gate.name} is drawn on each of its qubits`, () => {
    const [circuit, qubits] = alone(gate);
    const layout = circuit_layout(circuit);
    const [item] = layout.items;
    assert.equal(layout.items.length, 1);
    assert.deepEqual(item.qubits, qubits);
    assert.equal(item.controls.length, gate.controls ?? 2);
    assert.deepEqual([...item.controls, ...item.targets], qubits);
    for (const qubit of qubits) {
      const { y } = layout.wires[qubit];
      const on = item.marks.filter((mark) =>
        (mark.pins ? mark.pins.some((pin) => pin.y === y) : mark.type !== 'caption' && Math.abs(middle(mark) - y) < 1e-6));
      assert.equal(on.length, 1, `qubit ${qubit}`);
      const control = item.controls.includes(qubit);
      if (control) assert.equal(on[0].type, 'dot');
    }
    if (qubits.length > 1) {
      const ys = qubits.map((qubit) => layout.wires[qubit].y);
      const spans = [...item.links.map(({ y1, y2 }) => [y1, y2]), ...item.marks.filter(({ pins }) => pins).map(({ y, height }) => [y, y + height])];
      for (const y of ys) assert(spans.some(([from, to]) => y >= from && y <= to), `nothing leads to ${y}`);
    }
    const shown = item.marks.flatMap(({ text, params }) => [text, params]).filter(Boolean).join(' ');
    if (gate.parameters > 0) assert.match(shown, /π\/2/);
    assert.equal(groups(circuit_drawer(circuit)).length, 1);
  });
}

test('what is controlled has its symbol', () => {
  const types = (circuit) => circuit_layout(circuit).items[0].marks.map(({ type }) => type);
  assert.deepEqual(types(new QuantumCircuit(2).cx(0, 1)), ['dot', 'plus']);
  assert.deepEqual(types(new QuantumCircuit(4).mcx([0, 1, 2], 3)), ['dot', 'dot', 'dot', 'plus']);
  assert.deepEqual(types(new QuantumCircuit(2).cz(0, 1)), ['dot', 'dot']);
  assert.deepEqual(types(new QuantumCircuit(2).cp(1, 0, 1)), ['dot', 'dot', 'caption']);
  assert.deepEqual(types(new QuantumCircuit(3).cswap(0, 1, 2)), ['dot', 'cross', 'cross']);
  assert.deepEqual(types(new QuantumCircuit(2).swap(0, 1)), ['cross', 'cross']);
  assert.deepEqual(types(new QuantumCircuit(2).ch(0, 1)), ['dot', 'box']);
  assert.deepEqual(types(new QuantumCircuit(1).x(0)), ['box']);
});

test('items do not overlap, stay in the picture, and keep their order on each wire', () => {
  for (const [circuit, options] of [[busy(), {}], [busy(), { fold: 5 }], [busy(), { reverse_bits: true }], [busy(), { scale: 2.5, cregbundle: false }]]) {
    const { width, height, items, columns, rows } = circuit_layout(circuit, options);
    const plain = items.filter(({ frames }) => !frames);
    for (const item of items) {
      for (const mark of [...item.marks, ...(item.frames ?? [])]) assert(inside(mark, { x: 0, y: 0, width, height }), item.title);
      const { begin, end } = rows[item.row];
      assert(item.column >= begin && item.column < end);
    }
    for (const [i, a] of plain.entries()) {
      const { x, width } = columns[a.column];
      for (const mark of a.marks) assert(mark.x >= x - 1e-6 && mark.x + mark.width <= x + width + 1e-6, `${a.title} is wider than its column`);
      for (const b of plain.slice(i + 1)) {
        const apart = a.box.x + a.box.width <= b.box.x || b.box.x + b.box.width <= a.box.x
          || a.box.y + a.box.height <= b.box.y || b.box.y + b.box.height <= a.box.y;
        assert(apart, `${a.title} is over ${b.title}`);
        if (a.qubits.some((qubit) => b.qubits.includes(qubit))) assert.notEqual(a.column, b.column, `${a.title} and ${b.title}`);
        if (a.instruction < b.instruction && a.qubits.some((qubit) => b.qubits.includes(qubit))) assert(a.column < b.column);
      }
    }
    for (const flow of items.filter(({ frames }) => frames)) {
      const own = items.filter(({ path, instruction }) => instruction === flow.instruction
        && path.length > flow.path.length && flow.path.every((step, i) => String(step) === String(path[i])));
      assert(own.length > 0);
      for (const item of own) assert(flow.frames.some((frame) => inside(item.frames?.[0] ?? item.box, frame)), `${item.title} is outside of ${flow.title}`);
    }
  }
});

test('items name the instructions of data', () => {
  const circuit = busy();
  const { items } = circuit_layout(circuit);
  const { data } = circuit;
  const outer = items.filter(({ depth }) => depth === 0);
  assert.equal(outer.length, data.length);
  for (const { instruction, name, qubits, clbits } of outer) {
    assert.equal(name, data[instruction].name);
    assert.deepEqual(qubits, data[instruction].qubits);
    if (name === 'measure') assert.deepEqual(clbits, data[instruction].clbits);
  }
  assert.equal(items.find(({ name }) => name === 'for_loop').depth, 1);
  assert.deepEqual(items.find(({ name }) => name === 'if_else').sections.map(({ text }) => text), ['if c == 2', 'else']);
  assert.deepEqual(items.find(({ name }) => name === 'switch_case').sections.map(({ text }) => text), ['switch c', 'case 0, 1', 'default']);
});

test('conditions and measurements lead to their classical wires', () => {
  const text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; creg d[1]; measure q[0] -> c[1]; if (c == 2) rx(pi/2) q[1];';
  const circuit = QuantumCircuit.from_qasm(text);
  const bundled = circuit_layout(circuit);
  const [measured, asked] = bundled.items;
  const register = bundled.wires.find(({ label }) => label === 'c');
  assert.deepEqual(measured.links, [{ x: measured.links[0].x, y1: bundled.wires[0].y, y2: register.y, classical: true }]);
  assert.equal(measured.marks.find(({ type }) => type === 'arrow').text, '1');
  assert.deepEqual(asked.condition, { text: 'c == 2', bits: [0, 1], values: [false, true] });
  assert.equal(asked.title, 'if c == 2: rx(π/2) q[1]');
  assert.equal(middle(asked.marks.find(({ type }) => type === 'value')), register.y);
  const { items, wires } = circuit_layout(circuit, { cregbundle: false });
  assert.deepEqual(wires.map(({ label }) => label), ['q_0', 'q_1', 'c_0', 'c_1', 'd']);
  const values = items[1].marks.filter(({ type }) => type === 'value');
  assert.deepEqual(values.map((mark) => [middle(mark), mark.filled]), [[wires[2].y, false], [wires[3].y, true]]);
});

test('a long circuit is folded, and options are heeded', () => {
  const circuit = new QuantumCircuit(2);
  for (let i = 0; i < 30; i += 1) circuit.rx(0.1 * i, 0).cx(0, 1);
  const [folded, whole] = [circuit_layout(circuit, { fold: 7 }), circuit_layout(circuit, { fold: null })];
  assert.equal(whole.rows.length, 1);
  assert.equal(circuit_layout(circuit, { fold: 0 }).rows.length, 1);
  assert.equal(folded.rows.length, Math.ceil(60 / 7));
  assert(folded.width < whole.width / 5 && folded.height > whole.height);
  assert.deepEqual(folded.columns.map(({ row }) => row), Array.from({ length: 60 }, (_, i) => Math.floor(i / 7)));
  const twice = circuit_layout(circuit, { fold: null, scale: 2 });
  assert(Math.abs(twice.width - 2 * whole.width) < 1e-6 && Math.abs(twice.height - 2 * whole.height) < 1e-6);
  const upside = circuit_layout(circuit, { reverse_bits: true });
  assert.deepEqual(upside.wires.map(({ label }) => label), ['q_1', 'q_0']);
  const barred = new QuantumCircuit(1).h(0).barrier().save_state().h(0);
  assert.deepEqual(circuit_layout(barred, { plot_barriers: false }).items.map(({ name }) => name), ['h', 'h']);
});

test('parameters are written as Qiskit writes them, and long ones are cut', () => {
  const circuit = new QuantumCircuit(1).u(Math.PI / 2, -Math.PI / 3, 0.123456789, 0).rx(new Parameter('a_rather_long_name_of_a_parameter'), 0);
  const [u, rx] = circuit_layout(circuit).items;
  assert.deepEqual(u.params, ['π/2', '-π/3', '0.12346']);
  assert.equal(u.marks[0].params, 'π/2, -π/3, 0.12346');
  assert.match(rx.marks[0].params, /^a_rather_long.*…$/);
  assert(rx.box.width < 180);
  assert.match(circuit_drawer(circuit), /<title>rx\(a_rather_long_name_of_a_parameter\) q\[0\]</);
  const [many] = circuit_layout(new QuantumCircuit(4).initialize([1, ...Array(15).fill(0)])).items;
  assert.deepEqual(many.params, ['1', ...Array(7).fill('0'), '…']);
});

test('wrong options and circuits are told', () => {
  const circuit = new QuantumCircuit(1);
  assert.throws(() => circuit_layout('OPENQASM 2.0;'), { name: 'TypeError', message: /from_qasm/ });
  assert.throws(() => circuit_layout(circuit, { folds: 3 }), { name: 'TypeError', message: /folds/ });
  assert.throws(() => circuit_layout(circuit, { fold: 'wide' }), { name: 'TypeError', message: /fold/ });
  assert.throws(() => circuit_layout(circuit, { scale: 0 }), { name: 'TypeError', message: /scale/ });
  assert.throws(() => circuit_drawer(circuit, { output: 'mpl' }), { name: 'TypeError', message: /svg/ });
  assert.throws(() => circuit_drawer(circuit, { theme: 'pink' }), { name: 'TypeError', message: /pink/ });
});

test('the picture says what it shows', () => {
  const svg = circuit_drawer(new QuantumCircuit(2, 1).h(0).cx(0, 1).measure(1, 0), { title: 'Bell & co' });
  assert.match(svg, /aria-label="Bell &amp; co"/);
  assert.match(svg, /<desc>3 instructions on 2 qubits and 1 classical bit: h q\[0\]; cx q\[0\], q\[1\]; measure q\[1\] -&gt; c\[0\]\.<\/desc>/);
  assert.deepEqual(groups(svg), [[0, 0], [1, 1], [2, 2]]);
  assert.match(circuit_drawer(new QuantumCircuit(2)), /No instructions on 2 qubits\./);
  assert.match(circuit_drawer(new QuantumCircuit(0)), /^<svg /);
});

test('Chromium draws it: well-formed, without style, each instruction with its title', async () => {
  const browser = await launch();
  const page = await browser.newPage();
  const circuits = [busy(), ...gates.map((gate) => alone(gate)[0])];
  for (const circuit of circuits) {
    for (const theme of ['light', 'dark']) {
      const svg = circuit_drawer(circuit, { theme, title: 'A <circuit>', fold: 6 });
      const seen = await page.evaluate((svg) => {
        const { documentElement: picture } = new DOMParser().parseFromString(svg, 'image/svg+xml');
        document.body.replaceChildren(document.importNode(picture, true));
        const drawn = document.body.firstElementChild;
        return {
          name: picture.nodeName,
          styles: picture.querySelectorAll('[style], style, script').length,
          ids: picture.querySelectorAll('[id]').length,
          titles: [...picture.querySelectorAll('[data-instruction] > title')].map(({ textContent }) => textContent),
          // What is drawn stays inside of the picture.
          inside: (({ x, y, width, height }) => x >= 0 && y >= 0 && x + width <= drawn.width.baseVal.value && y + height <= drawn.height.baseVal.value)(drawn.getBBox()),
          bad: /NaN|undefined|Infinity/.exec(svg)?.[0],
        };
      }, svg);
      assert.deepEqual(seen, {
        name: 'svg', styles: 0, ids: 0, titles: circuit_layout(circuit).items.toSorted((a, b) => !a.frames - !b.frames).map(({ title }) => title),
        inside: true, bad: undefined,
      });
    }
  }
  await browser.close();
});

test('a layout is drawn as the circuit that it is of', () => {
  assert.equal(circuit_drawer(circuit_layout(busy(), { fold: 5 })), circuit_drawer(busy(), { fold: 5 }));
});
