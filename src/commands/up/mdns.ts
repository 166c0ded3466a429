/** The hub in the network's mDNS (RFC 6762, 6763): `NAME.local`, and the service `_kiteline._tcp`. */
import type { Responder } from '@homebridge/ciao';
import { systemClock } from '../../clock.ts';
import { say } from '../../language.ts';
import { type HostPort, isLoopback, isWildcard } from '../../transport/address.ts';
import { printable } from '../terminal.ts';

/** Milliseconds that a goodbye to the network may take at the end. */
const GOODBYE_MS = 1_000;

export interface Advertised {
  name: string;
  home: string;
  /** Where the hub listens for TCP. */
  at: HostPort;
}

/** Whether this hub is for the network at all; the environment's KITELINE_MDNS=off is for machines where no program may speak to it. */
export const isAdvertised = (at: HostPort): boolean =>
  !isLoopback(at.host) && process.env.KITELINE_MDNS !== 'off';

/**
 * Advertises the hub, beside everything else. A network where that does not work costs a line: boards ask, too.
 * @param tell told of what came of it, and of a name that another hub has already
 * @returns ends it; harmless when it never began
 */
export function advertise(hub: Advertised, tell: (line: string) => void): () => Promise<void> {
  let responder: Responder | undefined;
  let isOver = false;
  const begin = async () => {
    const ciao = (await import('@homebridge/ciao')).default;
    if (isOver) return;
    responder = ciao.getResponder();
    const { name, home, at } = hub;
    const service = responder.createService({
      name,
      type: 'kiteline',
      hostname: name,
      port: at.port,
      txt: { home },
      ...(at.host === '0.0.0.0' && { disabledIpv6: true }),
      ...(!isWildcard(at.host) && { restrictedAddresses: [at.host] }),
    });
    let isRenamed = false;
    service.on('hostname-change' as never, () => {
      isRenamed = true;
      tell(takenLine(name));
    });
    await service.advertise();
    if (!isOver && !isRenamed) tell(foundLine(name));
  };
  const begun = begin().catch((error: unknown) => {
    if (!isOver) tell(failedLine(error));
  });
  return async () => {
    isOver = true;
    const late = new Promise<void>((done) => systemClock.alarm(GOODBYE_MS, done));
    await Promise.race([begun.then(() => responder?.shutdown()).catch(() => {}), late]);
  };
}

const foundLine = (name: string): string =>
  say(
    `In this network the hub is ${name}.local. Boards with the library and no address in it find it by themselves.`,
    `在本网络中，中枢的名称是 ${name}.local。装有板端库的板子无需填写地址即可自动找到它。`,
  );

const takenLine = (name: string): string =>
  say(
    `Another hub in this network is ${name}.local already: give this one a name of its own with --name. Boards that know this hub find it all the same.`,
    `本网络中已有另一个中枢使用 ${name}.local：请用 --name 为这个中枢另取名称。已认识本中枢的板子仍能找到它。`,
  );

function failedLine(error: unknown): string {
  const why = printable(error instanceof Error ? error.message : String(error));
  return say(
    `The hub cannot be found by name here, the network's mDNS does not work (${why}). Boards ask for it, too.`,
    `这里无法按名称找到中枢，网络的 mDNS 不可用（${why}）。板子也会主动询问。`,
  );
}
