import { deflateRawSync } from 'node:zlib';
import type { RawRepl } from './raw-repl.ts';
import { BLOCK, encodeBlock, endOfBlocks, FRAME, TAKEN, WINDOW_BITS, WRITTEN } from './receiver.ts';
import { garbled } from './repl-error.ts';

/** Frames under way: one that the board takes, and one that waits in its input. */
const AHEAD = 2;
const STEP_MS = 5_000; // a block of flash is erased and written in a tenth of that, when it must be searched for as well
const HASH_MS = 120_000; // a megabyte of flash takes a board seconds
const FAILED = 4;

/**
 * Sends bytes to a `_k_put` that was started, and ends it.
 * @param onProgress how many of the bytes are in the file
 * @returns the SHA-256 of the file as it lies on the flash now, hex
 * @throws KitelineError BOARD_RAISED, GARBLED, CLOSED
 */
export async function sendBlocks(
  repl: RawRepl,
  bytes: Uint8Array,
  hasDeflate: boolean,
  onProgress: (done: number) => void,
): Promise<string> {
  const { reader } = repl;
  let ahead = 0;
  /** Undefined when the program has ended before. */
  const answer = async (): Promise<number | undefined> => {
    const byte = await reader.byte(STEP_MS);
    if (byte === TAKEN) ahead -= 1;
    if (byte === TAKEN || byte === WRITTEN) return byte;
    if (byte === FAILED) {
      reader.unread(Buffer.of(FAILED));
      return undefined;
    }
    throw garbled(repl.port.name);
  };
  const send = async (part: Uint8Array): Promise<boolean> => {
    for (let at = 0; at < part.length; at += FRAME) {
      while (ahead >= AHEAD) if ((await answer()) === undefined) return false;
      await reader.send(part.subarray(at, at + FRAME));
      ahead += 1;
    }
    return true;
  };
  let printed = '';
  const end = async (): Promise<string> => {
    await repl.follow({
      timeout: HASH_MS,
      onOutput: (bytes) => {
        printed += bytes.toString('latin1');
      },
    });
    return printed.trim();
  };
  const deflate = (block: Uint8Array): Uint8Array =>
    hasDeflate ? deflateRawSync(block, { level: 9, windowBits: WINDOW_BITS }) : block;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    for (const part of encodeBlock(block, deflate)) if (!(await send(part))) return end(); // which throws why
    for (;;) {
      const got = await answer();
      if (got === undefined) return end();
      if (got === WRITTEN) break;
    }
    onProgress(at + block.length);
  }
  if (!(await send(endOfBlocks()))) return end();
  while (ahead > 0) if ((await answer()) === undefined) return end();
  return end();
}
