import { createRequire } from 'node:module';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { encodeText, endsInsideCharacter, showBytes } from '../wire/index.ts';

/** Between the bytes on a socket and the text that a person or an app reads and writes. */
export interface Encoding {
  encode(text: string): Uint8Array;
  /**
   * Never throws. Bytes that are no text in this encoding come out as `\xNN` in UTF-8, so that they can be told apart,
   * and as U+FFFD in others.
   */
  decode(bytes: Uint8Array): string;
  /** As `decode`, for bytes that arrive in pieces: a character cut between two pieces waits for the second. */
  stream(): { push(bytes: Uint8Array): string; end(): string };
}

/**
 * UTF-8 unless a name is given: `gbk`, as Chinese network tools send, `big5`, `shift_jis`, … (what iconv-lite knows).
 * @throws KitelineError NOT_FOUND for a name that nobody knows
 */
export function encodingNamed(name?: string): Encoding {
  if (name === undefined || /^utf-?8$/i.test(name)) return utf8;
  // Loaded here: its tables cost a command that needs none of them a noticeable part of its start.
  const iconv: typeof import('iconv-lite') = createRequire(import.meta.url)('iconv-lite');
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
