// OpenQASM text as statements with their places: just enough of the grammar to change a piece and leave the rest alone. What
// a statement means is not decided here: the reader of the package is asked, with a mark behind each statement, which
// instructions it makes.

export interface Span {
  start: number;
  end: number;
}

export interface Token extends Span {
  text: string;
}

/** A gate call, measurement, reset or barrier, with the places of its parts. */
export interface Flat extends Span {
  name: Token;
  params: Span[];
  qubits: Span[];
  /** The bits that a measurement writes, as one operand. */
  clbits: Span | null;
  /** `bit[2] c` of `bit[2] c = measure q;` */
  declares: Span | null;
}

export interface Declaration {
  type: 'qubit' | 'bit';
  name: string;
  /** The place of the size; null: a single bit without index. */
  size: Span | null;
}

export interface Statement extends Span {
  kind: 'version' | 'include' | 'declaration' | 'definition' | 'flat' | 'if' | 'pragma' | 'empty' | 'other';
  tokens: Token[];
  /** Of `flat`, and of an `if` that has one such statement and nothing else. */
  flat?: Flat;
  /** Of `if`: what stands in the parentheses. */
  condition?: Span;
  declaration?: Declaration;
  /** What an `include` includes, a definition defines. */
  name?: string;
}

const TOKEN = /(?:\s+|\/\/[^\r\n]*|\/\*[^]*?(?:\*\/|$))|("[^"]*"?|'[^']*'?|\$\d+|[\p{L}_][\p{L}\p{N}_]*|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|->|==|!=|<=|>=|&&|\|\||\+\+|.)/uy;

/** Words that begin what ends with a block. */
const BLOCKS = new Set(['gate', 'def', 'if', 'for', 'while', 'switch', 'box', 'cal', 'defcal', '{', 'else']);

/** Words that begin what is no gate call. */
const WORDS = new Set([
  ...BLOCKS, 'opaque', 'let', 'const', 'input', 'output', 'int', 'uint', 'float', 'angle', 'bool', 'complex', 'duration', 'stretch',
  'array', 'extern', 'return', 'break', 'continue', 'end', 'delay', 'nop', 'gphase', 'defcalgrammar', 'ctrl', 'negctrl', 'inv', 'pow',
]);

/** The top-level statements of a text. */
export function statements_of(text: string): Statement[] {
  const found: Statement[] = [];
  let at = 0;
  const next = (): Token | null => {
    while (at < text.length) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text)!;
      at = TOKEN.lastIndex;
      if (match[1] !== undefined) return { text: match[1], start: match.index, end: at };
    }
    return null;
  };
  const peek = (): Token | null => {
    const [before, token] = [at, next()];
    at = before;
    return token;
  };
  const rest_of_line = (): void => {
    const end = text.slice(at).search(/[\r\n]/);
    at = end < 0 ? text.length : at + end;
  };
  for (let first = next(); first !== null; first = next()) {
    const { start } = first;
    // Annotations belong to the statement that follows.
    while (first?.text === '@') {
      rest_of_line();
      first = next();
    }
    if (first === null) {
      found.push({ kind: 'other', start, end: text.length, tokens: [] });
      break;
    }
    if (first.text === 'pragma' || (first.text === '#' && peek()?.text === 'pragma')) {
      rest_of_line();
      found.push({ kind: 'pragma', start, end: at, tokens: [first] });
      continue;
    }
    const tokens = [first];
    const open: string[] = [];
    for (let token: Token | null = first; token !== null; token = next()) {
      if (token !== first) tokens.push(token);
      const before = tokens.at(-2)?.text;
      if (token.text === '(' || token.text === '[') open.push(token.text);
      else if (token.text === ')' || token.text === ']') open.pop();
      else if (token.text === '{') {
        // A set, as `in {0, 2}` and `q[{0, 2}]`, or an array's value, is no block.
        const block = BLOCKS.has(first.text) && before !== 'in' && before !== '=' && !open.some((bracket) => bracket !== '{');
        open.push(block ? '{' : 'set');
      } else if (token.text === '}') {
        if (open.pop() === '{' && open.length === 0 && peek()?.text !== 'else') break;
      } else if (token.text === ';' && open.length === 0 && peek()?.text !== 'else') break;
    }
    found.push(classified({ kind: 'other', start, end: tokens.at(-1)!.end, tokens }));
  }
  return found;
}

/** A statement's kind and parts. */
function classified(statement: Statement): Statement {
  const { tokens } = statement;
  const word = tokens[0].text;
  if (word === ';') return { ...statement, kind: 'empty' };
  if (word === 'OPENQASM') return { ...statement, kind: 'version' };
  if (word === 'include') return { ...statement, kind: 'include', name: tokens[1]?.text.slice(1, -1) };
  if (word === 'gate' || word === 'opaque') return { ...statement, kind: 'definition', name: tokens[1]?.text };
  if (word === 'if') return conditioned(statement);
  const flat = flat_of(tokens);
  if (flat) return { ...statement, kind: 'flat', flat };
  const declaration = declaration_of(tokens);
  return declaration ? { ...statement, kind: 'declaration', declaration } : statement;
}

