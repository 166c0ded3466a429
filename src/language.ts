import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * English or Chinese, by the locale (LC_ALL, LC_MESSAGES, LANG, then what the system tells Node).
 * `KITELINE_LANG=en` or `zh` overrides. Both texts stand side by side where they are said, so neither can be forgotten.
 */
export type Language = 'en' | 'zh';

export function languageOf(env: Record<string, string | undefined>, system: string): Language {
  const locale = env.KITELINE_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || system;
  return /^zh/i.test(locale) ? 'zh' : 'en';
}

let current: Language = languageOf(process.env, Intl.DateTimeFormat().resolvedOptions().locale);

/** Of whoever something is done for just now, where that is not who reads what this process says. */
const asked = new AsyncLocalStorage<Language | undefined>();

/** Tests and embedding programs choose; everybody else has what the environment says. */
export function setLanguage(language: Language): void {
  current = language;
}

/**
 * Does something for somebody who reads another language: what is said in it, and in all that it waits for, is in his.
 * @param language undefined: this process's own
 */
export const inLanguage = <T>(language: Language | undefined, does: () => T): T =>
  asked.getStore() === language ? does() : asked.run(language, does);

/** What the person reads. */
export const language = (): Language => asked.getStore() ?? current;

/** The one of two texts that the person reads. */
export const say = (en: string, zh: string): string => (language() === 'zh' ? zh : en);
