import { readFileSync } from 'node:fs';
import { stripVTControlCharacters, styleText } from 'node:util';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';

/**
 * Text from the network made safe for a terminal, on one line: control characters (which could move the cursor,
 * change colours or forge a line) and marks that reverse the direction of writing become visible escapes.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const named = NAMED[character];
    if (named) return named;
    const code = character.charCodeAt(0);
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/**
 * JSON that is safe for a terminal: JSON.stringify escapes neither C1 controls nor marks that reverse the direction of
 * writing. The value stays the same, for both stand in strings only.
 * @param json one line, as JSON.stringify writes it
 */
export function printableJson(json: string): string {
  return json.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As `printable`, cut where it takes more columns: for a table, which one long text would blow up. */
export function printableWithin(text: string, most: number): string {
  const whole = printable(text);
  if (columns(whole) <= most) return whole;
  let shown = '';
  let left = most - 1; // for the mark of the cut
  for (const character of text) {
    const next = printable(character);
    left -= columns(next);
    if (left < 0) break;
    shown += next;
  }
  return `${shown}…`;
}

/** As `printable`, for a stream that may have lines of its own. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n');
}

// C0 but tab, DEL, C1, and Unicode's bidirectional controls and line separators.
const CONTROLS = /(?!\t)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r' };

type Style = Parameters<typeof styleText>[0];

/** Styled for stdout when that is a terminal with colours (NO_COLOR and FORCE_COLOR are honoured), else plain. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** How many columns a text takes; characters of East Asian scripts take two. */
export function columns(text: string): number {
  let count = 0;
  for (const character of stripVTControlCharacters(text)) {
    count +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  }
  return count;
}

/**
 * Writes to stdout and waits while whoever reads it is slower than we are.
 * @throws KitelineError USAGE when it takes no more, as a file on a full disk
 */
export async function print(data: string | Uint8Array): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
    });
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      say(`stdout cannot be written (${code}).`, `无法写入标准输出（${code}）。`),
      { cause },
    );
  }
}

/** A line for the person, on stderr, so that stdout carries the data alone. Where it takes no more, the work goes on. */
export function tell(line: string): void {
  try {
    process.stderr.write(`${line}\n`);
  } catch {
    // a file on a full disk: Node throws there what a pipe emits
  }
}

/**
 * Aborts at the first Ctrl-C (or SIGTERM, SIGHUP), so that a command can end in order; a second one ends it at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

/**
 * Whether a person types at our stdin now. In the background (`kiteline listen udp &`) the terminal is somebody else's:
 * whoever reads from it there is stopped by the system.
 */
export function isTypedTo(): boolean {
  if (!process.stdin.isTTY) return false;
  try {
    // proc(5): after the name in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ');
    return fields?.[2] === fields?.[5];
  } catch {
    return true; // no /proc: the system does not tell
  }
}
