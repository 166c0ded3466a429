import type { UsbOptions } from '../usb.ts';
import { pushByUsb } from './by-usb.ts';
import { readFolder } from './folder.ts';

export interface PushOptions extends UsbOptions {
  backup?: string;
  yes?: boolean;
  restart: boolean;
}

/** @throws KitelineError */
export async function push(folder: string, options: PushOptions): Promise<void> {
  await pushByUsb(await readFolder(folder), options);
}
