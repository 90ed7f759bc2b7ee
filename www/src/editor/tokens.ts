// OpenQASM 2 and 3 cut into coloured pieces: a pure tokenizer, line by line. It names no gate: where a statement begins, a
// word that operands follow is one, so that gates which the program defines look like all others.

/** What a piece is; each kind has one row in the table of colours (look.ts). */
export type TokenKind =
  | 'keyword' | 'type' | 'gate' | 'definition' | 'name' | 'constant' | 'number' | 'string' | 'operator' | 'bracket'
  | 'punctuation' | 'comment' | 'meta' | 'wrong';

/** What is known where a line begins. */
export interface Place {
  /** Within a comment of many lines. */
  comment: boolean;
  /** Whether a statement begins here. */
  begins: boolean;
  /** Whether the next name is one that the program gives. */
  defines: boolean;
  /** The word whose parentheses or range a statement follows: `if (…) x q;` */
  head: boolean;
  /** Open parentheses and brackets. */
  depth: number;
  /** Open braces. */
  braces: number;
}

export const start_place = (): Place => ({ comment: false, begins: true, defines: false, head: false, depth: 0, braces: 0 });

/** What the tokenizer needs of CodeMirror's StringStream. */
export interface Stream {
  match(pattern: RegExp, consume?: boolean): RegExpMatchArray | boolean | null;
  next(): string | void;
  skipToEnd(): void;
}

const words = (text: string) => text.trim().split(/\s+/);

/** The words of the language by kind, and those that begin a statement by the versions that have it. */
export const TYPES = words('angle array bit bool complex creg duration float int qreg qubit stretch uint void');
export const CONSTANTS = words('pi π tau τ euler ℇ true false');
export const FUNCTIONS = {
  2: words('sin cos tan exp ln sqrt asin acos atan'),
  3: words('arccos arcsin arctan ceiling cos exp floor log mod popcount pow real imag rotl rotr sin sizeof sqrt tan'),
};
export const STATEMENTS = {
  2: words('OPENQASM include qreg creg gate opaque measure reset barrier if'),
  3: words(`OPENQASM include qubit bit int uint float angle bool complex const let input output array duration gate def measure
    reset barrier delay if else for while switch case default break continue end return box gphase ctrl negctrl inv pow`),
};
const REST = words('in cal defcal defcalgrammar durationof extern mutable nop pragma readonly stretch');

const type = new Set(TYPES);
const constant = new Set(CONSTANTS);
const keyword = new Set([...STATEMENTS[2], ...STATEMENTS[3], ...REST].filter((word) => !type.has(word)));

const WORD = /^[\p{L}_][\p{L}\p{N}_]*/u;
const RADIX = /^0(?:[xX][\da-fA-F_]+|[bB][01_]+|[oO][0-7_]+)/;
const DECIMAL = /^(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?(?:\s*(?:dt|ns|us|µs|μs|ms|s|im)\b)?/;

/** Behind a gate's name: parameters, an operand, or the end of the line. */
const OPERANDS = /^(?:\s*\(|\s+[\p{L}_$]|\s*$|\s*\/[/*])/u;

/** The next piece; null for blanks. */
export function token(stream: Stream, place: Place): TokenKind | null {
  if (place.comment) {
    if (stream.match(/^.*?\*\//)) place.comment = false;
    else stream.skipToEnd();
    return 'comment';
  }
  if (stream.match(/^\s+/)) return null;
  if (stream.match(/^\/\/.*/)) return 'comment';
  if (stream.match(/^\/\*/)) {
    place.comment = true;
    return token(stream, place);
  }
  const { begins, defines } = place;
  if (begins && (stream.match(/^(?:#|pragma\b).*/) || stream.match(/^@.*/))) return 'meta';
  place.begins = false;
  const word = stream.match(WORD) as RegExpMatchArray | null;
  if (word) return named(word[0], stream, place, begins, defines);
  if (stream.match(RADIX) || stream.match(DECIMAL)) return 'number';
  if (stream.match(/^"[^"]*"|^'[^']*'/)) return 'string';
  if (stream.match(/^\$\d+/)) return 'name';
  if (stream.match(/^["'$#?`\\]/)) return 'wrong';
  return sign(stream.next() ?? '', place);
}

function named(word: string, stream: Stream, place: Place, begins: boolean, defines: boolean): TokenKind {
  if (type.has(word)) {
    place.defines = place.depth === 0;
    return 'type';
  }
  if (keyword.has(word)) {
    place.defines = ['gate', 'opaque', 'def', 'let', 'extern'].includes(word);
    // A loop's range may hold brackets of its own, but its variable's type stands before `in`.
    place.head = ['if', 'while', 'switch', 'in'].includes(word);
    place.begins = word === 'else';
    return 'keyword';
  }
  if (constant.has(word)) return 'constant';
  if (defines && place.depth === 0) {
    place.defines = false;
    return 'definition';
  }
  if (begins ? stream.match(OPERANDS, false) : stream.match(/^\(/, false)) return 'gate';
  return 'name';
}

function sign(character: string, place: Place): TokenKind {
  switch (character) {
    case '(':
    case '[':
      place.depth++;
      return 'bracket';
    case ')':
    case ']':
      place.depth = Math.max(0, place.depth - 1);
      if (place.head && place.depth === 0) [place.head, place.begins] = [false, true];
      return 'bracket';
    case '{':
    case '}':
      place.braces = Math.max(0, place.braces + (character === '{' ? 1 : -1));
      Object.assign(place, { begins: true, defines: false, head: false, depth: 0 });
      return 'bracket';
    case ';':
      Object.assign(place, { begins: true, defines: false, head: false, depth: 0 });
      return 'punctuation';
    case '@':
      // Behind a gate's modifier: `ctrl @ x`.
      place.begins = true;
      return 'operator';
    case ',':
    case ':':
      return 'punctuation';
    default:
      return 'operator';
  }
}

/** The version that a text declares, or, where it does not, the one of which it has a statement; null if it has none. */
export function version_of(text: string): 2 | 3 | null {
  const plain = text.slice(0, 20_000).replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const declared = /^\s*OPENQASM\s+(\d+)/.exec(plain);
  if (declared) return declared[1] === '2' ? 2 : declared[1] === '3' ? 3 : null;
  if (/\bqelib1\.inc\b|\b[qc]reg\b|\bopaque\b/.test(plain)) return 2;
  return /\bstdgates\.inc\b|\b(?:qubit|bit|def|const|input|let|for|while)\b|[@$]/.test(plain) ? 3 : null;
}
