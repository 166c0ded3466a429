import { renderUnicodeCompact } from 'uqr';
import { say } from '../language.ts';
import { formatHostPort, isLoopback } from '../transport/address.ts';
import { lanAddresses } from '../transport/lan.ts';

/**
 * The page's address for a browser in the network, with what lets it in: behind the `#`, which no browser sends.
 * @param view the path of what it is to show; all boards unless told
 */
export function pageLink(host: string, port: number, secret: string, view = '/'): string {
  return `http://${formatHostPort(lanAddresses(host)[0] ?? '127.0.0.1', port)}${view}#t=${secret}`;
}

/**
 * The same as lines to look at and to scan.
 * @param scans whether there is a screen that a phone could be held before
 */
export function linkLines(link: string, scans: boolean): string[] {
  const { hostname } = new URL(link);
  const lines = [say(`The page: ${link}`, `网页：${link}`)];
  if (!scans || isLoopback(hostname)) return lines;
  lines.push(
    say(
      'or scan this with a phone in the same network; the code lets in, so show it to nobody else:',
      '或用同一网络中的手机扫描；此码可直接登录，请勿给他人看：',
    ),
    // Its blocks are the light modules: white on black, whatever colours the terminal has.
    ...renderUnicodeCompact(link, { border: 2 })
      .split('\n')
      .map((line) => `\x1b[97;40m${line}\x1b[0m`),
  );
  return lines;
}
