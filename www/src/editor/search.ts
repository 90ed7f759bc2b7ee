// The panel that finds and replaces: loaded when it is first asked for.

import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { EditorState, StateEffect } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

const PHRASES = {
  Find: 'Find', Replace: 'Replace with', next: 'Next', previous: 'Previous', all: 'Select all', 'match case': 'Match case',
  regexp: 'Regex', 'by word': 'Whole words', replace: 'Replace', 'replace all': 'Replace all', close: 'Close',
};

const known = new WeakSet<EditorView>();

export function find(view: EditorView): void {
  if (!known.has(view)) {
    known.add(view);
    const extensions = [search({ top: true }), keymap.of(searchKeymap), EditorState.phrases.of(PHRASES)];
    view.dispatch({ effects: StateEffect.appendConfig.of(extensions) });
  }
  openSearchPanel(view);
}
