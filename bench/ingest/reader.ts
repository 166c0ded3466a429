/** The least that Node can do: counts lines, keeps nothing. What it reaches, nobody who also stores can pass by much. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { beSystem } from '../kit/answers.ts';

let count = 0;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (bytes) => {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
beSystem({ port: (server.address() as AddressInfo).port }, () => count);
