import { RawRepl } from '../../board/raw-repl.ts';
import type { HubFacts, UsbFacts } from '../../doctor/facts.ts';
import { gatherUsb } from '../../doctor/gather/usb.ts';
import { newestLibrary } from '../../doctor/versions.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { parseHostPort } from '../../transport/address.ts';
import { tell } from '../terminal.ts';
import { closePort, openUsb } from '../usb/board.ts';
import type { UsbOptions } from '../usb.ts';

/**
 * Asks a board at its serial port; its program is started again afterwards. A port that cannot be opened, or a board that does not answer, is a finding.
 * @throws KitelineError BAD_ARGUMENT
 */
export async function askByUsb(options: UsbOptions, hub: HubFacts | undefined): Promise<UsbFacts> {
  try {
    const port = await openUsb(options);
    try {
      tell(say('The board is asked; its program stands still …', '正在询问板子，它的程序暂停运行 ……'));
      const repl = await RawRepl.enter(port);
      await repl.softReset();
      try {
        return await gatherUsb(repl, hub && endOf(hub));
      } finally {
        await repl.restart();
      }
    } finally {
      await closePort(port);
    }
  } catch (error) {
    if (!(error instanceof KitelineError) || error.code === 'BAD_ARGUMENT') throw error;
    return {
      port: options.port ?? '',
      newest: newestLibrary(),
      failed: { code: error.code, message: sentenceOf(error) },
    };
  }
}

/** Of a traceback, its last line. */
function sentenceOf({ code, message }: KitelineError): string {
  if (code !== 'BOARD_RAISED') return message;
  const last = message.trimEnd().split('\n').at(-1) ?? '';
  return say(`The board cannot be asked, it says: ${last}`, `无法询问板子，它报告：${last}`);
}

/** Boards speak IPv4. */
const endOf = ({ where, health, isHere }: HubFacts) => ({
  places: [...where.tcp, ...(where.tls?.at ?? [])]
    .map(parseHostPort)
    .filter(({ host }) => !host.includes(':')),
  ...(health.mdns !== undefined && { mdns: health.mdns }),
  isHere,
});
