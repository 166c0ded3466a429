/** umqtt.simple and umqtt.robust of the virtual board, against a broker of a few lines that shows the bytes (MQTT 3.1.1). */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { JOIN, linesOf } from '../../helpers/board.ts';
import { tcpPeer } from '../../helpers/peers.ts';

type Packet = { kind: number; body: Buffer };

/** Takes whole packets out of a byte stream; packets here are shorter than 2 MB. */
function onPackets(socket: Socket, take: (packet: Packet) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      let size = 0;
      let at = 1;
      for (; at < waiting.length; at++) {
        size |= ((waiting[at] ?? 0) & 0x7f) << (7 * (at - 1));
        if (!((waiting[at] ?? 0) & 0x80)) break;
      }
      if (at >= waiting.length || waiting.length < at + 1 + size) return;
      take({ kind: waiting[0] ?? 0, body: waiting.subarray(at + 1, at + 1 + size) });
      waiting = waiting.subarray(at + 1 + size);
    }
  });
}

test('connect with a last will, publish with both qualities, subscribe, receive, ping, disconnect', async () => {
  const seen: string[] = [];
  const disconnected = Promise.withResolvers<void>();
  const port = await tcpPeer((socket) => {
    onPackets(socket, ({ kind, body }) => {
      seen.push(`${kind.toString(16)} ${body.toString('latin1')}`);
      if (kind === 0x10) socket.write(Buffer.of(0x20, 2, 0, 0));
      if (kind === 0x32) {
        const id = body.subarray(2 + body.readUInt16BE(0)).subarray(0, 2);
        socket.write(Buffer.concat([Buffer.of(0x40, 2), id]));
      }
      if (kind === 0x82) {
        socket.write(Buffer.of(0x90, 3, body[0] ?? 0, body[1] ?? 0, 1));
        // One message of each quality.
        socket.write(Buffer.concat([Buffer.of(0x30, 6, 0, 1), Buffer.from('tone')]));
        socket.write(
          Buffer.concat([Buffer.of(0x32, 8, 0, 1), Buffer.from('t'), Buffer.of(0, 9), Buffer.from('two')]),
        );
      }
      if (kind === 0xc0) socket.write(Buffer.of(0xd0, 0));
      if (kind !== 0xe0) return;
      socket.end();
      disconnected.resolve();
    });
  });
  const lines = await linesOf(`${JOIN}
from umqtt.simple import MQTTClient
client = MQTTClient("board", "127.0.0.1", port=${port}, user="u", password="p", keepalive=60)
client.set_last_will("will", "gone", retain=True, qos=1)
client.set_callback(lambda topic, message: print(topic, message))
print(client.connect())
client.publish("t", "hello", retain=True)
client.publish(b"t", b"x" * 200, qos=1)
client.subscribe("t", 1)
client.wait_msg()
client.wait_msg()
print(client.check_msg())
client.ping()
client.wait_msg()
client.disconnect()
`);
  expect(lines).toEqual(['0', "b't' b'one'", "b't' b'two'", 'None']);
  // The program may be over before its last packet is here.
  await disconnected.promise;
  expect(seen).toEqual([
    '10 \0\x04MQTT\x04\xee\0\x3c\0\x05board\0\x04will\0\x04gone\0\x01u\0\x01p',
    '31 \0\x01thello',
    `32 \0\x01t\0\x01${'x'.repeat(200)}`,
    '82 \0\x02\0\x01t\x01',
    '40 \0\x09',
    'c0 ',
    'e0 ',
  ]);
});

test('a refusal is an MQTTException with its number', async () => {
  const port = await tcpPeer((socket) => onPackets(socket, () => socket.write(Buffer.of(0x20, 2, 0, 5))));
  const lines = await linesOf(`${JOIN}
from umqtt.simple import MQTTClient, MQTTException
try:
    MQTTClient("board", "127.0.0.1", ${port}).connect()
except MQTTException as e:
    print(repr(e))
`);
  expect(lines).toEqual(['MQTTException(5,)']);
});

test('umqtt.robust connects again when the broker has hung up', async () => {
  let connections = 0;
  const port = await tcpPeer((socket) => {
    connections += 1;
    const mine = connections;
    onPackets(socket, ({ kind }) => {
      if (kind === 0x10) socket.write(Buffer.of(0x20, 2, 0, 0));
      if (kind === 0x10 && mine === 2) {
        socket.write(Buffer.concat([Buffer.of(0x30, 7, 0, 1), Buffer.from('tback')]));
      }
      if (kind !== 0x82) return;
      socket.write(Buffer.of(0x90, 3, 0, mine, 0));
      socket.end();
    });
  });
  const lines = await linesOf(`${JOIN}
from umqtt.robust import MQTTClient
class Client(MQTTClient):
    DELAY = 0
client = Client("board", "127.0.0.1", ${port})
client.set_callback(lambda topic, message: print(topic, message))
client.connect()
client.subscribe("t")
client.wait_msg()
`);
  expect(lines).toEqual(["b't' b'back'"]);
  expect(connections).toBe(2);
});
