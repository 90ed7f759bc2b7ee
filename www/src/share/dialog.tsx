// A dialog above the page: opened when it is put there, closed by Escape, its button, or a click beside it. The browser
// keeps the focus inside and brings it back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../icons';

interface DialogProps {
  title: string;
  class?: string;
  close: () => void;
  children: ComponentChildren;
}

export const Dialog = ({ title, class: name, close, children }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current!.showModal();
    return () => opener?.focus();
  }, []);
  return (
    <dialog ref={dialog} class={name} aria-labelledby={id} onClose={close} onClick={({ target }) => target === dialog.current && close()}>
      <div class="dialog-sheet">
        <header>
          <h2 id={id}>{title}</h2>
          <button class="button quiet icon" aria-label="Close" onClick={close}><Icon name="close" /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
};
