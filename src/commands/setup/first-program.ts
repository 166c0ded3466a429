import { byUsbState, LOADER, PROGRAM_FILE } from '../../board/program-layout.ts';
import { libraryFiles } from '../usb/library.ts';

/** What a board can say of itself with nothing wired to it, and one thing that it does when told. */
const PROGRAM = `# A first program. Change it on your computer, and bring it here with: kiteline push FOLDER
import gc

import kiteline
import network
from machine import Pin

board = kiteline.Board()  # its name, its key, its Wi-Fi and its hub stand in /kiteline.json
led = Pin(2, Pin.OUT)
radio = network.WLAN(network.STA_IF)


@board.every(2000, memory="B", signal="dBm")
def read():
    values = {"memory": gc.mem_free()}
    if radio.isconnected():
        values["signal"] = radio.status("rssi")
    return values


@board.command(on=bool)
def lamp(on):
    led.value(on)


board.run()
`;

/** Where a program lies on a board that takes the next one over the air. */
const FOLDER = '/program-a';

/** What stands in /kiteline.json. */
export interface Settings {
  name: string;
  hub: string;
  key: string;
  tls?: { cert: string };
  wifi: { ssid: string; password: string }[];
}

/**
 * Everything that setup writes, by path on the board.
 * @param program main.py; null: it stays as it is, undefined: a first one
 */
export function filesOf(settings: Settings, program: Uint8Array | null | undefined): Map<string, Uint8Array> {
  const files = new Map(libraryFiles().files);
  files.set('/kiteline.json', Buffer.from(`${JSON.stringify(settings)}\n`));
  if (program === null) return files;
  files.set(`${FOLDER}/main.py`, program ?? Buffer.from(PROGRAM));
  files.set(PROGRAM_FILE, Buffer.from(byUsbState(FOLDER)));
  files.set('/main.py', Buffer.from(LOADER));
  return files;
}
