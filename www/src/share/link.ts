// A link that holds the whole program, its settings and its title: nothing of it is stored anywhere, the fragment of a
// URL is never sent to a server.
//
//   #1.<checksum>.<base64url of deflate-raw of the JSON {text, settings, title}>
//
// The checksum is the CRC-32 of what follows it, so a link that was cut short anywhere or changed is told from a whole
// one before anything is unpacked. The number in front is that of the format.

import { read_settings } from '../run/settings';
import type { Settings } from '../state';

/** What a link holds. */
export interface Shared {
  text: string;
  settings: Settings;
  title: string | null;
}

/** Characters of a fragment: what messengers and servers still pass on. */
export const LINK_LIMIT = 32 * 1024;

/** Characters of a program: a link that unpacks to more is none that this page made. */
const TEXT_LIMIT = 4 * 1024 * 1024;

const FORMAT = '1';

/** What is wrong with a link, in words for its reader. */
export class LinkError extends Error {
  constructor(readonly reason: keyof typeof REASONS) {
    super(REASONS[reason]);
  }
}

const REASONS = {
  damaged: 'This link was cut short or changed on its way. Ask for it again, and copy it whole.',
  newer: 'This link was made by a newer version of the playground. Reload the page to get that version, then open the link again.',
  foreign: 'The end of this address, from the # on, is no link of the playground. Ask for the link again.',
  too_long: 'This program is too long for a link. Download it and send the file instead.',
} as const;

/** The fragment for a program, with its `#`. Throws a LinkError where it would be too long. */
export async function write_fragment({ text, settings, title }: Shared): Promise<string> {
  if (text.length > TEXT_LIMIT) throw new LinkError('too_long');
  const json = new TextEncoder().encode(JSON.stringify({ text, settings, title }));
  const packed = to_base64url(await through(json, new CompressionStream('deflate-raw')));
  const fragment = `#${FORMAT}.${checksum(packed)}.${packed}`;
  if (fragment.length > LINK_LIMIT) throw new LinkError('too_long');
  return fragment;
}

/** What a fragment holds, and what of its settings was put right; null where it is empty. Throws a LinkError that says what is wrong. */
export async function read_fragment(fragment: string): Promise<(Shared & { corrected: string[] }) | null> {
  if (fragment === '' || fragment === '#') return null;
  const [, format, rest] = /^#(\d{1,6})(?:\.(.*))?$/s.exec(fragment) ?? [];
  if (format === undefined) throw new LinkError('foreign');
  if (format !== FORMAT) throw new LinkError('newer');
  const [, sum, packed] = /^([0-9a-f]{8})\.([\w-]+)$/.exec(rest ?? '') ?? [];
  if (sum === undefined || sum !== checksum(packed)) throw new LinkError('damaged');
  try {
    const json = await through(from_base64url(packed), new DecompressionStream('deflate-raw'), 8 * TEXT_LIMIT);
    const { text, settings, title } = JSON.parse(new TextDecoder().decode(json)) as Record<string, unknown>;
    if (typeof text !== 'string' || text.length > TEXT_LIMIT) throw new LinkError('foreign');
    // The editor knows one kind of line end.
    return { text: text.replace(/\r\n?/g, '\n'), ...read_settings(settings), title: typeof title === 'string' ? title : null };
  } catch {
    // The checksum was right: whoever wrote this, it was not this page.
    throw new LinkError('foreign');
  }
}

/** Bytes through a stream that transforms them, `limit` of them at most. */
async function through(bytes: Uint8Array<ArrayBuffer>, transform: CompressionStream | DecompressionStream, limit = Infinity) {
  const chunks: BlobPart[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > limit) throw new RangeError('more than was allowed');
    chunks.push(next.value as BlobPart);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function to_base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const from_base64url = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

/** CRC-32 (ISO 3309, as in zip) of ASCII text, as eight hexadecimal digits. */
export function checksum(text: string): string {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
