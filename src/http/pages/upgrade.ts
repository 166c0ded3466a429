import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parse } from 'hono/utils/cookie';
import { cookieName, type GuardOptions, judge, strangeness } from '../access/guard.ts';
import { answerText } from '../client-error.ts';
import type { Pages } from './pages.ts';

/** Where pages connect; without `Upgrade` the same path is the feed as server-sent events. */
const PATH = '/api/v1/live';
/** Where MQTT clients do. */
const MQTT_PATH = '/mqtt';

/** Answers an upgrade that is let in. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Who takes which upgrade. */
export interface Upgrades {
  pages: Pages;
  access: GuardOptions;
  /** Undefined where there is no MQTT. */
  mqtt: Upgrade | undefined;
}

/**
 * Lets a WebSocket in, or answers why not. A browser sends its cookie with the upgrade that a page of any site asks for, and shows the
 * answer to it: `Origin` is what tells them apart (RFC 6455 section 10.2).
 */
export function upgrade(
  { pages, access, mqtt }: Upgrades,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  const path = URL.parse(request.url ?? '/', 'http://hub')?.pathname; // none: `//`
  const isMqtt = path === MQTT_PATH && mqtt !== undefined;
  if ((path !== PATH && !isMqtt) || request.method !== 'GET') {
    refuse(socket, 404, `There is no WebSocket at ${path ?? request.url}.`);
    return;
  }
  const header = (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  };
  if (isMqtt) {
    const foreign = strangeness({ method: 'GET', path, header }, access.names);
    if (foreign) refuse(socket, foreign.status, foreign.detail);
    else mqtt(request, socket, head);
    return;
  }
  const cookie = parse(header('cookie') ?? '')[cookieName(header('host'))];
  const judgement = judge({ method: 'GET', path, header }, cookie, access);
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
