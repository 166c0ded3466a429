import { randomBytes } from 'node:crypto';
import { type Alarm, type Clock, systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { inTurn } from '../in-turn.ts';
import { say } from '../language.ts';
import { unknownName } from '../near.ts';
import { boardNameFault, helloLimits } from './hello.ts';
import { KEY_BYTES, keyId } from './seal.ts';

export const keyLimits = {
  /** Names that have or had a key: as many boards as a hub knows. */
  boards: 10_000,
  /** Keys of a board that are valid at a time: the newest, and what it replaces. */
  ofBoard: 4,
  /** Milliseconds that a replaced key may stay valid. A year: a board that is switched on for the next season. */
  overlapMs: 366 * 86_400_000,
} as const;

/** Milliseconds after which the time is looked at again, however far away the end of a key is: a clock may be set meanwhile. */
const LOOK_MS = 3_600_000;

/** A key of a board. */
export interface BoardKey {
  /** What it is called: 8 hex digits that tell nothing of it. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
  /** Milliseconds since 1970 UTC. */
  since: number;
  /** Until when it is valid, of one that was replaced. */
  until?: number;
}

/** A name that can be used only with a key; where it has none, with none at all: it was revoked. */
export interface KeyEntry {
  board: string;
  keys: readonly BoardKey[];
}

/** The same for people: nothing secret. */
export interface KeyInfo {
  board: string;
  keys: Omit<BoardKey, 'key'>[];
}

export interface KeysOptions {
  entries?: Iterable<KeyEntry>;
  /** Keeps them for the next start; in memory alone unless told. What it rejects with is thrown at whoever changed something. */
  save?: (entries: KeyEntry[]) => Promise<void>;
  /** Reads anew what is kept, for `reload`. */
  load?: () => Promise<KeyEntry[]>;
  clock?: Clock;
}

/** Which names are closed, and by which keys they can be used. */
export class Keys {
  readonly #clock: Clock;
  readonly #save: NonNullable<KeysOptions['save']>;
  readonly #load: KeysOptions['load'];
  readonly #entries = new Map<string, readonly BoardKey[]>();
  readonly #revoking = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #inTurn = inTurn();
  #alarm: Alarm | undefined; // when the next key ends

  constructor({ entries = [], save = async () => {}, load, clock = systemClock }: KeysOptions = {}) {
    this.#clock = clock;
    this.#save = save;
    this.#load = load;
    for (const { board, keys } of entries) this.#entries.set(board, keys);
    this.#watch();
  }

  /** Takes what is kept as it is now: somebody may have changed it before this process was there to be asked. @throws what reading throws */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#load) return;
      const entries = await this.#load();
      this.#entries.clear();
      for (const { board, keys } of entries) this.#entries.set(board, keys);
      this.#tell();
    });
  }

  /** Whether the name can be used only with a key, or, after it was revoked, not at all. */
  isClosed(board: string): boolean {
    return this.#entries.has(board);
  }

  /** A key that is valid now. */
  find(board: string, id: string): BoardKey | undefined {
    return this.#validOf(board).find((key) => key.id === id);
  }

  /** Every closed name in the order of names, and what its keys are called. */
  list(): KeyInfo[] {
    return [...this.#entries.keys()].toSorted().map((board) => ({
      board,
      keys: this.#validOf(board).map(({ key: _, ...info }) => info),
    }));
  }

  /**
   * Gives a name a key; from then on it can be used only with it.
   * @throws KitelineError BAD_ARGUMENT for a name that no board can have, or that has a key, and what keeping it throws (as rejections)
   */
  add(board: string): Promise<BoardKey> {
    return this.#inTurn(async () => {
      if (boardNameFault(board) !== undefined) throw badName(board);
      if (this.#validOf(board).length > 0) throw hasKey(board);
      if (!this.#entries.has(board) && this.#entries.size >= keyLimits.boards) throw tooMany();
      const key = this.#newKey();
      await this.#change(board, [key]);
      return key;
    });
  }

  /**
   * Gives a board another key.
   * @param overlapMs milliseconds that those it has stay valid, at most
   * @throws KitelineError NOT_FOUND for a name that has no key, BAD_ARGUMENT, and what keeping it throws (as rejections)
   */
  rotate(board: string, overlapMs: number): Promise<BoardKey> {
    return this.#inTurn(async () => {
      if (!(overlapMs >= 0 && overlapMs <= keyLimits.overlapMs)) throw badOverlap();
      this.#mustHave(board);
      const valid = this.#validOf(board);
      if (valid.length === 0) throw wasRevoked(board);
      const key = this.#newKey();
      const end = Math.round(this.#clock.now() + overlapMs);
      const replaced = valid.map((old) => ({ ...old, until: Math.min(old.until ?? end, end) }));
      await this.#change(board, overlapMs > 0 ? [...replaced, key].slice(-keyLimits.ofBoard) : [key]);
      return key;
    });
  }

  /**
   * Makes every key of a name invalid at once, and leaves the name closed. It holds also where it could not be kept for the next start.
   * @throws KitelineError NOT_FOUND for a name that has no key, and what keeping it throws (as rejections)
   */
  async revoke(board: string): Promise<void> {
    this.#mustHave(board);
    this.#revoking.add(board); // not in its turn: whatever is being written, it holds from now on
    this.#tell();
    await this.#inTurn(async () => {
      try {
        await this.#change(board, []);
      } finally {
        this.#set(board, []);
        this.#revoking.delete(board);
      }
    });
  }

  /**
   * Lets a name be used without a key again.
   * @throws KitelineError NOT_FOUND for a name that is open, and what keeping it throws (as rejections)
   */
  open(board: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#mustHave(board);
      await this.#change(board, undefined);
    });
  }

  /** @param listener called when a key may have become invalid, or a name closed */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #validOf(board: string): readonly BoardKey[] {
    if (this.#revoking.has(board)) return [];
    const now = this.#clock.now();
    return (this.#entries.get(board) ?? []).filter(({ until }) => until === undefined || now < until);
  }

  #newKey(): BoardKey {
    const key = new Uint8Array(randomBytes(KEY_BYTES));
    return { id: keyId(key), key, since: this.#clock.now() };
  }

  #mustHave(board: string): void {
    if (!this.#entries.has(board)) throw noKey(board, [...this.#entries.keys()]);
  }

  /** Kept first: a key that a board has been given must not be unknown after a restart. @param keys undefined: it is open */
  async #change(board: string, keys: readonly BoardKey[] | undefined): Promise<void> {
    const next = new Map(this.#entries);
    if (keys) next.set(board, keys);
    else next.delete(board);
    await this.#save([...next].map(([name, all]) => ({ board: name, keys: all })));
    this.#set(board, keys);
  }

  #set(board: string, keys: readonly BoardKey[] | undefined): void {
    if (keys) this.#entries.set(board, keys);
    else this.#entries.delete(board);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#watch();
  }

  #watch(): void {
    this.#alarm?.cancel();
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { until = next } of [...this.#entries.values()].flat())
      if (until > now) next = Math.min(next, until);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#alarm = this.#clock.alarm(Math.min(next - now, LOOK_MS), () => this.#tell());
  }
}

