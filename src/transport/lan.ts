import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopback, isWildcard } from './address.ts';

/**
 * The addresses at which a board can reach this machine, the likeliest first: private IPv4, other IPv4,
 * then global and unique-local IPv6. Loopback and link-local IPv6 (useless without a scope) are left out;
 * bridges of containers and virtual machines and tunnels come last, for a board's Wi-Fi does not lead there.
 * @param host what the listener is bound to: a wildcard of IPv4 has no IPv6 addresses, a specific address has itself
 */
export function lanAddresses(
  host = '::',
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  if (!isWildcard(host)) return [host];
  const found: { address: string; rank: number }[] = [];
  for (const [name, infos] of Object.entries(interfaces)) {
    for (const { address, internal } of infos ?? []) {
      if (internal || (!isIPv4(address) && host === '0.0.0.0')) continue;
      const rank = rankOf(address);
      if (rank !== undefined) found.push({ address, rank: rank + (isBridge(name) ? 10 : 0) });
    }
  }
  found.sort((a, b) => a.rank - b.rank);
  return [...new Set(found.map(({ address }) => address))];
}

/** Whether what comes from this address comes from this machine: loopback, or an address that an interface has now. */
export function isOwnAddress(
  host: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): boolean {
  if (isLoopback(host)) return true;
  return Object.values(interfaces).some((infos) => infos?.some(({ address }) => address === host));
}

function rankOf(address: string): number | undefined {
  if (isIPv4(address)) {
    // RFC 1918; home and school routers hand out 192.168 far more often than the others.
    if (address.startsWith('192.168.')) return 0;
    if (/^(10\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)) return 1;
    // RFC 3927: the interface got no address from a router, so a board is hardly there.
    return address.startsWith('169.254.') ? 5 : 2;
  }
  if (/^fe[89ab]/i.test(address)) return undefined;
  return /^f[cd]/i.test(address) ? 4 : 3;
}

function isBridge(name: string): boolean {
  return /^(docker|br-|veth|virbr|vmnet|vboxnet|bridge|cni|flannel|cali|podman|lxc|tun|tap|utun|wg|tailscale|zt|vEthernet|VirtualBox|VMware)/i.test(
    name,
  );
}
