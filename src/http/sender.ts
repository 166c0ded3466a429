import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { plainHost } from '../transport/transport.ts';

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
