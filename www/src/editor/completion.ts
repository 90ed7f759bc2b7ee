// What can be written at the cursor: statements, gates with places for their parameters and qubits, and the program's own
// names. A part of its own, loaded when the editor is first used.

import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, snippetCompletion, startCompletion,
  CompletionContext, type Completion, type CompletionResult,
} from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import { Prec } from '@codemirror/state';
import { hoverTooltip, keymap, type EditorView } from '@codemirror/view';
import { gates_of } from './gates';
import { worded } from './problems';
import { CONSTANTS, FUNCTIONS, STATEMENTS, version_of } from './tokens';

/** How statements go on, for those that are more than a word; `${…}` are places to fill in. */
const FORMS: Record<2 | 3, Record<string, string>> = {
  2: {
    OPENQASM: 'OPENQASM 2.0;\n', include: 'include "qelib1.inc";\n',
    qreg: 'qreg ${1:q}[${2:2}];', creg: 'creg ${1:c}[${2:2}];',
    gate: 'gate ${1:name} ${2:a} {\n\t${3:h a;}\n}', measure: 'measure ${1:q} -> ${2:c};', reset: 'reset ${1:q[0]};',
    barrier: 'barrier ${1:q};', if: 'if (${1:c} == ${2:1}) ${3}',
  },
  3: {
    OPENQASM: 'OPENQASM 3.0;\n', include: 'include "stdgates.inc";\n',
    qubit: 'qubit[${1:2}] ${2:q};', bit: 'bit[${1:2}] ${2:c};',
    gate: 'gate ${1:name} ${2:a} {\n\t${3:h a;}\n}', measure: '${1:c} = measure ${2:q};', reset: 'reset ${1:q[0]};',
    barrier: 'barrier ${1:q};', if: 'if (${1:c[0]}) {\n\t${2}\n}', else: 'else {\n\t${1}\n}',
    while: 'while (${1:c[0]}) {\n\t${2}\n}', for: 'for int ${1:i} in [${2:0}:${3:3}] {\n\t${4}\n}',
    switch: 'switch (${1:c}) {\n\tcase ${2:0} { ${3} }\n\tdefault { ${4} }\n}',
    def: 'def ${1:name}(${2:qubit a}) {\n\t${3}\n}', const: 'const float ${1:theta} = ${2:pi/2};',
    input: 'input float ${1:theta};', ctrl: 'ctrl @ ', negctrl: 'negctrl @ ', inv: 'inv @ ', pow: 'pow(${1:2}) @ ',
    end: 'end;', break: 'break;', continue: 'continue;',
  },
};

const NAME = '[\\p{L}_][\\p{L}\\p{N}_]*';
const SIZE = '\\s*(?:\\[\\s*(?<size>[^\\]]*)\\])?\\s*';
const CLASSICAL = '(?:u?int|float|angle|bool|complex|duration)';
const DECLARED = [
  { kind: 'qubit', pattern: new RegExp(`\\bqreg\\s+(?<name>${NAME})\\s*\\[\\s*(?<size>\\d+)`, 'gu') },
  { kind: 'bit', pattern: new RegExp(`\\bcreg\\s+(?<name>${NAME})\\s*\\[\\s*(?<size>\\d+)`, 'gu') },
  { kind: 'qubit', pattern: new RegExp(`\\bqubit${SIZE}(?<name>${NAME})\\s*;`, 'gu') },
  { kind: 'bit', pattern: new RegExp(`\\bbit${SIZE}(?<name>${NAME})\\s*[;=]`, 'gu') },
  { kind: 'variable', pattern: new RegExp(`\\b${CLASSICAL}\\b\\s*(?:\\[[^\\];]*\\])*\\s*(?<name>${NAME})`, 'gu') },
  { kind: 'alias', pattern: new RegExp(`\\blet\\s+(?<name>${NAME})`, 'gu') },
];
const GATES = new RegExp(
  `\\bgate\\s+(?<name>${NAME})\\s*(?:\\((?<parameters>[^)]*)\\))?\\s*(?<qubits>[\\p{L}\\p{N}_\\s,]+)\\{`, 'gu',
);

interface Declared {
  kind: string;
  name: string;
  size: number | null;
}

const declared_in = (text: string): Declared[] =>
  DECLARED.flatMap(({ kind, pattern }) =>
    [...text.matchAll(pattern)].map((match) => {
      const { name, size } = match.groups!;
      return { kind, name, size: size ? Number(size) || 1 : null };
    }),
  );

/** The first qubits of the program, and names for those that it lacks. */
function qubits_of(declared: Declared[], count: number): string[] {
  const qubits = declared
    .filter(({ kind }) => kind === 'qubit')
    .flatMap(({ name, size }) =>
      size === null ? [name] : Array.from({ length: Math.min(size, count) }, (_, i) => `${name}[${i}]`));
  return Array.from({ length: count }, (_, i) => qubits[i] ?? `q[${i}]`);
}

