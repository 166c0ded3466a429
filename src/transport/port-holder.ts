import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

export type Protocol = 'tcp' | 'udp';

/** A program that has a port. */
export interface PortHolder {
  /** As a person knows it: `python3 server.py`, `nginx`. */
  program: string;
  pid: number;
}

/** A bound socket as /proc/net lists it. */
interface BoundSocket {
  /** Hexadecimal, in the kernel's byte order; all zeros is the wildcard. */
  address: string;
  inode: string;
}

const LISTEN = '0A'; // TCP_LISTEN in include/net/tcp_states.h

/**
 * How many sockets are bound to every address on this port, of any program. Always 0 where there is no /proc/net.
 */
export async function countWildcardSockets(protocol: Protocol, port: number): Promise<number> {
  return (await boundSockets(protocol, port)).filter((socket) => isZero(socket.address)).length;
}

/**
 * The program whose socket keeps others from this port, where the system tells (Linux: /proc/net, then the
 * open files of the processes that we may look into); undefined elsewhere and for other people's processes.
 */
export async function findPortHolder(protocol: Protocol, port: number): Promise<PortHolder | undefined> {
  const sockets = await boundSockets(protocol, port);
  // A wildcard socket is the likelier obstacle: specific ones collide only with their own address and with a wildcard.
  sockets.sort((a, b) => Number(isZero(b.address)) - Number(isZero(a.address)));
  const links = new Map(sockets.map((socket, rank) => [`socket:[${socket.inode}]`, rank]));
  if (links.size === 0) return undefined;
  let best: { rank: number; pid: number } | undefined;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    for (const fd of await readdir(`/proc/${entry}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${entry}/fd/${fd}`).catch(() => '');
      const rank = links.get(link);
      if (rank !== undefined && (!best || rank < best.rank)) best = { rank, pid: Number(entry) };
    }
    if (best?.rank === 0) break;
  }
  return best && { program: await programName(best.pid), pid: best.pid };
}

async function boundSockets(protocol: Protocol, port: number): Promise<BoundSocket[]> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const found: BoundSocket[] = [];
  for (const table of [protocol, `${protocol}6`]) {
    const text = await readFile(`/proc/net/${table}`, 'latin1').catch(() => '');
    // Columns of proc(5): sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const [, local, , state] = columns;
      const inode = columns[9];
      if (!local?.endsWith(suffix) || !inode || (protocol === 'tcp' && state !== LISTEN)) continue;
      found.push({ address: local.slice(0, -suffix.length), inode });
    }
  }
  return found;
}

const isZero = (address: string): boolean => /^0+$/.test(address);

/** The program and, since `node` or `python3` alone says little, the file that it runs. */
async function programName(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [program, ...rest] = command.split('\0');
  const comm = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  if (!program) return comm || '?';
  const file = rest.find((argument) => !argument.startsWith('-'));
  const isInterpreter = /^(node|bun|deno|python|ruby|perl|java|php|micropython)/.test(basename(program));
  return isInterpreter && file && /\.\w+$/.test(file)
    ? `${basename(program)} ${basename(file)}`
    : basename(program);
}
