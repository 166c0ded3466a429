import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import {
  type AccessPoint,
  Air,
  type VirtualBoard,
  type VirtualBoardOptions,
  virtualBoard,
} from '../../virtual/index.ts';

/** The options of `board run` and `board repl`. */
export interface BoardOptions {
  name?: string;
  ip?: string;
  /** `SSID:PASSWORD` or, for an open network, `SSID`; the only networks in the air. */
  wifi?: string[];
  flash?: string;
}

/** @throws KitelineError ADDRESS_UNAVAILABLE, BAD_ARGUMENT */
export function makeBoard(
  { name, ip, wifi, flash }: BoardOptions,
  more: Pick<VirtualBoardOptions, 'files' | 'repl'>,
): Promise<VirtualBoard> {
  return virtualBoard({
    ...more,
    ...(name !== undefined && { name }),
    ...(ip !== undefined && { ip }),
    ...(flash !== undefined && { flash }),
    ...(wifi && { air: new Air({ accessPoints: wifi.map(accessPoint) }) }),
  });
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
