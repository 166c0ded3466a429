/**
 * Somebody in the middle: a proxy between one board and its hub that hears every line and datagram and does to some of them
 * what its script says. It has an address of its own, where the system gives programs more than one: so the hub's UDP port
 * can be its own as well, and the board finds it there by what the hub itself says.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { claimAddress } from '../../virtual/host/addresses.ts';
import type { Direction } from '../../virtual/index.ts';
import { Dice } from '../dice.ts';
import { Memory, TAMPER_KINDS, type Tamper, TamperedLines, type TamperKind, tampered } from './tamper.ts';

/** What is done to a board's traffic. */
export interface MiddleScript {
  /** To its connections, the first to the last of these; later ones are left alone. */
  lines: readonly Tamper[];
  /** Share of its datagrams to which something is done, 0 to 1; to which ones, and what, comes from the seed. */
  datagrams: number;
  seed: number;
}

export interface MiddleOptions {
  /** Whose middle it is; its address follows from that. */
  name: string;
  script: MiddleScript;
  /** The hub's ports on 127.0.0.1, asked for each connection and datagram: a hub that has gone may come back elsewhere. */
  hub: () => { tcp: number; udp: number | undefined };
  /** Something has been done, for the story of a run. */
  struck: (what: string) => void;
}

const HUB = '127.0.0.1';

export class Middle {
  readonly #options: MiddleOptions;
  readonly #memory = new Memory();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #claim: Awaited<ReturnType<typeof claimAddress>> | undefined;
  #connections = 0;
  #datagrams: { near: Datagrams; far: Datagrams } | undefined;
  /** Where the board's datagrams come from. */
  #board: { address: string; port: number } | undefined;
  readonly #dice: Record<Direction, Dice>;
  readonly #late: Record<Direction, Buffer | undefined> = { 'from-board': undefined, 'to-board': undefined };
  port = 0;
  /** How often something was done. */
  strikes = 0;

  private constructor(options: MiddleOptions) {
    this.#options = options;
    const { seed } = options.script;
    this.#dice = { 'from-board': new Dice(seed, 'from'), 'to-board': new Dice(seed, 'to') };
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#between(socket));
  }

  static async open(options: MiddleOptions): Promise<Middle> {
    const middle = new Middle(options);
    middle.#claim = await claimAddress(`middle of ${options.name}`);
    middle.#server.listen(0, middle.address);
    await once(middle.#server, 'listening');
    middle.port = (middle.#server.address() as { port: number }).port;
    const { udp } = options.hub();
    if (udp !== undefined && middle.#claim.own) await middle.#hear(udp);
    return middle;
  }

  get address(): string {
    return this.#claim?.address ?? HUB;
  }

  #strike(direction: Direction, what: string): void {
    this.strikes++;
    this.#options.struck(`${direction} ${what}`);
  }

  /** One connection of the board, and one to the hub for it. */
  #between(board: Socket): void {
    const number = this.#connections++;
    const hub = connect({
      port: this.#options.hub().tcp,
      host: HUB,
      allowHalfOpen: true,
      ...(this.#claim?.own && { localAddress: this.address }),
    });
    let direction: Direction = 'from-board';
    const lines = new TamperedLines(this.#options.script.lines[number], this.#memory, (does) =>
      this.#strike(direction, `connection ${number}: ${does}`),
    );
    const carry = (from: Socket, to: Socket, way: Direction) => {
      this.#sockets.add(from);
      from.setNoDelay(true);
      let rest = Buffer.alloc(0);
      from.on('data', (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        const on: Buffer[] = [];
        for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
          direction = way;
          const passage = lines.pass(way, rest.subarray(0, end + 1));
          on.push(...passage.on);
          for (const unit of passage.back) from.write(unit);
          rest = rest.subarray(end + 1);
        }
        // What somebody sends who does not read is bounded by what waits on the other side.
        if (on.length > 0 && !to.write(Buffer.concat(on))) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
      from.on('end', () => to.end(rest));
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroySoon();
      });
    };
    carry(board, hub, 'from-board');
    carry(hub, board, 'to-board');
  }

  /** @param port of the hub's datagrams, which is taken at the middle's own address */
  async #hear(port: number): Promise<void> {
    const bound = async (at: number) => {
      const socket = createSocket('udp4').bind({ address: this.address, port: at, exclusive: true });
      socket.on('error', () => {});
      await once(socket, 'listening');
      return socket;
    };
    const near = await bound(port);
    const far = await bound(0);
    this.#datagrams = { near, far };
    near.on('message', (bytes, from) => {
      this.#board = from;
      this.#datagram('from-board', bytes);
    });
    far.on('message', (bytes) => this.#datagram('to-board', bytes));
  }

  #datagram(direction: Direction, bytes: Buffer): void {
    const { script } = this.#options;
    this.#memory.keep(direction, bytes);
    const dice = this.#dice[direction];
    const late = this.#late[direction];
    this.#late[direction] = undefined;
    // Both are thrown each time, so that the n-th datagram's fate follows from the seed alone.
    const isMeant = dice.next() < script.datagrams;
    const does: TamperKind = dice.pick(TAMPER_KINDS);
    const at = dice.next();
    if (!isMeant) this.#send(direction, bytes);
    else {
      this.#strike(direction, `datagram: ${does}`);
      if (does === 'swap') this.#late[direction] = bytes;
      else {
        const { on, back } = tampered(direction, bytes, does, at, this.#memory);
        for (const unit of on) this.#send(direction, unit);
        for (const unit of back) this.#send(direction === 'to-board' ? 'from-board' : 'to-board', unit);
      }
    }
    if (late) this.#send(direction, late);
  }

  #send(direction: Direction, bytes: Buffer): void {
    const { udp } = this.#options.hub();
    if (direction === 'from-board') {
      if (udp !== undefined) this.#datagrams?.far.send(bytes, udp, HUB);
    } else if (this.#board) this.#datagrams?.near.send(bytes, this.#board.port, this.#board.address);
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#datagrams?.near.close();
    this.#datagrams?.far.close();
    this.#claim?.release();
  }
}
