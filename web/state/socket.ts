import { signal } from '@preact/signals';
import type { ChannelName, FromHub, FromPage } from '../../src/http/pages/messages.ts';
import { language, t } from '../lang/lang.ts';
import { askHub } from './answers.ts';
import { learnTime } from './time.ts';

/** Milliseconds until the next try: doubles up to the second. */
const RETRY_MS = [500, 5_000] as const;

/** Whether the hub is there. */
export const connection = signal<'connecting' | 'open' | 'lost'>('connecting');
/** What a person may do here; known once connected. */
export const role = signal<'operator' | 'viewer' | undefined>(undefined);

type Answer = { ok: true } | { ok: false; code: string; message: string };
type Ask = FromPage extends infer F ? (F extends { id: number } ? Omit<F, 'id'> : never) : never;

const listeners = new Set<(message: FromHub) => void>();
const wanted = new Map<ChannelName, number>();
const waiting = new Map<number, (answer: Answer) => void>();
let socket: WebSocket | undefined;
let pause: number = RETRY_MS[0];
/** The next try, while there is no connection. */
let retry: ReturnType<typeof setTimeout> | undefined;
let ids = 0;

/** Told of everything that the hub says. */
export function onMessage(listener: (message: FromHub) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Keeps a channel coming, over reconnections; the hub tells its whole state each time. @returns ends it */
export function subscribe(channel: ChannelName): () => void {
  wanted.set(channel, (wanted.get(channel) ?? 0) + 1);
  say({ sub: [channel] });
  return () => {
    const left = (wanted.get(channel) ?? 1) - 1;
    if (left > 0) wanted.set(channel, left);
    else {
      wanted.delete(channel);
      say({ unsub: [channel] });
    }
  };
}

/** Asks the hub for something; without a connection it is refused at once. */
export function ask(what: Ask): Promise<Answer> {
  const id = ++ids;
  if (!say({ id, lang: language.value, ...what } as FromPage)) return Promise.resolve(closed());
  return new Promise((resolve) => waiting.set(id, resolve));
}

export function connect(): void {
  connection.value = connection.value === 'open' ? 'lost' : connection.value;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const made = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
  socket = made;
  made.addEventListener('message', ({ data }) => take(JSON.parse(data as string) as FromHub));
  made.addEventListener('close', () => {
    if (socket !== made) return;
    socket = undefined;
    connection.value = 'lost';
    for (const settle of waiting.values()) settle(closed());
    waiting.clear();
    retry = setTimeout(() => void again(), pause);
    pause = Math.min(pause * 2, RETRY_MS[1]);
  });
}

const closed = (): Answer => ({ ok: false, code: 'CLOSED', message: t('reconnecting') });

/** Whoever is not signed in any more is told so by the page that the hub then serves. */
async function again(): Promise<void> {
  retry = undefined;
  const me = await askHub('/api/v1/me').catch(() => undefined);
  if (me?.status === 401) location.reload();
  else connect();
}

// A phone that wakes up does not wait for its next try.
addEventListener('online', () => wake());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake());

function wake(): void {
  pause = RETRY_MS[0];
  if (retry === undefined) return;
  clearTimeout(retry);
  void again();
}

function take(message: FromHub): void {
  if ('hello' in message) {
    pause = RETRY_MS[0];
    role.value = message.hello.role;
    learnTime(message.hello.time);
    connection.value = 'open';
    if (wanted.size > 0) say({ sub: [...wanted.keys()] });
  } else if ('re' in message) {
    waiting.get(message.re)?.(message);
    waiting.delete(message.re);
    return;
  }
  for (const listener of listeners) listener(message);
}

function say(message: FromPage): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}
