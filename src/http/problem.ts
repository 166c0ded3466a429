import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What an error is sent as. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/**
 * An error as RFC 9457 has it, `application/problem+json`.
 * @param detail a sentence for whoever reads it
 * @param more members of its own, such as `reasons`, and a `code` that says more than the status
 */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  more: object = {},
): Response {
  return c.body(problemText(status, detail, more), status, { 'Content-Type': PROBLEM_TYPE });
}

/** The same as text, for what is answered without the app. */
export function problemText(status: number, detail: string, more: object = {}): string {
  const code = KNOWN[status]?.[1] ?? 'ERROR';
  return JSON.stringify({ type: 'about:blank', title: titleOf(status), status, detail, code, ...more });
}

/** What a status is called. */
export const titleOf = (status: number): string => KNOWN[status]?.[0] ?? STATUS_CODES[status] ?? 'Error';

/** The names of RFC 9110, which `about:blank` asks for, and what each is called where no error of ours has a code. */
const KNOWN: Partial<Record<number, readonly [title: string, code: string]>> = {
  400: ['Bad Request', 'BAD_ARGUMENT'],
  401: ['Unauthorized', 'SIGN_IN'],
  403: ['Forbidden', 'NOT_ALLOWED'],
  404: ['Not Found', 'NOT_FOUND'],
  405: ['Method Not Allowed', 'WRONG_METHOD'],
  408: ['Request Timeout', 'TIMEOUT'],
  409: ['Conflict', 'CONFLICT'],
  413: ['Content Too Large', 'TOO_LARGE'],
  415: ['Unsupported Media Type', 'WRONG_TYPE'],
  421: ['Misdirected Request', 'WRONG_NAME'],
  429: ['Too Many Requests', 'TOO_MANY'],
  431: ['Request Header Fields Too Large', 'TOO_LARGE'],
  500: ['Internal Server Error', 'FAULT'],
  503: ['Service Unavailable', 'BUSY'],
};
