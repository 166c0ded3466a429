import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/**
 * An error as RFC 9457 has it, `application/problem+json`.
 * @param detail a sentence for whoever reads it
 * @param more members of its own, such as `reasons`
 */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  more: object = {},
): Response {
  return c.body(
    JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail, ...more }),
    status,
    {
      'Content-Type': 'application/problem+json; charset=utf-8',
    },
  );
}

/** The names of RFC 9110, which `about:blank` asks for. */
const TITLES: Partial<Record<ContentfulStatusCode, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
