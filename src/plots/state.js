// States as plain data, and what can be computed from them. A statevector is never made into a density matrix: each
// sum runs over the amplitudes once.
//
// Inside, a state is { num_qubits, amplitudes } or { num_qubits, rows }, complex numbers interleaved re, im. Bit q of
// an index is qubit q.

import { shown, wrong } from './options.js';

/** How far from 1 a norm or a trace may be: Qiskit's relative tolerance. */
const TOLERANCE = 1e-5;
const MOST_KEPT = 10;

const FORMS =
  'a statevector (Float64Array of re, im by turns, or an array of complex numbers) or a density matrix (an array of such rows)';

const is_row = (value) =>
  ArrayBuffer.isView(value) || (Array.isArray(value) && (value.length !== 2 || typeof value[0] !== 'number'));

/** How many complex numbers are in a vector. */
const count_of = (vector) => (ArrayBuffer.isView(vector) ? vector.length / 2 : vector.length);

/** Complex numbers, interleaved; `name(k)` is what a message calls number k. */
function interleaved(vector, name) {
  if (ArrayBuffer.isView(vector)) {
    for (let k = 0; k < vector.length; k++)
      if (!Number.isFinite(vector[k])) throw wrong(name(k >> 1), String(vector[k]), 'a finite number');
    return vector;
  }
  const numbers = new Float64Array(2 * vector.length);
  vector.forEach((value, k) => {
    const [re, im = 0, ...more] =
      typeof value === 'object' && value !== null ? (Array.isArray(value) ? value : [value.re, value.im]) : [value];
    if (!Number.isFinite(re) || !Number.isFinite(im) || more.length > 0)
      throw wrong(
        name(k),
        Array.isArray(value) ? `[${value.join(', ')}]` : shown(value),
        'a finite number or a pair [re, im] of them',
      );
    numbers.set([re, im], 2 * k);
  });
  return numbers;
}

/**
 * A state that was given, read and checked. Where it is for a picture, `most` is its limit of qubits and `because` why:
 * checked before the amplitudes are looked at.
 */
export function read_state(state, { picture, most = Infinity, because, most_mixed = most } = {}) {
  const typed = state instanceof Float64Array || state instanceof Float32Array;
  if (!typed && !Array.isArray(state)) throw wrong('state', shown(state), FORMS);
  const mixed = !typed && state.length > 0 && is_row(state[0]);
  const size = count_of(state);
  const num_qubits = Math.log2(size);
  const what = mixed ? 'rows' : 'amplitudes';
  if (!Number.isInteger(num_qubits) || num_qubits < 1)
    throw new Error(`the state has ${size} ${what}, expected 2, 4, 8, …: 2^n for n qubits`);
  const limit = mixed ? most_mixed : most;
  const of_matrix = limit < most ? ' of a density matrix' : '';
  if (num_qubits > limit)
    throw new Error(`${picture} shows up to ${limit} qubits${of_matrix}, found ${num_qubits}: ${because}`);
  if (!mixed) {
    const amplitudes = interleaved(state, (k) => `amplitude ${k} of the state`);
    let squared = 0;
    for (let k = 0; k < amplitudes.length; k++) squared += amplitudes[k] * amplitudes[k];
    if (!(Math.abs(Math.sqrt(squared) - 1) <= TOLERANCE))
      throw wrong('the norm of the state', String(+Math.sqrt(squared).toPrecision(7)), '1');
    return { num_qubits, amplitudes };
  }
  const rows = state.map((row, i) => {
    if (!is_row(row) && !(Array.isArray(row) && row.length === size))
      throw wrong(`row ${i} of the density matrix`, shown(row), `${size} complex numbers`);
    if (count_of(row) !== size)
      throw new Error(`row ${i} of the density matrix has ${count_of(row)} entries, expected ${size}, as there are rows`);
    return interleaved(row, (j) => `entry [${i}][${j}] of the density matrix`);
  });
  let trace = 0;
  for (let i = 0; i < size; i++) {
    trace += rows[i][2 * i];
    for (let j = 0; j <= i; j++) {
      const far = Math.hypot(rows[i][2 * j] - rows[j][2 * i], rows[i][2 * j + 1] + rows[j][2 * i + 1]);
      if (far > TOLERANCE)
        throw new Error(
          `the density matrix is not Hermitian: entries [${i}][${j}] and [${j}][${i}] are not complex conjugates`,
        );
    }
  }
  if (!(Math.abs(trace - 1) <= TOLERANCE)) throw wrong('the trace of the density matrix', String(+trace.toPrecision(7)), '1');
  return { num_qubits, rows };
}

