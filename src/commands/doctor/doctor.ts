import { systemClock } from '../../clock.ts';
import { diagnose } from '../../doctor/diagnose.ts';
import type { Facts } from '../../doctor/facts.ts';
import { gatherComputer, type HubPorts } from '../../doctor/gather/computer.ts';
import { type AskHub, gatherBoards, gatherHub } from '../../doctor/gather/hub.ts';
import { KitelineError } from '../../errors.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions, noHub } from '../hub-file.ts';
import { print, printableJson } from '../terminal.ts';
import type { UsbOptions } from '../usb.ts';
import { diagnosisLines } from './text.ts';
import { askByUsb } from './usb.ts';

/** Milliseconds for an answer of the hub; and for one that a board has a part in, which may be slow nine times. */
const ANSWER_MS = { GET: 5_000, POST: 30_000 } as const;

export interface DoctorOptions extends HubOptions, UsbOptions, HubPorts {
  json?: boolean;
}

/** Looks at everything that can be looked at; the exit code is 1 when something was found. @throws KitelineError BAD_ARGUMENT */
export async function doctor(board: string | undefined, options: DoctorOptions): Promise<void> {
  const facts = await gather(board, options);
  const diagnosis = diagnose(facts);
  const lines = options.json
    ? [printableJson(JSON.stringify({ healthy: diagnosis.findings.length === 0, ...diagnosis }))]
    : diagnosisLines(diagnosis);
  await print(`${lines.join('\n')}\n`);
  if (diagnosis.findings.length > 0) process.exitCode = 1;
}

async function gather(board: string | undefined, options: DoctorOptions): Promise<Facts> {
  const { hub, boards, noHub } = await askAround(board, options);
  const { tcp, udp, http, data } = options;
  const computer = await gatherComputer(hub ? undefined : { tcp, udp, http }, hub ? undefined : data);
  const usb = options.port === undefined ? undefined : await askByUsb(options, hub);
  return {
    computer,
    ...(usb && { usb }),
    ...(noHub && { noHub }),
    ...(hub && { hub }),
    ...(boards && { boards }),
  };
}

/** What the hub tells. One that is not there, or does not want to be asked, is a finding. */
async function askAround(
  board: string | undefined,
  options: DoctorOptions,
): Promise<Pick<Facts, 'hub' | 'boards' | 'noHub'>> {
  try {
    const address = await findHub(options);
    const ask = asking(address);
    const hub = await gatherHub(address.url, ask, systemClock);
    return { hub, boards: await gatherBoards(ask, hub.health, board) };
  } catch (error) {
    if (!(error instanceof KitelineError) || error.code === 'BAD_ARGUMENT') throw error;
    return { noHub: { message: error.message } };
  }
}

/** What answers nothing in time is no hub that runs. */
const asking =
  (hub: HubAddress): AskHub =>
  async <T>(path: string, method: 'GET' | 'POST' = 'GET') => {
    const signal = AbortSignal.timeout(ANSWER_MS[method]);
    try {
      return await jsonOf<T>(await askHub(hub, path, 'application/json', { method, signal }), hub.url);
    } catch (error) {
      throw signal.aborted ? noHub(hub.url, error) : error;
    }
  };
