import type { Peer } from '../transport/transport.ts';
import { SIGNED_BYTES } from '../wire/index.ts';
import type { Seal } from './seal.ts';

const LF = 0x0a;
const CR = 0x0d;
const FEED = Uint8Array.of(LF);

/**
 * Sends one or more lines, each signed where there is a seal; the last LF is added where there is none.
 * @returns false when nothing of it was sent, nor ever will be: then the next line has the counter that these had
 */
export function sendLines(peer: Peer, seal: Seal | undefined, bytes: Uint8Array): boolean {
  if (!seal)
    return peer.send(bytes.length === 0 || bytes.at(-1) === LF ? bytes : Buffer.concat([bytes, FEED]));
  const signed = signedLines(seal, bytes);
  const areSent = signed !== undefined && peer.send(signed);
  seal.sent(areSent);
  return areSent;
}

/** @returns undefined when a line is too long to be signed: the board would take it for a gap, and end the session */
function signedLines(seal: Seal, bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(LF, from);
    const next = feed < 0 ? bytes.length : feed + 1;
    let end = feed < 0 ? next : feed;
    if (bytes[end - 1] === CR) end--;
    if (end - from > SIGNED_BYTES) return undefined;
    if (end > from) parts.push(seal.sign(bytes.subarray(from, end)), FEED); // an empty line is none
    from = next;
  }
  return Buffer.concat(parts);
}
