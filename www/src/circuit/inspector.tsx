// What is selected, as a form: parameters, qubits, the bit of a measurement, the condition.

import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../icons';
import { editor } from '../state';
import { area } from './drag';
import { change, move_along, qubit_name, remove, selected, selection } from './editing';
import { gate_row } from './gates';
import { condition_text, bit_text, type Condition, type Source, type Step } from './splice';

/** A formula; what is typed stays, and what is wrong with it is said below. */
const Formula = ({ label, value, commit }: { label: string; value: string; commit: (text: string) => Error | null }) => {
  const [text, set_text] = useState(value);
  const [wrong, set_wrong] = useState('');
  useEffect(() => { set_text(value); set_wrong(''); }, [value]);
  const done = () => {
    if (text.trim() === value) return set_wrong('');
    if (text.trim() === '') return set_wrong('A formula such as pi/2.');
    const error = commit(text.trim());
    return set_wrong(error ? what_is_wrong(error) : '');
  };
  return (
    <label class="field formula">
      <span>{label}</span>
      <input class="mono" value={text} aria-invalid={wrong !== ''} spellcheck={false} autocapitalize="off" autocomplete="off"
             onInput={({ currentTarget }) => set_text(currentTarget.value)} onBlur={done} onKeyDown={(event) => event.key === 'Enter' && done()} />
      {wrong && <span class="wrong" role="alert">{wrong}</span>}
    </label>
  );
};

/** The first sentence of an error, without the place, which is not where the user looks. */
const what_is_wrong = ({ message }: Error): string => message.split('\n')[0].replace(/^line \d+, column \d+: /, '');

const OPERANDS: Record<string, string> = { measure: 'Qubit', reset: 'Qubit' };

/** What the operands of a gate are called. */
function operand_names({ name, qubits }: Step): string[] {
  const row = gate_row(name);
  const controls = row ? (row.controls ?? qubits.length - row.targets) : 0;
  const of = (word: string, count: number) => Array.from({ length: count }, (_, i) => (count === 1 ? word : `${word} ${i + 1}`));
  return [...of('Control', controls), ...of(controls > 0 ? 'Target' : OPERANDS[name] ?? 'Qubit', qubits.length - controls)];
}

/** The conditions that the program's language has words for. */
function conditions_of(source: Source): { label: string; condition: Condition }[] {
  const { cregs, num_clbits } = source.circuit;
  const bits = source.version === 2 ? [] : Array.from({ length: num_clbits }, (_, bit) => bit).slice(0, 64);
  return [
    ...bits.flatMap((bit) => ([1, 0] as const).map((value) => ({ label: `${bit_text(source, 'bit', bit)} is ${value}`, condition: { bit, value } }))),
    ...cregs.map(({ name }) => ({ label: `${name} equals …`, condition: { register: name, value: 1 } })),
  ];
}

const Select = ({ label, value, options, choose }: { label: string; value: number; options: string[]; choose: (index: number) => void }) => (
  <label class="field">
    <span>{label}</span>
    <select value={String(value)} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
      {options.map((option, index) => <option key={index} value={String(index)}>{option}</option>)}
    </select>
  </label>
);

const When = ({ source, step, set }: { source: Source; step: Step; set: (step: Step) => Error | null }) => {
  const [wrong, set_wrong] = useState('');
  const conditions = conditions_of(source);
  const { condition } = step;
  useEffect(() => set_wrong(''), [condition && condition_text(source, condition)]);
  if (conditions.length === 0) return null;
  const is = (other: Condition) =>
    condition !== null && ('bit' in other ? 'bit' in condition && condition.bit === other.bit && condition.value === other.value : 'register' in other && 'register' in condition && condition.register === other.register);
  const at = condition === null ? 0 : conditions.findIndex((row) => is(row.condition)) + 1;
  const other = condition !== null && at === 0;
  const options = ['Always', ...conditions.map(({ label }) => `If ${label}`), ...(other ? [`If ${condition_text(source, condition)}`] : [])];
  const choose = (index: number) => {
    const error = set({ ...step, condition: index === 0 ? null : conditions[index - 1].condition });
    set_wrong(error ? what_is_wrong(error) : '');
  };
  return (
    <div class="when">
      <Select label="Condition" value={other ? options.length - 1 : at} options={options} choose={choose} />
      {condition && 'register' in condition && (
        <label class="field value">
          <span>Value</span>
          <input type="number" min={0} value={condition.value}
                 onChange={({ currentTarget }) => set({ ...step, condition: { ...condition, value: Math.max(0, Math.round(Number(currentTarget.value)) || 0) } })} />
        </label>
      )}
      {wrong && <span class="wrong" role="alert">{wrong}</span>}
    </div>
  );
};

