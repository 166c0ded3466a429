import type { Clock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { inLanguage, say } from '../../language.ts';
import type { Layout, PackedSamples } from '../../store/packed.ts';
import type { Store } from '../../store/store.ts';
import type { Handlers } from '../events.ts';
import type { Feed } from '../feed.ts';
import { alertLimits } from './check.ts';
import type { AlertInfo, AlertMessage, AlertRule, AlertsState, Firing, PostTrouble } from './rule.ts';
import { AlertRules } from './rules.ts';
import { alertText } from './text.ts';
import { RuleWatch } from './watch.ts';
import { Webhook } from './webhook.ts';

export interface AlertsOptions {
  /** None, kept nowhere, unless told. */
  rules: AlertRules | undefined;
  clock: Clock;
  store: Pick<Store, 'latest'>;
  /** Both are told of every rule that begins to fire, or ends. */
  feed: Pick<Feed, 'publish'>;
  handlers: Pick<Handlers, 'alert' | 'problem'>;
}

/** Of a layout: whose value, by its place, which rules watch. */
type Plan = readonly (readonly [place: number, watch: RuleWatch])[];

const NOBODY: Plan = [];

/** The hub's alert rules at work: what comes is held against them, and what fires is told and posted. */
export class Alerts {
  readonly #rules: AlertRules;
  readonly #clock: Clock;
  readonly #store: AlertsOptions['store'];
  readonly #feed: AlertsOptions['feed'];
  readonly #handlers: AlertsOptions['handlers'];
  readonly #webhook: Webhook;
  readonly #watches = new Map<string, RuleWatch>(); // by the rule's id
  readonly #byMetric = new Map<string, Map<string, RuleWatch[]>>(); // board → metric →
  #plans = new WeakMap<Layout, Plan>();
  readonly #listeners = new Set<() => void>();
  /** The store could not be asked, or the rules not be kept. */
  readonly #failed = (error: unknown) => this.#handlers.problem({ what: 'store failed', error });
  #isClosed = false;

  constructor({ clock, rules = new AlertRules({ clock }), store, feed, handlers }: AlertsOptions) {
    this.#rules = rules;
    this.#clock = clock;
    this.#store = store;
    this.#feed = feed;
    this.#handlers = handlers;
    this.#webhook = new Webhook(clock, () => this.#changed());
    this.#follow(alertLimits.backMs);
    rules.onChange(() => this.#follow(0));
  }

  /** Every rule, those that fire first, and how it stands with the webhook. */
  get state(): AlertsState {
    const rules = [...this.#watches.values()].map(
      ({ rule, firing }): AlertInfo => ({ ...rule, ...(firing && { firing }) }),
    );
    const fires = ({ firing }: AlertInfo) => Number(firing !== undefined);
    return { rules: rules.toSorted((a, b) => fires(b) - fires(a)), webhook: this.#webhook.info };
  }

  /** Where alerts are posted to: may hold a secret. */
  get webhook(): string | undefined {
    return this.#rules.webhook;
  }

  /**
   * @param wish `{board, metric, when, value, holdMs?}`, whatever somebody has sent
   * @throws KitelineError BAD_ARGUMENT for what is no rule, is there already, or is one too many, and what keeping it throws (as rejections)
   */
  add(wish: object): Promise<AlertInfo> {
    return this.#rules.add(wish);
  }

  /** @throws KitelineError NOT_FOUND, and what keeping it throws (as rejections) */
  remove(id: string): Promise<AlertInfo> {
    return this.#rules.remove(id);
  }

  /** @param url undefined for none. @throws KitelineError BAD_ARGUMENT, and what keeping it throws (as rejections) */
  setWebhook(url: string | undefined): Promise<void> {
    return this.#rules.setWebhook(url);
  }

  /**
   * Posts something at once, so that somebody sees whether it gets through.
   * @returns what went wrong; undefined for nothing
   * @throws KitelineError NOT_FOUND where no webhook is set (as a rejection)
   */
  async test(): Promise<PostTrouble | undefined> {
    if (this.webhook === undefined) throw noWebhook();
    const text = say('Kiteline posts alerts here.', 'Kiteline 会把告警发到这里。');
    return this.#webhook.test({ type: 'test', text, at: this.#clock.now() });
  }

  /** @param listener called when `state` is another one. @returns ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What was stored just now. A sample that no rule watches costs one look-up. */
  stored(samples: PackedSamples): void {
    if (this.#watches.size === 0) return;
    const arrived = { now: this.#clock.now(), ticks: this.#clock.monotonic() };
    samples.forEach((layout, at, first) => {
      for (const [place, watch] of this.#planOf(layout))
        watch.take(samples.valueAt(first + place), at, arrived);
    });
  }

  /** Nothing fires and nothing is posted any more. Resolves when what changed is kept, or could not be. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.end();
    this.#webhook.close();
    return this.#rules.settled();
  }

  /** Watches what the rules are now. @param graceMs until silence counts */
  #follow(graceMs: number): void {
    if (this.#isClosed) return;
    const { rules } = this.#rules;
    const wanted = new Set(rules.map(({ id }) => id));
    for (const [id, watch] of this.#watches) {
      if (wanted.has(id)) continue;
      watch.end();
      this.#watches.delete(id);
      const { rule, firing } = watch;
      if (firing) inLanguage(undefined, () => this.#tell(rule, firing, 'removed'));
    }
    const added = rules.filter(({ id }) => !this.#watches.has(id)).map((rule) => this.#watch(rule, graceMs));
    this.#byMetric.clear();
    for (const watch of this.#watches.values()) this.#index(watch);
    this.#plans = new WeakMap();
    this.#webhook.url = this.#rules.webhook;
    this.#changed();
    void this.#readLast(added.filter(({ rule }) => rule.when === 'silent')).catch(this.#failed);
  }

  #watch(rule: AlertInfo, graceMs: number): RuleWatch {
    // Not in the language of whoever set the rule, or sent the sample.
    const changed = (watch: RuleWatch, ended?: Firing) =>
      inLanguage(undefined, () => this.#turned(watch, ended));
    const watch = new RuleWatch(rule, { clock: this.#clock, graceMs, changed });
    this.#watches.set(rule.id, watch);
    return watch;
  }

  #index(watch: RuleWatch): void {
    const { board, metric } = watch.rule;
    const metrics = this.#byMetric.get(board) ?? new Map<string, RuleWatch[]>();
    this.#byMetric.set(board, metrics);
    metrics.set(metric, [...(metrics.get(metric) ?? []), watch]);
  }

  #planOf(layout: Layout): Plan {
    const known = this.#plans.get(layout);
    if (known) return known;
    const metrics = this.#byMetric.get(layout.board);
    const plan =
      metrics === undefined
        ? NOBODY
        : layout.metrics.flatMap((metric, place) =>
            (metrics.get(metric) ?? []).map((watch) => [place, watch] as const),
          );
    this.#plans.set(layout, plan);
    return plan;
  }

  /** A silence has lasted since before the hub was started. */
  async #readLast(watches: readonly RuleWatch[]): Promise<void> {
    for (const board of new Set(watches.map(({ rule }) => rule.board))) {
      const latest = await this.#store.latest(board);
      if (this.#isClosed) return;
      for (const watch of watches) {
        const last = latest.find(({ metric }) => watch.rule.board === board && metric === watch.rule.metric);
        if (last) watch.heardBefore(last.at);
      }
    }
  }

  #turned({ rule, firing }: RuleWatch, ended: Firing | undefined): void {
    this.#rules.note(rule.id, firing).catch(this.#failed);
    if (firing) this.#tell(rule, firing, 'firing');
    else if (ended) this.#tell(rule, ended, 'quiet');
    this.#changed();
  }

  #tell(rule: AlertRule, firing: Firing, state: AlertMessage['state']): void {
    const message: AlertMessage = { ...rule, ...firing, state, at: this.#clock.now() };
    this.#feed.publish({ type: 'alert', ...message });
    this.#handlers.alert(message);
    this.#webhook.post({ type: 'alert', text: alertText(message), ...message });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const noWebhook = () =>
  new KitelineError(
    'NOT_FOUND',
    say('No webhook is set that could be tried.', '没有设置可供测试的 Webhook。'),
  );
