// The examples: a list of cards, each a button. Typing filters them, arrows move over them.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { aer, program_title, theme } from '../state';
import { Dialog } from './dialog';
import { EXAMPLES, type Example } from './examples';
import { kept } from './kept';
import { bring_back, open_example } from './start';

/**
 * Small drawings of the circuits as URLs; made one by one, so that the page stays smooth. Null where there will be none:
 * the package is not there yet.
 */
function use_thumbnails(): Record<string, string> | null {
  const [drawn, set_drawn] = useState<Record<string, string>>({});
  const [failed, set_failed] = useState(false);
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      if (!aer.value) return;
      const { circuit_drawer } = await import('aer-wasm/plots');
      for (const { title, text } of EXAMPLES) {
        if (gone) return;
        const svg = circuit_drawer(aer.value.QuantumCircuit.from_qasm(text), { theme: theme.value, fold: null, background: null });
        const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
        set_drawn((others) => ({ ...others, [title]: url }));
        await new Promise((later) => setTimeout(later));
      }
    };
    // Pictures are a pleasure: the gallery does without.
    draw().catch(() => set_failed(true));
    return () => {
      gone = true;
      set_drawn((all) => (Object.values(all).forEach((url) => URL.revokeObjectURL(url)), {}));
    };
  }, [aer.value, theme.value]);
  return aer.value && !failed ? drawn : null;
}

export const Gallery = ({ close }: { close: () => void }) => {
  const [wanted, set_wanted] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const thumbnails = use_thumbnails();
  const before = useMemo(() => kept('before'), []);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = EXAMPLES.filter(({ title, about, text }) => words.every((word) => `${title} ${about} ${text}`.toLowerCase().includes(word)));

  const choose = ({ title, text, settings }: Example) => {
    close();
    open_example({ title, text, settings });
  };
  /** Right and left to the neighbours, up and down to the nearest in the rows beside; up from the first row to the filter. */
  const key = (event: KeyboardEvent) => {
    const cards = [...list.current!.querySelectorAll<HTMLElement>('.card')];
    const at = cards.indexOf(document.activeElement as HTMLElement);
    const columns = Math.max(1, cards.filter(({ offsetTop }) => offsetTop === cards[0]?.offsetTop).length);
    const step = ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns } as Record<string, number>)[event.key];
    const typing = at < 0;
    if (step === undefined || (typing && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    if (typing) cards[0]?.focus();
    else if (at + step < 0) document.querySelector<HTMLElement>('.gallery input')!.focus();
    else cards[Math.min(cards.length - 1, at + step)].focus();
  };

  return (
    <Dialog title="Examples" class="gallery" close={close}>
      <div class="inside" onKeyDown={key}>
        <label class="field"><span class="visually-hidden">Filter the examples</span>
          <input type="search" placeholder="Filter, such as “phase” or “noise”" value={wanted} onInput={({ currentTarget }) => set_wanted(currentTarget.value)}
                 autoFocus={matchMedia('(pointer: fine)').matches} />
        </label>
        {before && (
          <p class="before">
            <span class="muted">Your program from before an example or a link was opened is kept.</span>
            <button class="button small" onClick={() => { close(); bring_back(before); }}>Bring it back</button>
          </p>
        )}
        <ul ref={list}>
          {shown.map((example) => (
            <li key={example.title}>
              <button class="card" onClick={() => choose(example)} aria-current={program_title.value === example.title ? 'true' : undefined}>
                {thumbnails && <span class="thumbnail">{thumbnails[example.title] && <img src={thumbnails[example.title]} alt="" />}</span>}
                <strong>{example.title}</strong>
                <span class="muted">{example.about}</span>
              </button>
            </li>
          ))}
        </ul>
        <p class={shown.length > 0 ? 'visually-hidden' : 'empty'} role="status">
          {shown.length > 0 ? `${shown.length} examples` : `No example has “${wanted}”.`}
        </p>
      </div>
    </Dialog>
  );
};
