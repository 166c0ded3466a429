import iconv from 'iconv-lite';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

export interface Encoding {
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
}

/**
 * What text that is no UTF-8 is read as: `gbk`, as Chinese network tools send, `big5`, `shift_jis`, …
 * @throws KitelineError NOT_FOUND for a name that nobody knows
 */
export function encodingCalled(name: string): Encoding {
  if (!iconv.encodingExists(name)) {
    throw new KitelineError(
      'NOT_FOUND',
      say(
        `There is no encoding "${name}"; common ones are gbk, gb18030, big5.`,
        `没有编码“${name}”；常用的有 gbk、gb18030、big5。`,
      ),
    );
  }
  return {
    decode: (bytes) => iconv.decode(Buffer.from(bytes), name),
    encode: (text) => iconv.encode(text, name),
  };
}
