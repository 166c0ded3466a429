import { isIPv4 } from 'node:net';
import { say } from '../language.ts';
import { isLoopback, isWildcard } from '../transport/address.ts';
import { lanAddresses } from '../transport/lan.ts';

/**
 * The lines that tell a person what to write into a board's program to reach a listener, as Python has it.
 * @param host what it listens on
 */
export function addressLines(host: string, port: number): string[] {
  const tuple = (address: string): string => `  ("${address}", ${port})`;
  const lan = lanAddresses(host).filter((address) => !isLoopback(address));
  const lines: string[] = [];
  if (lan.length > 0) {
    lines.push(say("Paste into the board's program:", '粘贴到开发板的程序里：'), ...lan.map(tuple));
  }
  if (isLoopback(host) || isWildcard(host)) {
    lines.push(
      hereSentence(lan.length > 0, isWildcard(host) || isIPv4(host)),
      tuple(isWildcard(host) ? '127.0.0.1' : host),
    );
  }
  return lines;
}

/** @param virtual whether virtual boards, which speak IPv4 as the chip does, can use it */
function hereSentence(more: boolean, virtual: boolean): string {
  const start = more ? 'and for' : 'For';
  return virtual
    ? say(`${start} programs on this machine, virtual boards included:`, '本机上的程序（包括虚拟板）用：')
    : say(`${start} programs on this machine:`, '本机上的程序用：');
}
