/** A virtual board that is steered, and when its handler saw which setpoint, on this process's clock. */
import { Air, type VirtualBoard, virtualBoard, type Weather } from '../../src/virtual/index.ts';

/** In front of what the handler prints: the setpoint, and the board's microseconds. */
const MARK = /^@(\d+) (\d+)$/gm;
/** `ticks_us` begins anew after so many microseconds. */
const TICKS = 2 ** 30;

export interface SteeredOptions {
  name: string;
  /** Its program: `seen(i)` is what its handler calls. */
  program: string;
  files?: Record<string, string>;
  seed: number;
}

/** What every program begins with: in the Wi-Fi, and a handler that says when it had what. */
const BEGIN = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("bench", "password")
while not wlan.isconnected():
    time.sleep_ms(20)

def seen(i):
    at = time.ticks_us()
    print("@%d %d" % (i, at))
`;

export class Steered {
  readonly #air: Air;
  readonly #board: VirtualBoard;
  /** Handler's calls: setpoint, and the board's microseconds, unwrapped. */
  readonly #calls: { i: number; us: number }[] = [];
  #behind = Number.POSITIVE_INFINITY; // the board's clock, behind ours: by the line that came fastest
  #text = '';
  #last = 0;
  #turns = 0;

  private constructor(air: Air, board: VirtualBoard) {
    this.#air = air;
    this.#board = board;
    board.on('stdout', (bytes) => this.#read(Buffer.from(bytes).toString()));
    board.on('stderr', (bytes) => process.stderr.write(bytes));
  }

  static async start({ name, program, files = {}, seed }: SteeredOptions): Promise<Steered> {
    const air = new Air({ seed, joinMs: 10 });
    const board = await virtualBoard({ name, air, files: { ...files, 'main.py': BEGIN + program } });
    const steered = new Steered(air, board);
    void board.run();
    return steered;
  }

  set weather(weather: Partial<Weather>) {
    this.#air.setWeather({ loss: 0, jitterMs: 0, ...weather });
  }

  /** Forgets what was seen until now. */
  begin(): void {
    this.#calls.length = 0;
  }

  /** The newest setpoint that the handler has seen; -1 for none. */
  get newest(): number {
    return this.#calls.reduce((most, { i }) => Math.max(most, i), -1);
  }

  /**
   * Milliseconds from each setpoint's sending until the handler had it, or a newer one in its place.
   * @param sent when each was, by `performance.now()`
   * @param first the number of the first of them
   * @returns also how many of them the handler had themselves
   */
  latencies(sent: readonly number[], first: number): { times: number[]; own: number } {
    const times: number[] = [];
    const own = new Set(this.#calls.filter(({ i }) => i >= first).map(({ i }) => i)).size;
    let call = 0;
    for (const [at, sentAt] of sent.entries()) {
      while (call < this.#calls.length && (this.#calls[call]?.i ?? 0) < first + at) call++;
      const seen = this.#calls[call];
      if (seen) times.push(seen.us / 1_000 + this.#behind - sentAt);
    }
    return { times, own };
  }

  close(): Promise<void> {
    return this.#board.close();
  }

  #read(text: string): void {
    const now = performance.now();
    this.#text += text.replaceAll('\r', '');
    const end = this.#text.lastIndexOf('\n');
    for (const [, i, ticks] of this.#text.slice(0, end + 1).matchAll(MARK)) {
      const at = Number(ticks);
      if (at < this.#last) this.#turns++;
      this.#last = at;
      const us = at + this.#turns * TICKS;
      this.#behind = Math.min(this.#behind, now - us / 1_000);
      this.#calls.push({ i: Number(i), us });
    }
    this.#text = this.#text.slice(end + 1);
  }
}
