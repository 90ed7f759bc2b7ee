// The editor's looks: of colours and sizes only the page's custom properties, which shadow roots inherit.

import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags, type Tag } from '@lezer/highlight';
import type { TokenKind } from './tokens';

/** One row per kind of token: its tag and how it looks. */
const KINDS: Record<TokenKind, [tag: Tag, look: Record<string, string>]> = {
  keyword: [tags.keyword, { color: 'var(--accent)' }],
  type: [tags.typeName, { color: 'var(--accent)' }],
  gate: [tags.function(tags.variableName), { color: 'var(--ink)', fontWeight: '600' }],
  definition: [tags.definition(tags.variableName), { color: 'var(--ink)' }],
  name: [tags.variableName, { color: 'var(--ink)' }],
  constant: [tags.atom, { color: 'var(--good)' }],
  number: [tags.number, { color: 'var(--good)' }],
  string: [tags.string, { color: 'var(--warn)' }],
  operator: [tags.operator, { color: 'var(--ink-2)' }],
  bracket: [tags.bracket, { color: 'var(--ink-2)' }],
  punctuation: [tags.separator, { color: 'var(--ink-2)' }],
  comment: [tags.comment, { color: 'var(--ink-3)', fontStyle: 'italic' }],
  meta: [tags.meta, { color: 'var(--ink-3)' }],
  wrong: [tags.invalid, { color: 'var(--bad)' }],
};

export const TOKEN_TAGS = Object.fromEntries(Object.entries(KINDS).map(([kind, [tag]]) => [kind, tag]));

export const colours = HighlightStyle.define(Object.values(KINDS).map(([tag, look]) => ({ tag, ...look })));

const pressable = {
  minHeight: 'calc(var(--control) - 4px)', padding: '0 10px', border: '1px solid var(--line)', borderRadius: 'var(--radius-s)',
  background: 'var(--surface)', color: 'var(--ink)', font: '500 var(--size-s)/1.5 var(--font)', cursor: 'pointer',
};

export const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'transparent', fontSize: 'var(--size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.65', overflow: 'auto', overscrollBehavior: 'contain' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 14px 0 8px' },
  '.cm-content ::selection, .cm-line::selection, .cm-line ::selection': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 28%, transparent)',
  },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--ink-3)', fontVariantNumeric: 'tabular-nums' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 6px 0 8px', minWidth: '38px', userSelect: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--surface-2)' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--ink)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--surface-3)', boxShadow: '0 0 0 1px var(--line-2)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--bad-soft)' },
  '.cm-placeholder': { color: 'var(--ink-3)' },

  '.cm-problem': {
    textDecoration: 'underline wavy var(--bad) 1px', textDecorationSkipInk: 'none', textUnderlineOffset: '4px',
    backgroundColor: 'var(--bad-soft)', borderRadius: '2px',
  },
  '.cm-problem-line': { color: 'var(--bad)', fontWeight: '600' },

  '.cm-tooltip': {
    border: '1px solid var(--line)', borderRadius: 'var(--radius-s)', backgroundColor: 'var(--surface)', color: 'var(--ink)',
    boxShadow: 'var(--shadow)', fontFamily: 'var(--font)', fontSize: 'var(--size-s)', lineHeight: '1.5',
  },
  '.cm-hint': { padding: '8px 12px', maxWidth: 'min(420px, 85vw)', overflowWrap: 'anywhere' },
  '.cm-hint code': { fontFamily: 'var(--mono)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15em', padding: '4px', minWidth: '220px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex', alignItems: 'center', gap: '12px', minHeight: '28px', padding: '0 8px', borderRadius: '4px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-completionDetail': { marginLeft: 'auto', fontStyle: 'normal', fontFamily: 'var(--font)', color: 'var(--ink-3)' },
  '.cm-snippetField': { backgroundColor: 'var(--accent-soft)' },
  '.cm-snippetFieldPosition': { borderLeftColor: 'var(--accent)' },

  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--ink)', border: '0' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': {
    display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '6px', padding: '8px 48px 8px 14px', fontFamily: 'var(--font)',
  },
  // A row to find, one of choices, one to replace. All at once cannot be selected here.
  '.cm-panel.cm-search br, .cm-panel.cm-search [name=select]': { display: 'none' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button': { margin: '0' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex', alignItems: 'center', gap: '5px', marginRight: '6px',
    fontSize: 'var(--size-s)', color: 'var(--ink-2)',
  },
  '.cm-panel.cm-search input[type=checkbox]': { accentColor: 'var(--accent)', width: '16px', height: '16px' },
  '.cm-textfield': { ...pressable, cursor: 'text', fontWeight: '400', fontSize: 'var(--size)', minWidth: '7em' },
  '.cm-panel.cm-search [name=search]': { flex: '1 1 calc(100% - 170px)' },
  '.cm-panel.cm-search [name=replace]:not(button)': { flex: '1 1 calc(100% - 210px)' },
  '.cm-button': { ...pressable, backgroundImage: 'none' },
  '.cm-button:hover': { background: 'var(--surface-3)' },
  '.cm-panel.cm-search [name=close]': {
    top: '8px', right: '8px', width: 'calc(var(--control) - 4px)', height: 'calc(var(--control) - 4px)',
    fontSize: '18px', color: 'var(--ink-2)', borderRadius: 'var(--radius-s)', cursor: 'pointer',
  },
  '.cm-button:focus-visible, .cm-textfield:focus-visible, [name=close]:focus-visible, input:focus-visible': {
    outline: '2px solid var(--accent)', outlineOffset: '1px',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)', borderRadius: '2px' },
  '.cm-searchMatch.cm-searchMatch-selected': { backgroundColor: 'color-mix(in oklab, var(--warn) 35%, transparent)' },

  // Phones magnify the page when a text of less than 16 pixels is touched.
  '@media (pointer: coarse)': {
    '.cm-scroller, .cm-textfield': { fontSize: '16px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li, .cm-panel.cm-search label': { minHeight: '40px' },
    '.cm-button, .cm-textfield': { minHeight: 'var(--control)' },
  },
});
