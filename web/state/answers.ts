import { language } from '../lang/lang.ts';

/** Asks the hub, which answers in the page's language. */
export function askHub(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('Accept-Language', language.value);
  return fetch(path, { ...init, headers });
}

export const postJson = (path: string, body: unknown): Promise<Response> =>
  askHub(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Why the hub refused something, as it says itself (RFC 9457). */
export async function sentenceOf(answer: Response): Promise<string> {
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string };
  return detail ?? answer.statusText;
}
