import type { Context } from 'hono';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { formatHostPort } from '../transport/address.ts';
import { lanAddresses } from '../transport/lan.ts';
import { hostOf } from './mip.ts';

/** For whoever is signed in where the page was not built, and asks with `curl`. @param mip where boards get their library */
export function frontPage(hub: Hub, c: Context, mip: string): string {
  const lines = [
    say('Kiteline hub: boards send here.', 'Kiteline 中枢：板子把数据发到这里。'),
    '',
    say('HTTP   POST /samples with {"temp":23.5}', 'HTTP   向 /samples POST {"temp":23.5}'),
  ];
  for (const protocol of ['tcp', 'udp'] as const) {
    const at = hub.listening[protocol];
    for (const host of at ? lanAddresses(at.host) : []) {
      lines.push(`${protocol.toUpperCase()}    ${formatHostPort(host, at?.port ?? 0)}`);
    }
  }
  lines.push(
    '',
    say('The library for boards:', '板子用的库：'),
    ...installLines(c, mip),
    '',
    say('With a token also ("kiteline access"):', '凭令牌还可访问（“kiteline access”）：'),
    'GET /api',
    'GET /api/v1/openapi.json',
    'GET /api/v1/boards',
    'GET /api/v1/boards/NAME',
    'GET /api/v1/boards/NAME/history?metric=METRIC',
    'POST /api/v1/boards/NAME/commands {"name":"led","args":{"on":true}}',
    'GET /api/v1/commands/ID',
    'GET /api/v1/dials',
    'GET /api/v1/where',
    'PUT /api/v1/boards/NAME/controls/CONTROL {"holder":"ann","args":{"left":0.5}}',
    'GET /api/v1/live',
    'GET /api/v1/export',
    'POST /api/v1/import',
    'GET /metrics',
    'GET /api/v1/store',
    'GET /api/v1/store/check',
    'GET /api/v1/store/backup',
    '',
  );
  return lines.join('\n');
}

/** For whoever opens in a browser what is meant for `mip`. */
export function libraryPage(c: Context, mip: string): string {
  const lines = [
    say(
      'The Kiteline library for boards. At the MicroPython prompt of a board that is in this network:',
      'Kiteline 板端库。在已连接本网络的板子上，于 MicroPython 提示符下输入：',
    ),
    '',
    'import mip',
    ...installLines(c, mip),
    '',
  ];
  return lines.join('\n');
}

function installLines(c: Context, mip: string): string[] {
  const base = `http://${hostOf(c)}${mip}`;
  return [
    `mip.install("${base}/kiteline")`,
    say(
      `compiled, for less of the board's memory: mip.install("kiteline", index="${base}")`,
      `已编译，更省板上内存：mip.install("kiteline", index="${base}")`,
    ),
  ];
}
