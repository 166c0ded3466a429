import { systemClock } from '../../clock.ts';
import { diagnose } from '../../doctor/diagnose.ts';
import type { Facts } from '../../doctor/facts.ts';
import { gatherComputer, type HubPorts } from '../../doctor/gather/computer.ts';
import { type AskHub, gatherBoards, gatherHub } from '../../doctor/gather/hub.ts';
import { KitelineError } from '../../errors.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions } from '../hub-file.ts';
import { print, printableJson } from '../terminal.ts';
import { diagnosisLines } from './text.ts';

export interface DoctorOptions extends HubOptions, HubPorts {
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
  return { computer, ...(noHub && { noHub }), ...(hub && { hub }), ...(boards && { boards }) };
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

const asking =
  (hub: HubAddress): AskHub =>
  async <T>(path: string, method = 'GET') =>
    jsonOf<T>(await askHub(hub, path, 'application/json', { method }), hub.url);
