import { computed, effect, signal } from '@preact/signals';
import type { SessionEnd } from '../../src/hub/board-session.ts';
import type { ExpiredWhy, UnknownWhy } from '../../src/hub/command-outcomes.ts';
import type { LeaseEndWhy } from '../../src/hub/control/ends.ts';
import type { RefusedMessage } from '../../src/hub/refusals.ts';
import { en, type Texts } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

const KEPT = 'language';

/** The person's choice, else the browser's. */
export const language = signal<Language>(first());

const texts = computed<Texts>(() => (language.value === 'zh' ? zh : en));

type Key = { [K in keyof Texts]: Texts[K] extends string ? K : never }[keyof Texts];

/** A text of the page, with `{names}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return filled(texts.value[key], values);
}

const filled = (text: string, values: Partial<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

/** Why a session ended, by its code; the code itself where a newer hub has another. */
export const reason = (code: SessionEnd | undefined): string =>
  code === undefined ? '' : (texts.value.reasons[code] ?? code);

/** Why a command has expired, or is unknown; the hub's own sentence where a newer one has another reason. */
export const outcome = (why: ExpiredWhy | UnknownWhy, board: string, message = ''): string =>
  filled(texts.value.outcomes[why] ?? message, { board });

/** How a lease ended; the hub's own sentence where the board has said more. */
export function leaseEnd(
  end: { why?: LeaseEndWhy | undefined; message?: string | undefined; by?: string },
  board: string,
): string {
  const { why, message = '', by } = end;
  const text = why === undefined || why === 'REFUSED' ? message : (texts.value.leaseEnds[why] ?? message);
  return filled(text, { board, by });
}

/** Why somebody was kept out; the hub's own sentence where a newer one has another reason. */
export const refusal = ({ reason: code, board, address, message }: RefusedMessage): string =>
  filled(texts.value.refusals[code] ?? message, { board, address });

/** What a board says that it is doing, where the page knows the word. */
export const stateText = (word: string): string =>
  Object.hasOwn(texts.value.states, word) ? texts.value.states[word as keyof Texts['states']] : word;

export function choose(wanted: Language): void {
  language.value = wanted;
  localStorage.setItem(KEPT, wanted);
}

function first(): Language {
  return /^zh/i.test(localStorage.getItem(KEPT) ?? navigator.language) ? 'zh' : 'en';
}

/** What `Intl` takes. */
export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : navigator.language || 'en'));

// At once, not behind the next drawing: what reads the page aloud takes its voice from it.
effect(() => {
  document.documentElement.lang = locale.value;
});
