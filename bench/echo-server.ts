/** The servers of bench/echo.ts, each in a process of its own: `hub`, or `bare`, the least that Node can do. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createHub } from '../src/index.ts';

if (process.argv[2] === 'hub') {
  const hub = createHub({ reply: 'ok\n' });
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  process.send?.(tcp?.port);
} else {
  // Finds the line and answers it, as the hub's peer expects; no checks, no store, no feed.
  const answer = Buffer.from('ok\n');
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (bytes) => {
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) socket.write(answer);
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}
