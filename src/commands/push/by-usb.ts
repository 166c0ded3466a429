import { BoardFiles, hashOf, isPart } from '../../board/files.ts';
import { readSmall } from '../../board/info.ts';
import { BAUD } from '../../board/port.ts';
import { byUsbState, PROGRAM_FILE, programFolder } from '../../board/program-layout.ts';
import type { RawRepl } from '../../board/raw-repl.ts';
import { reopenPort } from '../../board/reopen.ts';
import { type Changes, Sync, type Wanted } from '../../board/sync.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { IMPORTS, PLACES } from '../board/library.ts';
import { bytesText } from '../sizes.ts';
import { interruption, tell } from '../terminal.ts';
import { openUsb, withStoppedBoard } from '../usb/board.ts';
import { libraryFiles } from '../usb/library.ts';
import { agreeOn } from './agree.ts';
import { ProgressLine } from './progress.ts';
import type { PushOptions } from './push.ts';

const BACK_MS = 60_000; // until somebody has plugged it in again
const MOST_TIMES = 20; // a board that goes away so often does so by itself: too little power, as a rule

/**
 * Brings a program onto the board at the port, and restarts it; a cable that is unplugged is waited for.
 * @param program by path, as `readFolder` gives it
 * @throws KitelineError
 */
export async function pushByUsb(
  program: ReadonlyMap<string, Uint8Array>,
  options: PushOptions,
): Promise<void> {
  const signal = interruption();
  let port = await openUsb(options);
  const { name } = port;
  for (let times = 1; ; times++) {
    try {
      await withStoppedBoard(port, signal, (repl) => bring(repl, program, options));
      return;
    } catch (error) {
      const isGone = error instanceof KitelineError && error.code === 'CLOSED';
      if (!isGone || times >= MOST_TIMES || signal.aborted) throw error;
      tell(
        say(
          `${error.message} Nothing is lost: plug it in again within a minute, and it goes on.`,
          `${error.message}不会丢失内容：一分钟内重新插上即可继续。`,
        ),
      );
    }
    port = await reopenPort(name, options.baud ?? BAUD, BACK_MS, { signal });
  }
}

async function bring(
  repl: RawRepl,
  program: ReadonlyMap<string, Uint8Array>,
  options: PushOptions,
): Promise<void> {
  await bringProgram(repl, program, options);
  if (!options.restart) return;
  await repl.restart();
  tell(say('The board restarts.', '板子正在重启。'));
}

/** The same without a restart. @throws KitelineError */
export async function bringProgram(
  repl: RawRepl,
  program: ReadonlyMap<string, Uint8Array>,
  options: Pick<PushOptions, 'backup' | 'yes'>,
): Promise<void> {
  const files = new BoardFiles(repl);
  const sync = await Sync.open(repl, files);
  const state = await readSmall(repl, PROGRAM_FILE);
  const folder = programFolder(state);
  if (folder !== '' && !program.has('main.py')) throw noMain();
  const wanted = onBoard(program, folder);
  const doesImport = folder !== '' || importsLibrary(program);
  const twins = doesImport ? await addLibrary(wanted, files, sync) : [];
  const changes = await sync.compare(wanted, [...twins, ...(await gone(wanted, folder, files, sync))]);
  const foreign = cameByAir(state, folder)
    ? changes.foreign.filter((path) => !path.startsWith(`${folder}/`))
    : changes.foreign;
  if (foreign.length > 0) await agreeOn(foreign, files, options);
  if (folder !== '' && [...changes.write, ...changes.remove].some((path) => path.startsWith(`${folder}/`))) {
    wanted.set(PROGRAM_FILE, { bytes: Buffer.from(byUsbState(folder)), stays: true });
    changes.write.push(PROGRAM_FILE);
  }
  const line = new ProgressLine(changes.write.map((path) => wanted.get(path)?.bytes.length ?? 0));
  await sync.apply(wanted, changes, (at) => line.show(at));
  line.end();
  tell(doneText(changes, wanted));
}

type Files = Map<string, { bytes: Uint8Array; stays: boolean }>;

const onBoard = (program: ReadonlyMap<string, Uint8Array>, folder: string): Files =>
  new Map([...program].map(([path, bytes]) => [`${folder}/${path}`, { bytes, stays: false }]));

/** What is to go: of a program folder all that is not wanted, of the root what an earlier push brought there. */
async function gone(wanted: Files, folder: string, files: BoardFiles, sync: Sync): Promise<string[]> {
  const there =
    folder === ''
      ? sync.pushed('')
      : (await files.list(folder)).map(({ path }) => path).filter((path) => !isPart(path));
  return there.filter((path) => !wanted.has(path));
}

/** Whether the program that runs is known by an id, as the hub gives one: then nobody wrote it by hand. */
function cameByAir(state: string | undefined, folder: string): boolean {
  try {
    return typeof JSON.parse(state ?? '{}').ids?.[folder.slice(-1)] === 'string';
  } catch {
    return false; // half a file, that somebody wrote: then all is looked at
  }
}

const importsLibrary = (program: ReadonlyMap<string, Uint8Array>): boolean =>
  [...program].some(
    ([path, bytes]) => path.endsWith('.py') && IMPORTS.test(Buffer.from(bytes).toString('utf8')),
  );

/**
 * The library of this Kiteline, unless the program or somebody else (mip) has brought one.
 * @returns what of it is to go from the board
 */
async function addLibrary(wanted: Files, files: BoardFiles, sync: Sync): Promise<string[]> {
  const paths = PLACES.flatMap((place) =>
    place.includes('.') ? [`/${place}`] : [`/${place}/__init__.py`, `/${place}/__init__.mpy`],
  );
  if (paths.some((path) => wanted.has(path))) return [];
  const library = libraryFiles();
  for (const { path, hash } of (await files.states(paths)).values()) {
    const own = library.files.get(path);
    if (!sync.knows(path) && (own === undefined || hash !== hashOf(own))) return [];
  }
  for (const [path, bytes] of library.files) wanted.set(path, { bytes, stays: true });
  return library.twins;
}

function doneText({ write, same, remove }: Changes, wanted: Wanted): string {
  if (write.length === 0 && remove.length === 0) {
    return say(
      `All ${same.length} files are on the board already.`,
      `板子上的 ${same.length} 个文件都已是最新。`,
    );
  }
  const size = bytesText(write.reduce((sum, path) => sum + (wanted.get(path)?.bytes.length ?? 0), 0));
  return say(
    `${write.length} files written (${size}), ${remove.length} removed, ${same.length} unchanged.`,
    `写入 ${write.length} 个文件（${size}），删除 ${remove.length} 个，${same.length} 个未变。`,
  );
}

/** The folder on the board becomes what this folder is: its program would be gone. */
const noMain = (): KitelineError =>
  new KitelineError(
    'NOT_FOUND',
    say(
      'The folder has no main.py, and the board runs that. Nothing was written: is it the folder of the program?',
      '文件夹里没有 main.py，而板子运行的就是它。没有写入任何内容：这是程序的文件夹吗？',
    ),
  );
