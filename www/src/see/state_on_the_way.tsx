// The state after each instruction: steps, and what the state is there.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon, type IconName } from '../icons';
import { circuit, program_title, reading, settings } from '../state';
import {
  MOST_NOISY_QUBITS, another_run, chosen_position, limit, position, show_once, step, trace, trace_error, tracing, with_noise,
  type Step, type Trace,
} from './trace';
import { StateViews, ViewChoice } from './views';

const STEP_MS = 900;
const playing = signal(false);
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const go = (to: number): void => {
  chosen_position.value = Math.max(0, Math.min(to, (trace.value?.steps.length ?? 1) - 1));
};

const BUTTONS: { icon: IconName; label: string; to: (at: number, last: number) => number }[] = [
  { icon: 'first', label: 'First step', to: () => 0 },
  { icon: 'previous', label: 'Previous step', to: (at) => at - 1 },
  { icon: 'next', label: 'Next step', to: (at) => at + 1 },
  { icon: 'last', label: 'Last step', to: (_, last) => last },
];

const KEYS: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1, ArrowRight: (at) => at + 1, Home: () => 0, End: (_, last) => last,
};

const Steps = ({ shown }: { shown: Trace }) => {
  const [at, last] = [position.value, shown.steps.length - 1];
  const move = (to: number) => {
    playing.value = false;
    go(to);
  };
  useEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      if (position.peek() >= (trace.peek()?.steps.length ?? 1) - 1) playing.value = false;
      else go(position.peek() + 1);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [playing.value]);
  useEffect(() => () => { playing.value = false; }, []);
  const play = () => {
    if (!playing.value && at === last) go(0);
    playing.value = !playing.value;
  };
  const key = (event: KeyboardEvent) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    move(KEYS[event.key](at, last));
  };
  const button = ({ icon, label, to }: (typeof BUTTONS)[number]) => {
    const there = to(at, last);
    const leads = there !== at && there >= 0 && there <= last;
    return (
      <button key={label} class="button quiet icon" aria-label={label} title={label} disabled={!leads} onClick={() => move(there)}>
        <Icon name={icon} />
      </button>
    );
  };
  const play_words = playing.value ? 'Pause' : 'Play the steps';
  const words = `Step ${at} of ${last}: ${step.value!.words}`;
  return (
    <div class="steps" role="group" aria-label="Steps" onKeyDown={key}>
      {BUTTONS.slice(0, 2).map(button)}
      <input type="range" min="0" max={last} step="1" value={at} aria-label="Step" aria-valuetext={words} disabled={last === 0}
             onInput={({ currentTarget }) => move(Number(currentTarget.value))} />
      {BUTTONS.slice(2).map(button)}
      {!calm.matches && (
        <button class="button quiet icon" aria-label={play_words} title={play_words} disabled={last === 0} onClick={play}>
          <Icon name={playing.value ? 'stop' : 'play'} />
        </button>
      )}
    </div>
  );
};

/** What was written: after the bit's name where the words end with it. */
function outcome_in_words(words: string, written: Step['written']): string {
  if (written.length === 1 && words.endsWith(`→ ${written[0].bit}`)) return ` = ${written[0].value} in this run`;
  const all = written.length > 4 ? `${written.length} bits written` : written.map(({ bit, value }) => `${bit} = ${value}`).join(', ');
  return `, ${all} in this run`;
}

const Where = ({ shown }: { shown: Trace }) => {
  const { words, written, registers } = step.value!;
  const [at, last] = [position.value, shown.steps.length - 1];
  return (
    <div class="where">
      <p aria-live="polite">
        {shown.whole && <><span class="muted">{`Step ${at} of ${last}:`}</span> <b class="mono">{words}</b></>}
        {!shown.whole && <b>The state before the final measurements</b>}
        {written.length > 0 && <span class="muted">{outcome_in_words(words, written)}</span>}
      </p>
      {registers.length > 0 && (
        <p class="registers mono muted">{registers.map(({ name, bits }) => <span key={name}>{`${name} = ${bits}`}</span>)}</p>
      )}
    </div>
  );
};

const Noise = ({ num_qubits }: { num_qubits: number }) => {
  if (settings.value.noise.preset === 'ideal' || limit.value) return null;
  const too_many = num_qubits > MOST_NOISY_QUBITS;
  return (
    <label class="check" title={too_many ? `With noise each step is shown for up to ${MOST_NOISY_QUBITS} qubits` : undefined}>
      <input
        type="checkbox" checked={with_noise.value && !too_many} disabled={too_many}
        onChange={({ currentTarget }) => (with_noise.value = currentTarget.checked)}
      />
      {too_many ? `With noise: up to ${MOST_NOISY_QUBITS} qubits` : 'With noise'}
    </label>
  );
};

const Limited = () => {
  const { reason, cost } = limit.value!;
  const shown = trace.value;
  if (shown && !shown.whole) return <p class="small muted note">{reason}</p>;
  return (
    <div class="empty">
      <p>{reason}</p>
      {cost === null && <p>Run it to see its counts, or look at expectation values.</p>}
      {cost !== null && <p>{`The state before the final measurements can be shown: ${cost}.`}</p>}
      {cost !== null && (
        <button class="button" onClick={show_once} disabled={tracing.value}>{tracing.value ? 'Computing the state' : 'Show that state'}</button>
      )}
    </div>
  );
};

export const StateOnTheWay = () => {
  const source = circuit.value;
  if (!source) return <p class="empty">Write a circuit to see its state after each step.</p>;
  if (source.circuit.num_qubits === 0) return <p class="empty">The circuit has no qubits. Declare some to see their state.</p>;
  const shown = trace.value;
  return (
    <div class="state" aria-busy={tracing.value} data-run={shown?.seed}>
      {reading.value.error !== null && (
        <p class="small muted note">The program has an error: this is the state of the last circuit that could be read.</p>
      )}
      {limit.value && <Limited />}
      {trace_error.value && (
        <div class="failed" role="alert">
          <h3>The state could not be computed</h3>
          <p class="reason">{trace_error.value}</p>
        </div>
      )}
      {!shown && !limit.value && !trace_error.value && <p class="empty">Computing the state</p>}
      {shown && step.value && (
        <>
          <div class="way">
            {shown.whole && <Steps shown={shown} />}
            <Where shown={shown} />
          </div>
          <div class="row controls">
            <ViewChoice />
            <Noise num_qubits={shown.num_qubits} />
            {shown.random && <button class="button small another" onClick={another_run}>Another run</button>}
          </div>
          <StateViews
            state={step.value.state} num_qubits={shown.num_qubits} title={`${program_title.value ?? 'circuit'} step ${position.value}`}
          />
        </>
      )}
    </div>
  );
};
