import type { Language } from '../language.ts';

/**
 * What somebody reads who asks for something, of what the hub can say; undefined where he does not say: then the hub's own.
 * @param header `Accept-Language` (RFC 9110 section 12.5.4)
 */
export function askedLanguage(header: string | undefined): Language | undefined {
  const wishes = (header ?? '').split(',').map((wish) => {
    const [tag = '', ...parameters] = wish.split(';').map((part) => part.trim());
    const quality = parameters.find((one) => one.startsWith('q='))?.slice(2);
    return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  wishes.sort((a, b) => b.quality - a.quality); // those of the same quality stay in their order
  for (const { tag, quality } of wishes) {
    const language = languageIn(tag);
    if (language && quality > 0) return language;
  }
  return undefined;
}

/** @param tag as `zh-CN` (BCP 47) */
export function languageIn(tag: unknown): Language | undefined {
  const primary = typeof tag === 'string' ? /^(zh|en)(-|$)/i.exec(tag)?.[1]?.toLowerCase() : undefined;
  return primary === 'zh' || primary === 'en' ? primary : undefined;
}
