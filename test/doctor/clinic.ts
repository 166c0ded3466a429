/** A hub over HTTP, boards in the air, and the doctor's look at both. */
import { expect, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Finding } from '../../src/doctor/check.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type { ComputerFacts, Facts } from '../../src/doctor/facts.ts';
import { type ComputerParts, gatherComputer } from '../../src/doctor/gather/computer.ts';
import { type AskHub, gatherBoards, gatherHub } from '../../src/doctor/gather/hub.ts';
import { type HttpOptions, serveHttp } from '../../src/http/server.ts';
import { createHub, type HubOptions, type ListenAt } from '../../src/index.ts';
import { inLanguage } from '../../src/language.ts';
import { HERE } from '../helpers/hub.ts';

const LAN = {
  eth0: [
    {
      address: '192.168.1.7',
      netmask: '255.255.255.0',
      family: 'IPv4' as const,
      mac: '00:00:00:00:00:01',
      internal: false,
      cidr: '192.168.1.7/24',
    },
  ],
};
/** A computer with which all is well. */
export const WELL: ComputerParts = {
  interfaces: () => LAN,
  statfs: (async () => ({ bsize: 4_096, bavail: 1e7, blocks: 2e7 })) as unknown as NonNullable<
    ComputerParts['statfs']
  >,
  tool: async () => {
    throw new Error('no such tool');
  },
};

export const computer = (parts: ComputerParts = {}): Promise<ComputerFacts> =>
  gatherComputer(undefined, 'kiteline-data', { ...WELL, ...parts });

export async function startClinic(
  options: HubOptions = {},
  http: HttpOptions = {},
  at: ListenAt = { tcp: HERE },
) {
  const hub = createHub({ keepaliveMs: 60_000, ...options });
  onTestFinished(() => hub.close());
  const { tcp } = await hub.listen(at);
  const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, page: '', ...http });
  onTestFinished(() => server.close());
  const ask: AskHub = async (path, method = 'GET') => {
    const headers = { authorization: `Bearer ${server.token}` };
    const answer = await fetch(server.url + path, { method, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as never;
  };
  const look = async (only?: string, clock: Clock = systemClock): Promise<Facts> => {
    const seen = await gatherHub(server.url, ask, clock);
    return { computer: await computer(), hub: seen, boards: await gatherBoards(ask, seen.health, only) };
  };
  return { hub, server, look, port: tcp?.port ?? 0 };
}

/** The finding of that id; its sentences are there in Chinese as well. */
export function found(facts: Facts, id: string): Finding {
  const of = (language: 'en' | 'zh') =>
    inLanguage(language, () => diagnose(facts).findings.find((finding) => finding.id === id));
  const [english, chinese] = [of('en'), of('zh')];
  expect(diagnose(facts).findings.map((finding) => finding.id)).toContain(id);
  if (!english || !chinese) throw new Error(`${id} was not found`);
  for (const text of [chinese.how, chinese.todo]) expect(text).toMatch(/\p{Script=Han}/u);
  for (const text of [english.how, english.todo]) expect(text).not.toMatch(/\p{Script=Han}/u);
  return english;
}

export const idsIn = (facts: Facts): string[] => diagnose(facts).findings.map(({ id }) => id);
