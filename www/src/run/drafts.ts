// What is typed into the fields of the run. A number that is wrong stays in its field with the reason, is not taken over into
// `settings`, and is never put right silently; a run is refused until it is right. The numbers of a noise are taken over
// together, for they depend on each other.

import { batch, computed, signal } from '@preact/signals';
import { settings, type NoiseSettings, type Settings } from '../state';
import { NOISE_PRESETS, noise_values, shown, type NumberRange } from './noise';
import { NUMBERS, noise_problems, problem_of } from './settings';

/** A text, and the setting that it was typed over: once that has changed elsewhere, the text is forgotten. */
interface Draft {
  text: string;
  over: number | null;
}
const drafts = signal<Record<string, Draft>>({});

/** The fields that are shown: `shots`, `seed`, and the parameters of the noise by name. */
const ranges = computed<Record<string, NumberRange>>(() => ({
  ...NUMBERS,
  ...Object.fromEntries(NOISE_PRESETS[settings.value.noise.preset].parameters.map((parameter) => [parameter.name, parameter])),
}));

const is_noise = (name: string) => name !== 'shots' && name !== 'seed';

function value_of(name: string, from: Settings): number | null {
  return name === 'shots' ? from.shots : name === 'seed' ? from.seed : noise_values(from.noise)[name] ?? null;
}

/** The text of a field. */
export function text_of(name: string): string {
  const value = value_of(name, settings.value);
  const draft = drafts.value[name];
  return draft && draft.over === value ? draft.text : value === null ? '' : shown(value);
}

/** The number in a field; NaN where there is none, null for an empty seed. */
export function number_of(name: string): number | null {
  const text = text_of(name).replaceAll(/[\s_]/g, '');
  if (text === '') return name === 'seed' ? null : NaN;
  return Number(text);
}

/** The noise as it stands in the fields. */
function typed_noise(): NoiseSettings {
  const { preset, values } = settings.value.noise;
  const typed = NOISE_PRESETS[preset].parameters.map(({ name }) => [name, number_of(name) as number]);
  return { preset, values: { ...values, ...Object.fromEntries(typed) } };
}

/** What is wrong, by field. */
export const problems = computed<Record<string, string>>(() => {
  const wrong: Record<string, string> = {};
  for (const name of ['shots', 'seed'] as const) {
    const value = number_of(name);
    const problem = value === null ? null : problem_of(value, NUMBERS[name]);
    if (problem) wrong[name] = problem;
  }
  return { ...wrong, ...noise_problems(typed_noise()) };
});

/** Why nothing can be run as it stands, or null. */
export const refusal = computed<string | null>(() => {
  const [first] = Object.entries(problems.value);
  return first ? `${ranges.value[first[0]].label}: ${first[1]}` : null;
});

/** Takes what was typed, or where a slider was put. */
export function type(name: string, text: string): void {
  batch(() => {
    drafts.value = { ...drafts.value, [name]: { text, over: value_of(name, settings.value) } };
    const before = settings.value;
    const after = { ...before };
    if (!is_noise(name) && !problems.value[name]) Object.assign(after, { [name]: number_of(name) });
    const noise = typed_noise();
    if (is_noise(name) && Object.keys(noise_problems(noise)).length === 0) after.noise = noise;
    const live = Object.entries(drafts.value).filter(([key, { over }]) => over === value_of(key, before));
    settings.value = after;
    drafts.value = Object.fromEntries(live.map(([key, draft]) => [key, { ...draft, over: value_of(key, after) }]));
  });
}