/** `qreg q[2];`, `creg c[2];`, `qubit[2] q;`, `bit c;`, `bit[2] c = "01";` */
function declaration_of(tokens: Token[]): Declaration | null {
  const [word, ...rest] = tokens;
  if (word.text === 'qreg' || word.text === 'creg') {
    const [name, bracket] = rest;
    const type = word.text === 'qreg' ? 'qubit' : 'bit';
    if (!name) return null;
    return { type, name: name.text, size: bracket?.text === '[' ? within(rest, 1) : null };
  }
  if (word.text !== 'qubit' && word.text !== 'bit') return null;
  const size = rest[0]?.text === '[' ? within(rest, 0) : null;
  const name = rest.find(({ start }) => start > (size?.end ?? word.end - 1) && /^[\p{L}_]/u.test(text_at(rest, start)));
  return name ? { type: word.text, name: name.text, size } : null;
}

const text_at = (tokens: Token[], start: number): string => tokens.find((token) => token.start === start)!.text;

/** What stands between a bracket and its fellow. */
function within(tokens: Token[], open: number): Span | null {
  const close = closing(tokens, open);
  return close > open + 1 ? { start: tokens[open].end, end: tokens[close].start } : null;
}

const CLOSED_BY: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** The index of the bracket that closes one, or -1. */
function closing(tokens: Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text in CLOSED_BY) depth++;
    else if (')]}'.includes(tokens[i].text) && --depth === 0) return i;
  }
  return -1;
}

/** The parts between commas that are in no bracket, without what surrounds them. */
function parts(tokens: Token[]): Span[] {
  const spans: Span[] = [];
  let [depth, current] = [0, null as Span | null];
  for (const token of tokens) {
    if (token.text === ',' && depth === 0) {
      if (current) spans.push(current);
      current = null;
      continue;
    }
    if (token.text in CLOSED_BY) depth++;
    else if (')]}'.includes(token.text)) depth--;
    current = { start: current?.start ?? token.start, end: token.end };
  }
  return current ? [...spans, current] : spans;
}

const span = (tokens: Token[]): Span => ({ start: tokens[0].start, end: tokens.at(-1)!.end });

/** A flat statement's parts; null if it is none. */
function flat_of(tokens: Token[]): Flat | null {
  if (tokens.at(-1)!.text !== ';') return null;
  const all = span(tokens);
  const inner = tokens.slice(0, -1);
  const texts = inner.map(({ text }) => text);
  const measure = texts.indexOf('measure');
  if (measure >= 0) {
    const name = inner[measure];
    const before = inner.slice(0, measure);
    const arrow = texts.indexOf('->');
    const qubits = parts(inner.slice(measure + 1, arrow < 0 ? undefined : arrow));
    if (qubits.length !== 1) return null;
    if (before.length === 0) {
      const clbits = arrow < 0 ? null : parts(inner.slice(arrow + 1));
      if (clbits && clbits.length !== 1) return null;
      return { ...all, name, params: [], qubits, clbits: clbits?.[0] ?? null, declares: null };
    }
    if (before.at(-1)!.text !== '=' || arrow >= 0 || before.length < 2) return null;
    const target = before.slice(0, -1);
    if (target[0].text === 'bit') return { ...all, name, params: [], qubits, clbits: span(target.slice(-1)), declares: span(target) };
    if (WORDS.has(target[0].text)) return null;
    return { ...all, name, params: [], qubits, clbits: span(target), declares: null };
  }
  const [name] = inner;
  if (!name || WORDS.has(name.text) || !/^[\p{L}_]/u.test(name.text) || ['qreg', 'creg', 'qubit', 'bit'].includes(name.text)) return null;
  if (texts.some((text) => ['=', ':', '@', '->', '{'].includes(text) && !within_brackets(inner, text))) return null;
  let rest = inner.slice(1);
  let params: Span[] = [];
  if (rest[0]?.text === '(') {
    const close = closing(rest, 0);
    if (close < 0) return null;
    params = parts(rest.slice(1, close));
    rest = rest.slice(close + 1);
  }
  const qubits = parts(rest);
  if (qubits.length === 0 && name.text !== 'barrier') return null;
  return { ...all, name, params, qubits, clbits: null, declares: null };
}

/** Whether a token of this text stands in square brackets wherever it stands. */
function within_brackets(tokens: Token[], text: string): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '[') depth++;
    else if (token.text === ']') depth--;
    else if (token.text === text && depth === 0) return false;
  }
  return true;
}

/** `if (…) h q[0];` and `if (…) { h q[0]; }` have a flat statement; others are blocks. */
function conditioned(statement: Statement): Statement {
  const { tokens } = statement;
  const close = closing(tokens, 1);
  if (tokens[1]?.text !== '(' || close < 3) return statement;
  const condition = { start: tokens[2].start, end: tokens[close - 1].end };
  let body = tokens.slice(close + 1);
  if (body[0]?.text === '{') {
    if (closing(body, 0) !== body.length - 1) return statement;
    body = body.slice(1, -1);
  }
  if (body.length === 0 || body.filter((token) => token.text === ';').length !== 1) return statement;
  const inner = classified({ kind: 'other', ...span(body), tokens: body });
  if (inner.kind !== 'flat' || inner.flat!.declares) return statement;
  return { ...statement, kind: 'if', condition, flat: inner.flat };
}

/** The version of OpenQASM that a text is in, by the reader's rule; null where there is nothing that tells. */
export function version_of(text: string, statements: Statement[]): 2 | 3 | null {
  const version = statements.find(({ kind }) => kind === 'version');
  if (version) return version.tokens[1]?.text.startsWith('3') ? 3 : 2;
  const telling = statements.find(({ tokens, name }) => ['qubit', 'bit'].includes(tokens[0]?.text) || name === 'stdgates.inc');
  if (telling) return 3;
  return statements.some(({ kind }) => kind !== 'empty') && !/^\s*$/.test(text) ? 2 : null;
}
