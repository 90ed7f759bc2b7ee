// The link to what the page shows.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons';
import { program_title } from '../state';
import { Dialog } from './dialog';
import { download, FORMATS } from './downloads';
import { LinkError, write_fragment } from './link';
import { shown } from './start';

export const Share = ({ close }: { close: () => void }) => {
  const field = useRef<HTMLInputElement>(null);
  const [link, set_link] = useState('');
  const [problem, set_problem] = useState<string | null>(null);
  const [said, say] = useState('');

  useEffect(() => {
    const here = location.href.split('#')[0];
    write_fragment(shown()).then(
      (fragment) => set_link(here + fragment),
      (error) => set_problem(error instanceof LinkError ? error.message : `No link could be made: ${error.message}.`),
    );
  }, []);
  useEffect(() => field.current?.select(), [link]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      say('Copied');
    } catch {
      field.current!.focus();
      field.current!.select();
      say('The browser does not let the page copy. The link is selected: copy it by Ctrl+C, or ⌘C.');
    }
  };
  const share = () =>
    navigator.share({ title: program_title.value ?? 'A quantum circuit', url: link }).catch((error) => {
      if (error.name !== 'AbortError') say('Nothing was shared. Copy the link instead.');
    });
  const file = () => download(FORMATS[0]).then(close, (error) => say(error.message));

  return (
    <Dialog title="Share" class="share" close={close}>
      {problem ? (
        <>
          <p role="alert">{problem}</p>
          <button class="button" onClick={file}><Icon name="download" />Download</button>
        </>
      ) : (
        <>
          <p class="muted">The link holds the whole program and its settings. Nothing is stored anywhere else.</p>
          <div class="link">
            <label class="field"><span class="visually-hidden">Link</span><input ref={field} class="mono" readOnly value={link} onFocus={() => field.current?.select()} /></label>
            <button class="button primary" onClick={copy} disabled={!link}><Icon name={said === 'Copied' ? 'check' : 'copy'} />Copy</button>
            {'share' in navigator && <button class="button" onClick={share} disabled={!link}><Icon name="share" />Send</button>}
          </div>
        </>
      )}
      <p class="said small" role="status">{said}</p>
    </Dialog>
  );
};
