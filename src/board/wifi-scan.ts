import { say } from '../language.ts';
import type { RawRepl } from './raw-repl.ts';

/** A network as the board's own radio hears it. */
export interface Network {
  ssid: string;
  /** dBm, of the strongest access point of this name. */
  rssi: number;
  channel: number;
  /** As `WLAN.scan` numbers it. */
  security: number;
}

/** A scan takes the chip about 2 s; radios that start anew take longer. */
const SCAN_MS = 30_000;

/**
 * The networks in reach, the strongest first; a name that several access points have comes once, hidden ones not at all.
 * @throws KitelineError BOARD_RAISED where the board has no Wi-Fi
 */
export async function scanWifi(repl: RawRepl): Promise<Network[]> {
  const found = await repl.ask<[string, number, number, number][]>(
    `import network,json,binascii
_w=network.WLAN(network.STA_IF);_w.active(True)
try:_w.disconnect()
except OSError:pass
print(json.dumps([(binascii.hexlify(n[0]).decode(),n[2],n[3],n[4]) for n in _w.scan()]))`,
    SCAN_MS,
  );
  return strongest(
    found.map(([hex, channel, rssi, security]) => ({
      ssid: Buffer.from(hex, 'hex').toString('utf8'),
      channel,
      rssi,
      security,
    })),
  );
}

export function strongest(heard: readonly Network[]): Network[] {
  const best = new Map<string, Network>();
  for (const network of heard.toSorted((a, b) => b.rssi - a.rssi)) {
    if (network.ssid !== '' && !best.has(network.ssid)) best.set(network.ssid, network);
  }
  return [...best.values()];
}

const NAMES = ['', 'WEP', 'WPA', 'WPA2', 'WPA/WPA2', 'WPA2-Enterprise', 'WPA3', 'WPA2/WPA3', 'WAPI', 'OWE'];

/** What a network asks for, for a person. */
export function securityText(security: number): string {
  if (security === 0) return say('open', '开放');
  return NAMES[security] ?? say(`security ${security}`, `加密方式 ${security}`);
}

/** How well it is heard, of four bars. */
export function bars(rssi: number): string {
  const full = rssi >= -55 ? 4 : rssi >= -67 ? 3 : rssi >= -78 ? 2 : 1;
  return '▂▄▆█'.slice(0, full).padEnd(4, '·');
}
