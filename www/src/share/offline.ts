// Starts the service worker, which keeps the page for use without a network, once everything else is there.

import { notify } from '../state';

export function keep_page(): void {
  // While the page is being developed its files change under the same names.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register(), { once: true });
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register('./sw.js');
    const offer = () => registration.waiting && navigator.serviceWorker.controller && announce(registration.waiting);
    offer();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
  } catch {
    // Blocked, or no such file where this is served: the page works as long as there is a network.
  }
}

function announce(waiting: ServiceWorker): void {
  const reload = () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    waiting.postMessage('skip waiting');
  };
  notify('info', 'There is a new version of this page.', { action: { label: 'Reload', run: reload } });
}
