import type { Context } from 'hono';
import { decode, encodeText } from '../wire/index.ts';
import { plainValue } from './plain-value.ts';

/** `temp=23.5&hum=40`; `curl -d` says of whatever it sends that it is such a form. */
const PAIRS = /^[^\s=&]+=[^\s&]*(?:&[^\s=&]+=[^\s&]*)*$/;

/**
 * A form's members as one sample's JSON; undefined for a body that is none.
 * @param body as it came (WHATWG URL, application/x-www-form-urlencoded)
 */
export function formIn(c: Context, body: Uint8Array): Uint8Array | undefined {
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) return undefined;
  const message = decode(body);
  if (message.kind !== 'text' || message.bytes || !PAIRS.test(message.text)) return undefined;
  const members = [...new URLSearchParams(message.text)].map(([name, text]) => [name, plainValue(text)]);
  return encodeText(JSON.stringify(Object.fromEntries(members)));
}

/** Whether it is a form in parts, which nobody here reads. */
export const isMultipart = (c: Context): boolean => /^multipart\//i.test(c.req.header('content-type') ?? '');
