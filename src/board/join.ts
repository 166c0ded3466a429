/** What a board finds out about its way to the hub, before anything is written onto it. */
import type { HostPort } from '../transport/address.ts';
import { py } from './files.ts';
import type { RawRepl } from './raw-repl.ts';

/** Joining takes a chip 2 to 4 s; a slow router's DHCP as much again. */
const JOIN_MS = 15_000;
/** A refusal that stays so long is one: the first may be of an earlier attempt (ports/esp32/network_wlan.c keeps it). */
const REFUSED_MS = 3_000;
const REACH_MS = 4_000; // for each address; in a LAN a connection stands after some milliseconds
const SLACK_MS = 15_000;

export interface Joined {
  /** The board's address; undefined: it was not let in. */
  address?: string;
  /** Why not, as far as the chip knows: `WLAN.status()`. */
  status: number;
}

/** Joins a network and stays in it. @throws KitelineError */
export async function joinWifi(repl: RawRepl, ssid: string, password: string): Promise<Joined> {
  const [address, status] = await repl.ask<[string | null, number]>(
    `import network,time,json
_w=network.WLAN(network.STA_IF);_w.active(True)
try:_w.disconnect()
except OSError:pass
time.sleep_ms(200)
_w.connect(${py(ssid)},${py(password)})
_t=time.ticks_ms();_f=_t;_s=0
while not _w.isconnected() and time.ticks_diff(time.ticks_ms(),_t)<${JOIN_MS}:
 time.sleep_ms(100)
 if _w.status()!=_s or _s in (1000,1001):_s=_w.status();_f=time.ticks_ms()
 if _s not in (1000,1001,1010) and time.ticks_diff(time.ticks_ms(),_f)>${REFUSED_MS}:break
_s=_w.status()
if not _w.isconnected():
 try:_w.disconnect()
 except OSError:pass
print(json.dumps([_w.ifconfig()[0] if _w.isconnected() else None,_s]))`,
    JOIN_MS + SLACK_MS,
  );
  return { status, ...(address !== null && { address }) };
}

/** The first of these that a TCP connection from the board reaches; undefined when none does. @throws KitelineError */
export async function reachableFrom(
  repl: RawRepl,
  places: readonly HostPort[],
): Promise<HostPort | undefined> {
  const at = await repl.ask<number>(
    `import socket
_n=-1
for _i,_a in enumerate((${places.map(({ host, port }) => `(${py(host)},${port}),`).join('')})):
 _s=socket.socket();_s.settimeout(${REACH_MS / 1000})
 try:
  _s.connect(socket.getaddrinfo(_a[0],_a[1])[0][-1]);_n=_i
 except OSError:pass
 _s.close()
 if _n>=0:break
print(_n)`,
    places.length * REACH_MS + SLACK_MS,
  );
  return places[at];
}
