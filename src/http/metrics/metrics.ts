import type { Context } from 'hono';
import type { Clock } from '../../clock.ts';
import type { Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import type { Accepted } from '../accepted.ts';
import { askingOf, type GuardOptions, judgeRequest, strangeness } from '../access/guard.ts';
import { Limit } from '../bounded.ts';
import { problem } from '../problem.ts';
import { senderOf } from '../sender.ts';
import { BoardMetrics } from './boards.ts';
import { type BrokerHealth, tellBroker, tellHub, tellStore } from './hub.ts';

/** Readings at a time: each asks the store for every board's newest values. */
const MAX_READINGS = 2;
/** Headers of whoever passes on what others ask for: then loopback says nothing of who asks. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** `GET /metrics`, as Prometheus reads it. */
export class Metrics {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #accepted: Accepted;
  readonly #broker: BrokerHealth | undefined;
  readonly #limit = new Limit(MAX_READINGS);
  readonly #boards = new BoardMetrics();

  constructor(hub: Hub, clock: Clock, accepted: Accepted, broker?: BrokerHealth) {
    this.#hub = hub;
    this.#clock = clock;
    this.#accepted = accepted;
    this.#broker = broker;
  }

  /** To who has a token, and to programs of this machine. */
  async respond(c: Context, access: GuardOptions): Promise<Response> {
    const judgement = isOfThisMachine(c, access) ? undefined : judgeRequest(c, access);
    if (judgement && !('token' in judgement)) {
      if (judgement.status === 401) c.header('WWW-Authenticate', 'Bearer realm="kiteline"');
      return problem(c, judgement.status, judgement.detail);
    }
    const release = this.#limit.take();
    if (!release) {
      const detail = say('Others read the metrics: try again soon.', '正在被读取，请稍后再试。');
      return problem(c, 503, detail);
    }
    try {
      return await this.#read(c);
    } finally {
      release();
    }
  }

  async #read(c: Context): Promise<Response> {
    // Loaded by the first who reads them: a hub that nobody watches has none of it.
    const [{ Exposition }, { processRegistry }] = await Promise.all([
      import('./exposition.ts'),
      import('./process.ts'),
    ]);
    const to = new Exposition();
    tellHub(to, this.#hub, this.#accepted);
    if (this.#broker) tellBroker(to, this.#broker);
    await tellStore(to, this.#hub.store);
    await this.#boards.tell(to, this.#hub, this.#clock.now());
    const parts = await Promise.all([to.registry.metrics(), processRegistry().metrics()]);
    return c.body(parts.join('\n'), 200, {
      'Content-Type': to.registry.contentType,
      'Cache-Control': 'no-store',
    });
  }
}

/** A program of this machine that asks for itself, and by a name of ours: no page of another site that has its name lead here. */
function isOfThisMachine(c: Context, { names }: GuardOptions): boolean {
  const { host } = senderOf(c);
  const isLoopback = host === '::1' || host.startsWith('127.');
  return isLoopback && !PASSED_ON.some((name) => c.req.header(name)) && !strangeness(askingOf(c), names);
}
