// What stands in the head of the page: examples, share, download.

import '../style/share.css';
import { useState } from 'preact/hooks';
import { Icon } from '../icons';
import { notify } from '../state';
import { Download } from './download_menu';
import { Share } from './share_dialog';

/** The gallery comes with all its examples, once it is asked for. */
type Gallery = typeof import('./gallery').Gallery;

export const Actions = () => {
  const [gallery, set_gallery] = useState<{ Gallery: Gallery } | null>(null);
  const [open, set_open] = useState<'gallery' | 'share' | null>(null);
  const close = () => set_open(null);

  const examples = async () => {
    try {
      set_gallery({ Gallery: (await import('./gallery')).Gallery });
      set_open('gallery');
    } catch {
      notify('error', 'The examples could not be loaded. Check the connection and try again.');
    }
  };

  return (
    <>
      <button class="button quiet named" aria-haspopup="dialog" aria-label="Examples" onClick={examples}><Icon name="book" /><span>Examples</span></button>
      <button class="button quiet named" aria-haspopup="dialog" aria-label="Share" onClick={() => set_open('share')}><Icon name="share" /><span>Share</span></button>
      <Download />
      {open === 'gallery' && gallery && <gallery.Gallery close={close} />}
      {open === 'share' && <Share close={close} />}
    </>
  );
};
