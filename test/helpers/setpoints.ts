/** A scripted hub's datagrams, and boards that are steered by it. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { boardAt, type Connection, type Message, ScriptedHub, startLibrary } from './library.ts';

/** A datagram that came: its message, and its trailer, "session.counter". */
export interface Datagram {
  message: Message;
  trailer: string;
  from: RemoteInfo;
}

/** The hub's UDP socket, played by hand. It answers nothing by itself. */
export class ScriptedDatagrams {
  readonly #socket: Socket;
  readonly port: number;
  readonly #came: Datagram[] = [];
  readonly #look = new Set<() => void>();
  #counter = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (bytes, from) => {
      const [payload = '', trailer = ''] = bytes.toString().split('\t');
      this.#came.push({ message: JSON.parse(payload), trailer, from });
      for (const look of [...this.#look]) look();
    });
  }

  static async start(): Promise<ScriptedDatagrams> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    return new ScriptedDatagrams(socket);
  }

  /** Waits for a datagram that is not taken yet, and takes it: the first with this method, or that fits. */
  take(wanted: string | ((datagram: Datagram) => boolean)): Promise<Datagram> {
    const fits = typeof wanted === 'string' ? ({ message }: Datagram) => message.method === wanted : wanted;
    return new Promise((resolve) => {
      const look = () => {
        const at = this.#came.findIndex(fits);
        if (at < 0) return;
        this.#look.delete(look);
        resolve(this.#came.splice(at, 1)[0] as Datagram);
      };
      this.#look.add(look);
      look();
    });
  }

  /** Sends a message to where a datagram came from, with the trailer of this session, as a hub does without a key. */
  say(message: Message, to: RemoteInfo, session = 's'): void {
    this.#counter += 1;
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\t${session}.${this.#counter}`, to);
  }

  write(text: string, to: RemoteInfo): void {
    this.#socket.send(text, to.port, to.address);
  }
}

export const setpoint = (n: number, t: number, args: unknown, control = 'drive'): Message => ({
  method: '$set',
  params: { control, n, t, args },
});

/** A time of the session clock that no test lives to see: what is set then is fresh, and holds for a lease from its arrival. */
export const FRESH = 3_600_000;

/**
 * A board that writes down what happened to it, as a list of texts: `["set 1 0.5", "stop"]`, and its events of `Board.trace`
 * that concern controls. The command `so_far` gives them.
 */
export const STEERED = (port: number, lease: number, settings = '') => `
from kiteline import Board
happened = []
def trace(event, *args):
    if event == "set":
        happened.append("set %d" % args[1])
    elif event == "stop":
        happened.append("%s %d" % (args[2], args[1]))
Board.trace = trace
${boardAt(port, settings)}
def halt():
    happened.append("halt")
@board.control("drive", lease=${lease}, stop=halt, left=(float, -1, 1, ""), right=kiteline.optional(float, -1, 1))
def drive(left, right=0):
    happened.append("left %s" % left)
@board.command
def so_far():
    return happened
`;

/** Runs such a board with more of a program behind it, and its first session. */
export async function steer(lease: number, program = '', answer: Message = {}) {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${STEERED(hub.port, lease)}${program}\nboard.run()\n`);
  const session = await hub.session(answer);
  return { hub, running, session };
}

let asked = 0;
/** A command with an id above those of all before. */
export const command = (method: string): Message & { id: number } => {
  asked += 1;
  return { id: asked, method, params: {} };
};

/** What has happened on the board so far. */
export async function happened(session: Connection): Promise<string[]> {
  return (await session.ask(command('so_far'))).result;
}

/** The same, once it has come so far. */
export async function until(session: Connection, last: string): Promise<string[]> {
  for (;;) {
    const all = await happened(session);
    if (all.includes(last)) return all;
  }
}
