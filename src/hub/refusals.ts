import type { Clock } from '../clock.ts';
import { inLanguage, say } from '../language.ts';
import type { Handlers } from './events.ts';
import type { Feed } from './feed.ts';
import type { RefusedReason } from './reasons.ts';

/** Somebody was kept out. */
export interface RefusedMessage {
  /** Which board it said to be; its address where it said no name. */
  board: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** `HOST:PORT` it came from. */
  address: string;
  reason: RefusedReason;
  /** A sentence for people. */
  message: string;
  /** How often since it was told last of the same board, host and reason. */
  times: number;
}

/** Milliseconds until the same is told again, and within which at most so much is told at all: whoever floods us must not flood people. */
const AGAIN_MS = 60_000;
const MOST = 30;

export interface RefusalsOptions {
  clock: Clock;
  /** Told every time. */
  count: (reason: RefusedReason, board: string) => void;
  /** Both are told at a bounded rate. */
  feed: Pick<Feed, 'publish'>;
  handlers: Pick<Handlers, 'refused'>;
}

/** Whoever is kept out: every time counted, and told to people at a bounded rate. */
export class Refusals {
  readonly #clock: Clock;
  readonly #count: RefusalsOptions['count'];
  readonly #feed: RefusalsOptions['feed'];
  readonly #handlers: RefusalsOptions['handlers'];
  readonly #told = new Map<string, { at: number; since: number }>(); // when, and how often since
  #begun = Number.NEGATIVE_INFINITY; // of the present minute
  #inMinute = 0;

  constructor({ clock, count, feed, handlers }: RefusalsOptions) {
    this.#clock = clock;
    this.#count = count;
    this.#feed = feed;
    this.#handlers = handlers;
  }

  /**
   * @param board which it said to be, or its address
   * @param from where it came from
   */
  refuse(reason: RefusedReason, board: string, from: { host: string; address: string }): void {
    this.#count(reason, board);
    const now = this.#clock.monotonic();
    if (now - this.#begun >= AGAIN_MS) this.#newMinute(now);
    const what = JSON.stringify([reason, board, from.host]);
    const last = this.#told.get(what);
    if (last && now - last.at < AGAIN_MS) {
      last.since++;
      return;
    }
    if (this.#inMinute >= MOST) return;
    this.#inMinute++;
    this.#told.set(what, { at: now, since: 0 });
    const times = 1 + (last?.since ?? 0);
    const { address } = from;
    // For those who look after the hub, whoever's request it comes of.
    const message = inLanguage(undefined, () => SENTENCES[reason](board, address));
    const refused: RefusedMessage = { board, at: this.#clock.now(), address, reason, message, times };
    this.#feed.publish({ type: 'refused', ...refused });
    this.#handlers.refused(refused);
  }

  /** What was told longer ago is forgotten, unless more of it came: at most twice what is told in a minute stays. */
  #newMinute(now: number): void {
    this.#begun = now;
    this.#inMinute = 0;
    for (const [what, { at, since }] of this.#told)
      if (now - at >= (since > 0 ? 2 : 1) * AGAIN_MS) this.#told.delete(what);
  }
}

const SENTENCES: Record<RefusedReason, (board: string, address: string) => string> = {
  NO_PROOF: (board, address) =>
    say(
      `${address} says that it is ${board} and has no key of it: it was refused. If it is your board, put the key into its /kiteline.json; "kiteline boards open ${board}" lets the name be used without one.`,
      `${address} 自称 ${board}，但没有它的密钥：已拒绝。如果这是您的板子，请把密钥写入它的 /kiteline.json；“kiteline boards open ${board}”可让该名称不再需要密钥。`,
    ),
  UNKNOWN_KEY: (board, address) =>
    say(
      `${address} says that it is ${board} with a key that is not valid here: it was refused. "kiteline boards keys" lists which are; "kiteline boards rotate ${board}" (or add, where it has none) makes a new one.`,
      `${address} 自称 ${board}，但其密钥在此无效：已拒绝。“kiteline boards keys”列出有效的密钥；“kiteline boards rotate ${board}”（没有密钥时用 add）可生成新的。`,
    ),
  BAD_SIGNATURE: (board, address) =>
    say(
      `What came as ${board} from ${address} is not what ${board} signed: it was not taken, and a connection on which it came was ended. Somebody between may have changed it.`,
      `从 ${address} 以 ${board} 名义发来的内容与其签名不符：未被接收，所在连接已结束。途中可能有人改动过。`,
    ),
  REPLAYED: (board, address) =>
    say(
      `A line of ${board} came again from ${address}: the session was ended. Somebody between may have recorded it.`,
      `${board} 的一行内容从 ${address} 重复发来：会话已结束。途中可能有人录制并重放。`,
    ),
  NOT_ALLOWED: (board, address) =>
    say(
      `${board} at ${address} has no key, and boards without one are not commanded from there: "kiteline boards add ${board}" gives it a key, --open-boards any allows it.`,
      `${address} 上的 ${board} 没有密钥，不允许向那里的无密钥板子发命令：“kiteline boards add ${board}”可为它添加密钥，--open-boards any 可放行。`,
    ),
  PUBLIC_ADDRESS: (_, address) =>
    say(
      `${address} is a public address, and what comes from such is refused: --allow with its range lets it in, --public lets in everybody.`,
      `${address} 是公网地址，来自公网的内容会被拒绝：用 --allow 加上其网段可放行，--public 放行所有地址。`,
    ),
};
