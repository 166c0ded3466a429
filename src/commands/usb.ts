import type { Command } from 'commander';
import { portNamed } from '../board/port-name.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

/** The options of every command that talks to a board by USB. */
export interface UsbOptions {
  port?: string;
  baud?: number;
}

/** @param port what `--port` is for, where it is not found by itself */
export function addUsbOptions(command: Command, port = found()): Command {
  return command
    .option('--port <PORT>', port, portNamed)
    .option('--baud <SPEED>', say('bits a second, 115200 unless told', '速率，默认 115200'), baudOf);
}

const found = (): string =>
  say(
    'the serial port, e.g. /dev/ttyUSB0, COM3, rfc2217://HOST:PORT (found by itself when one board is plugged in)',
    '串口，例如 /dev/ttyUSB0、COM3、rfc2217://主机:端口（只插一块板时自动找到）',
  );

/** What becomes of files that are there already. */
export function addReplaceOptions(command: Command): Command {
  return command
    .option(
      '--backup <FOLDER>',
      say(
        'copy files that were changed on the board there before they are replaced',
        '替换前先把板子上被改动过的文件复制到这里',
      ),
    )
    .option('-y, --yes', say('replace files that were changed on the board', '直接替换板子上被改动过的文件'));
}

/** @throws KitelineError BAD_ARGUMENT */
export function baudOf(text: string): number {
  const baud = /^\d{3,8}$/.test(text) ? Number(text) : 0;
  if (baud >= 300) return baud;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is no speed: write for example 115200 or 460800.`,
      `“${text}”不是速率：请写成例如 115200 或 460800。`,
    ),
  );
}
