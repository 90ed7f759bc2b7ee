// How numbers are written for people: a true minus, no -0, digits that stand below each other.

export const fixed = (value: number, digits: number): string => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
};

export const grouped = (value: number): string => value.toLocaleString('en');

export const percent = (share: number): string => `${fixed(100 * share, share > 0 && share < 0.1 ? 2 : 1)} %`;

export const seconds = (time: number): string =>
  time < 1 ? `${fixed(1000 * time, time < 0.01 ? 1 : 0)} ms` : `${fixed(time, time < 10 ? 2 : 0)} s`;

const DENOMINATORS = [1, 2, 3, 4, 5, 6, 8, 12, 16, 32];

/** An angle in radians as a multiple of π: exact where it is a usual fraction. */
export function multiple_of_pi(angle: number): string {
  const share = angle / Math.PI;
  if (Math.abs(share) < 1e-7) return '0';
  const denominator = DENOMINATORS.find((d) => Math.abs(share * d - Math.round(share * d)) < 1e-6 * d);
  if (denominator === undefined) return `${fixed(share, 3)}π`;
  const numerator = Math.abs(Math.round(share * denominator));
  const over = denominator === 1 ? '' : `/${denominator}`;
  return `${share < 0 ? '−' : ''}${numerator === 1 ? '' : numerator}π${over}`;
}

/** An angle of a gate: by π where that is exact, else as a number. */
export function angle(value: number): string {
  const written = multiple_of_pi(value);
  const is_exact = written === '0' ? value === 0 : !written.includes('.');
  return is_exact ? written : String(Number(value.toPrecision(4))).replace('-', '−');
}

/** Basis state k of n qubits, the last qubit leftmost. */
export const bits = (k: number, num_qubits: number): string => k.toString(2).padStart(num_qubits, '0');
