/** Bytes of a payload whose length stands in the first two bytes, and of one whose length stands in two more (RFC 6455 section 5.2). */
const SHORT = 125;
const MEDIUM = 65_535;
/** FIN and the opcode of text. */
const TEXT = 0x81;

/** A WebSocket's text frame as a server sends it, unmasked: the same bytes for every page. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length <= SHORT ? 2 : length <= MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = TEXT;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, head);
  return frame;
}
