/**
 * A board's Wi-Fi: the station's state machine as ESP-IDF and `network_wlan.c` run it, and the access point interface.
 * Status codes and retries follow the port's source. Worth knowing: `status()` keeps the reason of the last failure until
 * the next event, so right after a new connect() it may still say 202, or 1000 after a disconnect(), while all is well.
 *
 * An attempt begins with one scan of all channels: an access point that appears later is seen by the next attempt only. The
 * password counts at the end, in the handshake: one that is changed under way is judged as it is then.
 */
import type { Alarm } from '../../clock.ts';
import { type SharedState, WORD } from '../shared.ts';
import { type AccessPoint, authMode, channelOf, REASON, rssiOf } from './access-point.ts';
import type { Air } from './air.ts';
import { ChipError, WlanSettings } from './wlan-settings.ts';

const STATUS = { IDLE: 1000, CONNECTING: 1001, GOT_IP: 1010 } as const;
/** Reasons that `status()` shows whatever else is going on. */
const SHOWN: readonly number[] = [
  REASON.NO_AP_FOUND,
  REASON.AUTH_FAIL,
  REASON.NO_COMPATIBLE_SECURITY,
  REASON.AUTHMODE_THRESHOLD,
  REASON.RSSI_THRESHOLD,
];

/** Shares of `joinMs`: when the scan of all channels ends that finds nothing, and when a refusal is certain. */
const SCAN = 1.5;
const REFUSAL = 1.25;

export class Station {
  readonly #air: Air;
  readonly #shared: SharedState;
  readonly #board: string;
  readonly #address: string;
  readonly #changed: () => void;
  readonly #addressLost: () => void;
  #active = false;
  #wanted: { ssid: string; key: string } | undefined;
  #joined: string | undefined;
  #attempt: Alarm | undefined;
  /** The chip's own fault: no attempt ends any more until the radio was off. */
  #stuck = false;
  #beacon: Alarm | undefined;
  #hasAddress = false;
  #reason: number = REASON.NONE;
  /** As the port keeps it: 0 for ever, else the number of tries. */
  #tryLimit = 0;
  #tries = 0;
  #accessPointActive = false;
  readonly #settings: [station: WlanSettings, accessPoint: WlanSettings];

  /**
   * @param events.changed the radio came or went
   * @param events.addressLost the address is gone: every connection dies
   */
  constructor(
    air: Air,
    shared: SharedState,
    board: { name: string; address: string; mac: Uint8Array },
    events: { changed(): void; addressLost(): void },
  ) {
    this.#air = air;
    this.#shared = shared;
    this.#board = board.name;
    this.#address = board.address;
    this.#changed = events.changed;
    this.#addressLost = events.addressLost;
    this.#settings = [new WlanSettings(false, board.mac), new WlanSettings(true, board.mac)];
    this.#publish();
  }

