// Counts as rows: in which order, how many, and how far from each other two of them are.

import type { Counts } from 'aer-wasm';

export interface Row {
  outcome: string;
  count: number;
  share: number;
  /** Without noise, where that is known. */
  ideal_count: number;
  ideal_share: number;
}

export type Order = 'bits' | 'count';

const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);
const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A row for each outcome of either, the largest first: what is cut off is what is rare. */
export function rows_of(counts: Counts, ideal: Counts | null): Row[] {
  const [total, ideal_total] = [sum(counts) || 1, sum(ideal ?? {}) || 1];
  return [...new Set([...Object.keys(counts), ...Object.keys(ideal ?? {})])]
    .map((outcome) => {
      const [count, ideal_count] = [counts[outcome] ?? 0, ideal?.[outcome] ?? 0];
      return { outcome, count, share: count / total, ideal_count, ideal_share: ideal_count / ideal_total };
    })
    .sort((a, b) => b.count - a.count || b.ideal_count - a.ideal_count || ascending(a.outcome, b.outcome));
}

/** The most frequent outcomes in an order to show them. */
export function shown_rows(rows: Row[], order: Order, most: number): Row[] {
  const shown = rows.slice(0, most);
  return order === 'count' ? shown : shown.sort((a, b) => ascending(a.outcome, b.outcome));
}

/** (Σ √(p q))², as Qiskit's `hellinger_fidelity`: 1 for equal distributions. */
export const hellinger_fidelity = (rows: Row[]): number =>
  Math.min(1, rows.reduce((total, { share, ideal_share }) => total + Math.sqrt(share * ideal_share), 0) ** 2);

/** Half of Σ |p - q|: the share of shots that would have to give something else. */
export const total_variation = (rows: Row[]): number =>
  rows.reduce((total, { share, ideal_share }) => total + Math.abs(share - ideal_share), 0) / 2;

const WORDS: [number, string][] = [
  [0.99, 'as good as ideal'],
  [0.9, 'close to ideal'],
  [0.7, 'clearly noisy'],
  [0.4, 'far from ideal'],
  [0, 'little is left of it'],
];

export const fidelity_in_words = (fidelity: number): string => WORDS.find(([least]) => fidelity >= least)![1];

/** As comma-separated values, with a head. */
export function csv_of(rows: Row[], with_ideal: boolean): string {
  const head = ['outcome', 'count', 'share', ...(with_ideal ? ['ideal_count', 'ideal_share'] : [])];
  const lines = rows.map((row) => [row.outcome, row.count, row.share, ...(with_ideal ? [row.ideal_count, row.ideal_share] : [])]);
  return [head, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}
