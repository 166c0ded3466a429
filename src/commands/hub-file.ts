/**
 * How commands find a running hub: `hub.json` in its data folder says where it answers and with which token.
 */
import { readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { writePrivate } from '../private-file.ts';

export const DATA_FOLDER = 'kiteline-data';

export interface HubAddress {
  /** Of the HTTP API, without a slash at the end. */
  url: string;
  token?: string;
}

export interface HubFile extends HubAddress {
  pid: number;
  /** Where it listens with TLS, and its certificate, base64 of DER. */
  tls?: { port: number; cert: string };
}

export interface HubOptions {
  /** What the person gave with `--hub`; else hub.json is asked. */
  hub?: string;
  token?: string;
  data: string;
}

const PROBE_MS = 1_000; // on this machine an HTTP server answers in milliseconds

/**
 * Readable for its owner alone, since the token may stand in it.
 * @throws KitelineError USAGE with a sentence that says why it cannot be written
 */
export async function writeHubFile(folder: string, hub: HubFile): Promise<void> {
  const path = join(folder, 'hub.json');
  try {
    await writePrivate(path, `${JSON.stringify(hub, null, 2)}\n`);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      say(
        `The hub cannot write ${path} (${code}): choose its folder with --data.`,
        `中枢无法写入 ${path}（${code}）：请用 --data 另选文件夹。`,
      ),
      { cause },
    );
  }
}

/** Removes hub.json, and the folder when nothing else is in it; not when another hub has written its own since. */
export async function removeHubFile(folder: string, pid: number): Promise<void> {
  if ((await readHubFile(folder))?.pid !== pid) return;
  await rm(join(folder, 'hub.json'), { force: true });
  await rmdir(folder).catch(() => {}); // unless something else is in it
}

/**
 * What hub.json says; undefined when there is none or it is none of ours.
 * @throws KitelineError USAGE when it may not be read
 */
export async function readHubFile(folder: string): Promise<HubFile | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, 'hub.json'), 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const path = join(folder, 'hub.json');
    throw new KitelineError(
      'USAGE',
      say(`${path} cannot be read (${code}).`, `无法读取 ${path}（${code}）。`),
      { cause: error },
    );
  }
  try {
    const { url, token, pid, tls } = JSON.parse(text);
    if (typeof url !== 'string' || typeof pid !== 'number') return undefined;
    const hasTls = typeof tls?.cert === 'string' && typeof tls.port === 'number';
    return {
      url,
      pid,
      ...(typeof token === 'string' && { token }),
      ...(hasTls && { tls: { port: tls.port, cert: tls.cert } }),
    };
  } catch {
    return undefined;
  }
}

/**
 * The hub that is meant: `--hub`, or the one whose hub.json lies in the data folder.
 * @throws KitelineError NO_HUB with a sentence that says how to start one
 */
export async function findHub(options: HubOptions): Promise<HubAddress> {
  const token = options.token === undefined ? {} : { token: options.token };
  if (options.hub !== undefined) return { url: parseUrl(options.hub), ...token };
  const file = await readHubFile(options.data);
  if (!file || !isAlive(file.pid)) throw noHub();
  return { url: file.url, ...(file.token !== undefined && { token: file.token }), ...token };
}

/**
 * As `findHub`; undefined where none runs, and the folder's own files are what counts. A hub that is there and does not answer is
 * no reason to change them: it would go on with what it has, and write that over ours.
 */
export async function hubOrFolder(options: HubOptions): Promise<HubAddress | undefined> {
  try {
    return await findHub(options);
  } catch (error) {
    if (error instanceof KitelineError && error.code === 'NO_HUB') return undefined;
    throw error;
  }
}

/** Whether a hub is running whose hub.json lies in this folder. */
export async function runningHub(folder: string): Promise<HubFile | undefined> {
  const file = await readHubFile(folder);
  if (!file || !isAlive(file.pid)) return undefined;
  // The number may belong to another program by now: only an answer counts.
  const answers = await fetch(file.url, { signal: AbortSignal.timeout(PROBE_MS) }).then(
    () => true,
    () => false,
  );
  return answers ? file : undefined;
}

export function noHub(url?: string, cause?: unknown): KitelineError {
  return new KitelineError(
    'NO_HUB',
    url === undefined
      ? say(
          'No hub is running here. Start one with "kiteline up", or say where it is with --hub URL (or --data DIR).',
          '这里没有正在运行的中枢。用“kiteline up”启动一个，或用 --hub URL（或 --data DIR）指明位置。',
        )
      : say(
          `No hub answers at ${url}. Is it running? "kiteline up" starts one.`,
          `${url} 没有中枢应答。它在运行吗？“kiteline up”可以启动一个。`,
        ),
    { cause },
  );
}

function parseUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href.replace(/\/+$/, '');
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is not a hub's URL: write for example http://192.168.1.5:8080.`,
      `“${text}”不是中枢的地址：请写成例如 http://192.168.1.5:8080。`,
    ),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM'; // somebody else's process, but there
  }
}
