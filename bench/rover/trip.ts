/** A rover in a room with a hub that plans for it, in fast time: the board program and the hub program are the example's own. */
import { readFileSync } from 'node:fs';
import rover from '../../examples/rover/hub.ts';
import { createHub, type Hub } from '../../src/index.ts';
import {
  Air,
  boardLibrary,
  placeRover,
  Room,
  type VirtualBoard,
  type VirtualRover,
  virtualBoard,
} from '../../src/virtual/index.ts';

export type Place = readonly [x: number, y: number];

/** Metres between the walls and the middle of a rover that starts or is to go somewhere. */
const SPACE = 0.2;
/** Milliseconds for a command to reach the board, through an outage and a restart. */
const COMMAND_MS = 60_000;

export const roomOf = (name: string): Room =>
  Room.parse(readFileSync(new URL(`../../examples/rover/rooms/${name}.map`, import.meta.url), 'utf8'), {
    cell: 0.05,
  });

export interface TripOptions {
  room: Room;
  /** How many times as fast as the clock on the wall. */
  speed: number;
  seed: number;
  /** Where it begins; somewhere unless told. */
  start?: { x: number; y: number; heading: number };
}

export class Trip {
  readonly room: Room;
  readonly air: Air;
  readonly speed: number;
  readonly board: VirtualBoard;
  readonly rover: VirtualRover;
  readonly start: { x: number; y: number; heading: number };
  #hub: Hub;
  #port = 0;
  #restarted: Promise<void> | undefined;
  /** Everything that the board says of its state, and who waits for it. */
  #onState: ((state: string) => void) | undefined;

  private constructor(options: TripOptions, air: Air, board: VirtualBoard) {
    const { room, speed, seed } = options;
    this.room = room;
    this.air = air;
    this.speed = speed;
    this.board = board;
    const [x, y] = this.anywhere();
    this.start = options.start ?? { x, y, heading: air.random() * 2 * Math.PI };
    this.rover = placeRover(board, { room, pose: this.start, seed });
    this.#hub = this.#newHub();
  }

  /** Starts both, and waits until the board is online. */
  static async start(options: TripOptions): Promise<Trip> {
    const { speed, seed } = options;
    const air = new Air({ speed, seed, accessPoints: [{ ssid: 'lab', password: 'secret12' }] });
    const board = await virtualBoard({ name: `rover-${process.pid}-${seed}`, air });
    const trip = new Trip(options, air, board);
    await trip.#listen();
    const online = trip.#online();
    board.write({
      ...boardLibrary(),
      'main.py': readFileSync(new URL('../../examples/rover/main.py', import.meta.url)),
      'kiteline.json': JSON.stringify({
        name: 'rover',
        hub: `127.0.0.1:${trip.#port}`,
        wifi: [{ ssid: 'lab', password: 'secret12' }],
      }),
    });
    void board.run();
    await online;
    return trip;
  }

  get hub(): Hub {
    return this.#hub;
  }

  /** A place where the rover has room, at random. */
  anywhere(): Place {
    for (;;) {
      const x = this.air.random() * this.room.width;
      const y = this.air.random() * this.room.height;
      if (this.room.fits(x, y, SPACE)) return [x, y];
    }
  }

  /** Sends it there, and waits for the end: "arrived", "no way", … or "late". @param place metres in the room */
  async go(place: Place, patienceMs: number): Promise<string> {
    const ended = this.ends(patienceMs);
    const begun = await this.begin(place);
    return begun ?? ended;
  }

  /** Sends it there. @returns why it does not go */
  async begin([x, y]: Place): Promise<string | undefined> {
    // The board counts from where it was switched on.
    const { x: startX, y: startY, heading } = this.start;
    const [dx, dy] = [x - startX, y - startY];
    const goal = {
      x: dx * Math.cos(heading) + dy * Math.sin(heading),
      y: dy * Math.cos(heading) - dx * Math.sin(heading),
    };
    await this.#restarted;
    // A hub that has just started does not know it yet.
    while (!this.#hub.board('rover')) await this.sleep(100);
    const outcome = await this.#hub.board('rover')?.command('goto', goal, { deadline: COMMAND_MS });
    return outcome?.outcome === 'done' ? undefined : `goto ${outcome?.outcome}`;
  }

  /** Metres from the rover's middle. */
  distanceTo([x, y]: Place): number {
    const { pose } = this.rover;
    return Math.hypot(pose.x - x, pose.y - y);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((done) => {
      const end = setTimeout(done, ms / this.speed);
      end.ref();
    });
  }

  /** Waits until it has driven some centimetres from where it is now. */
  async moves(): Promise<void> {
    const { driven } = this.rover;
    while (this.rover.driven < driven + 0.1) await this.sleep(50);
  }

  /** Waits until it stands for a second. @returns since when, milliseconds of its time, as far as it could be looked at */
  async stands(): Promise<number> {
    const { wheels } = this.rover;
    let since = this.rover.timeMs;
    for (let last = wheels; this.rover.timeMs - since < 1_000; ) {
      await this.sleep(20);
      const now = this.rover.wheels;
      // 1 mm/s
      const moved = Math.max(
        Math.abs(now.left.angle - last.left.angle),
        Math.abs(now.right.angle - last.right.angle),
      );
      if (moved > 6e-4) since = this.rover.timeMs;
      last = now;
    }
    return since;
  }

  /** The hub ends, and another one takes its place after so many milliseconds: it knows nothing of the room. */
  restartHub(awayMs: number): Promise<void> {
    const restart = async () => {
      await this.#hub.close();
      await this.sleep(awayMs);
      this.#hub = this.#newHub();
      await this.#listen();
    };
    this.#restarted = restart();
    return this.#restarted;
  }

  async close(): Promise<void> {
    this.rover.close();
    await this.board.close();
    await this.#hub.close();
  }

  #newHub(): Hub {
    const hub = createHub({ clock: this.air.clock });
    rover(hub);
    hub.on('sample', ({ values }) => values.has('state') && this.#onState?.(String(values.get('state'))));
    return hub;
  }

  async #listen(): Promise<void> {
    const at = { host: '127.0.0.1', port: this.#port };
    const { tcp } = await this.#hub.listen({ tcp: at });
    this.#port = tcp?.port ?? 0;
  }

  #online(): Promise<void> {
    return new Promise((done) => this.#hub.on('presence', ({ state }) => state === 'online' && done()));
  }

  /** The end of the next drive: the state that it tells then, or "late". */
  ends(patienceMs: number): Promise<string> {
    return new Promise((done) => {
      const end = (how: string) => {
        late.cancel();
        this.#onState = undefined;
        done(how);
      };
      const late = this.air.clock.alarm(patienceMs, () => end('late'));
      this.#onState = (state) =>
        ['arrived', 'no way', 'stopped', 'by hand', 'no range finder'].includes(state) && end(state);
    });
  }
}
