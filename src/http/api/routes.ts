import type { Context } from 'hono';
import { language } from '../../language.ts';
import { hostOf } from '../mip.ts';
import { apiDocument } from './document.ts';
import { apiPage, PAGE_POLICY } from './page.ts';

/** `GET /api/v1/openapi.json` */
export function getDocument(c: Context): Response {
  c.header('Vary', 'Accept-Language');
  return c.json(apiDocument(language()));
}

/** `GET /api`: the same, to read. */
export function getApiPage(c: Context): Response {
  return c.html(apiPage(apiDocument(language()), language(), `http://${hostOf(c)}`), 200, {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': PAGE_POLICY,
    'Referrer-Policy': 'no-referrer',
    Vary: 'Accept-Language, Cookie',
  });
}
