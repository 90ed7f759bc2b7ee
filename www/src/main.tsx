// The page first, then the package: 1 MB of wasm loads beside the first picture.

import { render } from 'preact';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import { App } from './app';
import { follow_theme } from './theme';
import { aer, notify } from './state';
import { start as start_sharing } from './share/start';

follow_theme();
const restored = start_sharing();
render(<App />, document.getElementById('app')!);
await restored;
try {
  aer.value = await import('aer-wasm');
} catch (error) {
  notify('error', `The simulator could not be loaded: ${(error as Error).message}. Check the connection and reload; your program is kept.`, {
    action: { label: 'Reload', run: () => location.reload() },
  });
}
