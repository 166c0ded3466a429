/** Subscribes with QoS 0 or 1, acknowledges, and counts what it is given; asked as a system under test is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beSystem } from '../kit/answers.ts';
import { reach } from '../kit/brokers.ts';
import { connectPacket, MqttReader, subscribePacket } from '../kit/mqtt.ts';

const [port, filter = '#', qos = '0'] = process.argv.slice(2);
let count = 0;
let acks: number[] = [];
const socket = await reach(Number(port));
const reader = new MqttReader((bytes, topic, payload) => {
  count++;
  if (qos === '0') return;
  const id = topic + bytes.readUInt16BE(topic - 2);
  // What `payload` is for QoS 0 is the packet id of QoS 1.
  if (payload === id) acks.push(0x40, 2, bytes[id] as number, bytes[id + 1] as number);
});
socket.on('data', (chunk: Buffer) => {
  reader.push(chunk);
  if (acks.length > 0) socket.write(Buffer.from(acks));
  acks = [];
});
socket.write(connectPacket('subscriber'));
socket.write(subscribePacket(filter, Number(qos)));
while (reader.others < 2) await sleep(10); // CONNACK, SUBACK
beSystem({ ready: true }, () => count);
