/**
 * The air: access points, and what becomes of the bytes between a board and the rest of the world. Everything random comes
 * from a seed, everything timed from a clock, so that a bad day on the radio can be had again.
 */
import { type Clock, FastClock, systemClock } from '../../clock.ts';
import { Pace } from '../pace.ts';
import { type AccessPoint, handshake, heard, isApart, passedOver, REASON, rssiOf } from './access-point.ts';
import { DatagramPath } from './datagram-path.ts';
import type { Firewall } from './firewall.ts';
import { CALM, type Weather } from './weather.ts';

export type Direction = 'from-board' | 'to-board';

/** What the air does to one TCP connection. Other connections, and new ones, are not touched. */
export interface Cut {
  /** The direction whose bytes are counted. */
  direction: Direction;
  /** How many of them pass. 0: it happens before anything passes either way. */
  bytes: number;
  /**
   * `reset`, unless told: both ends see a reset. `silence`: a half-open connection. Nothing passes any more, neither bytes
   * nor acknowledgements, and no end or reset of the other side either; each end believes in it until it gives up by itself.
   */
  how?: 'reset' | 'silence';
  /** The direction that falls silent, if it is one only. The other one lacks its acknowledgements: a window of it passes. */
  silent?: Direction;
}

/**
 * A connection attempt that goes wrong though the access point and the password are right, as boards in the field do:
 * `refused` ends one attempt with this reason (202 unless told); `stuck` is a station that tries for ever and never
 * joins, until its radio was switched off and on.
 */
export type Fault = { how: 'refused'; reason?: number } | { how: 'stuck' };

/** One connection attempt of a board's chip, its own repetitions included. */
export interface Attempt {
  board: string;
  /** From 0, over all boards of this air. */
  number: number;
  ssid: string;
}

export interface AirOptions {
  /** The only networks there are. Left out, whatever network a program asks for exists and its password is right. */
  accessPoints?: AccessPoint[];
  /** Of everything random here. */
  seed?: number;
  clock?: Clock;
  /**
   * Time runs so many times as fast in this air and on its boards: for tests and benchmarks. 1 unless told. The hub's time does not, unless
   * it is made with the same `clock`, a FastClock.
   */
  speed?: number;
  /** Milliseconds from connect() to an address. 800 unless told; a real board takes 2 to 4 s. */
  joinMs?: number;
  /**
   * Milliseconds until a board notices, by missing beacons, that its access point is gone; until then traffic is held.
   * Twice `joinMs` unless told; a real board takes about 6 s.
   */
  beaconMs?: number;
  /** Name → address, besides those that this computer's resolver knows: what answers mDNS here, as `kiteline.local`. */
  names?: Record<string, string>;
  /** Addresses of this computer at which its programs hear what a board broadcasts; 127.0.0.1 unless told. */
  hosts?: readonly string[];
  firewall?: Firewall;
  /** Asked for every new TCP connection of a board: whether and where to cut it. */
  cut?: (connection: { board: string; number: number }) => Cut | undefined;
  /** Asked for every connection attempt: whether the chip bungles it. */
  fault?: (attempt: Attempt) => Fault | undefined;
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
  /** What befalls the next connection attempt. */
  fault?: Fault;
}

/** Retransmission time of a lost segment, milliseconds: Linux's minimum. */
const RETRANSMIT_MS = 200;

export class Air {
  readonly clock: Clock;
  /** How the time of its boards runs. */
  readonly pace: Pace;
  readonly joinMs: number;
  readonly beaconMs: number;
  /** May be changed, as names and addresses change. */
  names: Record<string, string>;
  hosts: readonly string[];
  readonly weather: Weather = { ...CALM };
  /** May be changed at any time; connections that stand are left alone. */
  firewall: Firewall | undefined;
  /** What the air did, for tests and reports. */
  readonly counts = {
    datagramsLost: 0,
    datagramsDoubled: 0,
    datagramsAside: 0,
    segmentsLate: 0,
    cuts: 0,
    attempts: 0,
    faults: 0,
  };
  readonly #points: Map<string, AccessPoint> | undefined;
  /** In an air where every network exists: those that were taken away. */
  readonly #gone = new Set<string>();
  readonly #listeners = new Map<string, Listener>();
  readonly #cut: AirOptions['cut'];
  readonly #fault: AirOptions['fault'];
  readonly #datagrams = { 'from-board': new DatagramPath(this), 'to-board': new DatagramPath(this) };
  #nextFault: Fault | undefined;
  #connections = 0;
  #state: number;

