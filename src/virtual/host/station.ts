/**
 * A board's Wi-Fi: the station's state machine as ESP-IDF and `network_wlan.c` run it, and the access point interface.
 * Status codes and retries follow the port's source: `status()` keeps the last reason while the chip tries again.
 */
import type { Alarm } from '../../clock.ts';
import { type SharedState, WORD } from '../shared.ts';
import type { Air } from './air.ts';

const STATUS = { IDLE: 1000, CONNECTING: 1001, GOT_IP: 1010 } as const;
/** wifi_err_reason_t of ESP-IDF. */
const REASON = { NONE: 0, ASSOC_LEAVE: 8, BEACON_TIMEOUT: 200, NO_AP_FOUND: 201, AUTH_FAIL: 202 } as const;

/** The station's default RSSI, dBm. */
const RSSI = -52;

/** An OSError of the chip that carries words and no number. */
export class ChipError extends Error {}

export class Station {
  readonly #air: Air;
  readonly #shared: SharedState;
  readonly #address: string;
  readonly #changed: () => void;
  readonly #addressLost: () => void;
  #active = false;
  #wanted: { ssid: string; key: string } | undefined;
  #joined: string | undefined;
  #attempt: Alarm | undefined;
  #beacon: Alarm | undefined;
  #hasAddress = false;
  #reason: number = REASON.NONE;
  /** As the port keeps it: 0 for ever, else the number of tries. */
  #tryLimit = 0;
  #tries = 0;
  #accessPointActive = false;
  readonly #settings: [station: Map<string, unknown>, accessPoint: Map<string, unknown>];

  /**
   * @param events.changed the radio came or went
   * @param events.addressLost the address is gone: every connection dies
   */
  constructor(
    air: Air,
    shared: SharedState,
    board: { address: string; mac: Uint8Array },
    events: { changed(): void; addressLost(): void },
  ) {
    this.#air = air;
    this.#shared = shared;
    this.#address = board.address;
    this.#changed = events.changed;
    this.#addressLost = events.addressLost;
    const tail = Buffer.from(board.mac.subarray(3)).toString('hex').toUpperCase();
    const common = { txpower: 19.5, protocol: 7, bandwidth: 2, channel: 1, ifname: 'st1' };
    this.#settings = [
      new Map<string, unknown>(Object.entries({ ...common, ssid: '', pm: 1 })),
      new Map<string, unknown>(
        Object.entries({
          ...common,
          ssid: `ESP_${tail}`,
          security: 0,
          hidden: false,
          max_clients: 4,
          ifname: 'ap2',
          pm: 1,
        }),
      ),
    ];
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

  get ssid(): string | undefined {
    return this.#joined;
  }

