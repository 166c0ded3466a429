/**
 * Keys and signed lines from the side of a hub that a test plays by hand. Written after PROTOCOL.md alone and for text only,
 * so that board and hub cannot be wrong together.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A board's key, 64 hex digits, as /kiteline.json has it. */
export const newKey = (): string => randomBytes(32).toString('hex');

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export const keyId = (key: string): string =>
  createHash('sha256').update(bytes(key)).digest('hex').slice(0, 8);

/** What a hub with this key answers to a board's $prove, and the seal of that session. */
export function proven(
  key: string,
  { board, nonce }: { board?: string; nonce?: string },
  own = randomBytes(16).toString('hex'),
): { result: { nonce: string; proof: string }; seal: HubSeal } {
  const said = `${board}\n${nonce}\n${own}`;
  const proof = hmac(bytes(key), `kiteline 1 hub\n${said}`).toString('hex').slice(0, 32);
  return {
    result: { nonce: own, proof },
    seal: new HubSeal(hmac(bytes(key), `kiteline 1 session\n${said}`)),
  };
}

export class HubSeal {
  readonly #session: Buffer;
  #said = 0;
  #heard = 0;

  constructor(session: Buffer) {
    this.#session = session;
  }

  #mac(text: string): string {
    return hmac(this.#session, text).toString('hex').slice(0, 16);
  }

  /** The next line to the board, without its LF; or one of another number or direction, as no honest hub sends it. */
  sign(payload: string, counter: number = ++this.#said, direction = 'h'): string {
    return `${payload}\t${counter}.${this.#mac(`${direction} ${counter} ${payload}`)}`;
  }

  /** What the board's next line says. @throws Error when it is not signed as the contract has it */
  open(line: string): string {
    const at = line.lastIndexOf('\t');
    const payload = line.slice(0, at);
    this.#heard += 1;
    const wanted = `\t${this.#heard}.${this.#mac(`b ${this.#heard} ${payload}`)}`;
    if (line.slice(at) !== wanted) throw new Error(`not the board's line ${this.#heard}: ${line}`);
    return payload;
  }
}
