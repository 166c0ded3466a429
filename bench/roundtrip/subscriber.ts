/** Takes every message that the publishers send through a broker, and counts them: what nobody takes does not flow. */
import { answerParent } from '../kit/answers.ts';
import { reach } from '../kit/brokers.ts';
import { connectPacket, MqttReader, subscribePacket } from '../kit/mqtt.ts';
import { CONNECT_LINE, NatsReader, subLine } from '../kit/nats.ts';

const [protocol, port] = process.argv.slice(2);
let count = 0;
const socket = await reach(Number(port));
if (protocol === 'mqtt') {
  const reader = new MqttReader(() => count++);
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.write(connectPacket('subscriber'));
  socket.write(subscribePacket('b/+'));
} else {
  const reader = new NatsReader(
    () => count++,
    (line) => line === 'PING' && socket.write('PONG\r\n'),
  );
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.write(CONNECT_LINE + subLine('b.*', 1));
}
answerParent({ ready: true }, () => ({ count }));
