// What is shown first: what a link holds, else what was there the last time, else the Bell state. Then it watches: links
// that are opened in the same tab, and changes, which are kept.
//
// What a link brought is not kept before it is changed: looking at one does not overwrite one's own work. The address is
// the link for as long; with the first change the fragment goes, so that a reload shows the changed program.

import { batch, effect } from '@preact/signals';
import { DEFAULT_SETTINGS, load_program, notify, program, program_title, settings } from '../state';
import bell from './examples/bell.qasm?raw';
import { keep, kept, type Kept } from './kept';
import { LinkError, read_fragment, type Shared } from './link';
import { keep_page } from './offline';

/** Milliseconds without a change until the program is kept. */
const PAUSE_MS = 400;

/** What the page shows. */
export const shown = (): Shared => ({ text: program.value, settings: settings.value, title: program_title.value });

/** The title goes with the text: it alone is no change. */
const same = (a: Shared, b: Shared) => a.text === b.text && JSON.stringify(a.settings) === JSON.stringify(b.settings);

/** What needs no writing: it was written, or put there by something other than the user. */
let written: Shared;

/** Whether the user has written of what is shown. */
let own = false;

/** The last two programs of which one took the other's place: undo and redo between them bring the settings, too. */
let exchanged: [Kept, Kept] | null = null;

function put(next: Kept): void {
  written = next;
  batch(() => {
    if (program.peek() !== next.text) load_program(next.text);
    settings.value = next.settings;
    program_title.value = next.title;
    own = next.own;
  });
}

/**
 * Shows another program, as one step that undo takes back. What it takes the place of is not lost: where the user has
 * written of it, a notice offers it.
 */
export function replace(shared: Shared, notice: string): void {
  const before = { ...shown(), own };
  const next = { ...shared, own: false };
  put(next);
  exchanged = [before, next];
  if (!before.own || before.text.trim() === '' || before.text === next.text) return notify('info', notice, { brief: true });
  keep('before', before);
  notify('info', `${notice} The program that was here is kept.`, { action: { label: 'Bring it back', run: () => bring_back(before) } });
}

/** As `replace`, and it is what the page shows the next time. */
export function open_example(shared: Shared): void {
  leave_link();
  replace(shared, `Opened “${shared.title}”.`);
  keep('program', { ...shared, own: false });
}

/** Shows a program that was kept. */
export const bring_back = (before: Kept): void => {
  const instead = { ...shown(), own };
  exchanged = [instead, before];
  put(before);
  if (instead.own && instead.text !== before.text) keep('before', instead);
  keep('program', before);
};

export async function start(): Promise<void> {
  put(kept('program') ?? { text: bell, settings: DEFAULT_SETTINGS, title: 'Bell state', own: false });
  watch();
  keep_page();
  addEventListener('hashchange', () => void open_link());
  if (location.hash) await open_link();
}

async function open_link(): Promise<void> {
  const fragment = location.hash;
  try {
    const read = await read_fragment(fragment);
    // Another link may have been opened meanwhile.
    if (!read || fragment !== location.hash) return;
    const { corrected, ...shared } = read;
    replace(shared, `Opened ${shared.title ? `“${shared.title}”` : 'the program'} from the link.`);
    if (corrected.length > 0) notify('warning', `Some settings of the link are not possible here. ${corrected.join(' ')}`);
  } catch (error) {
    notify('error', `${error instanceof LinkError ? error.message : error} Your program is as it was.`);
  }
}

const leave_link = () => location.hash && history.replaceState(history.state, '', location.pathname + location.search);

function watch(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = program.peek();
  const write = () => {
    clearTimeout(timer);
    const now = { ...shown(), own };
    if (same(now, written)) return;
    keep('program', now);
    written = now;
  };
  effect(() => {
    const [from, to] = [last, program.value];
    last = to;
    if (from === to) return;
    const [left, entered] = [exchanged?.find(({ text }) => text === from), exchanged?.find(({ text }) => text === to)];
    if (left && entered && !same(written, entered)) {
      Object.assign(left, { settings: settings.peek(), title: program_title.peek() });
      ({ settings: settings.value, title: program_title.value, own } = entered);
    } else if (to !== written.text) {
      own = true;
      if (to.trim() === '') program_title.value = null;
    }
  });
  effect(() => {
    const now = shown();
    clearTimeout(timer);
    if (same(now, written)) return;
    leave_link();
    timer = setTimeout(write, PAUSE_MS);
  });
  addEventListener('pagehide', write);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && write());
}
