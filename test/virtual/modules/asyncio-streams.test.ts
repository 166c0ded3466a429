/** asyncio's TCP streams on the virtual board, against Node's sockets. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, JOIN, linesOf, makeBoard, watch } from '../../helpers/board.ts';
import { dial, tcpPeer } from '../../helpers/peers.ts';

const run = (body: string) => `${JOIN}
import asyncio
async def main():
${body
  .trim()
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
asyncio.run(main())
`;

/** Sends pieces, each in a packet of its own: the next one only once the board has asked for it with a byte. */
function inPieces(socket: Socket, pieces: string[]): void {
  socket.on('data', (asked) => {
    for (const _ of asked) {
      const piece = pieces.shift();
      if (piece === undefined) socket.end();
      else socket.write(piece);
    }
  });
}

test('reads that come in pieces: readline, readexactly, read to the end', async () => {
  const port = await tcpPeer((socket) => inPieces(socket, ['hel', 'lo\nab', 'cdef', 'the ', 'rest']));
  const lines = await linesOf(
    run(`
reader, writer = await asyncio.open_connection("127.0.0.1", ${port})
async def ask():
    writer.write(b"?")
    await writer.drain()
await ask()
task = asyncio.create_task(reader.readline())
await asyncio.sleep_ms(20)
print(task.done())
await ask()
print(await task)
await ask()
print(await reader.readexactly(4))
print(await reader.read(2))
await ask()
await ask()
await ask()
print(await reader.read())
print(await reader.read(), await reader.readline())
try:
    await reader.readexactly(1)
except EOFError as e:
    print(repr(e))
writer.close()
await writer.wait_closed()
`),
  );
  expect(lines).toEqual(['False', "b'hello\\n'", "b'abcd'", "b'ef'", "b'the rest'", "b'' b''", 'EOFError()']);
});

test('readinto and the names of the old uasyncio', async () => {
  const port = await tcpPeer((socket) => socket.pipe(socket));
  const lines = await linesOf(
    run(`
import uasyncio
reader, writer = await uasyncio.open_connection("127.0.0.1", ${port})
await writer.awrite(b"0123456789", 2, 5)
buffer = bytearray(8)
print(await reader.readinto(buffer), buffer)
await writer.awrite("text")
print(await reader.readexactly(4))
await writer.aclose()
print(reader is writer)
`),
  );
  expect(lines).toEqual(["5 bytearray(b'23456\\x00\\x00\\x00')", "b'text'", 'True']);
});

test('a large write waits for a slow reader, and all of it arrives', async () => {
  const received = Promise.withResolvers<number>();
  const port = await tcpPeer((socket) => {
    let size = 0;
    socket.on('data', (bytes) => {
      size += bytes.length;
    });
    socket.on('end', () => {
      socket.end();
      received.resolve(size);
    });
  });
  const lines = await linesOf(
    run(`
reader, writer = await asyncio.open_connection("127.0.0.1", ${port})
turns = []
async def others():
    while True:
        turns.append(1)
        await asyncio.sleep_ms(0)
task = asyncio.create_task(others())
writer.write(b"x" * 300_000)
await writer.drain()
task.cancel()
await writer.wait_closed()
print(len(turns) > 1)
`),
  );
  expect(lines).toEqual(['True']);
  expect(await received.promise).toBe(300_000);
});

test('a refused connection shows at the first read or write, as on the chip', async () => {
  const port = await freePort('tcp', '127.0.0.1');
  const lines = await linesOf(
    run(`
reader, writer = await asyncio.open_connection("127.0.0.1", ${port})
try:
    writer.write(b"x")
    await writer.drain()
    await reader.read(1)
except OSError as e:
    print(e)
`),
  );
  expect(lines).toEqual(['[Errno 104] ECONNRESET']);
});

test('a read can be cancelled, and the stream is read on afterwards', async () => {
  const port = await tcpPeer((socket) => inPieces(socket, ['late\n']));
  const lines = await linesOf(
    run(`
reader, writer = await asyncio.open_connection("127.0.0.1", ${port})
try:
    await asyncio.wait_for_ms(reader.readline(), 20)
except asyncio.TimeoutError:
    print("nothing yet")
writer.write(b"?")
await writer.drain()
print(await reader.readline())
`),
  );
  expect(lines).toEqual(['nothing yet', "b'late\\n'"]);
});

test('one server serves several clients at once; close() ends it', async () => {
  const board = await makeBoard();
  const port = await freePort('tcp', board.address);
  board.write({
    'main.py': run(`
done = asyncio.Event()
async def serve(reader, writer):
    print("from", writer.get_extra_info("peername")[0])
    while True:
        line = await reader.readline()
        if line == b"stop\\n":
            done.set()
        if not line:
            break
        writer.write(line.upper())
        await writer.drain()
    writer.close()
    await writer.wait_closed()
async with await asyncio.start_server(serve, "0.0.0.0", ${port}) as server:
    print("ready")
    await done.wait()
print("closed")
await asyncio.sleep_ms(20)
`),
  });
  const watched = watch(board);
  await watched.out(/ready/);
  const clients = [0, 1, 2].map(() => dial(port, board.address));
  for (const [n, client] of clients.entries()) client.write(`hello ${n}`);
  // Each has its turn although none has finished its line.
  for (const [n, client] of clients.entries()) {
    client.write(` end\n`);
    const [reply] = (await once(client, 'data')) as [Buffer];
    expect(reply.toString()).toBe(`HELLO ${n} END\n`);
  }
  clients[0]?.write('stop\n');
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(watched.stdout()).toBe('ready\nfrom 127.0.0.1\nfrom 127.0.0.1\nfrom 127.0.0.1\nclosed\n');
});
