/** Whether a message may ask for this method: so whether it is worth decoding before it is known whose it is. */
export const mentions = (unit: Uint8Array, method: string): boolean =>
  Buffer.from(unit.buffer, unit.byteOffset, unit.length).includes(`"${method}"`);