  constructor(options: AirOptions = {}) {
    const speed = options.speed ?? 1;
    this.clock = options.clock ?? (speed === 1 ? systemClock : new FastClock(speed));
    const fast =
      this.clock instanceof FastClock ? this.clock : { speed: 1, since: Date.now(), standstill: undefined };
    this.pace = new Pace({ speed: fast.speed, since: fast.since, standstill: fast.standstill?.buffer });
    this.joinMs = options.joinMs ?? 800;
    this.beaconMs = options.beaconMs ?? this.joinMs * 2;
    this.names = options.names ?? {};
    this.firewall = options.firewall;
    this.hosts = options.hosts ?? ['127.0.0.1'];
    this.#points = options.accessPoints && new Map(options.accessPoints.map((point) => [point.ssid, point]));
    this.#cut = options.cut;
    this.#fault = options.fault;
    this.#state = options.seed ?? 1;
  }

  /** A number from 0 up to 1 (Mulberry32, a 32-bit generator in the public domain). */
  random(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** The access point of that name, if a board hears it now. */
  find(ssid: string): AccessPoint | undefined {
    if (!this.#points) return this.#gone.has(ssid) ? undefined : { ssid };
    const point = this.#points.get(ssid);
    return point && heard(point) ? point : undefined;
  }

  /** Why a chip's scan passes the access point over (`REASON`). In the open air every security is the right one. */
  passedOver(point: AccessPoint, key: string): number {
    return this.#points ? passedOver(point, key) : REASON.NONE;
  }

  /** How a handshake with this password ends (`REASON`). In the open air every password is right. */
  handshake(point: AccessPoint, key: string): number {
    return this.#points ? handshake(point, key) : REASON.NONE;
  }

  /** Whether a station of this network and this computer are kept apart. */
  isApart(ssid: string | undefined): boolean {
    const point = ssid === undefined ? undefined : this.#points?.get(ssid);
    return point !== undefined && isApart(point);
  }

  /** The first three numbers of a network that is not this computer's. */
  networkOf(ssid: string): string | undefined {
    return this.#points?.get(ssid)?.network;
  }

  /** Whether an address is one of the boards of this air. */
  isBoard(address: string): boolean {
    return [...this.#listeners.values()].some((listener) => listener.address() === address);
  }

  /** What a scan finds, strongest first. */
  scan(): AccessPoint[] {
    return [...(this.#points?.values() ?? [])].filter(heard).sort((a, b) => rssiOf(b) - rssiOf(a));
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
              if (step.fault) this.bungleNext(step.fault);
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
      if (name !== board) this.carryDatagram('to-board', () => listener.broadcast(port, from, bytes));
    }
  }

  /**
   * Carries one datagram: once or twice, late, or not at all (false).
   * @param deliver called for each copy that arrives
   */
  carryDatagram(direction: Direction, deliver: () => void): boolean {
    return this.#datagrams[direction].carry(deliver);
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

  /** Milliseconds until the next beacon, for which a board in power save sleeps. */
  untilBeacon(): number {
    const { beaconMs } = this.weather;
    return beaconMs > 0 ? beaconMs - (this.clock.monotonic() % beaconMs) : 0;
  }

  /** Lets the next connection attempt of any board go wrong. */
  bungleNext(fault: Fault): void {
    this.#nextFault = fault;
  }

  /** Counts a connection attempt, and says what goes wrong with it. */
  attempt(board: string, ssid: string): Fault | undefined {
    const fault = this.#nextFault ?? this.#fault?.({ board, ssid, number: this.counts.attempts });
    this.#nextFault = undefined;
    this.counts.attempts += 1;
    if (fault) this.counts.faults += 1;
    return fault;
  }

  /** Where the air will cut a new connection of this board, if it will. */
  nextCut(board: string): Cut | undefined {
    return this.#cut?.({ board, number: this.#connections++ });
  }
}
