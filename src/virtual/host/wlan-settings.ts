/** What `WLAN.config()` keeps for one of the two interfaces. */

/** An OSError of the chip that carries words and no number. */
export class ChipError extends Error {}

const COMMON = { txpower: 19.5, protocol: 7, bandwidth: 2, channel: 1, pm: 1 };

export class WlanSettings {
  readonly #values: Map<string, unknown>;
  readonly #accessPoint: boolean;

  /** @param accessPoint the interface is the access point; its network's name follows from the board's MAC */
  constructor(accessPoint: boolean, mac: Uint8Array) {
    this.#accessPoint = accessPoint;
    const tail = Buffer.from(mac.subarray(3)).toString('hex').toUpperCase();
    const own = accessPoint
      ? { ssid: `ESP_${tail}`, security: 0, hidden: false, max_clients: 4, ifname: 'ap2' }
      : { ssid: '', ifname: 'st1' };
    this.#values = new Map<string, unknown>(Object.entries({ ...COMMON, ...own }));
  }

  /** @throws ChipError where only the access point has it; TypeError where nothing has */
  get(name: string): unknown {
    this.#check(name);
    return this.#values.get(name);
  }

  set(name: string, value: unknown): void {
    if (name === 'mac') return;
    if (!this.#accessPoint && (name === 'ssid' || name === 'key')) throw new ChipError('AP required');
    // A key can be set and not be read.
    if (name === 'key') return;
    this.#check(name);
    this.#values.set(name, value);
  }

  /** The network that the station was told to join. */
  joining(ssid: string): void {
    this.#values.set('ssid', ssid);
  }

  #check(name: string): void {
    if (this.#values.has(name)) return;
    if (['security', 'hidden', 'max_clients'].includes(name)) throw new ChipError('AP required');
    throw new TypeError('unknown config param');
  }
}
