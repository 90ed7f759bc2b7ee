// The program as a file: a menu, as ARIA's pattern has it. Arrows move, Escape closes.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons';
import { notify, reading } from '../state';
import { download, FORMATS } from './downloads';

export const Download = () => {
  const [open, set_open] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const items = () => [...whole.current!.querySelectorAll<HTMLElement>('[role="menuitem"]')];

  // Before the next key, which belongs to the menu.
  useLayoutEffect(() => {
    if (!open) return;
    items()[0].focus();
    const outside = ({ target }: Event) => !whole.current!.contains(target as Node) && set_open(false);
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const close = () => {
    set_open(false);
    button.current!.focus();
  };
  const key = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 } as Record<string, number>)[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') return set_open(false);
    else if (next === undefined) return;
    else all.at(next % all.length)!.focus();
    event.preventDefault();
  };
  const choose = async (format: (typeof FORMATS)[number]) => {
    close();
    try {
      await download(format);
    } catch (error) {
      const reason = reading.value.error ? 'the program has an error, which the editor shows' : (error as Error).message;
      notify('error', `The program cannot be written as ${format.label}: ${reason}`);
    }
  };

  return (
    <div class="menu" ref={whole}>
      <button ref={button} class="button quiet named" aria-haspopup="menu" aria-expanded={open} aria-label="Download"
              onClick={() => set_open(!open)} onKeyDown={(event) => event.key === 'ArrowDown' && (event.preventDefault(), set_open(true))}>
        <Icon name="download" /><span>Download</span>
      </button>
      {open && (
        <div role="menu" aria-label="Download the program as" onKeyDown={key}>
          {FORMATS.map((format) => (
            <button key={format.label} role="menuitem" tabIndex={-1} onClick={() => choose(format)}>
              {format.label}<span class="muted">.{format.extension}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
};
