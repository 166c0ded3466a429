/**
 * Where the commands for the history get it: from the running hub over HTTP, or, where none is running, from the store
 * in the data folder, asked by the same routes without a socket.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { storeRoutes } from '../http/store-routes.ts';
import { say } from '../language.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { answerOf, askHub, jsonOf } from './hub-client.ts';
import { findHub, type HubAddress, type HubOptions, runningHub } from './hub-file.ts';
import { printable, tell } from './terminal.ts';

export interface HistorySource {
  /** The store itself, when no hub has it open. */
  readonly store?: Store;
  /** Asks for a path of the HTTP API. @throws KitelineError with a sentence, when it is refused */
  ask(path: string, type: string, signal?: AbortSignal): Promise<Response>;
  /** As `ask`, for JSON. */
  json<T>(path: string): Promise<T>;
  /** Sends something and gives the JSON that is answered. @throws KitelineError with a sentence, when it is refused */
  send<T>(path: string, type: string, body: string): Promise<T>;
  close(): Promise<void>;
}

/** The store's folder in a data folder. */
export const storeFolder = (data: string): string => join(data, 'store');

/**
 * @param how `writes` where the store cannot be opened just for reading; `creates` where there may be none yet; `quiet` for who tells what is damaged in other ways
 * @throws KitelineError USAGE when there is neither a hub nor a store; STORE_LOCKED, STORE_VERSION, STORE_FAILED
 */
export async function openHistory(
  options: HubOptions,
  how: { writes?: boolean; creates?: boolean; quiet?: boolean } = {},
): Promise<HistorySource> {
  if (options.hub !== undefined) return hubSource(await findHub(options));
  const running = await runningHub(options.data);
  if (running) return hubSource({ ...running, ...(options.token !== undefined && { token: options.token }) });
  return folderSource(options.data, how);
}

function hubSource(hub: HubAddress): HistorySource {
  return {
    ask: (path, type, signal) => askHub(hub, path, type, signal && { signal }),
    json: async (path) => jsonOf(await askHub(hub, path, 'application/json'), hub.url),
    async send(path, type, body) {
      const init = { method: 'POST', headers: { 'Content-Type': type }, body };
      return jsonOf(await askHub(hub, path, 'application/json', init), hub.url);
    },
    close: async () => {},
  };
}

async function folderSource(
  data: string,
  {
    writes = false,
    creates = false,
    quiet = false,
  }: { writes?: boolean; creates?: boolean; quiet?: boolean },
): Promise<HistorySource> {
  const folder = storeFolder(data);
  if (!creates && !(await stat(join(folder, 'history.db')).catch(() => undefined))) {
    throw (await hasLog(folder)) ? onlyLogIn(folder) : nothingIn(folder);
  }
  const store = await openSqliteStore(folder, {
    readOnly: !writes,
    ...(!quiet && { onProblem: (problem) => tell(printable(problem.message)) }),
  });
  const routes = new Hono().route('/api/v1', storeRoutes(store, systemClock));
  routes.onError((error) => {
    throw error;
  });
  const ask = async (path: string, type: string): Promise<Response> =>
    answerOf(await routes.request(path), type, folder);
  return {
    store,
    ask,
    json: async (path) => jsonOf(await ask(path, 'application/json'), folder),
    async send(path, type, body) {
      const answer = await routes.request(path, { method: 'POST', headers: { 'Content-Type': type }, body });
      return jsonOf(await answerOf(answer, 'application/json', folder), folder);
    },
    close: () => store.close(),
  };
}

/**
 * The body of a long answer, up to its end.
 * @throws KitelineError USAGE when it is over before; the signal's reason when that is aborted
 */
export async function* wholeBody(response: Response, interrupted: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of response.body ?? []) {
      interrupted.throwIfAborted();
      yield part;
    }
  } catch (cause) {
    if (interrupted.aborted || cause instanceof KitelineError) throw cause;
    throw new KitelineError(
      'USAGE',
      say(
        'It was cut before its end: the hub has gone, or could not read on.',
        '传输中途断开：中枢已离开，或无法继续读取。',
      ),
      { cause },
    );
  }
}

/** Whether somebody has removed the database alone. */
async function hasLog(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some((name) => name.endsWith('.klog'));
}

function onlyLogIn(folder: string): KitelineError {
  return new KitelineError(
    'USAGE',
    say(
      `In ${folder} there is a log, but no history.db. "kiteline up" with this folder makes a new one, and takes in what the log still has.`,
      `${folder} 中有日志，但没有 history.db。用该文件夹运行“kiteline up”会新建一个，并收入日志中还有的数据。`,
    ),
  );
}

function nothingIn(folder: string): KitelineError {
  return new KitelineError(
    'USAGE',
    say(
      `No hub is running here, and there is no history in ${folder}. "kiteline up" makes both; --hub URL or --data DIR say where else to look.`,
      `这里没有正在运行的中枢，${folder} 中也没有历史数据。“kiteline up”会创建它们；用 --hub URL 或 --data DIR 指明其他位置。`,
    ),
  );
}
