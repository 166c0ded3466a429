import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openPort, pulseReset } from '../../src/board/port.ts';

/** A serial server that shows what it is told, and says what the test says. */
async function server() {
  const connected = Promise.withResolvers<Socket>();
  const listening = createServer((socket) => connected.resolve(socket)).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => void listening.close());
  const where = listening.address();
  const port = await openPort(`rfc2217://127.0.0.1:${typeof where === 'object' ? where?.port : 0}`, 460_800);
  onTestFinished(() => void port.destroy());
  const socket = await connected.promise;
  let heard = '';
  const waiting = new Set<() => void>();
  socket.on('data', (bytes) => {
    heard += bytes.toString('hex');
    for (const look of waiting) look();
  });
  const hears = (hex: string) =>
    new Promise<void>((resolve) => {
      const look = () => heard.includes(hex) && resolve();
      waiting.add(look);
      look();
    });
  return { port, socket, hears };
}

it('sets the speed, offers binary, and moves the lines as a reset does', async () => {
  const { port, hears } = await server();
  await hears('fffb2c'); // IAC WILL COM-PORT-OPTION
  await hears('fffa2c0100070800fff0'); // SET-BAUDRATE 460800
  await pulseReset(port, async () => {});
  await hears('fffa2c0509fff0fffa2c050bfff0fffa2c0509fff0fffa2c050cfff0');
});

it('bytes of 255 are doubled on the way, and commands taken out wherever they are split', async () => {
  const { port, socket, hears } = await server();
  port.write(Buffer.of(1, 255, 2));
  await hears('01ffff02');
  const sent = Buffer.from('41ffff42fffa2c6500fff0fffd0143fffb2c44', 'hex');
  let came = '';
  port.on('data', (bytes: Buffer) => {
    came += bytes.toString('hex');
    if (came.length === 10) port.emit('all');
  });
  const all = once(port, 'all');
  for (const byte of sent) {
    socket.write(Buffer.of(byte));
    await new Promise((done) => setImmediate(done));
  }
  await all;
  expect(came).toBe('41ff424344');
  await hears('fffc01'); // DO 1 (echo) is declined
});

it('an end of the server is an end of the port', async () => {
  const { port, socket } = await server();
  port.resume();
  const end = once(port, 'end');
  socket.end();
  await end;
});

it('a server that closes at once has its port given to somebody else', async () => {
  const listening = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => void listening.close());
  const where = listening.address();
  const name = `rfc2217://127.0.0.1:${typeof where === 'object' ? where?.port : 0}`;
  await expect(openPort(name)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringMatching(/closes at once: another program has that port/),
  });
});
