/** What can be wrong with a board that has no prompt, and what a board says of its program's errors. */
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

/** The program on the board raised; `traceback` is as MicroPython printed it. */
export class BoardError extends KitelineError {
  readonly traceback: string;

  constructor(traceback: string) {
    super('BOARD_RAISED', plain(traceback));
    this.traceback = this.message;
  }

  /** Of an OSError, the chip's number; undefined for anything else. */
  get errno(): number | undefined {
    const [, number] = /OSError: (?:\[Errno )?\(?(\d+)/.exec(this.traceback) ?? [];
    return number === undefined ? undefined : Number(number);
  }
}

/** Lines as they are; what could drive a terminal is taken out. */
const plain = (text: string): string => text.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\n\t]/gu, '.');

export const boardRaised = (traceback: string): BoardError => new BoardError(traceback);

/** @param came the last of what the port said in place of a prompt */
export function noPrompt(name: string, came: Buffer): KitelineError {
  return new KitelineError('TIMEOUT', noPromptText(name, came.toString('latin1')));
}

function noPromptText(name: string, came: string): string {
  if (/waiting for download/i.test(came)) {
    return say(
      `The board at ${name} is in its boot loader: release the BOOT button and press reset (EN).`,
      `${name} 上的板子处于下载模式：松开 BOOT 键，再按复位键（EN）。`,
    );
  }
  if (/invalid header|flash read err|No bootable app/i.test(came)) {
    return say(
      `The board at ${name} has no firmware: put MicroPython on it first, https://micropython.org/download/?port=esp32 tells how.`,
      `${name} 上的板子没有固件：请先刷入 MicroPython，方法见 https://micropython.org/download/?port=esp32 。`,
    );
  }
  if (/rst:0x[\da-f]+.*boot:0x/is.test(came)) {
    return say(
      `The board at ${name} restarts again and again: its watchdog, or too little power from the cable. Try another cable or port; if that does not help, flash MicroPython anew.`,
      `${name} 上的板子在反复重启：看门狗触发，或线材供电不足。请换线或换接口；仍不行就重新刷入 MicroPython。`,
    );
  }
  if (came === '') {
    return say(
      `Nothing answers at ${name}. Is it a board with MicroPython? Press its reset button and try again; a board just flashed may need --baud.`,
      `${name} 没有应答。这是装有 MicroPython 的板子吗？请按复位键后重试；自编固件可能需要 --baud。`,
    );
  }
  return say(
    `What answers at ${name} is no MicroPython prompt (${shown(came)}): other firmware, another speed (--baud), or a program that cannot be interrupted. Press the reset button and try again.`,
    `${name} 的应答不是 MicroPython 提示符（${shown(came)}）：可能是其他固件、速率不符（--baud），或程序无法中断。请按复位键后重试。`,
  );
}

/** Something came that no raw REPL says there: bytes were lost, or the board restarted. */
export function garbled(name: string, came = '', cause?: unknown): KitelineError {
  const restarted = /rst:0x|soft reboot|ets [A-Z]/.test(came);
  return new KitelineError(
    'GARBLED',
    restarted
      ? say(
          `The board at ${name} restarted in the middle (a watchdog of its program, or too little power).`,
          `${name} 上的板子中途重启（程序的看门狗，或供电不足）。`,
        )
      : say(
          `The connection to ${name} loses bytes${came && ` (${shown(came)})`}: try another cable or port.`,
          `与 ${name} 的连接丢失数据${came && `（${shown(came)}）`}：请换线或换接口。`,
        ),
    { cause },
  );
}

/** The end of it, on one line and safe for a terminal. */
const shown = (text: string): string => JSON.stringify(text.slice(-60).replace(/[^\x20-\x7e]+/g, '.'));
