import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { HubOptions } from '../hub-file.ts';
import type { UsbOptions } from '../usb.ts';
import { pushByUsb } from './by-usb.ts';
import { readFolder } from './folder.ts';
import { pushOverTheAir } from './over-the-air.ts';

export interface PushOptions extends UsbOptions, HubOptions {
  /** Over the air, to this board of the running hub; by USB where it is not given. */
  board?: string;
  backup?: string;
  yes?: boolean;
  restart: boolean;
}

/** @throws KitelineError */
export async function push(folder: string, options: PushOptions): Promise<void> {
  if (options.board !== undefined && options.port !== undefined) throw twoWays();
  const program = await readFolder(folder);
  if (options.board !== undefined) await pushOverTheAir(options.board, program, options);
  else await pushByUsb(program, options);
}

const twoWays = (): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      '--board is over the air, --port by USB: give one of them.',
      '--board 是无线更新，--port 是通过 USB：请只给出其中一个。',
    ),
  );
