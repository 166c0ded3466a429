/** Telnet as a serial server needs it (RFC 854): data, options, and what stands between SB and SE. */

export const IAC = 255;
export const DONT = 254;
export const DO = 253;
export const WONT = 252;
export const WILL = 251;
export const SB = 250;
export const SE = 240;

/** Of what stands between SB and SE: the longest that RFC 2217 has is far shorter. */
const MOST_SUB = 256;

export interface TelnetEvents {
  data(bytes: Uint8Array): void;
  option(verb: number, option: number): void;
  /** @param bytes the option and what follows it; longer ones than anybody sends are passed over */
  sub(bytes: Uint8Array): void;
}

/** Takes bytes wherever they are split. */
export class TelnetInput {
  readonly #events: TelnetEvents;
  #state: 'data' | 'iac' | 'option' | 'sub' | 'sub-iac' = 'data';
  #verb = 0;
  #sub: number[] = [];

  constructor(events: TelnetEvents) {
    this.#events = events;
  }

  take(bytes: Uint8Array): void {
    let data: number[] = [];
    const settle = () => {
      if (data.length > 0) this.#events.data(Uint8Array.from(data));
      data = [];
    };
    for (const byte of bytes) {
      if (this.#state === 'data') {
        if (byte === IAC) this.#state = 'iac';
        else data.push(byte);
      } else if (this.#state === 'iac' && byte === IAC) {
        data.push(byte);
        this.#state = 'data';
      } else {
        settle(); // in the order in which they came
        this.#command(byte);
      }
    }
    settle();
  }

  #command(byte: number): void {
    switch (this.#state) {
      case 'iac':
        this.#verb = byte;
        this.#sub = [];
        this.#state = byte === SB ? 'sub' : byte >= WILL && byte <= DONT ? 'option' : 'data';
        break;
      case 'option':
        this.#state = 'data';
        this.#events.option(this.#verb, byte);
        break;
      case 'sub':
        if (byte === IAC) this.#state = 'sub-iac';
        else this.#keep(byte);
        break;
      default:
        this.#state = byte === SE ? 'data' : 'sub';
        if (byte === IAC) this.#keep(byte);
        else if (byte === SE && this.#sub.length <= MOST_SUB) this.#events.sub(Uint8Array.from(this.#sub));
    }
  }

  #keep(byte: number): void {
    if (this.#sub.length <= MOST_SUB) this.#sub.push(byte);
  }
}

/** Data as it travels. */
export function escaped(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\xff', '\xff\xff');
  return Buffer.from(text, 'latin1');
}
