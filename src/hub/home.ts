/** Which hub a hub is: an id of its data, the same wherever the data goes. Boards look for it when the hub is not where it was. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';

const FILE = 'hub-id';
const HOME = /^[0-9a-f]{16}$/;

/** An id for a hub whose data goes with it. */
export const newHome = (): string => randomBytes(8).toString('hex');

/** @throws KitelineError BAD_ARGUMENT for what is no id of a hub */
export function checkHome(home: string): string {
  if (HOME.test(home)) return home;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${home}" is not the id of a hub: 16 hex digits, in lower case.`,
      `“${home}”不是中枢的标识：应为 16 位小写十六进制数字。`,
    ),
  );
}

/** @throws KitelineError BAD_ARGUMENT for what cannot be the first part of NAME.local */
export function checkHubName(name: string): string {
  // RFC 1123 section 2.1, and RFC 1035 for the length.
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) return name;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${name}" cannot be a hub's name in the network: 1 to 63 letters, digits and hyphens, as "greenhouse".`,
      `“${name}”不能作为中枢的网络名称：请用 1 到 63 个字母、数字或连字符，例如“greenhouse”。`,
    ),
  );
}

/**
 * The id of the hub whose data is in this folder; made the first time.
 * @throws KitelineError USAGE with a sentence that says why it cannot be read or written
 */
export async function homeIn(folder: string): Promise<string> {
  const path = join(folder, FILE);
  try {
    const there = await read(path);
    if (there !== undefined) return there;
    await mkdir(folder, { recursive: true });
    const home = newHome();
    const draft = `${path}.${home}`;
    // Written beside and linked: nobody sees half of it, and of two that do this at once one wins.
    await writeFile(draft, `${home}\n`, { flush: true });
    try {
      await link(draft, path);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') await writeFile(path, `${home}\n`, { flush: true }); // no links here
    } finally {
      await rm(draft, { force: true });
    }
    return (await read(path)) ?? home;
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      say(
        `The hub cannot keep its id in ${path} (${code}): choose its folder with --data.`,
        `中枢无法在 ${path} 中保存自己的标识（${code}）：请用 --data 另选文件夹。`,
      ),
      { cause },
    );
  }
}

/** Undefined where there is none yet, or what a power cut has left of one: then its boards are told of a new one. */
async function read(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (HOME.test(text)) return text;
    await rm(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return undefined;
}