const badName = (board: string) =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${JSON.stringify(board)} cannot be a board's name: it has 1 to ${helloLimits.name} characters, is no IP address, does not begin with $, and has no control characters.`,
      `${JSON.stringify(board)} 不能作为板子名称：名称为 1 到 ${helloLimits.name} 个字符，不能是 IP 地址，不以 $ 开头，不含控制字符。`,
    ),
  );

const hasKey = (board: string) =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${board} has a key already, which is not shown again: "kiteline boards rotate ${board}" gives it another one.`,
      `${board} 已有密钥，且不会再次显示：可用“kiteline boards rotate ${board}”为它换一个。`,
    ),
  );

const wasRevoked = (board: string) =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${board} has no key that is valid: "kiteline boards add ${board}" gives it one.`,
      `${board} 没有有效的密钥：可用“kiteline boards add ${board}”为它添加一个。`,
    ),
  );

const noKey = (board: string, names: string[]) =>
  names.length > 0
    ? unknownName('board', board, names)
    : new KitelineError(
        'NOT_FOUND',
        say(
          `${board} has no key, nor has any other board: "kiteline boards add ${board}" gives it one.`,
          `${board} 没有密钥，其他板子也没有：可用“kiteline boards add ${board}”添加。`,
        ),
      );

const tooMany = () =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(`There are keys for ${keyLimits.boards} boards already.`, `已有 ${keyLimits.boards} 块板子的密钥。`),
  );

const badOverlap = () =>
  new KitelineError(
    'BAD_ARGUMENT',
    say('The overlap is a time from 0 to 366 days.', '重叠时间为 0 到 366 天。'),
  );
