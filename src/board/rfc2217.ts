/**
 * A serial port behind a Telnet server with the COM-PORT-OPTION (RFC 2217): esp_rfc2217_server, ser2net, and virtual boards.
 * Of the option it uses speed and the lines; bytes of 255 are doubled in both directions (RFC 854).
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { systemClock } from '../clock.ts';
import { closedAtOnce, portGone } from './port-error.ts';

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;
/** Options: binary transmission (RFC 856), suppress go ahead (RFC 858), com port (RFC 2217). */
const BINARY = 0;
const NO_GO_AHEAD = 3;
const COM_PORT = 44;
const OPTIONS = [BINARY, NO_GO_AHEAD, COM_PORT];
/** Client to server, RFC 2217 section 3. */
const SET_BAUDRATE = 1;
const SET_CONTROL = 5;
const DTR_ON = 8;
const RTS_ON = 11;
/** A server of this option answers the offer of it in milliseconds. */
const ANSWER_MS = 300;
/** Bytes that wait for the server to read them; one that asks and asks, and reads no answer, is no serial port. */
const MOST_UNREAD = 524_288;

export class Rfc2217Port extends Duplex {
  readonly name: string;
  readonly #socket: Socket;
  #telnet = new TelnetInput();

  private constructor(socket: Socket, name: string) {
    super();
    this.name = name;
    this.#socket = socket;
    socket.on('data', (bytes) => {
      const { data, asked } = this.#telnet.take(bytes);
      for (const [verb, option] of asked) this.#answer(verb, option);
      if (data.length > 0 && !this.push(data)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(portGone(name, error)));
    socket.on('close', () => this.destroy());
  }

  /** @throws KitelineError PORT_TAKEN */
  static async open(socket: Socket, name: string, baud: number): Promise<Rfc2217Port> {
    const port = new Rfc2217Port(socket, name);
    socket.write(Uint8Array.from(OPTIONS.flatMap((option) => [IAC, WILL, option, IAC, DO, option])));
    const speed = Buffer.alloc(4);
    speed.writeUInt32BE(baud);
    port.#command(SET_BAUDRATE, speed);
    if (await port.#isShutOut()) throw closedAtOnce(name);
    return port;
  }

  async setLines({ dtr, rts }: { dtr?: boolean; rts?: boolean }): Promise<void> {
    if (dtr !== undefined) this.#command(SET_CONTROL, [dtr ? DTR_ON : DTR_ON + 1]);
    if (rts !== undefined) this.#command(SET_CONTROL, [rts ? RTS_ON : RTS_ON + 1]);
  }

  /** Whether the server closes before it says anything, as it does while somebody else has its port; or nothing is plugged in there. */
  #isShutOut(): Promise<boolean> {
    return new Promise((resolve) => {
      const alarm = systemClock.alarm(ANSWER_MS, () => resolve(false)); // a server that asks for nothing
      const settle = (isClosed: boolean) => () => {
        alarm.cancel();
        resolve(isClosed);
      };
      this.#socket.once('data', settle(false));
      this.#socket.once('end', settle(true));
      this.#socket.once('close', settle(true));
      this.once('error', () => {}); // it was closed by a reset
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(doubled(bytes), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #command(command: number, value: Iterable<number>): void {
    this.#socket.write(
      Buffer.concat([
        Uint8Array.of(IAC, SB, COM_PORT, command),
        doubled(Uint8Array.from(value)),
        Uint8Array.of(IAC, SE),
      ]),
    );
  }

  /** What we offered ourselves needs no answer; everything else is declined (RFC 1143 in its simplest form). */
  #answer(verb: number, option: number): void {
    if (OPTIONS.includes(option)) return;
    if (this.#socket.writableLength > MOST_UNREAD) this.destroy(portGone(this.name));
    if (verb === DO) this.#socket.write(Uint8Array.of(IAC, WONT, option));
    if (verb === WILL) this.#socket.write(Uint8Array.of(IAC, DONT, option));
  }
}

function doubled(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

/** Takes Telnet's commands out of the bytes, wherever they are split. */
class TelnetInput {
  #state: 'data' | 'iac' | 'option' | 'sub' | 'sub-iac' = 'data';
  #verb = 0;

  take(bytes: Uint8Array): { data: Uint8Array; asked: [verb: number, option: number][] } {
    const data = new Uint8Array(bytes.length);
    let length = 0;
    const asked: [number, number][] = [];
    for (const byte of bytes) {
      switch (this.#state) {
        case 'data':
          if (byte === IAC) this.#state = 'iac';
          else data[length++] = byte;
          break;
        case 'iac':
          this.#state = 'data';
          if (byte === IAC) data[length++] = byte;
          else if (byte === SB) this.#state = 'sub';
          else if (byte >= WILL && byte <= DONT) {
            this.#verb = byte;
            this.#state = 'option';
          }
          break;
        case 'option':
          asked.push([this.#verb, byte]);
          this.#state = 'data';
          break;
        case 'sub': // what the server tells of its lines and speed is not needed
          if (byte === IAC) this.#state = 'sub-iac';
          break;
        case 'sub-iac':
          this.#state = byte === SE ? 'data' : 'sub';
          break;
      }
    }
    return { data: data.subarray(0, length), asked };
  }
}
