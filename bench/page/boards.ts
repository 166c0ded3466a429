/** Boards that say hello and send samples of some metrics. For bench/page.ts: PORT BOARDS METRICS HZ. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerParent } from '../kit/answers.ts';

const [port, count, metrics, hz] = process.argv.slice(2).map(Number) as [number, number, number, number];
const names = Array.from({ length: metrics }, (_, i) => `metric${i + 1}`);

async function board(index: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const params = {
    board: `board ${index + 1}`,
    boot: `b${index}`,
    metrics: Object.fromEntries(names.map((name) => [name, { unit: 'Cel' }])),
  };
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params })}\n`);
  await once(socket, 'data');
  socket.on('data', (data: Buffer) => {
    const id = /"id":"(ping\d+)"/.exec(String(data))?.[1];
    if (id !== undefined) socket.write(`{"jsonrpc":"2.0","id":"${id}","result":{"rssi":-60}}\n`);
  });
  return socket;
}

const boards = await Promise.all(Array.from({ length: count }, (_, i) => board(i)));
let n = 0;
/** Boards do not send all at once: a tenth of them each tenth of the time. */
const PARTS = 10;
setInterval(
  () => {
    const part = n++ % PARTS;
    for (let i = part; i < boards.length || (boards.length < PARTS && i === part); i += PARTS) {
      const socket = boards[boards.length < PARTS ? 0 : i];
      const t = n / PARTS / 10 + i;
      const values = Object.fromEntries(
        names.map((name, k) => [name, Math.round(1_000 * Math.sin(t / (k + 3))) / 100]),
      );
      socket?.write(`${JSON.stringify(values)}\n`);
      if (boards.length < PARTS) break;
    }
  },
  1_000 / hz / (boards.length < PARTS ? 1 : PARTS),
);
answerParent({}, () => ({}));