  /** Power off, as a hard reset does; a soft reset keeps the Wi-Fi. */
  powerOff(): void {
    this.#drop(REASON.NONE);
    this.#wanted = undefined;
    this.#active = false;
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
        if (!up) this.#drop(REASON.NONE);
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
    this.#drop(REASON.NONE);
    this.#settings[0].set('ssid', this.#wanted.ssid);
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

  scan(): [ssid: string, bssid: number[], channel: number, rssi: number, security: number][] {
    return this.#air.scan().map((point) => {
      const bssid = [0x24, 0x0a, 0xc4, 0, 0, 0];
      for (const [at, byte] of Buffer.from(point.ssid).entries())
        bssid[3 + (at % 3)] = ((bssid[3 + (at % 3)] ?? 0) * 31 + byte) & 0xff;
      return [point.ssid, bssid, point.channel ?? 6, point.rssi ?? RSSI, point.password ? 3 : 0];
    });
  }

  config(interfaceId: number, name: string, ...value: unknown[]): unknown {
    const settings = this.#settings[interfaceId === 1 ? 1 : 0];
    if (name === 'reconnects') {
      if (interfaceId === 1) throw new ChipError('STA required');
      if (value.length === 0) return this.#tryLimit - 1;
      const retries = Number(value[0]);
      this.#tryLimit = retries === -1 ? 0 : retries + 1;
      return null;
    }
    if (name === 'key' && value.length > 0) {
      if (interfaceId !== 1) throw new ChipError('AP required');
      return null;
    }
    if (name === 'mac' && value.length > 0) return null;
    if (!settings.has(name)) {
      if (this.#settings[1].has(name)) throw new ChipError('AP required');
      throw new TypeError('unknown config param');
    }
    if (value.length === 0) {
      const point = this.#joined === undefined ? undefined : this.#air.find(this.#joined);
      return name === 'channel' && interfaceId === 0 && point ? (point.channel ?? 6) : settings.get(name);
    }
    if (interfaceId === 0 && name === 'ssid') throw new ChipError('AP required');
    settings.set(name, value[0]);
    return null;
  }

  /** `ifconfig()`: address, mask, gateway, name server. */
  address(interfaceId: number): [string, string, string, string] {
    if (interfaceId === 1) {
      const own = this.#accessPointActive ? '192.168.4.1' : '0.0.0.0';
      return [own, '255.255.255.0', own, '0.0.0.0'];
    }
    if (!this.#hasAddress) return ['0.0.0.0', '0.0.0.0', '0.0.0.0', '0.0.0.0'];
    // The host is the gateway, the name server, and whatever server the program wants to reach on this computer.
    return [this.#address, '255.0.0.0', '127.0.0.1', '127.0.0.1'];
  }

  networksChanged(): void {
    if (this.#joined !== undefined) {
      const point = this.#air.find(this.#joined);
      if (point && this.#air.admits(point, this.#wanted?.key ?? '')) {
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
    if (this.#wanted) this.#try();
    this.#publish();
  }

  #try(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    const { clock, joinMs } = this.#air;
    const point = this.#air.find(wanted.ssid);
    if (!point) {
      // A full scan of all channels comes first.
      this.#attempt = clock.alarm(joinMs * 1.5, () => this.#failed(wanted.ssid, REASON.NO_AP_FOUND));
    } else if (!this.#air.admits(point, wanted.key)) {
      this.#attempt = clock.alarm(joinMs * 1.25, () => this.#failed(wanted.ssid, REASON.AUTH_FAIL));
    } else {
      this.#attempt = clock.alarm(joinMs, () => this.#succeeded(wanted.ssid, wanted.key));
    }
  }

  #failed(ssid: string, reason: number): void {
    this.#attempt = undefined;
    this.#reason = reason;
    if (this.#wanted?.ssid === ssid && (this.#tryLimit === 0 || ++this.#tries < this.#tryLimit)) this.#try();
    this.#publish();
  }

  #succeeded(ssid: string, key: string): void {
    this.#attempt = undefined;
    const point = this.#air.find(ssid);
    if (!point || !this.#air.admits(point, key)) {
      this.#failed(ssid, point ? REASON.AUTH_FAIL : REASON.NO_AP_FOUND);
      return;
    }
    this.#joined = ssid;
    this.#reason = REASON.NONE;
    this.#tries = 0;
    this.#hasAddress = true;
    this.#publish();
    this.#changed();
  }

  /**
   * Ends the association, or the attempt at one. The address goes with it, and with the address every TCP connection:
   * esp_netif_down() sets it to 0.0.0.0, and CONFIG_LWIP_TCP_KEEP_CONNECTION_WHEN_IP_CHANGES is off by default.
   */
  #drop(reason: number): void {
    this.#attempt?.cancel();
    this.#attempt = undefined;
    this.#beacon?.cancel();
    this.#beacon = undefined;
    this.#reason = reason;
    if (this.#joined === undefined) return;
    this.#joined = undefined;
    this.#hasAddress = false;
    this.#addressLost();
  }

  get #status(): number {
    if (this.#joined !== undefined) return STATUS.GOT_IP;
    if (this.#reason === REASON.NO_AP_FOUND || this.#reason === REASON.AUTH_FAIL) return this.#reason;
    if (this.#reason === REASON.ASSOC_LEAVE) return STATUS.IDLE;
    if (this.#wanted && this.#attempt) return STATUS.CONNECTING;
    return this.#reason === REASON.NONE ? STATUS.IDLE : this.#reason;
  }

  /** Shows the state where the program's thread reads it. */
  #publish(): void {
    const point = this.#joined === undefined ? undefined : this.#air.find(this.#joined);
    this.#shared.set(WORD.STATION_STATUS, this.#status);
    this.#shared.set(WORD.STATION_CONNECTED, this.#joined === undefined ? 0 : 1);
    this.#shared.set(WORD.STATION_RSSI, point?.rssi ?? RSSI);
    this.#shared.set(WORD.ROUTE, this.hasAddress ? 1 : 0);
    this.#shared.wake();
  }
}
