// A picture of aer-wasm/plots as wide as its place, in the colours of the page, and as a file.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons';
import { notify, theme } from '../state';
import { png_of, save_file } from './download';

export type PictureOptions = {
  theme: 'light' | 'dark';
  /** Null leaves the ground of the page. */
  background?: string | null;
  width: number;
};

export interface PictureProps {
  /** Makes the SVG; called again when it is another function, so it is kept by `useCallback`. */
  draw: (options: PictureOptions) => string;
  /** No wider than this in so much room, in pixels: what is larger is not clearer. */
  most?: (room: number) => number;
}

/** Width of a picture as a file. */
const FILE_WIDTH = 720;

export const Picture = ({ draw, most = () => 760 }: PictureProps) => {
  const place = useRef<HTMLElement>(null);
  const [room, set_room] = useState(0);
  useLayoutEffect(() => {
    const measure = () => set_room(Math.floor(place.current!.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(place.current!);
    measure();
    return () => observer.disconnect();
  }, []);
  const width = Math.min(room, most(room));
  const shown = theme.value;
  const [svg, error] = useMemo(() => {
    if (width < 40) return ['', null];
    try {
      return [draw({ theme: shown, background: null, width }), null];
    } catch (wrong) {
      return ['', (wrong as Error).message];
    }
  }, [draw, shown, width]);
  return (
    <figure class="picture" ref={place}>
      {error === null && <div dangerouslySetInnerHTML={{ __html: svg }} />}
      {error !== null && <p class="empty">{`The picture could not be drawn: ${error}`}</p>}
    </figure>
  );
};

/** A row of what can be taken away. */
export const Saves = ({ children }: { children: ComponentChildren }) => (
  <div class="saves" role="group" aria-label="Download">
    <Icon name="download" />
    {children}
  </div>
);

export const Save = ({ label, what, make }: { label: string; what: string; make: () => void | Promise<void> }) => {
  const click = async () => {
    try {
      await make();
    } catch (error) {
      notify('error', `${what} could not be saved: ${(error as Error).message}.`);
    }
  };
  return <button class="button quiet small" aria-label={`Download ${what} as ${label}`} onClick={click}>{label}</button>;
};

/** The picture as SVG and as PNG, with the ground of its colours. */
export const PictureSaves = ({ draw, name, what }: { draw: PictureProps['draw']; name: string; what: string }) => {
  const svg = () => draw({ theme: theme.value, width: FILE_WIDTH });
  return (
    <>
      <Save label="SVG" what={what} make={() => save_file(`${name}.svg`, svg(), 'image/svg+xml')} />
      <Save label="PNG" what={what} make={async () => save_file(`${name}.png`, await png_of(svg()))} />
    </>
  );
};
