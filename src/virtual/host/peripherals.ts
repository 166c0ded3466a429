/** What is around the processor of one board, on the main thread: its pins, serial input, radio, sockets, clock and watchdog. */
import type { Reply, ToPeripherals } from '../messages.ts';
import { note } from '../notes.ts';
import { type SerialBoard, SerialPort } from '../serial/port.ts';
import { SharedState, WORD } from '../shared.ts';
import { type Claim, hash, isHere } from './addresses.ts';
import type { Air } from './air.ts';
import { lets } from './firewall.ts';
import { Pins } from './pins.ts';
import { type Asked, answer } from './questions.ts';
import { BoardSockets } from './sockets.ts';
import { Station } from './station.ts';
import { Watchdog } from './watchdog.ts';

/** A program that has not noticed Ctrl-C after this long, of our time, never will: it runs bytecode that makes no call. */
const INTERRUPT_MS = 1_000;
/** 2000-01-01, what a chip without a battery believes at power on. */
const EPOCH_2000_MS = 946_684_800_000;

export interface PeripheralEvents {
  /** Something for a person to know. */
  note(text: string): void;
  wifi(state: { connected: boolean; ssid: string | undefined; address: string }): void;
  /** The program has not fed the watchdog for so many milliseconds. */
  starved(ms: number): void;
  serial: SerialBoard;
}

export class Peripherals implements Asked {
  readonly shared = new SharedState();
  readonly pins = new Pins(this.shared);
  readonly serial: SerialPort;
  readonly mac: Uint8Array;
  readonly station: Station;
  readonly sockets: BoardSockets;
  readonly watchdog: Watchdog;
  hostname: string;
  /** Milliseconds that the board's clock is ahead of ours. */
  clockOffset = 0;
  readonly #name: string;
  readonly #air: Air;
  readonly #address: string;
  readonly #events: PeripheralEvents;
  #rtcMemory: number[] = [];
  #wasConnected = false;

  constructor(name: string, air: Air, claim: Claim, events: PeripheralEvents) {
    this.#name = name;
    this.hostname = name.slice(0, 32);
    this.#air = air;
    this.#address = claim.address;
    this.#events = events;
    this.serial = new SerialPort(this.shared, air.clock, events.serial);
    // Espressif's prefix; the rest follows from the name and address, so that a board keeps its identity.
    this.mac = Uint8Array.of(0x24, 0x0a, 0xc4, 0, 0, 0);
    new DataView(this.mac.buffer).setUint32(2, hash(`${name} ${claim.address}`));
    this.mac.set([0x24, 0x0a, 0xc4]);
    this.station = new Station(
      air,
      this.shared,
      { name, address: claim.address, mac: this.mac },
      { changed: () => this.#radioChanged(), addressLost: () => this.sockets.abortAll() },
    );
    this.sockets = new BoardSockets(this.shared, {
      name,
      address: claim.address,
      own: claim.own,
      air,
      flowing: () => this.station.flowing,
      asleep: () => (this.station.savesPower ? air.untilBeacon() : 0),
      hasAddress: () => this.station.hasAddress,
      isApart: () => air.isApart(this.station.ssid),
      reaches: (host, port) => this.#reaches(host, port),
      now: () => air.pace.date() + this.clockOffset,
      neighbour: (other) => air.addressOf(other),
      note: (code, detail) => this.#note(code, detail),
    });
    this.watchdog = new Watchdog(air.clock, air.pace, this.shared, (ms) => {
      this.#note('watchdog', String(ms));
      events.starved(ms);
    });
    air.join(name, {
      address: () => (this.station.flowing ? claim.address : undefined),
      networksChanged: () => this.station.networksChanged(),
      broadcast: (port, from, bytes) => this.sockets.broadcast(port, from, bytes),
    });
  }

  #reaches(host: string, port: number): boolean {
    if (!isHere(host)) return true;
    return (
      !this.#air.isApart(this.station.ssid) && (this.#air.isBoard(host) || lets(this.#air.firewall, port))
    );
  }

  /** Joined to a network, with an address. */
  get connected(): boolean {
    return this.shared.get(WORD.STATION_CONNECTED) === 1;
  }

  take(message: ToPeripherals): void {
    switch (message.kind) {
      case 'send':
        this.sockets.send(message.slot, message.bytes);
        break;
      case 'sendto':
        this.sockets.sendTo(message.slot, message.bytes, message.address, message.port);
        break;
      case 'taken':
        this.sockets.taken(message.slot);
        break;
      case 'shut':
        this.sockets.shut(message.slot);
        break;
      case 'pin': {
        const { level, duty, frequency } = message;
        const pwm = duty < 0 ? {} : { duty: duty / 65_535, frequency };
        this.pins.get(message.pin).driven({ level: level === 0 ? 0 : 1, ...pwm });
        break;
      }
      case 'pixels':
        this.pins.get(message.pin).emit('pixels', message.bytes);
        break;
      case 'clock':
        this.clockOffset = message.offset;
        break;
    }
  }

  answer(id: number, op: string, args: unknown[]): Promise<Reply> {
    return answer(this, id, op, args);
  }

  rtcMemory(bytes: number[] | null): number[] {
    this.#rtcMemory = bytes ?? this.#rtcMemory;
    return this.#rtcMemory;
  }

  rename(hostname: string): void {
    this.hostname = hostname;
  }

  keepAddress(): void {
    this.#note('static-address', this.#address);
  }

  /** Ctrl-C. @param unheard called when the program has not noticed it after a second */
  interrupt(unheard: () => void): void {
    const { shared } = this;
    if (shared.get(WORD.INTERRUPT) === 1) return;
    shared.set(WORD.INTERRUPT, 1);
    shared.wake();
    this.#air.clock.alarm(INTERRUPT_MS * this.#air.pace.speed, () => {
      if (shared.get(WORD.INTERRUPT) !== 0) unheard();
    });
  }

  /** A program begins: Ctrl-C is meant for none before it. @param anew after anything but a soft reset */
  begin(anew: boolean): void {
    this.shared.set(WORD.INTERRUPT, 0);
    this.shared.set(WORD.INTERRUPT_BYTE, 3);
    this.serial.begin(anew);
  }

  /** What a chip without power does not keep. */
  forget(): void {
    this.clockOffset = EPOCH_2000_MS - this.#air.pace.date();
    this.#rtcMemory = [];
  }

  /** The processor is off. @param radioToo also the radio, as with every reset but a soft one */
  off(radioToo: boolean): void {
    this.watchdog.stop();
    this.sockets.closeAll(radioToo ? 'reset' : 'fin');
    this.pins.reset();
    if (!radioToo) return;
    this.station.powerOff();
    this.serial.end();
  }

  close(): void {
    this.serial.close();
    this.sockets.close();
    this.#air.leave(this.#name);
  }

  #note(code: string, detail: string): void {
    this.#events.note(note(code, detail));
  }

  #radioChanged(): void {
    if (this.station.flowing) this.sockets.resume();
    if (this.connected === this.#wasConnected) return;
    this.#wasConnected = this.connected;
    this.#events.wifi({ connected: this.connected, ssid: this.station.ssid, address: this.#address });
  }
}
