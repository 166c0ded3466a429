/** How far a board gets from where it is: which addresses it reaches, and who reaches it. */
import type { HostPort } from '../transport/address.ts';
import { py } from './files.ts';
import type { RawRepl } from './raw-repl.ts';

const SLACK_MS = 15_000; // for a board that collects garbage, or whose name server is gone
/** Milliseconds that a chip's mDNS may take. */
const NAME_MS = 6_000;

/** Where a board is in its network. */
export interface BoardPlace {
  ssid: string;
  address: string;
  mask: string;
  gateway: string;
}

/** Undefined: it is in no network. @throws KitelineError */
export async function placeOf(repl: RawRepl): Promise<BoardPlace | undefined> {
  const place = await repl.ask<BoardPlace | null>(`import network,json
_w=network.WLAN(network.STA_IF)
if _w.isconnected():
 _i=_w.ifconfig()
 try:_n=_w.config('ssid')
 except ValueError:_n=_w.config('essid')
 print(json.dumps({'ssid':_n,'address':_i[0],'mask':_i[1],'gateway':_i[2]}))
else:print('null')`);
  return place ?? undefined;
}

/**
 * A TCP connection from the board.
 * @param word sent on it
 * @param ms milliseconds that it may take
 * @returns the error's name, as `ECONNREFUSED`; empty when it stood
 * @throws KitelineError
 */
export const tryFrom = (repl: RawRepl, { host, port }: HostPort, ms: number, word = ''): Promise<string> =>
  repl.ask<string>(
    `import socket,errno,json
_s=socket.socket();_s.settimeout(${ms / 1000});_e=''
try:
 _s.connect(socket.getaddrinfo(${py(host)},${port})[0][-1])
 if ${py(word)}:_s.send(${py(word)})
except OSError as e:_e=errno.errorcode.get(e.errno) or str(e)
_s.close()
print(json.dumps(_e))`,
    ms + SLACK_MS,
  );

/**
 * Has the board listen at a port and say a word to the first who comes.
 * @param ready called when it listens
 * @throws KitelineError
 */
export async function listenOn(
  repl: RawRepl,
  { port, word, ms }: { port: number; word: string; ms: number },
  ready: () => void,
): Promise<void> {
  const code = `import socket
_s=socket.socket();_s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)
_s.bind(('0.0.0.0',${port}));_s.listen(1);_s.settimeout(${ms / 1000})
print('ready')
try:
 _c=_s.accept()[0];_c.settimeout(1);_c.send(${py(word)});_c.close()
except OSError:pass
_s.close()`;
  let said = '';
  await repl.exec(code, {
    timeout: ms + SLACK_MS,
    onOutput(bytes) {
      const isNew = !said.includes('ready');
      said += bytes.toString('latin1');
      if (isNew && said.includes('ready')) ready();
    },
  });
}

/** The address that the board gets for a name; undefined: none. @throws KitelineError */
export async function lookUpFrom(repl: RawRepl, name: string): Promise<string | undefined> {
  const address = await repl.ask<string | null>(
    `import socket,json
try:print(json.dumps(socket.getaddrinfo(${py(name)},1)[0][-1][0]))
except OSError:print('null')`,
    NAME_MS + SLACK_MS,
  );
  return address ?? undefined;
}

/** The version of the board library on it; undefined: it has none, or one that cannot be imported. @throws KitelineError */
export async function libraryOn(repl: RawRepl): Promise<string | undefined> {
  const version = await repl.ask<string | null>(`import json
try:
 import kiteline;print(json.dumps(kiteline.__version__))
except Exception:print('null')`);
  return version ?? undefined;
}
