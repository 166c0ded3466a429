/**
 * A board's serial port as a pseudo-terminal, for programs that open a device by its path. A link of the person's choosing leads to it.
 *
 * Of node-pty this uses `open()` and what it gives: `master`, `slave`, `ptsName` and `fd`, which are there and in none of its types. Its
 * own way to write blocks the whole process while nobody reads, so the master is written by its descriptor, which does not.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  write,
} from 'node:fs';
import type { ReadStream } from 'node:tty';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import type { SerialEnd } from './end.ts';
import type { SerialPort } from './port.ts';

/** How often a full pseudo-terminal is tried again; nobody tells when its reader has taken something. */
const AGAIN_MS = 5;
/** After so many times nobody reads: what comes is dropped until somebody does. */
const PATIENCE = 400;

interface Pty {
  master: ReadStream;
  slave: ReadStream;
  ptsName: string;
  fd: number;
}

export interface SerialPty {
  /** The device itself, as /dev/pts/7. */
  readonly path: string;
  /** Bytes from the board that nobody read in time. */
  readonly dropped: number;
  close(): void;
}

/**
 * Where the cable is pulled, the device and its link go; they come back with it, the device with another name.
 * @param link a path that is not there, or a link that leads nowhere; gone after `close()`
 * @throws KitelineError NOT_ALLOWED where the system has no pseudo-terminals, BAD_ARGUMENT for a link that cannot be made
 */
export async function openPty(board: { serial: SerialPort }, link: string): Promise<SerialPty> {
  const open = await opener();
  makeRoom(link);
  const { serial } = board;
  let device = new Device(open, serial, link);
  let dropped = 0;
  const away = () => {
    dropped += device.dropped;
    device.close();
  };
  const back = () => {
    device = new Device(open, serial, link);
  };
  serial.on('unplugged', away);
  serial.on('plugged', back);
  return {
    get path() {
      return device.path;
    },
    get dropped() {
      return dropped + device.dropped;
    },
    close() {
      serial.off('unplugged', away);
      serial.off('plugged', back);
      device.close();
    },
  };
}

class Device {
  readonly path: string;
  readonly #link: string;
  readonly #master: ReadStream;
  readonly #fd: number;
  /** Held open, lest the device end with each program that closes it. */
  readonly #slave: number;
  readonly #end: SerialEnd;
  #closed = false;
  #stuck = 0;
  #dropped = 0;

  constructor(open: (options: object) => Pty, serial: SerialPort, link: string) {
    const pty = open({ encoding: null });
    this.path = pty.ptsName;
    this.#link = link;
    this.#master = pty.master;
    this.#fd = pty.fd;
    this.#slave = openSync(pty.ptsName, constants.O_RDWR | constants.O_NOCTTY);
    pty.slave.destroy(); // it would read what is meant for others
    // Bytes as they are: no echo, no line editing, no CR or LF that become others.
    spawnSync('stty', ['raw', '-echo', '-iexten'], { stdio: [this.#slave, 'ignore', 'ignore'] });
    this.#end = serial.open();
    this.#carry();
    symlinkSync(pty.ptsName, link);
  }

  get dropped(): number {
    return this.#dropped + this.#end.dropped;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (leadsTo(this.#link) === this.path) unlinkSync(this.#link);
    this.#end.destroy();
    this.#master.destroy();
    closeSync(this.#slave);
  }

  #carry(): void {
    const end = this.#end;
    this.#master.on('data', (bytes: Buffer) => {
      if (!end.write(bytes)) this.#master.pause();
    });
    this.#master.on('error', () => this.close());
    end.on('drain', () => this.#master.resume());
    end.on('error', () => {}); // unplugged
    end.on('close', () => this.close());
    end.on('readable', () => this.#next());
    this.#next();
  }

  #writing = false;

  #next(): void {
    if (this.#writing || this.#closed) return;
    const bytes = this.#end.read() as Buffer | null;
    if (!bytes) return;
    this.#writing = true;
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    if (this.#closed) return;
    write(this.#fd, bytes, (error, written) => {
      const left = bytes.subarray(error ? 0 : written);
      if (error && systemCode(error) !== 'EAGAIN') this.close();
      if (!error) this.#stuck = 0;
      else this.#stuck += 1;
      if (left.length > 0 && this.#stuck <= PATIENCE) {
        setTimeout(() => this.#write(left), error ? AGAIN_MS : 0).unref();
        return;
      }
      this.#dropped += left.length;
      this.#writing = false;
      this.#next();
    });
  }
}

async function opener(): Promise<(options: object) => Pty> {
  try {
    if (process.platform === 'win32') throw new Error('Windows has none');
    const { default: pty } = await import('@lydell/node-pty');
    return (pty as unknown as { open(options: object): Pty }).open;
  } catch (cause) {
    throw new KitelineError(
      'NOT_ALLOWED',
      say(
        'This system has no pseudo-terminals for programs: use --serial PORT, and rfc2217://127.0.0.1:PORT in your tool.',
        '本系统没有可供程序使用的伪终端：请改用 --serial 端口，并在工具中填写 rfc2217://127.0.0.1:端口。',
      ),
      { cause },
    );
  }
}

/** A link that leads nowhere is what a board left that was killed. */
function makeRoom(link: string): void {
  try {
    const there = lstatSync(link, { throwIfNoEntry: false });
    if (there?.isSymbolicLink() && !statSync(link, { throwIfNoEntry: false })) unlinkSync(link);
    else if (there) throw new Error('it is there');
    symlinkSync('/dev/null', link); // says now whether it can be made
    unlinkSync(link);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'BAD_ARGUMENT',
      code === undefined
        ? say(
            `${link} is there already: name a path for the link that is not.`,
            `${link} 已经存在：请为链接指定一个不存在的路径。`,
          )
        : say(`The link ${link} cannot be made (${code}).`, `无法创建链接 ${link}（${code}）。`),
      { cause },
    );
  }
}

function leadsTo(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
