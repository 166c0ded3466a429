/**
 * The load generator over TCP, a process of its own and the same for every system: prebuilt bytes over many
 * connections, one write of each in turn; plain lines, or the same as MQTT PUBLISH packets or for NATS. One write is one system call, and
 * with TCP_NODELAY one segment. Whoever is not read from waits for room in the kernel and costs nothing.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerParent, now, ownCpu } from './answers.ts';
import { addressOf, lines, writes } from './messages.ts';
import { CONNACK_BYTES, connectPacket, publishPacket } from './mqtt.ts';
import { CONNECT_LINE, pubLines } from './nats.ts';

export interface LoadRequest {
  port: number;
  protocol: 'lines' | 'mqtt' | 'nats';
  connections: number;
  perWrite: number;
  /** Of MQTT: what topics begin with (`b/` unless told), and QoS 0 (unless told) or 1. */
  topic?: string;
  qos?: 0 | 1;
}

/** When to stop: after so many messages, or seconds. */
export interface LoadEnd {
  messages?: number;
  seconds?: number;
  /** Messages a second; as many as are taken unless told. */
  rate?: number;
}

export interface LoadReport {
  /** First and last write, on the clock of `now`. */
  from: number;
  to: number;
  messages: number;
  /** CPU microseconds. */
  cpu: number;
}

/** Different messages of a connection before they come again. */
const DIFFERENT = 1_024;

let sockets: Socket[] = [];
let buffers: Buffer[][] = [];
let perWrite = 1;

function prebuilt(board: number, { protocol, perWrite, topic = 'b/', qos = 0 }: LoadRequest): Buffer[] {
  const count = DIFFERENT / perWrite;
  if (protocol === 'lines') return writes(board, count, perWrite);
  const packets = lines(board, DIFFERENT).map((line, i) =>
    protocol === 'mqtt'
      ? publishPacket(`${topic}${board}`, line, qos === 1 ? i + 1 : undefined)
      : Buffer.from(pubLines(`b.${board}`, line)),
  );
  return Array.from({ length: count }, (_, i) =>
    Buffer.concat(packets.slice(i * perWrite, (i + 1) * perWrite)),
  );
}

async function open(request: LoadRequest, board: number): Promise<Socket> {
  const localAddress = addressOf(board);
  const socket = connect({
    host: '127.0.0.1',
    port: request.port,
    noDelay: true,
    ...(localAddress !== undefined && { localAddress }),
    // 'drain' then follows every write that the kernel did not take at once.
    ...({ highWaterMark: 1 } as object),
  });
  socket.on('error', (error) => {
    console.error(`connection ${board}: ${error.message}`);
    process.exit(1);
  });
  await once(socket, 'connect');
  if (request.protocol === 'mqtt') {
    socket.write(connectPacket(`board-${board}`));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.length !== CONNACK_BYTES || answer[3] !== 0) throw new Error('the broker refused a publisher');
  } else if (request.protocol === 'nats') socket.write(CONNECT_LINE);
  socket.resume(); // answers are thrown away
  return socket;
}

function send(end: LoadEnd): Promise<LoadReport> {
  const most = end.messages ?? Number.POSITIVE_INFINITY;
  const cpu = ownCpu();
  const from = now();
  const until = end.seconds === undefined ? Number.POSITIVE_INFINITY : from + end.seconds * 1_000;
  const next = sockets.map(() => 0);
  const { rate = Number.POSITIVE_INFINITY } = end;
  let messages = 0;
  let ready = sockets.map((_, i) => i);
  const later: number[] = [];
  let waiting = true;
  return new Promise((resolve) => {
    const finish = () => {
      for (const socket of sockets) socket.removeAllListeners('drain');
      resolve({ from, to: now(), messages, cpu: ownCpu() - cpu });
    };
    const pump = () => {
      waiting = false;
      const turn = ready;
      const due = Math.min(most, rate === Number.POSITIVE_INFINITY ? rate : ((now() - from) * rate) / 1_000);
      ready = [];
      for (const i of turn) {
        if (messages >= due) {
          ready.push(i);
          continue;
        }
        const socket = sockets[i] as Socket;
        const own = buffers[i] as Buffer[];
        const place = next[i] as number;
        socket.write(own[place] as Buffer);
        next[i] = place + 1 === own.length ? 0 : place + 1;
        messages += perWrite;
        if (socket.writableLength === 0) later.push(i);
      }
      ready.push(...later); // those who have not had their turn come first
      later.length = 0;
      if (messages >= most || now() >= until) finish();
      else if (messages >= due) {
        waiting = true;
        setTimeout(pump, 1);
      } else if (ready.length > 0) pumpSoon();
    };
    const pumpSoon = () => {
      if (waiting) return;
      waiting = true;
      setImmediate(pump);
    };
    sockets.forEach((socket, i) => {
      socket.on('drain', () => {
        ready.push(i);
        pumpSoon();
      });
    });
    setImmediate(pump);
  });
}

answerParent({ ready: true }, async (question) => {
  if (question.ask === 'open') {
    const request = question as unknown as LoadRequest & { ask: string };
    perWrite = request.perWrite;
    buffers = Array.from({ length: request.connections }, (_, i) => prebuilt(i, request));
    sockets = await Promise.all(buffers.map((_, i) => open(request, i)));
    return {};
  }
  if (question.ask === 'send') return send(question as LoadEnd);
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.destroySoon();
  const slow = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, 2_000);
  await Promise.all(closed);
  clearTimeout(slow);
  sockets = [];
  return {};
});
