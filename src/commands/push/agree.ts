/** Nobody's work is replaced without a word: what was changed on a board is kept, or its owner says that it may go. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BoardFiles } from '../../board/files.ts';
import { refuseForeign } from '../../board/sync.ts';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { output, yesOrNo } from '../questions.ts';
import { isTypedTo, printable, tell } from '../terminal.ts';

/**
 * @param foreign paths on the board that are to be replaced or removed
 * @throws KitelineError USAGE when it is not agreed to, or the backup cannot be written
 */
export async function agreeOn(
  foreign: readonly string[],
  files: BoardFiles,
  { backup, yes = false }: { backup?: string; yes?: boolean },
): Promise<void> {
  if (backup !== undefined) return backUp(foreign, files, backup);
  if (yes) return;
  if (!isTypedTo()) refuseForeign(foreign.map(printable));
  const { confirm } = await import('@clack/prompts');
  const answer = await confirm({
    message: say(
      `The board has files that were changed there or come from elsewhere: ${printable(foreign.join(', '))}. Replace them?`,
      `板子上有在别处写入或修改过的文件：${printable(foreign.join(', '))}。替换吗？`,
    ),
    initialValue: false,
    ...yesOrNo(),
    output,
  });
  if (answer !== true) refuseForeign(foreign.map(printable));
}

/** Copies files of the board into a folder. @throws KitelineError USAGE; a copy that is there already and differs is never replaced */
export async function backUp(paths: readonly string[], files: BoardFiles, folder: string): Promise<void> {
  for (const path of paths) {
    const target = inside(folder, path);
    const bytes = await files.get(path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes, { flag: 'wx', mode: 0o600 }); // a board's settings have its key in them
    } catch (cause) {
      const there = await readFile(target).catch(() => undefined);
      if (there?.equals(bytes)) continue;
      throw notKept(target, cause);
    }
  }
  tell(say(`Copied to ${folder}: ${paths.length} files.`, `已复制到 ${folder}：${paths.length} 个文件。`));
}

/** Where a file of the board goes. @throws KitelineError USAGE: nothing is written outside of the folder, whatever a board says */
function inside(folder: string, path: string): string {
  const isOdd = path.split('/').includes('..') || (process.platform === 'win32' && /[\\:]/.test(path));
  if (!isOdd) return join(folder, path);
  throw new KitelineError(
    'USAGE',
    say(
      `The board has a file of a name that cannot be kept here: ${printable(path)}. Rename it ("kiteline repl"), or leave --backup out.`,
      `板子上有无法在本机保存的文件名：${printable(path)}。请改名（“kiteline repl”），或不使用 --backup。`,
    ),
  );
}

function notKept(target: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  return new KitelineError(
    'USAGE',
    code === 'EEXIST'
      ? say(
          `${target} is there already and is another file: choose another folder for --backup.`,
          `${target} 已存在且内容不同：请为 --backup 换一个文件夹。`,
        )
      : say(`${target} cannot be written (${code}).`, `无法写入 ${target}（${code}）。`),
    { cause },
  );
}
