// The CodeMirror view, and what the rest of the page is offered of it. It stands in a shadow root: there its styles are
// adopted style sheets, which a strict Content-Security-Policy allows, where a document would get a <style>.

import {
  defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, redo, redoDepth, undo, undoDepth,
} from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec, StateEffect, Transaction } from '@codemirror/state';
import {
  EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder, type Command, type KeyBinding,
} from '@codemirror/view';
import { batch, effect } from '@preact/signals';
import { can_redo, can_undo, editor, notify, place, program, type Change } from '../state';
import { openqasm } from './language';
import { colours, look } from './look';
import { next_problem, offset_of, problem_marks, show_problems } from './problems';
import { problems, read_at_once } from './reading';

const then = (action: (view: EditorView) => unknown): Command => (view) => {
  void action(view);
  return true;
};

const search = (view: EditorView) =>
  import('./search').then(
    ({ find }) => find(view),
    () => notify('warning', 'The search could not be loaded. Check the connection and try again.'),
  );

const KEYS: KeyBinding[] = [
  { key: 'Mod-Enter', run: then(() => window.dispatchEvent(new CustomEvent('aer:run'))) },
  { key: 'Mod-f', run: then(search) },
  { key: 'F8', run: (view) => go_to(view, next_problem(view.state)) },
];

function go_to(view: EditorView, position: number | null): boolean {
  if (position === null) return false;
  const effects = EditorView.scrollIntoView(position, { y: 'center' });
  view.dispatch({ selection: { anchor: position }, effects, userEvent: 'select' });
  view.focus();
  return true;
}

/** What of a text replaced by another is changed: the cursor stays where it is around that. */
function trimmed({ from, to, insert }: Change, old: string): Change {
  let [start, end] = [0, 0];
  const most = Math.min(old.length, insert.length);
  while (start < most && old[start] === insert[start]) start++;
  while (end < most - start && old[old.length - 1 - end] === insert[insert.length - 1 - end]) end++;
  return { from: from + start, to: to - end, insert: insert.slice(start, insert.length - end) };
}

/** One step of the history, whatever comes before and after it. */
function edit(view: EditorView, changes: Change[]): void {
  const { state } = view;
  const { length } = state.doc;
  const inside = (position: number) => Math.min(Math.max(0, position), length);
  const wanted = changes.map(({ from, to, insert }) => ({ from: inside(from), to: inside(Math.max(from, to)), insert }));
  const whole = wanted.length === 1 && wanted[0].from === 0 && wanted[0].to === length;
  // The first text is not a step: nobody wants to go back to none.
  const first = length === 0 && undoDepth(state) === 0 && redoDepth(state) === 0;
  const lines = wanted.map((change) => ({ ...change, insert: change.insert.replace(/\r\n?/g, '\n') }));
  view.dispatch({
    changes: lines.map((change) => trimmed(change, state.sliceDoc(change.from, change.to))),
    ...(whole ? { selection: { anchor: 0 }, effects: EditorView.scrollIntoView(0) } : {}),
    userEvent: 'input.drawing',
    annotations: first ? Transaction.addToHistory.of(false) : isolateHistory.of('full'),
  });
  read_at_once();
}

function reveal(view: EditorView, line: number, column: number): void {
  const show = () => go_to(view, offset_of(view.state.doc, line, column));
  place.value = 'program';
  show();
  // Where the place was not open there was nothing to scroll and to focus.
  requestAnimationFrame(() => { if (!view.hasFocus) show(); });
}

/**
 * Typing over a selection: browsers that do it themselves keep the colours by style attributes, which the page's
 * Content-Security-Policy refuses and reports.
 */
function type_over(event: InputEvent, view: EditorView): boolean {
  const { data, inputType } = event;
  const { main } = view.state.selection;
  if (inputType !== 'insertText' || !data || view.composing || (main.empty && !data.includes('\n'))) return false;
  const insert = () => view.state.update({ ...view.state.replaceSelection(data), userEvent: 'input.type', scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, main.from, main.to, data, insert))) view.dispatch(insert());
  return true;
}

/** Puts the editor into an element; gives what takes it out again. */
export function mount(host: HTMLElement): () => void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let complete = false;
  let typing = false;
  const view: EditorView = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: program.peek(),
      extensions: [
        Prec.high(keymap.of(KEYS)),
        lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), history(), indentOnInput(), bracketMatching(),
        openqasm, syntaxHighlighting(colours), look, problem_marks, EditorView.lineWrapping,
        placeholder('OPENQASM 3.0;'),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          'aria-label': 'Program, in OpenQASM', 'aria-description': 'Tab indents. Press Escape, then Tab, to leave the editor.',
          // What can be edited has the focus anyway; checkers of accessibility look for this.
          tabindex: '0',
        }),
        // The panel around opens files.
        EditorView.domEventHandlers({
          beforeinput: type_over,
          drop: ({ dataTransfer }) => (dataTransfer?.files.length ?? 0) > 0,
        }),
        EditorView.updateListener.of(({ docChanged, selectionSet, focusChanged, state, transactions }) => {
          if (docChanged || selectionSet) typing = transactions.at(-1)!.isUserEvent('input.type');
          if (docChanged) batch(() => {
            program.value = state.doc.toString();
            can_undo.value = undoDepth(state) > 0;
            can_redo.value = redoDepth(state) > 0;
          });
          if (!focusChanged || complete) return;
          complete = true;
          import('./completion').then(
            ({ completion, complete_word }) => {
              view.dispatch({ effects: StateEffect.appendConfig.of(completion) });
              if (typing) complete_word(view);
            },
            () => { complete = false; },
          );
        }),
      ],
    }),
  });
  // As the editor has it: lines end in one character.
  program.value = view.state.doc.toString();
  const step = (command: Command) => () => { if (command(view)) read_at_once(); };
  editor.value = {
    edit: (changes) => edit(view, changes),
    undo: step(undo),
    redo: step(redo),
    reveal: (line, column) => reveal(view, line, column),
  };
  const end = effect(() => show_problems(view, problems.value));
  return () => {
    end();
    editor.value = null;
    view.destroy();
  };
}
