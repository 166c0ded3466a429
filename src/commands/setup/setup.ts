import { readFile } from 'node:fs/promises';
import { text as askText } from '@clack/prompts';
import { BoardFiles } from '../../board/files.ts';
import { type BoardInfo, readInfo, readSmall } from '../../board/info.ts';
import type { RawRepl } from '../../board/raw-repl.ts';
import { LEDGER, Sync } from '../../board/sync.ts';
import { KitelineError } from '../../errors.ts';
import { boardNameFault } from '../../hub/hello.ts';
import { say } from '../../language.ts';
import { findHub, type HubOptions } from '../hub-file.ts';
import { agreeOn, backUp } from '../push/agree.ts';
import { ProgressLine } from '../push/progress.ts';
import { answered, output } from '../questions.ts';
import { bytesText } from '../sizes.ts';
import { interruption, printable, tell } from '../terminal.ts';
import { unreadable } from '../unreadable.ts';
import { openUsb, withStoppedBoard } from '../usb/board.ts';
import { libraryFiles } from '../usb/library.ts';
import type { UsbOptions } from '../usb.ts';
import { awaitArrival } from './arrival.ts';
import { filesOf } from './first-program.ts';
import { giveKey, mayHaveKey, reachedBy, whereIs } from './hub.ts';
import { chooseWifi, type WifiOptions } from './wifi.ts';

export interface SetupOptions extends UsbOptions, HubOptions, WifiOptions {
  name?: string;
  /** A file; false: main.py stays as it is. */
  program?: string | false;
  backup?: string;
  yes?: boolean;
  newKey?: boolean;
}

/** The oldest MicroPython that the library is for. */
const OLDEST = [1, 22] as const;
const ROOM = 250_000; // bytes of flash for the library and a program, while what they replace is still there

/**
 * From a board at the USB to its first sample.
 * @throws KitelineError with what to do next; until the key is made nothing has been changed anywhere
 */
export async function setup(options: SetupOptions): Promise<void> {
  const hub = await findHub(options);
  const where = await whereIs(hub);
  const program = await programOf(options.program);
  const port = await openUsb(options);
  await withStoppedBoard(port, interruption(), async (repl) => {
    const info = await readInfo(repl);
    tell(boardText(port.name, info));
    mustDo(info);
    const files = new BoardFiles(repl);
    const sync = await Sync.open(repl, files);
    const name = await nameOf(repl, options);
    const hasKey = await mayHaveKey(hub, name, options.newKey);
    await agreeToReplace(files, sync, program, options);
    const wifi = await chooseWifi(repl, options);
    const hubPart = await reachedBy(repl, where);
    tell(say(`It reaches the hub at ${hubPart.hub}.`, `它能连到中枢 ${hubPart.hub}。`));
    const key = await giveKey(hub, name, hasKey);
    const settings = { name, ...hubPart, key, wifi: [wifi] };
    await write(sync, filesOf(settings, program));
    tell(writtenText(program));
    tell(say('It restarts …', '正在重启 ……'));
    await awaitArrival(repl, hub, name);
  });
  tell(
    say(
      'Done. "kiteline watch" shows what it sends, the page as well; "kiteline push FOLDER" brings your own program.',
      '完成。“kiteline watch”或网页可查看它发送的内容；“kiteline push 文件夹”放入你自己的程序。',
    ),
  );
}

const writtenText = (program: Uint8Array | null | undefined): string =>
  program === null
    ? say('It has the board library and /kiteline.json.', '已写入板端库和 /kiteline.json。')
    : say(
        'It has the board library, /kiteline.json and main.py.',
        '已写入板端库、/kiteline.json 和 main.py。',
      );

async function write(sync: Sync, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const wanted = new Map([...files].map(([path, bytes]) => [path, { bytes, stays: true }]));
  const changes = await sync.compare(wanted, libraryFiles().twins);
  const line = new ProgressLine(changes.write.map((path) => wanted.get(path)?.bytes.length ?? 0));
  await sync.apply(wanted, changes, (at) => line.show(at));
  line.end();
}

/** Before anything is changed: what on the board is to be replaced and not ours. */
async function agreeToReplace(
  files: BoardFiles,
  sync: Sync,
  program: Uint8Array | null | undefined,
  { backup, yes }: SetupOptions,
): Promise<void> {
  if (backup !== undefined) {
    const all = await files.list();
    await backUp(
      all.map(({ path }) => path).filter((path) => path !== LEDGER),
      files,
      backup,
    );
    return;
  }
  const written = filesOf({ name: '', hub: '', key: '', wifi: [] }, program);
  const wanted = new Map([...written].map(([path, bytes]) => [path, { bytes, stays: true }]));
  const { foreign } = await sync.compare(wanted, libraryFiles().twins);
  if (foreign.length > 0) await agreeOn(foreign, files, { ...(yes !== undefined && { yes }) });
}

/** `--name`, or the one it has, or one that its chip gives it. */
async function nameOf(repl: RawRepl, { name: given }: SetupOptions): Promise<string> {
  const [, before] = /"name"\s*:\s*"([^"\\]+)"/.exec((await readSmall(repl, '/kiteline.json')) ?? '') ?? [];
  const name = await answered<string>(given, '--name', () =>
    askText({
      message: say('What is the board to be called?', '板子叫什么名字？'),
      initialValue: before ?? '',
      placeholder: 'greenhouse',
      validate: (text) => (text && boardNameFault(text) === undefined ? undefined : nameText()),
      output,
    }),
  );
  if (boardNameFault(name) === undefined) return name;
  throw new KitelineError('BAD_ARGUMENT', nameText());
}

const nameText = (): string =>
  say('A name has 1 to 64 characters and does not begin with $.', '名称为 1 到 64 个字符，且不以 $ 开头。');

async function programOf(file: string | false | undefined): Promise<Uint8Array | null | undefined> {
  if (file === false) return null;
  if (file === undefined || (file as unknown) === true) return undefined; // commander's own default beside --no-program
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function boardText(port: string, { machine, version, heapFree, flashFree }: BoardInfo): string {
  return say(
    `${port}: ${printable(machine)}, MicroPython ${printable(version)}, ${bytesText(heapFree)} of memory and ${bytesText(flashFree)} of flash free.`,
    `${port}：${printable(machine)}，MicroPython ${printable(version)}，空闲内存 ${bytesText(heapFree)}，空闲闪存 ${bytesText(flashFree)}。`,
  );
}

/** @throws KitelineError USAGE for a board that cannot have the library */
function mustDo({ version, flashFree }: BoardInfo): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new KitelineError(
      'USAGE',
      say(
        `MicroPython ${version} is too old: ${OLDEST.join('.')} or later is needed. https://micropython.org/download/?port=esp32 has it, and tells how to flash it.`,
        `MicroPython ${version} 太旧：需要 ${OLDEST.join('.')} 或更新版本。下载和刷入方法见 https://micropython.org/download/?port=esp32 。`,
      ),
    );
  }
  if (flashFree >= ROOM) return;
  throw new KitelineError(
    'USAGE',
    say(
      `There are only ${bytesText(flashFree)} of flash free, and ${bytesText(ROOM)} are needed: remove files ("kiteline repl", then os.remove("NAME")).`,
      `闪存只剩 ${bytesText(flashFree)}，需要 ${bytesText(ROOM)}：请删除一些文件（“kiteline repl”，然后 os.remove("文件名")）。`,
    ),
  );
}
