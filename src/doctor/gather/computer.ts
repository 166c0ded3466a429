/** What this computer tells of itself. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { KitelineError, systemCode } from '../../errors.ts';
import { type BindOptions, claimPort } from '../../transport/ports.ts';
import type { ComputerFacts } from '../facts.ts';

const TOOL_MS = 5_000;

/** What of the world a test may set in place of the real one. */
export interface ComputerParts {
  interfaces?: typeof networkInterfaces;
  statfs?: typeof statfs;
  now?: () => number;
  /** Runs a program of the system, and gives what it prints. */
  tool?: (file: string, args: string[]) => Promise<string>;
}

/** Ports that `kiteline up` would use. */
export interface HubPorts {
  tcp: number;
  udp: number;
  http: number;
}

/** @param ports undefined: a hub runs and has them; @param data the hub's folder, undefined where it is elsewhere */
export async function gatherComputer(
  ports: HubPorts | undefined,
  data: string | undefined,
  parts: ComputerParts = {},
): Promise<ComputerFacts> {
  const { interfaces = networkInterfaces, now = Date.now, tool = runTool } = parts;
  const [taken, disk, wifi] = await Promise.all([
    ports && takenPorts(ports),
    data === undefined ? undefined : diskOf(data, parts.statfs ?? statfs),
    heardWifi(tool),
  ]);
  return {
    interfaces: interfaces(),
    now: now(),
    ...(taken && { ports: taken }),
    ...(disk && { disk }),
    ...(wifi && { wifi }),
  };
}

/** Sentences of those that cannot be had. */
async function takenPorts({ tcp, udp, http }: HubPorts): Promise<string[]> {
  const asked = [
    { protocol: 'tcp', port: tcp, option: '--tcp' },
    { protocol: 'udp', port: udp, option: '--udp' },
    { protocol: 'tcp', port: http, option: '--http' },
  ] as const;
  const sentences: string[] = [];
  for (const request of asked) {
    if (request.port === 0) continue;
    try {
      const { bound, release } = await claimPort(
        { ...request, host: '0.0.0.0', program: 'kiteline doctor' },
        request.protocol === 'tcp' ? bindTcp : bindUdp,
      );
      await bound.close();
      await release();
    } catch (error) {
      if (!(error instanceof KitelineError)) throw error;
      sentences.push(error.message);
    }
  }
  return sentences;
}

async function bindTcp(options: BindOptions) {
  const server = createServer().listen(options);
  await once(server, 'listening');
  return { port: options.port, close: () => new Promise<void>((done) => server.close(() => done())) };
}

async function bindUdp({ host, port, reusePort }: BindOptions) {
  const socket = createSocket({ type: 'udp4', reusePort }).bind(port, host);
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  return { port, close: () => new Promise<void>((done) => socket.close(() => done())) };
}

/** Of the folder, or of the nearest above it that is there. */
async function diskOf(folder: string, ask: typeof statfs): Promise<ComputerFacts['disk']> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      const { bsize, bavail, blocks } = await ask(at);
      return { folder: at, free: bsize * bavail, size: bsize * blocks };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || dirname(at) === at) return undefined;
    }
  }
}

const runTool = async (file: string, args: string[]): Promise<string> =>
  (await promisify(execFile)(file, args, { timeout: TOOL_MS })).stdout;

/** The Wi-Fis that this computer heard last, where NetworkManager tells (`nmcli`); undefined elsewhere. */
async function heardWifi(tool: NonNullable<ComputerParts['tool']>): Promise<ComputerFacts['wifi']> {
  try {
    const args = ['-t', '-e', 'no', '-f', 'FREQ,SSID', 'device', 'wifi', 'list', '--rescan', 'no'];
    return (await tool('nmcli', args)).split('\n').flatMap((line) => {
      const [, mhz, ssid] = /^(\d+) MHz:(.+)$/.exec(line) ?? [];
      return mhz !== undefined && ssid !== undefined ? [{ ssid, mhz: Number(mhz) }] : [];
    });
  } catch {
    return undefined; // there is no such tool, or no Wi-Fi
  }
}
