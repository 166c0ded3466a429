/**
 * Both ends of a command, in one process of two connections and with clients of the same few lines for every system:
 * who asks, and the board that answers. A trip is requester → server → board → server → requester.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerParent } from '../kit/answers.ts';
import { LineReader } from '../kit/line-reader.ts';
import { connectPacket, MqttReader, publishPacket, subscribePacket } from '../kit/mqtt.ts';
import { CONNECT_LINE, NatsReader, pubLines, subLine } from '../kit/nats.ts';
import { ScriptedBoard } from '../kit/scripted-board.ts';

export interface TripsReport {
  /** Microseconds of each trip. */
  times: number[];
  /** The last one had no answer in time. */
  lost: boolean;
}

/** Milliseconds that a trip may take. */
const PATIENCE_MS = 10_000;

/** Asks for a command; `answered` was given when the ends were opened. */
type Ask = (id: number) => void;
type Open = (port: number, answered: (id: number) => void) => Promise<Ask>;

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

const args = { on: true };

/** JSON-RPC over TCP: `$command`, as programs on the hub's machine say it. */
async function kiteline(port: number, answered: (id: number) => void): Promise<Ask> {
  await new Promise<void>((resolve) => {
    const command = (_name: string, { on }: Record<string, unknown>) => ({ on });
    new ScriptedBoard({ port, name: 'greenhouse', boot: '5f3a90c1', command, online: resolve }).dial();
  });
  const requester = await open(port);
  const reader = new LineReader((line) => {
    const { id, result } = JSON.parse(line) as { id: number; result?: { outcome: string } };
    if (result?.outcome !== 'done') throw new Error(`the command did not come back: ${line}`);
    answered(id);
  });
  requester.on('data', (chunk: Buffer) => reader.push(chunk));
  return (id) => {
    const params = { board: 'greenhouse', name: 'led', args, deadline: PATIENCE_MS };
    requester.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: '$command', params })}\n`);
  };
}

interface Command {
  id: number;
  name: string;
  args: object;
}

const commandOf = (id: number): string => JSON.stringify({ id, name: 'led', args } satisfies Command);
const replyTo = (command: string): string => {
  const { id, args } = JSON.parse(command) as Command;
  return JSON.stringify({ id, result: args });
};
const idOf = (reply: string): number => (JSON.parse(reply) as { id: number }).id;

/** A topic for the requests and one for the answers, QoS 0. */
async function mqtt(port: number, answered: (id: number) => void): Promise<Ask> {
  const subscriber = async (name: string, topic: string, heard: (payload: string) => void) => {
    const socket = await open(port);
    const reader = new MqttReader((bytes, _topic, from, to) => heard(bytes.toString('utf8', from, to)));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.write(connectPacket(name));
    socket.write(subscribePacket(topic));
    while (reader.others < 2) await once(socket, 'data'); // CONNACK, SUBACK
    return socket;
  };
  const board = await subscriber('greenhouse', 'command/greenhouse', (command) => {
    board.write(publishPacket('reply/requester', replyTo(command)));
  });
  const requester = await subscriber('requester', 'reply/requester', (reply) => answered(idOf(reply)));
  return (id) => requester.write(publishPacket('command/greenhouse', commandOf(id)));
}

/** Request and reply as NATS has them: one wildcard subscription for all answers, a reply subject a request. */
async function nats(port: number, answered: (id: number) => void): Promise<Ask> {
  const subscriber = async (subject: string, heard: (payload: string, reply: string | undefined) => void) => {
    const socket = await open(port);
    const ready = new Promise<void>((resolve) => {
      const reader = new NatsReader(
        ({ payload, reply }) => heard(payload, reply),
        (line) => {
          if (line === 'PING') socket.write('PONG\r\n');
          else if (line === 'PONG') resolve();
        },
      );
      socket.on('data', (chunk: Buffer) => reader.push(chunk));
    });
    socket.write(`${CONNECT_LINE}${subLine(subject, 1)}PING\r\n`);
    await ready;
    return socket;
  };
  const board = await subscriber('command.greenhouse', (command, reply = '') => {
    board.write(pubLines(reply, replyTo(command)));
  });
  const requester = await subscriber('_INBOX.requester.*', (reply) => answered(idOf(reply)));
  return (id) => requester.write(pubLines('command.greenhouse', commandOf(id), `_INBOX.requester.${id}`));
}

const systems: Record<string, Open> = { kiteline, mqtt, nats };
const [system = '', port] = process.argv.slice(2);
let answered: (id: number) => void = () => {};
const ask = await (systems[system] as Open)(Number(port), (id) => answered(id));
let last = 0;

/** One trip after the other, until there are so many, or for so long. */
function trips(count: number, seconds: number): Promise<TripsReport> {
  const times: number[] = [];
  return new Promise((resolve) => {
    const until = performance.now() + seconds * 1_000;
    let began = process.hrtime.bigint();
    const finish = (lost: boolean) => {
      clearTimeout(late);
      answered = () => {};
      resolve({ times, lost });
    };
    const late = setTimeout(() => finish(true), seconds * 1_000 + PATIENCE_MS);
    const next = () => {
      began = process.hrtime.bigint();
      ask(++last);
    };
    answered = (id) => {
      if (id !== last) return; // of a trip that was given up
      times.push(Number(process.hrtime.bigint() - began) / 1_000);
      if (times.length === count || performance.now() >= until) finish(false);
      else next();
    };
    next();
  });
}

answerParent({ ready: true }, ({ count, seconds }) => trips(Number(count), Number(seconds)));
