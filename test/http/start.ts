import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { serveHttp } from '../../src/http/server.ts';
import { createHub, type HubOptions } from '../../src/hub/hub.ts';

/** A hub that answers over HTTP on loopback, with a clock that stands still; closed after the test. */
export async function start(options: HubOptions = {}) {
  const clock = new ManualClock();
  const hub = createHub({ clock, ...options });
  // Without the page, whether it was built on this machine or not.
  const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, clock, page: '' });
  onTestFinished(async () => {
    const closed = server.close();
    clock.advance(60_000);
    await closed;
    await hub.close();
  });
  const post = (body: string, path = '/samples') => fetch(server.url + path, { method: 'POST', body });
  /** As an operator, unless `init` says another authorization (or an empty one for none). */
  const get = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${server.token}`);
    return fetch(server.url + path, { ...init, headers });
  };
  /** A request as bytes, for what fetch does not let one say. */
  const raw = async (request: string): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.write(request);
    await once(socket, 'close');
    return answer;
  };
  return { hub, clock, server, post, get, raw };
}

/** Resolves when it is so at last; the test's own deadline is the limit. */
export async function eventually(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await setTimeout(20);
}

/** The sentence of a problem. */
export async function detailOf(answer: Response): Promise<string> {
  const { detail } = (await answer.json()) as { detail: string };
  return detail;
}
