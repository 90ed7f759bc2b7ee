// What is wrong with a text, and where: from errors to places in the editor.

import { type EditorState, RangeSet, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutterLineClass, hoverTooltip } from '@codemirror/view';

export interface Problem {
  /** From 1, the column in characters; null where the error has no place. */
  line: number | null;
  column: number | null;
  /** What is wrong, with what was found and expected, and a hint. Words of the program stand in backticks. */
  text: string;
}

/** An error's problems. Its message tells of each with its place, and then the line with a caret. */
export function problems_of(error: { message: string; hint?: string; line?: number; column?: number }): Problem[] {
  const placed = [...error.message.matchAll(/^line (\d+), column (\d+): (.*)$/gm)];
  if (placed.length > 0) return placed.map(([, line, column, text]) => ({ line: Number(line), column: Number(column), text }));
  const sentence = error.message.split('\n')[0];
  const text = error.hint && !sentence.includes(error.hint) ? `${sentence} ${error.hint}` : sentence;
  return [{ line: error.line ?? null, column: error.line === undefined ? null : (error.column ?? 1), text }];
}

/** Where a line and a column are, or the nearest place there is. */
export function offset_of(doc: Text, line: number, column: number): number {
  const { from, text } = doc.line(Math.min(Math.max(1, line), doc.lines));
  return from + [...text.slice(0, 2 * column)].slice(0, Math.max(0, column - 1)).join('').length;
}

/** The token at a place; where a line ends, what something is missing behind. */
function range_of(doc: Text, line: number, column: number): { from: number; to: number } | null {
  const at = offset_of(doc, line, column);
  const token = /^(?:[\p{L}\p{N}_]+|"[^"]*"|->|[^\s])/u.exec(doc.lineAt(at).text.slice(at - doc.lineAt(at).from));
  if (token) return { from: at, to: at + token[0].length };
  const before = /([\p{L}\p{N}_]+|[^\s])\s*$/u.exec(doc.sliceString(Math.max(0, at - 1000), at));
  if (!before) return null;
  const from = at - before[0].length;
  return { from, to: from + before[1].length };
}

const set_problems = StateEffect.define<Problem[]>();

interface Marks {
  tokens: DecorationSet;
  lines: RangeSet<GutterMarker>;
}

const wrong_line = new (class extends GutterMarker {
  elementClass = 'cm-problem-line';
})();

const lines_of = (doc: Text, tokens: DecorationSet): RangeSet<GutterMarker> => {
  const starts = new Set<number>();
  for (const cursor = tokens.iter(); cursor.value; cursor.next()) starts.add(doc.lineAt(cursor.from).from);
  return RangeSet.of([...starts].map((from) => wrong_line.range(from)));
};

const marks = StateField.define<Marks>({
  create: () => ({ tokens: Decoration.none, lines: RangeSet.empty }),
  update(value, transaction) {
    let tokens = value.tokens.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(set_problems)) tokens = underline(transaction.state.doc, effect.value);
    }
    return tokens === value.tokens ? value : { tokens, lines: lines_of(transaction.state.doc, tokens) };
  },
  provide: (field) => [
    EditorView.decorations.from(field, ({ tokens }) => tokens),
    gutterLineClass.from(field, ({ lines }) => lines),
  ],
});

function underline(doc: Text, problems: Problem[]): DecorationSet {
  const ranges = problems.flatMap((problem) => {
    const range = problem.line !== null && range_of(doc, problem.line, problem.column ?? 1);
    return range ? [Decoration.mark({ class: 'cm-problem', problem }).range(range.from, range.to)] : [];
  });
  return Decoration.set(ranges, true);
}

/** A sentence, words of the program as code. */
export function worded(text: string): Node[] {
  return text.split('`').map((part, i) => {
    const node = i % 2 ? document.createElement('code') : document.createTextNode('');
    node.textContent = part;
    return node;
  });
}

const explained = hoverTooltip((view, position, side) => {
  let found: { pos: number; end: number; text: string } | null = null;
  view.state.field(marks).tokens.between(position - (side < 0 ? 1 : 0), position + (side > 0 ? 1 : 0), (from, to, { spec }) => {
    found ??= { pos: from, end: to, text: (spec.problem as Problem).text };
  });
  if (!found) return null;
  const { pos, end, text } = found as { pos: number; end: number; text: string };
  return {
    pos,
    end,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-hint';
      dom.append(...worded(text));
      return { dom };
    },
  };
});

export const problem_marks = [marks, explained];

/** Underlines these, and nothing else. */
export const show_problems = (view: EditorView, problems: Problem[]): void => {
  if (problems.length > 0 || view.state.field(marks).tokens.size > 0) view.dispatch({ effects: set_problems.of(problems) });
};

/** The place of the next problem behind the cursor, or of the first. */
export function next_problem(state: EditorState): number | null {
  const { tokens } = state.field(marks);
  const starts: number[] = [];
  for (const cursor = tokens.iter(); cursor.value; cursor.next()) starts.push(cursor.from);
  return starts.find((start) => start > state.selection.main.head) ?? starts[0] ?? null;
}
