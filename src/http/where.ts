import type { Context } from 'hono';
import type { Hub } from '../hub/hub.ts';
import { formatHostPort, type HostPort } from '../transport/address.ts';
import { lanAddresses } from '../transport/lan.ts';

/** What `GET /api/v1/where` answers: where boards reach this hub, as `HOST:PORT`, the likeliest first. */
export interface WhereAnswer {
  tcp: string[];
  udp: string[];
  /** Where the hub takes TLS: "hub" and "tls" of a board's /kiteline.json. */
  tls?: { at: string[]; cert: string };
}

/** @param certificate base64 of the DER, of a hub with TLS */
export function getWhere(c: Context, { listening }: Pick<Hub, 'listening'>, certificate?: string): Response {
  const { tcp, udp, tls } = listening;
  const answer: WhereAnswer = {
    tcp: reachable(tcp),
    udp: reachable(udp),
    ...(tls && certificate !== undefined && { tls: { at: reachable(tls), cert: certificate } }),
  };
  return c.json(answer);
}

const reachable = (at: HostPort | undefined): string[] =>
  at ? lanAddresses(at.host).map((host) => formatHostPort(host, at.port)) : [];
