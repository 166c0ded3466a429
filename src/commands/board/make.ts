import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { type AccessPoint, Air, type VirtualBoard, virtualBoard } from '../../virtual/index.ts';
import { libraryFor, SETTINGS } from './library.ts';

/** The options of `board run` and `board repl`. */
export interface BoardOptions {
  name?: string;
  ip?: string;
  /** `SSID:PASSWORD` or, for an open network, `SSID`; the only networks in the air. */
  wifi?: string[];
  flash?: string;
  /** `HOST:PORT` of the hub, for programs that import kiteline. */
  hub?: string;
  /** The board's key, or a file with it (`keyFrom`). */
  key?: string;
  /** As it comes from the box: nothing is put on its flash. */
  bare?: boolean;
  /** A prompt beside its program. */
  prompt?: boolean;
}

/**
 * @param program main.py; left out: there is a prompt in place of it
 * @throws KitelineError ADDRESS_UNAVAILABLE, BAD_ARGUMENT
 */
export async function makeBoard(options: BoardOptions, program?: Buffer): Promise<VirtualBoard> {
  const { name, ip, wifi, flash, key } = options;
  if (flash !== undefined) await makeFlash(flash);
  const files = options.bare ? {} : libraryFor(options, program?.toString('utf8'));
  if (flash !== undefined && key !== undefined && SETTINGS in files) {
    await writeFile(join(flash, SETTINGS), '', { mode: 0o600 }); // filled below, and stays its owner's
  }
  return virtualBoard({
    files: { ...files, ...(program && { 'main.py': program }) },
    repl: program === undefined || options.prompt === true,
    ...(name !== undefined && { name }),
    ...(ip !== undefined && { ip }),
    ...(flash !== undefined && { flash }),
    ...(wifi && { air: new Air({ accessPoints: wifi.map(accessPoint) }) }),
  });
}

async function makeFlash(flash: string): Promise<void> {
  try {
    await mkdir(flash, { recursive: true });
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'BAD_ARGUMENT',
      code === 'EEXIST' || code === 'ENOTDIR'
        ? say(
            `${flash} is a file, or lies in one: --flash takes a folder.`,
            `${flash} 是文件，或者位于文件之中：--flash 需要的是文件夹。`,
          )
        : say(`The folder ${flash} cannot be made (${code}).`, `无法创建文件夹 ${flash}（${code}）。`),
      { cause },
    );
  }
}

function accessPoint(text: string): AccessPoint {
  const [, ssid = '', password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (ssid === '' || Buffer.byteLength(ssid) > 32) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `"${text}" is no network: write SSID:PASSWORD, or SSID alone for an open one; an SSID has 1 to 32 bytes.`,
        `“${text}”不是网络：请写成 SSID:密码，开放网络只写 SSID；SSID 为 1 到 32 字节。`,
      ),
    );
  }
  return password === undefined ? { ssid } : { ssid, password };
}
