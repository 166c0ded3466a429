/** UTF-8 by the table of well-formed sequences (Unicode 15, table 3-7): no overlong forms, no surrogates. */

const strict = new TextDecoder('utf-8', { fatal: true });

/** Bytes of the sequence that `lead` begins; 0 where no sequence begins with it. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** Whether `byte` may stand at place `at` (1 to 3) of a sequence that begins with `lead`. */
function continues(lead: number, at: number, byte: number): boolean {
  if (at === 1) {
    if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
    if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f;
    if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf;
    if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  }
  return byte >= 0x80 && byte <= 0xbf;
}

/**
 * Reads the character at `at`.
 * @returns its length in bytes; 0 where the bytes are no UTF-8; -1 where they end inside a character
 */
function characterAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = sequenceLength(lead);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return -1;
    if (!continues(lead, i, byte)) return 0;
  }
  return length;
}

/** The text of `bytes`, a byte order mark left out; undefined when they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `bytes` for a person's eyes: what is UTF-8 as text, every other byte as `\xNN`. */
export function showBytes(bytes: Uint8Array): string {
  let shown = '';
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > start) shown += strict.decode(bytes.subarray(start, at));
    shown += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
    start = ++at;
  }
  return start < bytes.length ? shown + strict.decode(bytes.subarray(start)) : shown;
}

/**
 * Whether `bytes` are UTF-8 that ends inside a character, so that waiting for the rest makes sense. Bytes that are
 * no UTF-8 further in front never are: they are another encoding, whose last byte only looks like a beginning.
 */
export function endsInsideCharacter(bytes: Uint8Array): boolean {
  // A character that is cut begins at most three bytes before the end.
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - 3; at--) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 && byte <= 0xbf) continue;
    return characterAt(bytes, at) === -1 && decodeUtf8(bytes.subarray(0, at)) !== undefined;
  }
  return false;
}
