// How the program is run: the settings, and the button.

import '../style/run.css';
import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SimulationMethod } from 'aer-wasm';
import { Icon } from '../icons';
import { aer, circuit, circuit_is_current, settings, type NoiseSettings, type Settings } from '../state';
import { number_of, problems, text_of, type } from './drafts';
import { run_program } from './jobs';
import { describe_noise, NOISE_PRESETS, noise_values, shown, type NoiseParameter } from './noise';
import { grouped, METHODS, NUMBERS, PRECISIONS } from './settings';

const set = (facts: Partial<Settings>) => (settings.value = { ...settings.value, ...facts });

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Run from anywhere: by the keys, or as another part of the page asks. */
function use_shortcuts(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(apple ? event.metaKey : event.ctrlKey) || event.defaultPrevented || event.repeat) return;
      event.preventDefault();
      run_program();
    };
    const asked = () => void run_program();
    window.addEventListener('keydown', pressed);
    window.addEventListener('aer:run', asked);
    return () => {
      window.removeEventListener('keydown', pressed);
      window.removeEventListener('aer:run', asked);
    };
  }, []);
}

/** What is wrong with a field, beside it. */
const Wrong = ({ name }: { name: string }) => {
  const problem = problems.value[name];
  return problem ? <span class="wrong" id={`run-${name}-wrong`}>{problem}</span> : null;
};

const NumberInput = ({ name, label, ...more }: { name: string; label?: string; placeholder?: string }) => (
  <input
    id={`run-${name}`} name={name} inputMode="decimal" autoComplete="off" spellcheck={false} aria-label={label}
    value={text_of(name)} aria-invalid={name in problems.value} aria-describedby={name in problems.value ? `run-${name}-wrong` : undefined}
    onInput={({ currentTarget }) => type(name, currentTarget.value)} {...more}
  />
);

function Choice<Name extends string>(props: {
  name: string; label: string; table: Record<string, { label: string; help: string }>; names: readonly Name[]; value: Name; choose: (name: Name) => void;
}) {
  const { name, label, table, names, value, choose } = props;
  return (
    <label class="field" title={table[value]?.help}>
      {label}
      <select name={name} value={value} onChange={({ currentTarget }) => choose(currentTarget.value as Name)}>
        {names.map((known) => <option key={known} value={known}>{table[known]?.label ?? known.replaceAll('_', ' ')}</option>)}
      </select>
    </label>
  );
}

const Shots = () => (
  <div class="field" title={NUMBERS.shots.help}>
    <label for="run-shots">{NUMBERS.shots.label}</label>
    <div class="combo">
      <NumberInput name="shots" />
      <select aria-label="Usual numbers of shots" value="" onChange={({ currentTarget }) => { type('shots', currentTarget.value); currentTarget.value = ''; }}>
        <option value="" disabled hidden />
        {NUMBERS.shots.usual.map((shots) => <option key={shots} value={shots}>{grouped(shots)}</option>)}
      </select>
    </div>
    <Wrong name="shots" />
  </div>
);

const Seed = () => (
  <div class="field" title={NUMBERS.seed.help}>
    <label for="run-seed">{NUMBERS.seed.label}</label>
    <NumberInput name="seed" placeholder="any" />
    <Wrong name="seed" />
  </div>
);

const NoiseSlider = ({ parameter: { name, label, unit, min, max, step, help } }: { parameter: NoiseParameter }) => {
  const typed = number_of(name);
  const value = typed === null || Number.isNaN(typed) ? noise_values(settings.value.noise)[name] : typed;
  return (
    <div class="field noise-parameter" title={help}>
      <label for={`run-${name}`}>{label}</label>
      <input
        type="range" aria-label={`${label}, slider`} aria-valuetext={`${shown(value)} ${unit}`} min={min} max={max} step={step}
        value={Math.min(max, Math.max(min, value))} onInput={({ currentTarget }) => type(name, shown(Number(currentTarget.value)))}
      />
      <span class="amount"><NumberInput name={name} /><span>{unit}</span></span>
      <Wrong name={name} />
    </div>
  );
};

const Noise = () => {
  const { noise } = settings.value;
  const { parameters, help } = NOISE_PRESETS[noise.preset];
  if (parameters.length === 0) return null;
  return (
    <fieldset class="noise">
      <legend class="visually-hidden">Noise</legend>
      <div class="noise-parameters">{parameters.map((parameter) => <NoiseSlider key={parameter.name} parameter={parameter} />)}</div>
      <p class="muted small"><span>{help}</span><span class="visually-hidden">{describe_noise(noise)}</span></p>
    </fieldset>
  );
};

/** Whether it is known that the program measures nothing. */
function measures_nothing(): boolean {
  const read = circuit_is_current.value ? circuit.value : null;
  return read !== null && read.circuit.num_clbits === 0;
}

export const Run = () => {
  use_shortcuts();
  const methods = useComputed<SimulationMethod[]>(() => (aer.value ? new aer.value.AerSimulator().available_methods() : [settings.value.method]));
  const { method, precision, noise } = settings.value;
  const presets = Object.keys(NOISE_PRESETS) as NoiseSettings['preset'][];
  return (
    <section class="panel run-panel" aria-label="Run">
      <header>
        <h2>Run</h2>
        <kbd class="keys">{apple ? '⌘ ⏎' : 'Ctrl ⏎'}</kbd>
        <button class="button primary run-button" type="submit" form="run" disabled={!aer.value} aria-keyshortcuts={apple ? 'Meta+Enter' : 'Control+Enter'}>
          <Icon name="play" />Run
        </button>
      </header>
      <form id="run" noValidate onSubmit={(event) => { event.preventDefault(); run_program(); }}>
        <div class="run-settings">
          <Shots />
          <Seed />
          <Choice name="method" label="Method" table={METHODS} names={methods.value} value={method} choose={(method) => set({ method })} />
          <Choice name="precision" label="Precision" table={PRECISIONS} names={Object.keys(PRECISIONS) as Settings['precision'][]} value={precision} choose={(precision) => set({ precision })} />
          <Choice name="noise" label="Noise" table={NOISE_PRESETS} names={presets} value={noise.preset} choose={(preset) => set({ noise: { ...noise, preset } })} />
        </div>
        <Noise />
        {measures_nothing() && <p class="muted small">Nothing is measured: add measurements for counts, or look at the state.</p>}
      </form>
    </section>
  );
};
