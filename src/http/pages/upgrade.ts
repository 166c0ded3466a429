import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parse } from 'hono/utils/cookie';
import { cookieName, type GuardOptions, judge } from '../access/guard.ts';
import { answerText } from '../client-error.ts';
import type { Pages } from './pages.ts';

/** Where pages connect; without `Upgrade` the same path is the feed as server-sent events. */
const PATH = '/api/v1/live';

/**
 * Lets a WebSocket in, or answers why not. A browser sends its cookie with the upgrade that a page of any site asks for, and shows the
 * answer to it: `Origin` is what tells them apart (RFC 6455 section 10.2).
 */
export function upgrade(
  pages: Pages,
  options: GuardOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  const path = URL.parse(request.url ?? '/', 'http://hub')?.pathname; // none: `//`
  if (path !== PATH || request.method !== 'GET') {
    refuse(socket, 404, `There is no WebSocket at ${path ?? request.url}.`);
    return;
  }
  const header = (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  };
  const cookie = parse(header('cookie') ?? '')[cookieName(header('host'))];
  const judgement = judge({ method: 'GET', path, header }, cookie, options);
  if (!('token' in judgement)) {
    refuse(socket, judgement.status, judgement.detail);
    return;
  }
  if (pages.isFull) {
    refuse(socket, 503, 'Too many pages are open.');
    return;
  }
  pages.accept(request, socket, head, judgement.token);
}

function refuse(socket: Duplex, status: number, detail: string): void {
  socket.end(answerText(status, detail));
}
