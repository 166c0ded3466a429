import type { Command } from 'commander';
import { KitelineError } from '../errors.ts';
import { language, say } from '../language.ts';
import { DATA_FOLDER, type HubAddress, noHub } from './hub-file.ts';
import { printable } from './terminal.ts';

/** The options of every command that talks to a running hub. */
export function addHubOptions(command: Command): Command {
  return command
    .option(
      '--hub <URL>',
      say(
        'the hub, e.g. http://192.168.1.5:8080 (found by its hub.json unless told)',
        '中枢的地址，例如 http://192.168.1.5:8080（默认由 hub.json 得知）',
      ),
    )
    .option(
      '--token <TOKEN>',
      say('what the hub asks of readers elsewhere', '中枢对其他机器的读取者要求的令牌'),
    )
    .option('--data <DIR>', say("the hub's folder", '中枢的数据文件夹'), DATA_FOLDER);
}

/**
 * Asks a hub for `path`.
 * @param type the media type that a hub answers with
 * @param init what else fetch is told
 * @throws KitelineError NO_HUB when nobody answers, or somebody who is no hub; USAGE with the hub's own sentence when it refuses
 */
export async function askHub(
  hub: HubAddress,
  path: string,
  type: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('accept-language', language());
  if (hub.token !== undefined) headers.set('authorization', `Bearer ${hub.token}`);
  let response: Response;
  try {
    response = await fetch(`${hub.url}${path}`, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw noHub(hub.url, error);
  }
  return answerOf(response, type, hub.url);
}

/**
 * The response, when it is what was asked for.
 * @param from who answered, for the sentence
 * @throws KitelineError USAGE
 */
export async function answerOf(response: Response, type: string, from: string): Promise<Response> {
  if (response.ok) {
    if (response.headers.get('content-type')?.startsWith(type)) return response;
    await response.body?.cancel();
    throw notAHub(from);
  }
  const detail = await (response.json() as Promise<{ detail?: unknown } | null>).then(
    (problem) => (typeof problem?.detail === 'string' ? printable(problem.detail) : ''),
    () => '',
  );
  throw new KitelineError(
    'USAGE',
    detail ||
      say(
        `${from} answered with HTTP status ${response.status}.`,
        `${from} 的回答是 HTTP 状态 ${response.status}。`,
      ),
  );
}

/** The JSON of an answer. @throws KitelineError USAGE when it is none */
export async function jsonOf<T>(response: Response, from: string): Promise<T> {
  return (await response.json().catch((error) => {
    throw notAHub(from, error);
  })) as T;
}

export function notAHub(url: string, cause?: unknown): KitelineError {
  return new KitelineError(
    'USAGE',
    say(
      `What answers at ${url} is no Kiteline hub: is the port right?`,
      `${url} 上应答的不是 Kiteline 中枢：端口对吗？`,
    ),
    { cause },
  );
}
