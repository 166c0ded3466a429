import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import type { LiveEvent, LostEvent, Subscription } from '../hub/feed.ts';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import type { AccessToken } from './access/tokens.ts';
import { problem } from './problem.ts';
import { orSilence } from './silence.ts';

/** Readers at a time; more are refused. Each holds at most its feed's queue. */
const MAX_READERS = 64;

const encoder = new TextEncoder();

/** `GET /api/v1/live`: the feed as server-sent events (HTML Living Standard section 9.2), one per event of the feed. */
export class Live {
  #hub: Hub;
  #clock: Clock;
  #readers = new Map<Subscription, AccessToken>();

  constructor(hub: Hub, clock: Clock) {
    this.#hub = hub;
    this.#clock = clock;
  }

  respond(c: Context): Response {
    if (this.#readers.size >= MAX_READERS) {
      return problem(c, 503, say('There are too many readers.', '读取者过多。'));
    }
    const headers = {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'close', // nothing follows a stream without end; kept alive it would only hold up our close()
    };
    // HEAD comes here too, and nobody would ever take the stream that is not sent.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    const board = c.req.query('board');
    const subscription = this.#hub.subscribe(board === undefined ? {} : { board });
    this.#readers.set(subscription, c.var.token);
    return c.body(this.#stream(subscription), 200, headers);
  }

  /** Ends the streams of a token that is taken back, after what waits for them. */
  revoked(token: AccessToken): void {
    for (const [subscription, { id }] of this.#readers) if (id === token.id) subscription.close();
  }

  /** Ends every stream after what waits for it. */
  close(): void {
    for (const subscription of this.#readers.keys()) subscription.close();
  }

  /** Pulled, not pushed: while a reader does not take what is there, its events wait in the bounded queue of the feed. */
  #stream(subscription: Subscription): ReadableStream<Uint8Array> {
    let next: ReturnType<Subscription['next']> | undefined;
    const done = () => {
      subscription.close();
      this.#readers.delete(subscription);
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(': live\n\n')), // so that the reader knows it is connected
      pull: async (controller) => {
        next ??= subscription.next();
        const events = await orSilence(next, this.#clock);
        if (events === 'silence') {
          controller.enqueue(encoder.encode(':\n\n'));
          return;
        }
        next = undefined;
        if (events) {
          controller.enqueue(encoder.encode(events.map(eventText).join('')));
          return;
        }
        done();
        controller.close();
      },
      cancel: done,
    });
  }
}

/** JSON has no maps: values and units become objects, with names such as `__proto__` as plain members. */
function eventText(event: LiveEvent | LostEvent): string {
  const plain =
    event.type === 'sample'
      ? {
          ...event,
          values: Object.fromEntries(event.values),
          ...(event.units && { units: Object.fromEntries(event.units) }),
        }
      : event;
  return `event: ${event.type}\ndata: ${JSON.stringify(plain)}\n\n`;
}
