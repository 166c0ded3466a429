import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { encodeText, showBytes } from '../wire/index.ts';
import { endsInsideCharacter } from '../wire/utf8.ts';

/** Between the bytes on a socket and the text that a person reads and types. */
export interface Encoding {
  encode(text: string): Uint8Array;
  /** Never throws: bytes that are no text in this encoding come out as `\xNN`, so that they can be told apart. */
  decode(bytes: Uint8Array): string;
  /** As `decode`, for bytes that arrive in pieces: a character cut between two pieces waits for the second. */
  stream(): { push(bytes: Uint8Array): string; end(): string };
}

/**
 * UTF-8 unless a name is given: `gbk`, `gb18030`, `shift_jis`, … (what iconv-lite knows).
 * @throws KitelineError NOT_FOUND for a name that nobody knows
 */
export async function encodingNamed(name?: string): Promise<Encoding> {
  if (name === undefined || /^utf-?8$/i.test(name)) return utf8;
  const { default: iconv } = await import('iconv-lite');
  if (!iconv.encodingExists(name)) {
    throw new KitelineError(
      'NOT_FOUND',
      say(
        `There is no encoding "${name}"; common ones are utf-8, gbk, gb18030, big5.`,
        `没有编码“${name}”；常用的有 utf-8、gbk、gb18030、big5。`,
      ),
    );
  }
  return {
    encode: (text) => iconv.encode(text, name),
    decode: (bytes) => iconv.decode(Buffer.from(bytes), name),
    stream() {
      const decoder = iconv.getDecoder(name);
      return { push: (bytes) => decoder.write(Buffer.from(bytes)), end: () => decoder.end() ?? '' };
    },
  };
}

const utf8: Encoding = {
  encode: encodeText,
  decode: showBytes,
  stream() {
    let rest: Uint8Array = new Uint8Array();
    return {
      push(bytes) {
        const all = Buffer.concat([rest, bytes]);
        let whole = all.length;
        // A character has at most four bytes, so at most three of one that is cut are here.
        if (endsInsideCharacter(all))
          do whole--;
          while (endsInsideCharacter(all.subarray(0, whole)));
        rest = all.subarray(whole);
        return showBytes(all.subarray(0, whole));
      },
      end: () => showBytes(rest),
    };
  },
};
