/** Whether two addresses are in one network (RFC 950). Plain arithmetic. */
import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0);

/** @param mask as `255.255.255.0` */
export const isSameSubnet = (one: string, other: string, mask: string): boolean =>
  (numberOf(one) & numberOf(mask)) === (numberOf(other) & numberOf(mask));

/** How many bits of an address name the network. */
export const bitsOf = (mask: string): number => numberOf(mask).toString(2).replaceAll('0', '').length;

/** `192.168.1.0/24` */
export function subnetText(address: string, mask: string): string {
  const network = (numberOf(address) & numberOf(mask)) >>> 0;
  const parts = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255);
  return `${parts.join('.')}/${bitsOf(mask)}`;
}

/** This computer's IPv4 addresses in networks, without loopback. */
export function ownNetworks(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): { address: string; mask: string }[] {
  return Object.values(interfaces).flatMap((infos) =>
    (infos ?? [])
      .filter(({ internal, address }) => !internal && isIPv4(address))
      .map(({ address, netmask }) => ({ address, mask: netmask })),
  );
}
