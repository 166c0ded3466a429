/** Access points, and what the chip makes of one that a program wants to join. Reasons are ESP-IDF's `wifi_err_reason_t`. */

/**
 * `open`, `wpa2` and so on as a router's page calls them. `wpa3-h2e` takes no other password element than hash-to-element,
 * which MicroPython does not ask for; the firmware joins other WPA3 networks.
 */
export type Security = keyof typeof AUTH_MODE;

export interface AccessPoint {
  ssid: string;
  /** No password: an open network. */
  password?: string;
  /** What it asks for. `wpa2` with a password and `open` without, unless told. */
  security?: Security;
  /** 1 to 13; above that it is a network of the 5 GHz band, which the chip does not hear. Default 6. */
  channel?: number;
  /** dBm at the board. Default -52. Below -88 the handshake fails, below -95 the chip does not hear it. */
  rssi?: number;
  /** Does not tell its name: `scan()` shows it without one, who knows the name can join. */
  hidden?: boolean;
  /** Keeps its stations apart, as guest networks do: nothing passes between them and this computer, or each other. */
  isolated?: boolean;
  /**
   * The first three numbers of its network, as `10.9.8`, where that is another than this computer's and no router joins them: nothing passes
   * between the two. Its stations have addresses of it, and do not reach each other here.
   */
  network?: string;
}

/** wifi_auth_mode_t, the security field of `scan()`. */
const AUTH_MODE = { open: 0, wpa: 2, wpa2: 3, wpa3: 6, 'wpa3-h2e': 6, 'wpa2/wpa3': 7 } as const;

export const REASON = {
  NONE: 0,
  ASSOC_LEAVE: 8,
  BEACON_TIMEOUT: 200,
  NO_AP_FOUND: 201,
  AUTH_FAIL: 202,
  HANDSHAKE_TIMEOUT: 204,
  CONNECTION_FAIL: 205,
  NO_COMPATIBLE_SECURITY: 210,
  AUTHMODE_THRESHOLD: 211,
  RSSI_THRESHOLD: 212,
} as const;

const CHANNEL = 6;
/** The highest of the 2.4 GHz band in most of the world. */
const LAST_CHANNEL = 13;
const RSSI = -52;
/** Frames still arrive, four in a row for the handshake do not. dBm. */
const WEAK_RSSI = -88;
/** The chip's sensitivity, about, at 1 Mbit/s. dBm. */
const FAINTEST_RSSI = -95;
/** From this length on a password is a WPA2 one, and weaker security than that is passed over. */
const WPA2_PASSWORD = 8;

export const channelOf = (point: AccessPoint): number => point.channel ?? CHANNEL;
export const rssiOf = (point: AccessPoint): number => point.rssi ?? RSSI;

/** Whether nothing passes between its stations and this computer. */
export const isApart = ({ isolated, network }: AccessPoint): boolean =>
  isolated === true || network !== undefined;

const securityOf = (point: AccessPoint): Security => point.security ?? (point.password ? 'wpa2' : 'open');

/** The security field of `scan()`. */
export const authMode = (point: AccessPoint): number => AUTH_MODE[securityOf(point)];

/** Whether its beacons reach the chip at all. */
export const heard = (point: AccessPoint): boolean =>
  channelOf(point) <= LAST_CHANNEL && rssiOf(point) >= FAINTEST_RSSI;

/** Why the scan that a connection attempt begins with passes this access point over, or `NONE`. */
export function passedOver(point: AccessPoint, key: string): number {
  const security = securityOf(point);
  if (security === 'wpa3-h2e' || (security === 'open') !== (key === '')) return REASON.NO_COMPATIBLE_SECURITY;
  if (security === 'wpa' && key.length >= WPA2_PASSWORD) return REASON.AUTHMODE_THRESHOLD;
  return REASON.NONE;
}

/** How the handshake with it ends: `NONE` when it lets the board in. */
export function handshake(point: AccessPoint, key: string): number {
  if (rssiOf(point) < WEAK_RSSI) return REASON.HANDSHAKE_TIMEOUT;
  return (point.password ?? '') === key ? REASON.NONE : REASON.AUTH_FAIL;
}
