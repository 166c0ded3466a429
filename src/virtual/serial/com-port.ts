/** What a serial server answers to the commands of Telnet's COM-PORT-OPTION (RFC 2217, section 3). */
import type { Lines } from './end.ts';

export const COM_PORT = 44;

const SIGNATURE = 0;
const SET_BAUDRATE = 1;
const SET_STOPSIZE = 4;
const SET_CONTROL = 5;
const NOTIFY_MODEMSTATE = 7;
const SET_LINESTATE_MASK = 10;
const SET_MODEMSTATE_MASK = 11;
const PURGE_DATA = 12;
/** The server's answer to a command has its number and this. */
const ANSWER = 100;

/** Values of SET_CONTROL. */
const NO_FLOW_CONTROL = 1;
const BREAK_OFF = 6;
const [ASK_DTR, DTR_ON, DTR_OFF, ASK_RTS, RTS_ON, RTS_OFF, NO_FLOW_CONTROL_IN] = [7, 8, 9, 10, 11, 12, 14];
/** What each request for a state is answered with where the state never changes. */
const STATES: Record<number, number> = { 0: NO_FLOW_CONTROL, 4: BREAK_OFF, 13: NO_FLOW_CONTROL_IN };

/** Data set ready, clear to send: a board's converter has neither, and is always so. */
const MODEM_STATE = 0x30;

export interface Cable {
  lines: { dtr: boolean; rts: boolean };
  set(lines: Lines): void;
  /** What came from the board and was not sent on is gone. */
  purge(): void;
}

export class ComPort {
  readonly #cable: Cable;
  /** As they were last set; 8N1 at the chip's speed until then. */
  readonly #settings: Record<number, number[]> = { 1: [0, 1, 0xc2, 0], 2: [8], 3: [1], 4: [1] };

  constructor(cable: Cable) {
    this.#cable = cable;
  }

  /** @returns what is to be sent between SB and SE, after the option's number; nothing for what needs no answer */
  answer([command = -1, ...value]: number[]): number[] | undefined {
    const first = value[0] ?? 0;
    if (command >= SET_BAUDRATE && command <= SET_STOPSIZE)
      return [command + ANSWER, ...this.#setting(command, value)];
    switch (command) {
      case SIGNATURE:
        return [ANSWER, ...Buffer.from('Kiteline virtual board')];
      case SET_CONTROL:
        return [command + ANSWER, this.#control(first)];
      case NOTIFY_MODEMSTATE:
      case SET_MODEMSTATE_MASK:
        return [NOTIFY_MODEMSTATE + ANSWER, MODEM_STATE];
      case SET_LINESTATE_MASK:
        return [command + ANSWER, first];
      case PURGE_DATA:
        if (first !== 2) this.#cable.purge(); // 2: what goes to the board, which is with it at once
        return [command + ANSWER, first];
      default:
        return undefined;
    }
  }

  /** Speed (four bytes), data size, parity, stop size; zeros ask for what is set. */
  #setting(command: number, value: number[]): number[] {
    const now = this.#settings[command] ?? [0];
    if (value.length !== now.length || value.every((byte) => byte === 0)) return now;
    this.#settings[command] = value;
    return value;
  }

  #control(value: number): number {
    if (value === DTR_ON || value === DTR_OFF) this.#cable.set({ dtr: value === DTR_ON });
    else if (value === RTS_ON || value === RTS_OFF) this.#cable.set({ rts: value === RTS_ON });
    else if (value === ASK_DTR) return this.#cable.lines.dtr ? DTR_ON : DTR_OFF;
    else if (value === ASK_RTS) return this.#cable.lines.rts ? RTS_ON : RTS_OFF;
    return STATES[value] ?? value;
  }
}
