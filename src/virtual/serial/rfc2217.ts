/**
 * A board's serial port over TCP, by Telnet and its COM-PORT-OPTION (RFC 2217): `rfc2217://HOST:PORT` of pyserial, and so of mpremote
 * and esptool. Who speaks no Telnet has the bytes as they are, but for 255. Like a port, one at a time can have it open.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { claimPort } from '../../transport/ports.ts';
import { COM_PORT, ComPort } from './com-port.ts';
import type { SerialEnd } from './end.ts';
import type { SerialPort } from './port.ts';
import { DO, DONT, escaped, IAC, SB, SE, TelnetInput, WILL, WONT } from './telnet.ts';

/** Options that both sides may have: binary (RFC 856), no go-ahead (RFC 858), com port. */
const [BINARY, NO_GO_AHEAD] = [0, 3];
const OPTIONS = [BINARY, NO_GO_AHEAD, COM_PORT];

/** Bytes that wait for a client to read them: one that asks and asks, and reads no answer, is let go of. */
const MOST_UNREAD = 524_288;

export interface SerialServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param options.host default 127.0.0.1: the line has no password, and whoever reaches it has the board
 * @param options.port 0, which is the default: a free one
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE
 */
export async function serveRfc2217(
  board: { serial: SerialPort },
  {
    host = '127.0.0.1',
    port = 0,
    program = 'kiteline board',
  }: { host?: string; port?: number; program?: string } = {},
): Promise<SerialServer> {
  let open: Socket | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {}); // its end is enough
    if (open || !board.serial.plugged) {
      socket.destroy();
      return;
    }
    open = socket;
    socket.on('close', () => {
      open = undefined;
    });
    connect(socket, board.serial);
  });
  const claim = await claimPort(
    { protocol: 'tcp', host, port, program, option: '--serial' },
    async (bind) => {
      await listening(server, bind);
      const address = server.address();
      return { port: typeof address === 'object' && address ? address.port : 0, close: () => server.close() };
    },
  );
  return {
    port: claim.port,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      open?.destroy();
      await closed;
      await claim.release();
    },
  };
}

function listening(server: Server, bind: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(bind, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function connect(socket: Socket, serial: SerialPort): void {
  // As a server leaves a port that nobody uses: its client asserts the lines.
  const end = serial.open({ dtr: false, rts: false });
  const comPort = new ComPort({
    get lines() {
      return serial.lines;
    },
    set: (lines) => end.setLines(lines),
    purge: () => void end.read(),
  });
  const answer = (bytes: number[]): void => {
    if (socket.writableLength > MOST_UNREAD) socket.destroy();
    else socket.write(Uint8Array.from(bytes));
  };
  const options = new Options(answer);
  const telnet = new TelnetInput({
    data(bytes) {
      if (!end.write(bytes)) socket.pause();
    },
    option: (verb, option) => options.heard(verb, option),
    sub([option, ...rest]) {
      const said = option === COM_PORT ? comPort.answer(rest) : undefined;
      if (!said) return;
      const body = escaped(Uint8Array.from(said));
      answer([IAC, SB, COM_PORT, ...body, IAC, SE]);
    },
  });
  carry(socket, end, telnet);
}

/** Bytes both ways, no faster than either side takes them, until one of them is closed. */
function carry(socket: Socket, end: SerialEnd, telnet: TelnetInput): void {
  socket.on('data', (bytes) => telnet.take(bytes));
  end.on('drain', () => socket.resume());
  end.on('data', (bytes: Buffer) => {
    if (!socket.write(escaped(bytes))) end.pause();
  });
  socket.on('drain', () => end.resume());
  socket.on('close', () => end.destroy());
  end.on('error', () => {}); // unplugged
  end.on('close', () => socket.destroy());
}

/** Options by RFC 1143 in its simplest form: a change is answered, what stands already is not. */
class Options {
  readonly #send: (bytes: number[]) => void;
  readonly #ours = new Set<number>();
  readonly #theirs = new Set<number>();
  #offered = false;

  constructor(send: (bytes: number[]) => void) {
    this.#send = send;
  }

  heard(verb: number, option: number): void {
    const [side, yes, no] =
      verb === WILL || verb === WONT ? [this.#theirs, DO, DONT] : [this.#ours, WILL, WONT];
    if (verb === WILL || verb === DO) {
      if (!OPTIONS.includes(option)) this.#send([IAC, no, option]);
      else if (!side.has(option)) this.#send([IAC, yes, option]);
      if (OPTIONS.includes(option)) side.add(option);
    } else if (side.delete(option)) {
      this.#send([IAC, no, option]);
    }
    this.#offer();
  }

  /** It is Telnet then: the line is not one of text, whether the other side asks for it or not. */
  #offer(): void {
    if (this.#offered) return;
    this.#offered = true;
    for (const [side, verb] of [
      [this.#ours, WILL],
      [this.#theirs, DO],
    ] as const) {
      if (side.has(BINARY)) continue;
      side.add(BINARY);
      this.#send([IAC, verb, BINARY]);
    }
  }
}
