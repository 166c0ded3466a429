/**
 * The air: access points, and what becomes of the bytes between a board and the rest of the world. Everything random comes
 * from a seed, everything timed from a clock, so that a bad day on the radio can be had again.
 */
import { type Clock, systemClock } from '../../clock.ts';

export interface AccessPoint {
  ssid: string;
  /** No password: an open network. */
  password?: string;
  /** 1 to 13; the chip hears 2.4 GHz only. Default 6. */
  channel?: number;
  /** dBm at the board. Default -52. */
  rssi?: number;
}

/** What the radio does to traffic, in both directions. */
export interface Weather {
  /** Share of datagrams lost, 0 to 1. A lost TCP segment comes 200 ms late instead, as a retransmission would. */
  loss: number;
  /** Milliseconds that everything is late. */
  delayMs: number;
  /** Further milliseconds at random. Datagrams may overtake each other, bytes of a stream do not. */
  jitterMs: number;
}

/** A connection cut by the air: both ends see a reset once `bytes` have passed in that direction. */
export interface Cut {
  direction: 'from-board' | 'to-board';
  bytes: number;
}

export interface AirOptions {
  /** The only networks there are. Left out, whatever network a program asks for exists and its password is right. */
  accessPoints?: AccessPoint[];
  /** Of everything random here. */
  seed?: number;
  clock?: Clock;
  /** Milliseconds from connect() to an address. 800 unless told; a real board takes 2 to 4 s. */
  joinMs?: number;
  /**
   * Milliseconds until a board notices, by missing beacons, that its access point is gone; until then traffic is held.
   * Twice `joinMs` unless told; a real board takes about 6 s.
   */
  beaconMs?: number;
  /** Asked for every new TCP connection of a board: whether and where to cut it. */
  cut?: (connection: { board: string; number: number }) => Cut | undefined;
}

/** What the air tells a board's radio. */
export interface Listener {
  /** The board's address while its radio works. */
  address(): string | undefined;
  /** Access points came, went or changed. */
  networksChanged(): void;
  /** A broadcast from another board. */
  broadcast(port: number, from: { address: string; port: number }, bytes: Uint8Array): void;
}

/** One step of a script: at `atMs` after `play()`, change the weather or the networks. */
export interface Step {
  atMs: number;
  weather?: Partial<Weather>;
  gone?: string;
  back?: AccessPoint;
}

/** Retransmission time of a lost segment, milliseconds: Linux's minimum. */
const RETRANSMIT_MS = 200;

export class Air {
  readonly clock: Clock;
  readonly joinMs: number;
  readonly beaconMs: number;
  readonly weather: Weather = { loss: 0, delayMs: 0, jitterMs: 0 };
  /** What the air did, for tests and reports. */
  readonly counts = { datagramsLost: 0, segmentsLate: 0, cuts: 0 };
  readonly #points: Map<string, AccessPoint> | undefined;
  /** In an air where every network exists: those that were taken away. */
  readonly #gone = new Set<string>();
  readonly #listeners = new Map<string, Listener>();
  readonly #cut: AirOptions['cut'];
  #connections = 0;
  #state: number;

  constructor(options: AirOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.joinMs = options.joinMs ?? 800;
    this.beaconMs = options.beaconMs ?? this.joinMs * 2;
    this.#points = options.accessPoints && new Map(options.accessPoints.map((point) => [point.ssid, point]));
    this.#cut = options.cut;
    this.#state = options.seed ?? 1;
  }

  /** A number from 0 up to 1 (Mulberry32, a 32-bit generator in the public domain). */
  random(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** The access point of that name as a board hears it now. */
  find(ssid: string): AccessPoint | undefined {
    if (this.#points) return this.#points.get(ssid);
    return this.#gone.has(ssid) ? undefined : { ssid };
  }

  /** True when a join with this password succeeds. In the open air every password is right. */
  admits(point: AccessPoint, password: string): boolean {
    return !this.#points || (point.password ?? '') === password;
  }

  /** What a scan finds, strongest first. */
  scan(): AccessPoint[] {
    return [...(this.#points?.values() ?? [])].sort((a, b) => (b.rssi ?? -52) - (a.rssi ?? -52));
  }

  /** Switches an access point on, or changes it. */
  put(point: AccessPoint): void {
    this.#gone.delete(point.ssid);
    this.#points?.set(point.ssid, point);
    this.#changed();
  }

  /** Switches an access point off: its stations lose the connection. */
  remove(ssid: string): void {
    this.#points?.delete(ssid);
    this.#gone.add(ssid);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners.values()) listener.networksChanged();
  }

  setWeather(weather: Partial<Weather>): void {
    Object.assign(this.weather, weather);
  }

  /** Plays a script against the clock; the promise ends with its last step. */
  async play(steps: Step[]): Promise<void> {
    await Promise.all(
      steps.map(
        (step) =>
          new Promise<void>((done) => {
            this.clock.alarm(step.atMs, () => {
              if (step.weather) this.setWeather(step.weather);
              if (step.gone) this.remove(step.gone);
              if (step.back) this.put(step.back);
              done();
            });
          }),
      ),
    );
  }

  join(board: string, listener: Listener): void {
    this.#listeners.set(board, listener);
  }

  leave(board: string): void {
    this.#listeners.delete(board);
  }

  /** The address of a board in this air, by its name. */
  addressOf(board: string): string | undefined {
    return this.#listeners.get(board)?.address();
  }

  /** Carries a broadcast to every other board in this air. */
  broadcast(board: string, port: number, from: { address: string; port: number }, bytes: Uint8Array): void {
    for (const [name, listener] of this.#listeners) {
      if (name !== board) this.carryDatagram(() => listener.broadcast(port, from, bytes));
    }
  }

  /** Carries one datagram: late, or not at all (false). */
  carryDatagram(deliver: () => void): boolean {
    const { loss, delayMs, jitterMs } = this.weather;
    if (loss > 0 && this.random() < loss) {
      this.counts.datagramsLost += 1;
      return false;
    }
    const late = delayMs + (jitterMs > 0 ? this.random() * jitterMs : 0);
    if (late > 0) this.clock.alarm(late, deliver);
    else deliver();
    return true;
  }

  /** Milliseconds that the next segment of a stream is late. */
  segmentDelay(): number {
    const { loss, delayMs, jitterMs } = this.weather;
    let late = delayMs + (jitterMs > 0 ? this.random() * jitterMs : 0);
    while (loss > 0 && this.random() < Math.min(loss, 0.9)) {
      this.counts.segmentsLate += 1;
      late += RETRANSMIT_MS;
    }
    return late;
  }

  /** Where the air will cut a new connection of this board, if it will. */
  nextCut(board: string): Cut | undefined {
    return this.#cut?.({ board, number: this.#connections++ });
  }
}
