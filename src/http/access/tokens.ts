import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { inTurn } from '../../in-turn.ts';
import { say } from '../../language.ts';

export const ROLES = ['operator', 'viewer'] as const;

/** What somebody may do: an operator everything, a viewer look on. */
export type Role = (typeof ROLES)[number];

/** What lets somebody in. */
export interface AccessToken {
  /** For people and for cookies; no secret. */
  readonly id: string;
  readonly role: Role;
  /** 32 random bytes, base64url. */
  readonly secret: string;
  /** Whose it is, for people. */
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
}

/** A token as it is shown: without its secret. */
export type TokenInfo = Omit<AccessToken, 'secret'>;

/** Milliseconds that a browser stays signed in: a month, renewed with each visit. */
export const STAY_MS = 30 * 86_400_000;
/** A household of phones and scripts; whoever needs more needs users. */
const MOST = 100;
/** UTF-16 units. */
const LONGEST_NAME = 64;
/** Bytes of a cookie's MAC: as many as nobody guesses over a network. */
const MAC_BYTES = 16;

/** Keeps tokens; a promise is waited for before anything counts. */
export type Keep = (tokens: readonly AccessToken[]) => void | Promise<void>;

/** The tokens of a hub, and the cookies that browsers have in exchange for them. */
export class Tokens {
  readonly #clock: Clock;
  readonly #keep: Keep;
  readonly #load: (() => Promise<readonly AccessToken[]>) | undefined;
  #tokens: readonly AccessToken[];
  readonly #onRevoke = new Set<(token: AccessToken) => void>();
  readonly #inTurn = inTurn(); // else what is added would bring back what is just being revoked

  /**
   * @param keep is told of every change, before it counts; without it they live as long as the process
   * @param load reads what is kept
   */
  constructor(
    tokens: readonly AccessToken[] = [],
    keep: Keep = () => {},
    clock: Clock = systemClock,
    load?: () => Promise<readonly AccessToken[]>,
  ) {
    this.#tokens = tokens;
    this.#keep = keep;
    this.#clock = clock;
    this.#load = load;
  }

  get list(): readonly TokenInfo[] {
    return this.#tokens.map(({ secret: _, ...info }) => info);
  }

  /** The oldest operator's, which is always there once `begin()` was called. */
  get operator(): AccessToken | undefined {
    return this.#tokens.find(({ role }) => role === 'operator');
  }

  /** Takes what is kept as it is now: somebody may have changed it before this process was there to be asked. @throws what reading throws */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#load) this.#tokens = await this.#load();
    });
  }

  /** Makes the first operator's token where there is none. */
  async begin(): Promise<AccessToken> {
    return this.operator ?? this.add('operator', 'first');
  }

  /** @throws KitelineError BAD_ARGUMENT */
  add(role: Role, name: string): Promise<AccessToken> {
    return this.#inTurn(async () => {
      if (name.length === 0 || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) throw badName();
      if (this.#tokens.length >= MOST) throw tooMany();
      const token = {
        id: randomBytes(4).toString('hex'),
        role,
        secret: randomBytes(32).toString('base64url'),
        name,
        since: this.#clock.now(),
      };
      await this.#change([...this.#tokens, token]);
      return token;
    });
  }

  /**
   * Takes a token back, and every cookie that was given for it.
   * @throws KitelineError NOT_FOUND; BAD_ARGUMENT for the last operator's, without which nobody could get in
   */
  revoke(id: string): Promise<TokenInfo> {
    return this.#inTurn(async () => {
      const token = this.#tokens.find((one) => one.id === id);
      if (!token) throw noToken(id);
      const left = this.#tokens.filter((one) => one !== token);
      if (!left.some(({ role }) => role === 'operator')) throw lastOperator(id);
      await this.#change(left);
      for (const told of this.#onRevoke) told(token);
      const { secret: _, ...info } = token;
      return info;
    });
  }

  /** Told of every token that is taken back: what it had opened is to end. @returns ends it */
  onRevoke(told: (token: AccessToken) => void): () => void {
    this.#onRevoke.add(told);
    return () => void this.#onRevoke.delete(told);
  }

  /** Whose secret this is; the time it takes tells nothing of the others. */
  bySecret(secret: string): AccessToken | undefined {
    const given = digest(secret);
    let found: AccessToken | undefined;
    for (const token of this.#tokens) if (timingSafeEqual(digest(token.secret), given)) found = token;
    return found;
  }

  /** What a browser keeps in place of the secret: `ID.EXPIRY.MAC`, of no use once the token is revoked. */
  cookieOf(token: AccessToken): string {
    const body = `${token.id}.${this.#clock.now() + STAY_MS}`;
    return `${body}.${macOf(token, body)}`;
  }

  byCookie(cookie: string): AccessToken | undefined {
    const [id, expiry, mac, ...more] = cookie.split('.');
    if (id === undefined || expiry === undefined || mac === undefined || more.length > 0) return undefined;
    const token = this.#tokens.find((one) => one.id === id);
    if (!token || !/^\d{1,16}$/.test(expiry) || Number(expiry) <= this.#clock.now()) return undefined;
    return timingSafeEqual(digest(macOf(token, `${id}.${expiry}`)), digest(mac)) ? token : undefined;
  }

  async #change(tokens: readonly AccessToken[]): Promise<void> {
    await this.#keep(tokens);
    this.#tokens = tokens;
  }
}

const macOf = ({ secret }: AccessToken, body: string): string =>
  createHmac('sha256', secret).update(body).digest().subarray(0, MAC_BYTES).toString('base64url');

/** Of equal length whatever was given, as a comparison in constant time asks for. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const badName = () =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `A token's name has 1 to ${LONGEST_NAME} characters.`,
      `令牌的名称应为 1 到 ${LONGEST_NAME} 个字符。`,
    ),
  );

const tooMany = () =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(`There are ${MOST} tokens already: revoke one first.`, `已有 ${MOST} 个令牌：请先撤销一个。`),
  );

const noToken = (id: string) =>
  new KitelineError('NOT_FOUND', say(`There is no token ${id}.`, `没有令牌 ${id}。`));

const lastOperator = (id: string) =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${id} is the last operator's token: add another one first.`,
      `${id} 是最后一个操作员令牌：请先添加另一个。`,
    ),
  );
