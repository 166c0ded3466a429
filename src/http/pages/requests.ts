import { KitelineError } from '../../errors.ts';
import type { ControlHandle } from '../../hub/control/lease.ts';
import type { Hub } from '../../hub/hub.ts';
import { inLanguage, say } from '../../language.ts';
import { isObject, type Json, type JsonObject } from '../../wire/index.ts';
import { languageIn } from '../asked-language.ts';
import type { Page } from './page.ts';

/**
 * Milliseconds that a page's setpoint is renewed for: a page that steers says so at least every 200 ms, and one that sleeps, loses its
 * Wi-Fi or is closed says nothing.
 */
const HOLD_MS = 400;
/** Controls that a page steers at a time. */
const MOST_LEASES = 8;

/** What an operator's page asks for: to steer, to stop, to send a line. */
export class Requests {
  readonly #hub: Hub;
  readonly #leases = new Map<Page, Map<string, ControlHandle>>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Answers a request; what is none is not answered. */
  take(page: Page, message: Partial<Record<string, unknown>>): void {
    const { id, lang } = message;
    if (typeof id === 'number') inLanguage(languageIn(lang), () => this.#answer(page, id, message));
  }

  #answer(page: Page, id: number, message: Partial<Record<string, unknown>>): void {
    try {
      if (page.token.role !== 'operator') {
        const sentence = say(
          'You are signed in as a viewer: you may look on.',
          '你以观察者身份登录：只能查看。',
        );
        throw new KitelineError('NOT_ALLOWED', sentence);
      }
      const result = this.#do(page, message);
      page.tell({ re: id, ok: true, ...(result !== undefined && { result }) });
    } catch (error) {
      if (!(error instanceof KitelineError)) throw error;
      page.tell({ re: id, ok: false, code: error.code, message: error.message });
    }
  }

  /** The page is gone: what it steered stops. */
  gone(page: Page): void {
    for (const lease of this.#leases.get(page)?.values() ?? []) lease.release();
    this.#leases.delete(page);
  }

  #do(page: Page, { set, release, line }: Partial<Record<string, unknown>>): Json | undefined {
    if (isSteering(set)) return this.#set(page, set);
    if (isSteering(release)) {
      const key = keyOf(release);
      this.#leases.get(page)?.get(key)?.release();
      this.#leases.get(page)?.delete(key);
      return undefined;
    }
    if (isAsk(line)) return this.#line(line.board, line.text);
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        'The page asks for something that the hub does not know: load it again.',
        '页面请求了中枢不认识的内容：请重新加载。',
      ),
    );
  }

  #set(page: Page, ask: Steering): Json {
    const { board, control, args, takeover } = ask;
    const setpoint = isObject(args as Json) ? (args as JsonObject) : {};
    let leases = this.#leases.get(page);
    if (!leases) {
      leases = new Map();
      this.#leases.set(page, leases);
    }
    const key = keyOf(ask);
    let lease = leases.get(key);
    if (!lease || lease.end) {
      for (const [other, { end }] of leases) if (end) leases.delete(other);
      if (leases.size >= MOST_LEASES)
        throw new KitelineError(
          'BAD_ARGUMENT',
          say(
            `A page steers at most ${MOST_LEASES} controls.`,
            `一个页面最多同时操控 ${MOST_LEASES} 个控制流。`,
          ),
        );
      const handle = this.#hub.board(board);
      if (!handle) throw noBoard(board);
      // With the setpoint: where that will not do nothing is taken, from nobody.
      lease = handle.control(control, {
        holder: page.holder,
        takeover: takeover === true,
        holdMs: HOLD_MS,
        args: setpoint,
      });
      leases.set(key, lease);
      return { held: lease.end === undefined, lease: lease.lease };
    }
    return { held: lease.set(setpoint), lease: lease.lease };
  }

  #line(board: string, text: unknown): Json {
    const handle = this.#hub.board(board);
    if (!handle) throw noBoard(board);
    if (typeof text !== 'string' || text === '')
      throw new KitelineError('BAD_ARGUMENT', say('There is nothing to send.', '没有要发送的内容。'));
    if (!handle.send(text)) {
      throw new KitelineError(
        'UNREACHABLE',
        say(
          `${board} cannot be reached now: it has no connection, or does not read.`,
          `目前无法联系 ${board}：没有连接，或对方不读取。`,
        ),
      );
    }
    return { sent: true };
  }
}

type Ask = { board: string } & Partial<Record<string, unknown>>;
type Steering = Ask & { control: string };

const isAsk = (value: unknown): value is Ask =>
  typeof value === 'object' && value !== null && 'board' in value && typeof value.board === 'string';

const isSteering = (value: unknown): value is Steering => isAsk(value) && typeof value.control === 'string';

const keyOf = ({ board, control }: Steering): string => JSON.stringify([board, control]);

const noBoard = (board: string) =>
  new KitelineError(
    'NOT_FOUND',
    say(
      `The hub has not heard of ${board} since it was started.`,
      `中枢启动以来没有收到过 ${board} 的消息。`,
    ),
  );
