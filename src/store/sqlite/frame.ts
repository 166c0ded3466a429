import { crc32 } from 'node:zlib';
import type { PackedParts } from '../packed.ts';
import type { Ack, StoredText } from '../store.ts';

/** What was committed together: one record of the log. */
export interface Commit {
  /** Rising; a number that failed is not used again. */
  number: number;
  samples: PackedParts;
  texts: readonly StoredText[];
  acks: readonly Ack[];
}

// A frame, little-endian: magic (uint32), CRC32 of all behind itself (uint32), the commit's number (float64), the sizes of
// words, strings, layouts and rest (uint32 each), then these four, and zeros up to a multiple of eight bytes.
// words and strings are as in PackedParts; layouts are keys, each ended by LF; rest is empty or JSON.
const MAGIC = 0x31474c4b; // "KLG1"
const HEADER = 32;
const ALIGN = 8;
/** Bytes of the shortest frame that holds anything. */
export const LEAST_FRAME = HEADER + ALIGN;
const NOTHING = Buffer.alloc(ALIGN);

/** @returns the frame in parts, to be written one behind the other; those of the samples are not copied */
export function encodeFrame({ number, samples, texts, acks }: Commit): Uint8Array[] {
  const words = bytesOf(samples.words);
  const layouts = Buffer.from(samples.layouts.map((key) => `${key}\n`).join(''));
  const rest =
    texts.length + acks.length > 0 ? Buffer.from(JSON.stringify({ texts, acks })) : NOTHING.subarray(0, 0);
  const size = words.length + samples.strings.length + layouts.length + rest.length;
  const padding = NOTHING.subarray(0, (ALIGN - (size % ALIGN)) % ALIGN);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeDoubleLE(number, 8);
  const parts = [words, samples.strings, layouts, rest, padding];
  for (let i = 0; i < 4; i++) header.writeUInt32LE(parts[i]?.length ?? 0, 16 + 4 * i);
  let crc = crc32(header.subarray(8));
  for (const part of parts) crc = crc32(part, crc);
  header.writeUInt32LE(crc, 4);
  return [header, ...parts.filter((part) => part.length > 0)];
}

/**
 * Reads the frame at `at`.
 * @param file its memory must begin at a multiple of eight, as that of `alignedCopy` does
 * @returns the commit and where the next frame begins; undefined where there is no whole, undamaged frame
 */
export function decodeFrame(file: Buffer, at: number): { commit: Commit; end: number } | undefined {
  if (at + HEADER > file.length || file.readUInt32LE(at) !== MAGIC) return undefined;
  const sizes = [0, 1, 2, 3].map((i) => file.readUInt32LE(at + 16 + 4 * i)) as [
    number,
    number,
    number,
    number,
  ];
  const size = sizes[0] + sizes[1] + sizes[2] + sizes[3];
  const end = at + HEADER + Math.ceil(size / ALIGN) * ALIGN;
  if (end > file.length || crc32(file.subarray(at + 8, end)) !== file.readUInt32LE(at + 4)) return undefined;
  const number = file.readDoubleLE(at + 8);
  if (!Number.isSafeInteger(number)) return undefined;
  let from = at + HEADER;
  const [words, strings, layouts, rest] = sizes.map((bytes) => {
    from += bytes;
    return file.subarray(from - bytes, from);
  }) as [Buffer, Buffer, Buffer, Buffer];
  const { texts = [], acks = [] } =
    rest.length > 0 ? (JSON.parse(rest.toString()) as Partial<Pick<Commit, 'texts' | 'acks'>>) : {};
  return {
    commit: {
      number,
      samples: {
        words: new Float64Array(words.buffer, words.byteOffset, words.length / 8),
        strings,
        layouts: layouts.toString().split('\n').slice(0, -1),
      },
      texts,
      acks,
    },
    end,
  };
}

/** The next place behind `at` where a frame might begin. */
export function nextPlace(file: Buffer, at: number): number {
  for (let place = at + ALIGN; place + HEADER <= file.length; place += ALIGN) {
    if (file.readUInt32LE(place) === MAGIC) return place;
  }
  return file.length;
}

export function alignedCopy(bytes: Buffer): Buffer {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(copy);
  return copy;
}

const bytesOf = (words: Float64Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
