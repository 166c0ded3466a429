/** What a board says of itself (PROTOCOL.md, "$doctor"), made of whatever came: a board may say anything. */
import { isObject, type Json, type JsonObject } from '../wire/index.ts';

export interface BoardReport {
  library?: string;
  python?: string;
  /** Seconds since 1970 UTC. */
  clock?: number;
  /** Bytes: of MicroPython's heap, of the system's, and the largest piece of that. */
  heapFree?: number;
  systemFree?: number;
  systemLargest?: number;
  /** Bytes. */
  flashFree?: number;
  ssid?: string;
  channel?: number;
  /** dBm. */
  rssi?: number;
  /** `WLAN.config('pm')`: 0 is no power save. */
  pm?: number;
  address?: string;
}

export function boardReport(said: JsonObject | undefined): BoardReport {
  if (!said) return {};
  const heap = partOf(said.heap);
  const flash = partOf(said.flash);
  const wifi = partOf(said.wifi);
  return defined({
    library: text(said.library),
    python: text(said.python),
    clock: number(said.clock),
    heapFree: number(heap.free),
    systemFree: number(heap.system),
    systemLargest: number(heap.largest),
    flashFree: number(flash.free),
    ssid: text(wifi.ssid),
    channel: number(wifi.channel),
    rssi: number(wifi.rssi),
    pm: number(wifi.pm),
    address: text(wifi.address),
  });
}

const partOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const number = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value.slice(0, 64) : undefined;

function defined(members: { [Name in keyof BoardReport]: BoardReport[Name] | undefined }): BoardReport {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
