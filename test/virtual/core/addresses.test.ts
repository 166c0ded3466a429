import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { virtualBoard } from '../../../src/virtual/index.ts';
import { freePort, JOIN, makeBoard, startBoard, watch } from '../../helpers/board.ts';
import { ask } from '../../helpers/peers.ts';

test('two boards have two addresses and two MACs; a board keeps its own from one start to the next', async () => {
  const one = await makeBoard();
  const two = await makeBoard();
  expect(one.address).not.toBe(two.address);
  expect(one.mac).not.toEqual(two.mac);
  const { name, address } = one;
  await one.close();
  const again = await makeBoard({ name });
  expect(again.address).toBe(address);
});

test('two boards of one name have two addresses', async () => {
  const one = await makeBoard();
  const two = await makeBoard({ name: one.name });
  expect(two.address).not.toBe(one.address);
});

test('an address that another board has, that is not of this computer, or is none, is refused', async () => {
  const one = await makeBoard();
  await expect(virtualBoard({ ip: one.address })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  await expect(virtualBoard({ ip: '203.0.113.7' })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  await expect(virtualBoard({ ip: 'localhost' })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  await expect(virtualBoard({ name: '../up' })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
});

const SERVER = (port: number) => `${JOIN}
import socket
s = socket.socket()
s.bind(('', ${port}))
s.listen(1)
print('listening', wlan.ifconfig()[0])
c, peer = s.accept()
c.send(c.recv(100))
print('from', peer[0])`;

test.runIf(process.platform === 'linux')(
  'a wildcard listener of this computer and boards have the same port at once, each gets its own',
  async () => {
    const here = createServer((socket) => void socket.end('here'));
    here.listen({ host: '0.0.0.0', port: 0, reusePort: true });
    await once(here, 'listening');
    onTestFinished(() => void here.close());
    const { port } = here.address() as { port: number };
    const one = await startBoard(SERVER(port));
    const two = await startBoard(SERVER(port));
    for (const running of [one, two]) {
      const [, address = ''] = await running.out(/listening (\S+)\n/);
      expect(await ask(port, address, 'to the board')).toBe('to the board');
      await running.ended;
    }
    expect(await ask(port, '127.0.0.1', 'to this computer')).toBe('here');
  },
);

test('a board talks to another board', async () => {
  const server = await makeBoard();
  const port = await freePort('tcp', server.address);
  server.write({ 'main.py': SERVER(port) });
  const serving = watch(server);
  await serving.out(/listening/);
  const client = await startBoard(`${JOIN}
import socket
s = socket.socket()
s.connect(('${server.address}', ${port}))
s.send(b'hello, neighbour')
print(s.recv(100))`);
  await client.out(/b'hello, neighbour'/);
  await serving.out(new RegExp(`from ${client.board.address}`));
});
