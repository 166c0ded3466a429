import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Clock } from '../clock.ts';
import { type ErrorCode, KitelineError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { Limit } from './bounded.ts';
import { getExport } from './export.ts';
import { getHistory } from './history.ts';
import { postImport } from './import.ts';
import { problem } from './problem.ts';
import { getBackup, getCheck, getStore } from './store.ts';

/** Exports at a time: each keeps the store's thread busy for as long as its reader takes what comes. */
const MAX_EXPORTS = 4;

/** Everything under /api/v1 that a store answers, with or without a hub around it. */
export function storeRoutes(store: Store, clock: Clock): Hono {
  const app = new Hono();
  const exports = new Limit(MAX_EXPORTS);
  const imports = new Limit(1);
  const checks = new Limit(1);
  const backups = new Limit(1);
  app.get('/boards/:name/history', (c) => getHistory(c, store, clock));
  app.get('/export', (c) => getExport(c, store, clock, exports));
  app.post('/import', (c) => postImport(c, store, imports));
  app.get('/store', (c) => getStore(c, store));
  app.get('/store/check', (c) => getCheck(c, store, checks));
  app.get('/store/backup', (c) => getBackup(c, store, clock, backups));
  app.onError((error, c) => {
    const answer = refusal(error, c);
    if (!answer) throw error; // the caller's of the routes
    return answer;
  });
  return app;
}

/** An error that speaks to a person, as an answer; undefined for others, which are ours. */
export function refusal(error: Error, c: Context): Response | undefined {
  if (!(error instanceof KitelineError)) return undefined;
  const { code, message } = error;
  const status = STATUS[code];
  return status && problem(c, status, message, { code });
}

const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  BAD_ARGUMENT: 400,
  NOT_FOUND: 404,
  NOT_ALLOWED: 403,
  HELD: 409,
  OFFLINE: 503,
  CLOSED: 503,
  STORE_FAILED: 503,
};
