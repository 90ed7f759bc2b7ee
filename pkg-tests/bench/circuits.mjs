// The circuits of `npm run bench`, as { n, ops: [[gate, qubits, parameters], …], support?, marked? }. Qubit 0 is the
// least significant; texts of outcomes read q[n-1] … q[0].

/** Mulberry32: a number of [0, 1). */
export function random_of(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const range = (count) => Array.from({ length: count }, (_, i) => i);

/** H and a chain of CX. */
function ghz(n) {
  const chain = range(n - 1).map((q) => ['cx', [q, q + 1]]);
  return { n, ops: [['h', [0]], ...chain], support: ['0'.repeat(n), '1'.repeat(n)] };
}

/** The quantum Fourier transform of |…1010⟩, swaps included. */
function qft(n) {
  const ops = range(n).filter((q) => q % 2).map((q) => ['x', [q]]);
  for (const q of range(n).reverse()) {
    ops.push(['h', [q]], ...range(q).reverse().map((p) => ['cp', [p, q], [Math.PI / 2 ** (q - p)]]));
  }
  return { n, ops: [...ops, ...range(n >> 1).map((q) => ['swap', [q, n - 1 - q]])] };
}

/** As in quantum volume: n layers of u3 u3 cx u3 u3 on random pairs. */
function qv(n) {
  const random = random_of(7);
  const ops = [];
  const u3 = (q) => ops.push(['u3', [q], [random() * Math.PI, random() * 2 * Math.PI, random() * 2 * Math.PI]]);
  for (let layer = 0; layer < n; layer++) {
    const order = range(n);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    for (let i = 0; i + 1 < n; i += 2) {
      const pair = [order[i], order[i + 1]];
      pair.forEach(u3);
      ops.push(['cx', pair]);
      pair.forEach(u3);
    }
  }
  return { n, ops };
}

/** Grover's search on k qubits with k - 3 ancillas for a ladder of CCX, n = 2k - 3; ten iterations at most. */
function grover(n) {
  const random = random_of(11);
  const k = Math.max(3, (n + 3) >> 1);
  const data = range(k);
  const marked = data.map(() => (random() < 0.5 ? 0 : 1));
  const iterations = Math.max(1, Math.min(10, Math.floor((Math.PI / 4) * Math.sqrt(2 ** k))));
  const [target, controls] = [k - 1, data.slice(0, -1)];
  const ladder = [];
  if (controls.length > 2) {
    ladder.push(['ccx', [0, 1, k]]);
    for (let i = 2; i < controls.length - 1; i++) ladder.push(['ccx', [i, k + i - 2, k + i - 1]]);
  }
  const top = controls.length > 2 ? [controls.at(-1), k + controls.length - 3, target] : [0, 1, target];
  const flip = [['h', [target]], ...ladder, ['ccx', top], ...ladder.toReversed(), ['h', [target]]];
  const zeros = data.filter((q) => !marked[q]).map((q) => ['x', [q]]);
  const each = (...gates) => data.flatMap((q) => gates.map((gate) => [gate, [q]]));
  const iteration = [...zeros, ...flip, ...zeros, ...each('h', 'x'), ...flip, ...each('x', 'h')];
  const ops = [...each('h'), ...range(iterations).flatMap(() => iteration)];
  const angle = (2 * iterations + 1) * Math.asin(2 ** (-k / 2));
  const text = '0'.repeat(n - k) + marked.toReversed().join('');
  return { n, ops, marked: { text, probability: Math.sin(angle) ** 2 }, zeros: n - k };
}

/** Twenty layers of rx, rz on every qubit and cz on every second pair of neighbours. */
function brickwork(n) {
  const random = random_of(13);
  const angle = () => [random() * 2 * Math.PI];
  const layer = (d) => [
    ...range(n).flatMap((q) => [['rx', [q], angle()], ['rz', [q], angle()]]),
    ...range(n - 1).filter((q) => q % 2 === d % 2).map((q) => ['cz', [q, q + 1]]),
  ];
  return { n, ops: range(20).flatMap(layer) };
}

/** The hidden shift of the bent function x · y: Clifford, one answer. */
function hiddenshift(n) {
  const random = random_of(17);
  const m = n - (n % 2);
  const shift = range(m).map(() => (random() < 0.5 ? 0 : 1));
  const h = range(m).map((q) => ['h', [q]]);
  const x = range(m).filter((q) => shift[q]).map((q) => ['x', [q]]);
  const cz = range(m / 2).map((q) => ['cz', [q, q + m / 2]]);
  const text = '0'.repeat(n - m) + shift.toReversed().join('');
  return { n, ops: [...h, ...x, ...cz, ...x, ...h, ...cz, ...h], support: [text] };
}

export const circuits = { ghz, qft, qv, grover, brickwork, hiddenshift };

export function qasm({ n, ops }) {
  const line = ([gate, qubits, parameters = []]) => {
    const given = parameters.length ? `(${parameters.join(',')})` : '';
    return `${gate === 'cp' ? 'cu1' : gate}${given} ${qubits.map((q) => `q[${q}]`).join(',')};`;
  };
  const head = `OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[${n}];\ncreg c[${n}];\n`;
  return `${head}${ops.map(line).join('\n')}\nmeasure q -> c;\n`;
}

/** Probabilities of all outcomes, slowly and obviously: each gate is a matrix on its last qubit under controls. */
export function probabilities({ n, ops }) {
  const [re, im] = [new Float64Array(2 ** n), new Float64Array(2 ** n)];
  re[0] = 1;
  const { SQRT1_2, cos, sin } = Math;
  const phase = (a) => [1, 0, 0, 0, 0, 0, cos(a), sin(a)];
  const x = [0, 0, 1, 0, 1, 0, 0, 0];
  const matrices = {
    h: () => [SQRT1_2, 0, SQRT1_2, 0, SQRT1_2, 0, -SQRT1_2, 0],
    x: () => x,
    cx: () => x,
    ccx: () => x,
    cz: () => phase(Math.PI),
    cp: phase,
    rx: (a) => [cos(a / 2), 0, 0, -sin(a / 2), 0, -sin(a / 2), cos(a / 2), 0],
    rz: (a) => [cos(a / 2), -sin(a / 2), 0, 0, 0, 0, cos(a / 2), sin(a / 2)],
    u3: (t, p, l) => [
      cos(t / 2), 0, -cos(l) * sin(t / 2), -sin(l) * sin(t / 2),
      cos(p) * sin(t / 2), sin(p) * sin(t / 2), cos(p + l) * cos(t / 2), sin(p + l) * cos(t / 2),
    ],
  };
  const apply = (m, controls, bit) => {
    for (let i = 0; i < re.length; i++) {
      if (i & bit || (i & controls) !== controls) continue;
      const [ar, ai, br, bi] = [re[i], im[i], re[i | bit], im[i | bit]];
      re[i] = m[0] * ar - m[1] * ai + m[2] * br - m[3] * bi;
      im[i] = m[0] * ai + m[1] * ar + m[2] * bi + m[3] * br;
      re[i | bit] = m[4] * ar - m[5] * ai + m[6] * br - m[7] * bi;
      im[i | bit] = m[4] * ai + m[5] * ar + m[6] * bi + m[7] * br;
    }
  };
  for (const [gate, qubits, parameters = []] of ops) {
    const bits = qubits.map((q) => 1 << q);
    const as_cx = gate === 'swap' ? [bits, bits.toReversed(), bits] : [bits];
    for (const one of as_cx) {
      const controls = one.slice(0, -1).reduce((mask, bit) => mask | bit, 0);
      apply(matrices[gate === 'swap' ? 'cx' : gate](...parameters), controls, one.at(-1));
    }
  }
  return re.map((x, i) => x * x + im[i] * im[i]);
}

/**
 * Why counts cannot be those of the circuit, or undefined. Up to 10 qubits they are compared with the
 * probabilities: chi squared over outcomes that are expected at least 5 times, the others as one, six standard
 * deviations (a false alarm in about 1e7 runs).
 */
export function wrong(circuit, counts, shots) {
  const { n, support, marked, zeros = 0 } = circuit;
  const entries = Object.entries(counts);
  if (entries.reduce((sum, [, count]) => sum + count, 0) !== shots) return 'shots are missing';
  const stray = entries.find(([text]) => text.length !== n || (support && !support.includes(text)) || /1/.test(text.slice(0, zeros)));
  if (stray) return `${stray[0]} cannot come`;
  if (marked) {
    const { text, probability: p } = marked;
    const [expected, deviation] = [p * shots, Math.sqrt(p * (1 - p) * shots)];
    if (Math.abs((counts[text] ?? 0) - expected) > 6 * deviation + 1) return `${counts[text]} times the marked, not ${expected}`;
  }
  if (n > 10) return undefined;
  let [chi2, cells, rare, rare_count] = [0, 0, 0, 0];
  probabilities(circuit).forEach((p, i) => {
    const count = counts[i.toString(2).padStart(n, '0')] ?? 0;
    if (p * shots < 5) {
      rare += p * shots;
      rare_count += count;
    } else {
      cells++;
      chi2 += (count - p * shots) ** 2 / (p * shots);
    }
  });
  if (rare >= 5) {
    cells++;
    chi2 += (rare_count - rare) ** 2 / rare;
  } else if (rare_count > rare + 6 * Math.sqrt(rare) + 6) return `${rare_count} rare outcomes, not ${rare}`;
  const freedom = Math.max(cells - 1, 1);
  return chi2 > freedom + 6 * Math.sqrt(2 * freedom) + 18 ? `chi squared ${chi2} of ${freedom}` : undefined;
}