function gate(name: string, parameters: string[], qubits: string[], boost = 0): Completion {
  let place = 0;
  const values = parameters.length > 0 ? `(${parameters.map(() => `\${${++place}:pi/2}`).join(', ')})` : '';
  const operands = qubits.map((qubit) => `\${${++place}:${qubit}}`).join(', ');
  const detail = [parameters.join(', '), `${qubits.length} qubit${qubits.length > 1 ? 's' : ''}`].filter(Boolean).join(' · ');
  return snippetCompletion(`${name}${values} ${operands};`, { label: name, detail, type: 'function', boost });
}

/** Whether a statement may begin behind this text. */
function begins_behind(text: string): boolean {
  const plain = text.replace(/\/\/.*|\/\*[^]*?\*\/|^\s*(?:[@#]|pragma\b).*/gm, '').trimEnd();
  return plain === '' || /(?:[;{}@]|\belse|\b(?:if|while)\s*\((?:[^()]|\([^()]*\))*\))$/.test(plain);
}

const WORD = /[\p{L}_][\p{L}\p{N}_]*/u;

function candidates(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(WORD);
  if (!word && !context.explicit) return null;
  const { state, pos } = context;
  if (['comment', 'string', 'meta', 'number', 'definition'].includes(syntaxTree(state).resolveInner(pos, -1).name)) return null;
  const from = word?.from ?? pos;
  const text = state.sliceDoc(0, 100_000);
  const version = version_of(text) ?? 3;
  const forms = FORMS[version];
  const declared = declared_in(text);
  const own: Completion[] = declared.map(({ kind, name, size }) => ({
    label: name, type: 'variable', detail: size === null ? kind : `${size} ${kind}${size > 1 ? 's' : ''}`, boost: 20,
  }));
  const options = begins_behind(state.sliceDoc(Math.max(0, from - 2000), from))
    ? [
        // In the package's order: the common before the rare.
        ...gates_of(version).map(({ name, parameters, qubits }, i) =>
          gate(name, parameters, qubits_of(declared, qubits), 1 - i / 100)),
        ...[...text.matchAll(GATES)].map(({ groups }) =>
          gate(groups!.name, list(groups!.parameters), qubits_of(declared, list(groups!.qubits).length), 20)),
        ...STATEMENTS[version].map((label): Completion =>
          label in forms ? snippetCompletion(forms[label], { label, type: 'keyword' }) : { label, type: 'keyword' }),
        ...(version === 3 ? own.filter(({ detail }) => !detail?.includes('qubit')) : []),
      ]
    : [
        ...own,
        ...CONSTANTS.filter((label) => version === 3 || label === 'pi').map((label) => ({ label, type: 'constant' })),
        ...FUNCTIONS[version].map((label) => ({ label, type: 'function', apply: `${label}(` })),
        ...(version === 3 ? [{ label: 'measure', type: 'keyword' }] : []),
      ];
  // A name that stands there already, such as a qubit in its own declaration, is offered once.
  const once = new Map(options.map((option) => [option.label, option]));
  return { from, options: [...once.values()], validFor: /^[\p{L}\p{N}_]*$/u };
}

const list = (text: string | undefined): string[] => (text ?? '').split(',').map((name) => name.trim()).filter(Boolean);

/** What a gate takes, where the pointer rests on its name. */
const signatures = hoverTooltip((view, position) => {
  const { state } = view;
  const node = syntaxTree(state).resolveInner(position, 1);
  if (node.name !== 'gate') return null;
  const name = state.sliceDoc(node.from, node.to);
  const text = state.sliceDoc(0, 100_000);
  const own = [...text.matchAll(GATES)].find(({ groups }) => groups!.name === name)?.groups;
  const known = gates_of(version_of(text) ?? 3).find((row) => row.name === name);
  const parameters = own ? list(own.parameters) : known?.parameters;
  const qubits = own ? list(own.qubits).length : known?.qubits;
  if (!parameters || !qubits) return null;
  return {
    pos: node.from,
    end: node.to,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-hint';
      const values = parameters.length > 0 ? `(${parameters.join(', ')})` : '';
      dom.append(...worded(`\`${name}${values}\` on ${qubits} qubit${qubits > 1 ? 's' : ''}`));
      return { dom };
    },
  };
});

export const completion = [
  autocompletion({ override: [candidates], icons: false, maxRenderedOptions: 60 }),
  closeBrackets(),
  signatures,
  Prec.high(keymap.of([{ key: 'Tab', run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap])),
];

/** Offers what the word before the cursor may become: for one that was typed before this part was loaded. */
export function complete_word(view: EditorView): void {
  const { state } = view;
  const { head } = state.selection.main;
  if (new CompletionContext(state, head, false).matchBefore(WORD)) startCompletion(view);
}
