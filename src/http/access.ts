import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { say } from '../language.ts';
import { isLoopback } from '../transport/address.ts';
import { plainHost } from '../transport/transport.ts';
import { problem } from './problem.ts';

/** The IP address and port that a request came from. */
export function senderOf(c: Context): { host: string; port: number } {
  const { address = '', port = 0 } = getConnInfo(c).remote;
  return { host: plainHost(address), port };
}

/** Our own end of the request's connection. */
export function ownEndOf(c: Context<{ Bindings: HttpBindings }>): { host: string; port: number } {
  const { localAddress = '', localPort = 0 } = c.env.incoming.socket;
  return { host: plainHost(localAddress), port: localPort };
}

/**
 * Lets this machine alone read, and of its browsers' pages none of another site: that could not read the answer, but have
 * everything copied and checked for nothing (Fetch Metadata, W3C). The Host header is looked at as well: a page from elsewhere that has pointed its own
 * name at 127.0.0.1 (DNS rebinding) comes from this machine's browser, but calls us by that name.
 */
export const thisMachineOnly: MiddlewareHandler = async (c, next) => {
  // From an address to itself: this machine, by its address in the network, as with a hub that listens there alone.
  const own = ownEndOf(c).host;
  if (!isLoopback(senderOf(c).host) && senderOf(c).host !== own) {
    const detail = say(
      'What boards sent can be read on the machine that the hub runs on, and not over the network.',
      '板子发来的数据只能在运行中枢的本机上读取，不能通过网络读取。',
    );
    return problem(c, 403, detail);
  }
  const name = hostName(c.req.header('host'));
  if (name !== undefined && !isLoopback(name) && name !== own) {
    const detail = say(
      'Use http://localhost or http://127.0.0.1: requests that call this hub by another name are refused.',
      '请使用 http://localhost 或 http://127.0.0.1：以其他名称访问会被拒绝。',
    );
    return problem(c, 421, detail);
  }
  if (c.req.header('sec-fetch-site') === 'cross-site') {
    const detail = say(
      'A page of another site asked for this: it is refused. Open the address yourself.',
      '这是其他网站的页面发起的请求，已被拒绝。请自行打开该地址。',
    );
    return problem(c, 403, detail);
  }
  await next();
};

/** The name in a Host header, its port and brackets left out; undefined when there is none (HTTP/1.0). */
function hostName(header: string | undefined): string | undefined {
  return header
    ?.replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}
