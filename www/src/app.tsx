// The page: what is above, the four places, and notices. Each place is a folder beside this file.

import { Circuit } from './circuit/circuit';
import { Editor } from './editor/editor';
import { Icon } from './icons';
import { Notices } from './notices';
import { Jobs } from './run/jobs_panel';
import { Run } from './run/run_panel';
import { Results } from './see/results';
import { Actions } from './share/actions';
import { can_redo, can_undo, editor, place, theme, type Place } from './state';
import { switch_theme } from './theme';

const PLACES: Record<Place, string> = { circuit: 'Circuit', program: 'Program', run: 'Run', results: 'Results' };

/** On narrow pages, where the panel of the run is another place: its button, and then that place. */
function run_from_head() {
  place.value = 'run';
  window.dispatchEvent(new CustomEvent('aer:run'));
}

export const App = () => (
  <div class="app">
    <header class="top">
      <h1><img src="./icon.svg" alt="" />aer-wasm</h1>
      <div class="actions">
        <button class="button quiet icon" aria-label="Undo" title="Undo" disabled={!can_undo.value} onClick={() => editor.value?.undo()}><Icon name="undo" /></button>
        <button class="button quiet icon" aria-label="Redo" title="Redo" disabled={!can_redo.value} onClick={() => editor.value?.redo()}><Icon name="redo" /></button>
        <Actions />
        <button class="button primary icon narrow" aria-label="Simulate" title="Simulate" onClick={run_from_head}><Icon name="play" /></button>
        <button class="button quiet icon" onClick={switch_theme} aria-label={`Switch to ${theme.value === 'dark' ? 'light' : 'dark'} colours`}>
          <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
    </header>
    <Notices />
    <main class="workbench">
      <div class="place circuit" data-open={place.value === 'circuit'}><Circuit /></div>
      <div class="place program" data-open={place.value === 'program'}><Editor /></div>
      <div class="place run" data-open={place.value === 'run'}><Run /><Jobs /></div>
      <div class="place results" data-open={place.value === 'results'}><Results /></div>
    </main>
    <nav class="places" aria-label="Places">
      {(Object.keys(PLACES) as Place[]).map((name) => (
        <button key={name} aria-current={place.value === name ? 'page' : undefined} onClick={() => (place.value = name)}>{PLACES[name]}</button>
      ))}
    </nav>
  </div>
);
