// Observables as one types them, one to a line: `ZZ`, `-XX`, `0.5*XX + 0.5*ZZ`, or with a name `energy: 0.5*XX + 0.5*ZZ`.

export type Terms = [letters: string, coefficient: number][];

export interface Observable {
  /** Its name, or the line itself. */
  text: string;
  terms: Terms;
  /** The largest value that it can have: the sum of what its terms can have. */
  bound: number;
}

export interface WrongLine {
  text: string;
  error: string;
}

const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const TERM = /^\s*([+\-−])?\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\s*[*·]?)?\s*([A-Za-z]+)\s*/;

/** The letters of a line and their coefficients, or why there are none. */
export function read_observable(line: string, num_qubits: number): Observable | WrongLine {
  const [, name, text] = /^\s*(?:([^:]*?)\s*:)?\s*(.*?)\s*$/.exec(line)!;
  const wrong = (error: string): WrongLine => ({ text: name || text, error });
  const terms: Terms = [];
  if (text === '') return wrong('There is no term after the name: write one, as in energy: 0.5*ZZ.');
  for (let rest = text; rest !== ''; ) {
    const match = TERM.exec(rest);
    if (match && terms.length > 0 && !match[1]) return wrong(`A + or − is missing before “${rest.slice(0, 12)}”.`);
    if (!match) {
      return wrong(`“${rest.slice(0, 12)}” is no term: write a number and letters, as in 0.5*${'Z'.repeat(Math.min(num_qubits, 4))}.`);
    }
    const [all, sign, number, written] = match;
    const letters = written.toUpperCase();
    const strange = /[^IXYZ]/.exec(letters);
    if (strange) return wrong(`“${written[strange.index]}” is no Pauli operator: write I, X, Y or Z.`);
    if (letters.length !== num_qubits) {
      const [has, needs] = [several(letters.length, 'letter'), several(num_qubits, 'qubit')];
      return wrong(`${written} has ${has}, the circuit ${needs}: write one letter for each.`);
    }
    const coefficient = Number(number ?? 1);
    if (!Number.isFinite(coefficient)) return wrong(`${number} is too large.`);
    terms.push([letters, sign === '-' || sign === '−' ? -coefficient : coefficient]);
    rest = rest.slice(all.length);
  }
  return { text: name || text, terms, bound: terms.reduce((sum, [, coefficient]) => sum + Math.abs(coefficient), 0) };
}

/** Terms as one would type them. */
export const write_terms = (terms: Terms): string =>
  terms
    .map(([letters, coefficient], k) => {
      const sign = coefficient < 0 ? '-' : k > 0 ? '+' : '';
      const number = Math.abs(coefficient) === 1 ? '' : `${Math.abs(coefficient)}*`;
      return `${sign}${k > 0 ? ' ' : ''}${number}${letters}`;
    })
    .join(' ');

/** Those of a text, line by line; empty lines say nothing. */
export const read_observables = (text: string, num_qubits: number): (Observable | WrongLine)[] =>
  text.split('\n').filter((line) => line.trim() !== '').map((line) => read_observable(line, num_qubits));
