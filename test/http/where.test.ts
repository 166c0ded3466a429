/** Where boards reach a hub, for whoever adds one by a page. */
import { expect, test } from 'vitest';
import { serveHttp } from '../../src/http/server.ts';
import type { WhereAnswer } from '../../src/http/where.ts';
import { makeCertificate } from '../../src/transport/certificate.ts';
import { start } from './start.ts';

test('the addresses that a board can be given, the port each with it', async () => {
  const { hub, get } = await start();
  expect(await (await get('/api/v1/where')).json()).toEqual({ tcp: [], udp: [] });
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const where = (await (await get('/api/v1/where')).json()) as WhereAnswer;
  expect(where).toEqual({ tcp: [`127.0.0.1:${tcp?.port}`], udp: [] });
});

test('of a hub with TLS also its certificate', async () => {
  const { hub } = await start();
  const { tls } = await hub.listen({
    tls: { host: '127.0.0.1', port: 0, ...(await makeCertificate('hub')) },
  });
  const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, page: '', certificate: 'MIIB' });
  try {
    const headers = { authorization: `Bearer ${server.token}` };
    const answer = await fetch(`${server.url}/api/v1/where`, { headers });
    expect(await answer.json()).toMatchObject({ tls: { at: [`127.0.0.1:${tls?.port}`], cert: 'MIIB' } });
  } finally {
    await server.close();
  }
});
