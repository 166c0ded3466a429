import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { inTurn } from '../../in-turn.ts';
import { say } from '../../language.ts';
import { alertLimits, checkRule, checkWebhook } from './check.ts';
import type { AlertInfo, Firing } from './rule.ts';

/** What is kept: the rules, what fires, and where that is posted to. */
export interface KeptAlerts {
  rules: readonly AlertInfo[];
  webhook?: string;
}

export interface AlertRulesOptions {
  kept?: KeptAlerts;
  /** Keeps them for the next start; in memory alone unless told. What it rejects with is thrown at whoever changed something. */
  save?: (kept: KeptAlerts) => Promise<void>;
  /** Reads anew what is kept, for `reload`. */
  load?: () => Promise<KeptAlerts>;
  clock?: Clock;
}

/** The alert rules of a hub, and the webhook. A change is kept before it counts. */
export class AlertRules {
  readonly #clock: Clock;
  readonly #save: NonNullable<AlertRulesOptions['save']>;
  readonly #load: AlertRulesOptions['load'];
  readonly #listeners = new Set<() => void>();
  readonly #inTurn = inTurn();
  #kept: KeptAlerts;
  #noted: Promise<void> | undefined; // that will be written

  constructor({
    kept = { rules: [] },
    save = async () => {},
    load,
    clock = systemClock,
  }: AlertRulesOptions = {}) {
    this.#kept = kept;
    this.#save = save;
    this.#load = load;
    this.#clock = clock;
  }

  /** In the order in which they were made. */
  get rules(): readonly AlertInfo[] {
    return this.#kept.rules;
  }

  /** Where alerts are posted to: may hold a secret. */
  get webhook(): string | undefined {
    return this.#kept.webhook;
  }

  /** Takes what is kept as it is now: somebody may have changed it before this process was there to be asked. @throws what reading throws */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#load) return;
      this.#kept = await this.#load();
      this.#tell();
    });
  }

  /**
   * @param wish `{board, metric, when, value, holdMs?}`, whatever somebody has sent
   * @throws KitelineError BAD_ARGUMENT for what is no rule, is there already, or is one too many, and what keeping it throws (as rejections)
   */
  add(wish: object): Promise<AlertInfo> {
    return this.#inTurn(async () => {
      const rule = checkRule(wish);
      const { rules } = this.#kept;
      const same = rules.find(
        ({ board, metric, when, value }) =>
          board === rule.board && metric === rule.metric && when === rule.when && value === rule.value,
      );
      if (same) throw isThere(same.id);
      if (rules.length >= alertLimits.rules) throw tooMany();
      const added = { id: this.#newId(), ...rule, made: this.#clock.now() };
      await this.#change({ ...this.#kept, rules: [...rules, added] });
      return added;
    });
  }

  /** @throws KitelineError NOT_FOUND, and what keeping it throws (as rejections) */
  remove(id: string): Promise<AlertInfo> {
    return this.#inTurn(async () => {
      const { rules } = this.#kept;
      const gone = rules.find((rule) => rule.id === id);
      if (!gone) throw noRule(id);
      await this.#change({ ...this.#kept, rules: rules.filter((rule) => rule !== gone) });
      return gone;
    });
  }

  /** @param url undefined for none. @throws KitelineError BAD_ARGUMENT, and what keeping it throws (as rejections) */
  setWebhook(url: string | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { webhook: _, ...rest } = this.#kept;
      await this.#change(url === undefined ? rest : { ...rest, webhook: checkWebhook(url) });
    });
  }

  /** Keeps that a rule fires, or does not any more; it counts at once, so that a disk that fails makes no alert late. */
  note(id: string, firing: Firing | undefined): Promise<void> {
    this.#kept = withFiring(this.#kept, id, firing);
    // When a room of boards falls silent at once, that is written once, not for each.
    this.#noted ??= this.#inTurn(() => {
      this.#noted = undefined;
      return this.#save(this.#kept);
    });
    return this.#noted;
  }

  /** Resolves when all that was changed is kept, or could not be. */
  settled(): Promise<void> {
    return this.#inTurn(async () => {});
  }

  /** @param listener called when a rule or the webhook is another one */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async #change(next: KeptAlerts): Promise<void> {
    await this.#save(next);
    // What began or ended while it was being written still holds.
    const firing = new Map(this.#kept.rules.map((rule) => [rule.id, rule.firing]));
    let kept = next;
    for (const { id } of next.rules) if (firing.has(id)) kept = withFiring(kept, id, firing.get(id));
    this.#kept = kept;
    this.#tell();
  }

  #newId(): string {
    for (;;) {
      const id = randomBytes(4).toString('hex');
      if (!this.#kept.rules.some((rule) => rule.id === id)) return id;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function withFiring(kept: KeptAlerts, id: string, firing: Firing | undefined): KeptAlerts {
  const rules = kept.rules.map((rule) => {
    if (rule.id !== id || rule.firing === firing) return rule;
    const { firing: _, ...rest } = rule;
    return firing ? { ...rest, firing } : rest;
  });
  return { ...kept, rules };
}

const isThere = (id: string) =>
  new KitelineError('BAD_ARGUMENT', say(`There is such a rule already: ${id}.`, `已有这样的规则：${id}。`));

const tooMany = () =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There are ${alertLimits.rules} rules already, which is the most: remove some first.`,
      `已有 ${alertLimits.rules} 条规则，达到上限：请先删除一些。`,
    ),
  );

const noRule = (id: string) =>
  new KitelineError(
    'NOT_FOUND',
    say(
      `There is no rule ${id}: "kiteline alerts" lists those that there are.`,
      `没有规则 ${id}：“kiteline alerts”列出现有规则。`,
    ),
  );