  /** The radio carries bytes: joined and the access point in sight, or the board is an access point itself. */
  get flowing(): boolean {
    if (this.#accessPointActive) return true;
    return this.#joined !== undefined && this.#air.find(this.#joined) !== undefined;
  }

  /** An address to send from. */
  get hasAddress(): boolean {
    return this.#hasAddress || this.#accessPointActive;
  }

  /** Whether it sleeps between beacons. */
  get savesPower(): boolean {
    return !this.#accessPointActive && this.#settings[0].get('pm') !== 0;
  }

  get ssid(): string | undefined {
    return this.#joined;
  }

  /** Power off, as a hard reset does; a soft reset keeps the Wi-Fi. */
  powerOff(): void {
    this.#drop(REASON.ASSOC_LEAVE);
    this.#reason = REASON.NONE;
    this.#wanted = undefined;
    this.#active = false;
    this.#stuck = false;
    this.#accessPointActive = false;
    this.#tryLimit = 0;
    this.#publish();
  }

  active(interfaceId: number, up?: boolean): boolean {
    if (up !== undefined) {
      if (interfaceId === 1) {
        this.#accessPointActive = up;
      } else if (up !== this.#active) {
        this.#active = up;
        this.#stuck = false;
        this.#tries = 0;
        if (!up) this.#drop(REASON.ASSOC_LEAVE);
      }
      this.#publish();
      this.#changed();
    }
    return interfaceId === 1 ? this.#accessPointActive : this.#active;
  }

  join(ssid: string | null, key: string | null): void {
    if (!this.#active) throw new ChipError('Wifi Not Started');
    // esp_wifi_connect() while it is connecting: ESP_ERR_WIFI_CONN.
    if (this.#attempt) throw new ChipError('Wifi Internal Error');
    if (ssid !== null) this.#wanted = { ssid, key: key ?? '' };
    if (!this.#wanted) throw new ChipError('Wifi SSID Invalid');
    if (this.#joined === this.#wanted.ssid) return;
    this.#drop(REASON.ASSOC_LEAVE);
    this.#settings[0].joining(this.#wanted.ssid);
    this.#tries = 0;
    this.#try();
    this.#publish();
  }

  leave(): void {
    if (!this.#active) throw new ChipError('Wifi Not Started');
    this.#wanted = undefined;
    this.#drop(REASON.ASSOC_LEAVE);
    this.#publish();
    this.#changed();
  }

  /**
   * Takes its time, and the program's with it, as on the chip. Nothing while an attempt is under way: the chip refuses such
   * a scan, and the port does not tell.
   */
  async scan(): Promise<[ssid: string, bssid: number[], channel: number, rssi: number, security: number][]> {
    if (this.#attempt) return [];
    await new Promise<void>((done) => this.#air.clock.alarm(this.#air.joinMs * SCAN, done));
    return this.#air.scan().map((point) => {
      const bssid = [0x24, 0x0a, 0xc4, 0, 0, 0];
      for (const [at, byte] of Buffer.from(point.ssid).entries())
        bssid[3 + (at % 3)] = ((bssid[3 + (at % 3)] ?? 0) * 31 + byte) & 0xff;
      return [point.hidden ? '' : point.ssid, bssid, channelOf(point), rssiOf(point), authMode(point)];
    });
  }

  config(interfaceId: number, name: string, ...value: unknown[]): unknown {
    const settings = this.#settings[interfaceId === 1 ? 1 : 0];
    if (name === 'reconnects') {
      if (interfaceId === 1) throw new ChipError('STA required');
      if (value.length === 0) return this.#tryLimit - 1;
      const retries = Number(value[0]);
      this.#tryLimit = retries === -1 ? 0 : retries + 1;
    } else if (value.length > 0) {
      settings.set(name, value[0]);
    } else {
      const point = this.#joined === undefined ? undefined : this.#air.find(this.#joined);
      return name === 'channel' && interfaceId === 0 && point ? channelOf(point) : settings.get(name);
    }
    return null;
  }

  /** `ifconfig()`: address, mask, gateway, name server. */
  address(interfaceId: number): [string, string, string, string] {
    if (interfaceId === 1) {
      const own = this.#accessPointActive ? '192.168.4.1' : '0.0.0.0';
      return [own, '255.255.255.0', own, '0.0.0.0'];
    }
    if (!this.#hasAddress) return ['0.0.0.0', '0.0.0.0', '0.0.0.0', '0.0.0.0'];
    const network = this.#joined === undefined ? undefined : this.#air.networkOf(this.#joined);
    if (network !== undefined) {
      const gateway = `${network}.1`;
      return [`${network}.${this.#address.split('.').at(-1)}`, '255.255.255.0', gateway, gateway];
    }
    // The host is the gateway, the name server, and whatever server the program wants to reach on this computer.
    return [this.#address, '255.0.0.0', '127.0.0.1', '127.0.0.1'];
  }

  networksChanged(): void {
    if (this.#joined !== undefined) {
      const point = this.#air.find(this.#joined);
      if (point && !this.#refusal(point, this.#wanted?.key ?? '')) {
        this.#beacon?.cancel();
        this.#beacon = undefined;
      } else if (!this.#beacon) {
        // The chip notices by missing beacons; traffic stops at once.
        this.#beacon = this.#air.clock.alarm(this.#air.beaconMs, () => this.#beaconTimeout());
      }
    }
    this.#publish();
    this.#changed();
  }

  #beaconTimeout(): void {
    this.#beacon = undefined;
    this.#drop(REASON.BEACON_TIMEOUT);
    this.#publish();
    this.#changed();
    this.#again();
  }

  #refusal(point: AccessPoint, key: string): number {
    return this.#air.passedOver(point, key) || this.#air.handshake(point, key);
  }

  #try(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const { clock, joinMs } = this.#air;
    const fault = this.#air.attempt(this.#board, wanted.ssid);
    this.#stuck ||= fault?.how === 'stuck';
    const point = this.#air.find(wanted.ssid);
    const failing = (share: number, reason: number) => {
      this.#attempt = clock.alarm(joinMs * share, () => this.#failed(reason));
    };
    if (this.#stuck) this.#attempt = { cancel() {} };
    else if (fault?.how === 'refused') failing(REFUSAL, fault.reason ?? REASON.AUTH_FAIL);
    else if (!point) failing(SCAN, REASON.NO_AP_FOUND);
    else if (this.#air.passedOver(point, wanted.key)) failing(SCAN, this.#air.passedOver(point, wanted.key));
    else this.#attempt = clock.alarm(joinMs, () => this.#shakeHands(wanted));
  }

  #shakeHands({ ssid, key }: { ssid: string; key: string }): void {
    const { clock, joinMs } = this.#air;
    const point = this.#air.find(ssid);
    const reason = point ? this.#refusal(point, key) : REASON.NO_AP_FOUND;
    if (reason === REASON.NONE) this.#succeeded(ssid);
    // A refusal is certain a little later, when the chip has asked again.
    else this.#attempt = clock.alarm(joinMs * (REFUSAL - 1), () => this.#failed(reason));
  }

  #failed(reason: number): void {
    this.#attempt = undefined;
    this.#reason = reason;
    this.#again();
  }

  /** What the port does at every disconnection: the next attempt at once, unless `reconnects` forbids it. */
  #again(): void {
    if (this.#wanted && (this.#tryLimit === 0 || ++this.#tries < this.#tryLimit)) this.#try();
    this.#publish();
  }

  #succeeded(ssid: string): void {
    this.#attempt = undefined;
    this.#joined = ssid;
    this.#reason = REASON.NONE;
    this.#hasAddress = true;
    this.#publish();
    this.#changed();
  }

  /**
   * Ends the association, or the attempt at one. The address goes with it, and with the address every TCP connection:
   * esp_netif_down() sets it to 0.0.0.0, and CONFIG_LWIP_TCP_KEEP_CONNECTION_WHEN_IP_CHANGES is off by default.
   */
  #drop(reason: number): void {
    // The driver tells of an end only where there was something to end: else the old reason stays.
    if (this.#attempt || this.#joined !== undefined) this.#reason = reason;
    this.#attempt?.cancel();
    this.#attempt = undefined;
    this.#beacon?.cancel();
    this.#beacon = undefined;
    if (this.#joined === undefined) return;
    this.#joined = undefined;
    this.#hasAddress = false;
    // First the state, then the end of connections: a program that meets the second must not find isconnected() true.
    this.#publish();
    this.#addressLost();
  }

  /** In the order of `network_wlan_status()`. */
  get #status(): number {
    const reason = this.#reason === REASON.CONNECTION_FAIL ? REASON.AUTH_FAIL : this.#reason;
    if (this.#joined !== undefined) return STATUS.GOT_IP;
    if (SHOWN.includes(reason)) return reason;
    if (reason === REASON.ASSOC_LEAVE) return STATUS.IDLE;
    if (this.#wanted && (this.#tryLimit === 0 || this.#tries < this.#tryLimit)) return STATUS.CONNECTING;
    return reason === REASON.NONE ? STATUS.IDLE : reason;
  }

  /** Shows the state where the program's thread reads it. */
  #publish(): void {
    const point = this.#joined === undefined ? undefined : this.#air.find(this.#joined);
    this.#shared.set(WORD.STATION_STATUS, this.#status);
    this.#shared.set(WORD.STATION_CONNECTED, this.#joined === undefined ? 0 : 1);
    this.#shared.set(WORD.STATION_RSSI, point ? rssiOf(point) : 0);
    this.#shared.set(WORD.ROUTE, this.hasAddress ? 1 : 0);
    this.#shared.wake();
  }
}