/** The Bloch vector of each qubit of a state that was read. */
export function bloch_vectors_of({ num_qubits, amplitudes, rows }) {
  return Array.from({ length: num_qubits }, (_, qubit) => {
    const bit = 2 ** qubit;
    const size = 2 ** num_qubits;
    // (x − iy) / 2 is the entry [0][1] of the qubit's density matrix.
    let [re, im, z] = [0, 0, 0];
    for (let start = 0; start < size; start += 2 * bit)
      for (let k = start; k < start + bit; k++) {
        const one = k + bit;
        if (rows) {
          re += rows[k][2 * one];
          im += rows[k][2 * one + 1];
          z += rows[k][2 * k] - rows[one][2 * one];
        } else {
          const a = amplitudes[2 * k];
          const b = amplitudes[2 * k + 1];
          const c = amplitudes[2 * one];
          const d = amplitudes[2 * one + 1];
          re += a * c + b * d;
          im += b * c - a * d;
          z += a * a + b * b - c * c - d * d;
        }
      }
    return [2 * re, -2 * im + 0, z];
  });
}

export const bloch_vectors = (state) => bloch_vectors_of(read_state(state));

export function probabilities_of({ num_qubits, amplitudes, rows }) {
  const shares = new Float64Array(2 ** num_qubits);
  for (let k = 0; k < shares.length; k++)
    shares[k] = rows ? rows[k][2 * k] : amplitudes[2 * k] * amplitudes[2 * k] + amplitudes[2 * k + 1] * amplitudes[2 * k + 1];
  return shares;
}

export const probabilities = (state) => probabilities_of(read_state(state));

/** Rows of the density matrix of some qubits of a state that was read. */
export function density_matrix_of({ num_qubits, amplitudes, rows }, qubits) {
  // Indices that spread the bits of 0, 1, 2, … to those qubits; the others' are run through by counting beside them.
  let kept = [0];
  for (const qubit of qubits) kept = kept.concat(kept.map((index) => index + 2 ** qubit));
  const mask = kept.at(-1);
  const end = 2 ** (num_qubits - qubits.length);
  return kept.map((i) => {
    const row = new Float64Array(2 * kept.length);
    kept.forEach((j, column) => {
      let [re, im] = [0, 0];
      for (let count = 0, rest = 0; count < end; count++, rest = ((rest | mask) + 1) & ~mask) {
        const p = 2 * (i + rest);
        const q = 2 * (j + rest);
        if (rows) {
          re += rows[i + rest][q];
          im += rows[i + rest][q + 1];
        } else {
          re += amplitudes[p] * amplitudes[q] + amplitudes[p + 1] * amplitudes[q + 1];
          im += amplitudes[p + 1] * amplitudes[q] - amplitudes[p] * amplitudes[q + 1];
        }
      }
      row[2 * column] = re;
      row[2 * column + 1] = im;
    });
    return row;
  });
}

export function reduced_density_matrix(state, qubits) {
  if (!Array.isArray(qubits) || qubits.length === 0) throw wrong('qubits', shown(qubits), 'an array of one or more of them');
  if (qubits.length > MOST_KEPT)
    throw new Error(`qubits has ${qubits.length}, expected up to ${MOST_KEPT}: the matrix has 4^n entries`);
  const read = read_state(state);
  qubits.forEach((qubit, k) => {
    if (!Number.isInteger(qubit) || qubit < 0 || qubit >= read.num_qubits)
      throw wrong(`qubits[${k}]`, shown(qubit), `0 to ${read.num_qubits - 1}`);
    if (qubits.indexOf(qubit) < k) throw new Error(`qubits has ${qubit} twice, expected each once`);
  });
  return density_matrix_of(read, qubits);
}

/** Terms of an operator: a Pauli string, coefficients by string, or pairs of string and coefficient. */
function terms_of(operator, num_qubits) {
  if (typeof operator === 'string') operator = [[operator, 1]];
  const is_object = typeof operator === 'object' && operator !== null;
  if (!is_object) throw wrong('pauli', shown(operator), 'a Pauli string, or coefficients of several');
  const terms = typeof operator[Symbol.iterator] === 'function' ? [...operator] : Object.entries(operator);
  for (const term of terms) {
    const [letters, coefficient] = Array.isArray(term) ? term : [];
    if (typeof letters !== 'string' || !Number.isFinite(coefficient))
      throw wrong('a term of pauli', shown(term), 'a Pauli string and a finite coefficient');
    if (!/^[IXYZ]*$/.test(letters)) throw wrong('pauli', shown(letters), 'letters I, X, Y, Z');
    if (letters.length !== num_qubits)
      throw new Error(`pauli ${shown(letters)} has ${letters.length} letters, expected ${num_qubits}, one for each qubit`);
  }
  return terms;
}