export const Inspector = () => {
  const now = selection.value;
  const [wrong, set_wrong] = useState('');
  useEffect(() => set_wrong(''), [now?.index]);
  if (!now) return null;
  const { part, source, index } = now;
  const name = source.data[index].name;
  const step = part?.step ?? null;
  const statement = part && source.statements[part.statement];
  const reveal = () => {
    if (!statement) return;
    const lines = source.text.slice(0, statement.start).split('\n');
    editor.value?.reveal(lines.length, lines.at(-1)!.length + 1);
  };
  const set = (next: Step): Error | null => change(part!.first + part!.count - 1, next);
  const told = (next: Step) => {
    const error = set(next);
    set_wrong(error ? what_is_wrong(error) : '');
  };
  const row = gate_row(name) ?? (step ? gate_row(step.name) : undefined);
  const qubits = Array.from({ length: source.circuit.num_qubits }, (_, qubit) => qubit_name(source, qubit));
  const clbits = Array.from({ length: source.circuit.num_clbits }, (_, bit) => bit_text(source, 'bit', bit));
  /** A qubit that another operand has changes place with it. */
  const with_qubit = (operand: number, qubit: number): Step => {
    const other = step!.qubits.indexOf(qubit);
    return { ...step!, qubits: step!.qubits.map((old, i) => (i === operand ? qubit : i === other ? step!.qubits[operand] : old)) };
  };
  const free = qubits.findIndex((_, qubit) => !step?.qubits.includes(qubit));
  return (
    <section class="inspector" aria-label="Selected instruction">
      <div class="head">
        <strong class="mono">{step?.name ?? name}</strong>
        {statement && <button type="button" class="button quiet small" onClick={reveal}>Show in program</button>}
        <span class="spread" />
        <button type="button" class="button quiet icon small" aria-label="Move earlier" title="Move earlier ([)" onClick={() => move_along(index, -1)}><Icon name="previous" /></button>
        <button type="button" class="button quiet icon small" aria-label="Move later" title="Move later (])" onClick={() => move_along(index, 1)}><Icon name="next" /></button>
        <button type="button" class="button quiet icon small" aria-label="Delete" title="Delete (Del)" onClick={() => { area.canvas?.focus(); remove(index); }}><Icon name="trash" /></button>
        <button type="button" class="button quiet icon small" aria-label="Close" title="Close (Esc)" onClick={() => { area.canvas?.focus(); selected.value = null; }}><Icon name="close" /></button>
      </div>
      {step ? (
        <div class="fields">
          {step.params.map((value, i) => (
            <Formula key={`${index} ${i}`} label={row?.params[i] ?? `Parameter ${i + 1}`} value={value}
                     commit={(text) => set({ ...step, params: step.params.map((old, k) => (k === i ? text : old)) })} />
          ))}
          {step.name === 'barrier' ? (
            <fieldset class="chips">
              <legend>Qubits</legend>
              {qubits.map((label, qubit) => (
                <label key={qubit} class="chip">
                  <input type="checkbox" checked={step.qubits.includes(qubit)} disabled={step.qubits.length === 1 && step.qubits[0] === qubit}
                         onChange={() => told({ ...step, qubits: step.qubits.includes(qubit) ? step.qubits.filter((other) => other !== qubit) : [...step.qubits, qubit].sort((a, b) => a - b) })} />
                  {label}
                </label>
              ))}
            </fieldset>
          ) : operand_names(step).map((label, operand) => (
            <Select key={operand} label={label} value={step.qubits[operand]} options={qubits} choose={(qubit) => told(with_qubit(operand, qubit))} />
          ))}
          {row?.controls === null && (
            <div class="field">
              <span>Controls</span>
              <div class="stepper">
                <button type="button" class="button icon" aria-label="Fewer controls" disabled={step.qubits.length - row.targets < 2}
                        onClick={() => told({ ...step, qubits: step.qubits.slice(1) })}>−</button>
                <output>{step.qubits.length - row.targets}</output>
                <button type="button" class="button icon" aria-label="More controls" disabled={free < 0}
                        onClick={() => told({ ...step, qubits: [free, ...step.qubits] })}>+</button>
              </div>
            </div>
          )}
          {step.name === 'measure' && <Select label="Bit" value={step.clbits[0]} options={clbits} choose={(bit) => told({ ...step, clbits: [bit] })} />}
          {!(step.name === 'barrier' && source.version === 2) && <When source={source} step={step} set={set} />}
          {wrong && <p class="wrong" role="alert">{wrong}</p>}
        </div>
      ) : <p class="muted small">This can be moved and deleted here, and changed in the program.</p>}
    </section>
  );
};
