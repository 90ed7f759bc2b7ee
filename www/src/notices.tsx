// What the user has to know, below the head of the page.

import './style/notices.css';
import { Icon } from './icons';
import { dismiss, notices } from './state';

export const Notices = () => (
  <div class="notices" role="status" aria-live="polite">
    {notices.value.map(({ id, kind, text, action }) => (
      <p key={id} class={`notice ${kind}`}>
        <Icon name={kind === 'info' ? 'check' : 'warning'} />
        <span>{text}</span>
        {action && <button class="button small" onClick={() => { dismiss(id); action.run(); }}>{action.label}</button>}
        <button class="button quiet icon small" aria-label="Close" onClick={() => dismiss(id)}><Icon name="close" /></button>
      </p>
    ))}
  </div>
);