const parity = (bits) => {
  for (let shift = 16; shift > 0; shift >>= 1) bits ^= bits >>> shift;
  return bits & 1;
};

export function expectation_value(state, pauli) {
  const { num_qubits, amplitudes, rows } = read_state(state);
  let value = 0;
  for (const [letters, coefficient] of terms_of(pauli, num_qubits)) {
    // P|k⟩ = i^(number of Y) (−1)^(parity of k at Y and Z) |k with the bits at X and Y flipped⟩
    let [flips, signs, ys] = [0, 0, 0];
    [...letters].forEach((letter, place) => {
      const bit = 1 << (num_qubits - 1 - place);
      if (letter === 'X' || letter === 'Y') flips |= bit;
      if (letter === 'Z' || letter === 'Y') signs |= bit;
      if (letter === 'Y') ys++;
    });
    let sum = 0;
    for (let k = 0; k < 2 ** num_qubits; k++) {
      const p = 2 * k;
      const q = 2 * (k ^ flips);
      const re = rows ? rows[k][q] : amplitudes[p] * amplitudes[q] + amplitudes[p + 1] * amplitudes[q + 1];
      const im = rows ? rows[k][q + 1] : amplitudes[p + 1] * amplitudes[q] - amplitudes[p] * amplitudes[q + 1];
      // The real part of i^ys (re + i im) is one of them, its sign for all alike.
      const part = ys % 2 ? -im : re;
      sum += parity(k & signs) ? -part : part;
    }
    value += ys % 4 < 2 ? coefficient * sum : -coefficient * sum;
  }
  return value;
}

/**
 * Eigenvalues and eigenvectors of a Hermitian matrix, largest first: [{ value, vector }], vectors interleaved. Cyclic
 * Jacobi rotations: G. H. Golub and C. F. Van Loan, "Matrix Computations", 8.5. Cost: about 10 · 8^n for n qubits.
 */
export function eigenstates({ num_qubits, rows }) {
  const size = 2 ** num_qubits;
  const a = rows.map((row) => Float64Array.from(row));
  const vectors = rows.map((_, i) => Float64Array.from({ length: 2 * size }, (_, k) => (k === 2 * i ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        const [re, im] = [a[p][2 * q], a[p][2 * q + 1]];
        const length = Math.hypot(re, im);
        off = Math.max(off, length);
        if (length < 1e-14) continue;
        const theta = (a[q][2 * q] - a[p][2 * p]) / (2 * length);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const [sr, si] = [(t * c * re) / length, (t * c * im) / length];
        // Columns p and q of A and V times [[c, s], [−conj(s), c]], then rows p and q of A times its adjoint.
        for (const matrix of [a, vectors])
          for (let k = 0; k < size; k++) {
            const row = matrix[k];
            const x = row[2 * p];
            const y = row[2 * p + 1];
            const u = row[2 * q];
            const v = row[2 * q + 1];
            row[2 * p] = c * x - (sr * u + si * v);
            row[2 * p + 1] = c * y - (sr * v - si * u);
            row[2 * q] = c * u + (sr * x - si * y);
            row[2 * q + 1] = c * v + (sr * y + si * x);
          }
        for (let k = 0; k < size; k++) {
          const x = a[p][2 * k];
          const y = a[p][2 * k + 1];
          const u = a[q][2 * k];
          const v = a[q][2 * k + 1];
          a[p][2 * k] = c * x - (sr * u - si * v);
          a[p][2 * k + 1] = c * y - (sr * v + si * u);
          a[q][2 * k] = c * u + (sr * x + si * y);
          a[q][2 * k + 1] = c * v + (sr * y - si * x);
        }
      }
    if (off < 1e-13) break;
  }
  return vectors
    .map((_, i) => ({
      value: a[i][2 * i],
      vector: Float64Array.from({ length: 2 * size }, (_, k) => vectors[k >> 1][2 * i + (k & 1)]),
    }))
    .sort((one, other) => other.value - one.value);
}

/** The name of a basis state; the leftmost bit is the last qubit. */
export const bits_of = (index, num_qubits) => index.toString(2).padStart(num_qubits, '0');
