/**
 * What the sample queue writes to flash in a day without a hub, by rate and size of samples: files, each written once and
 * deleted once, and their bytes. The library itself on a virtual board, its files counted.
 *
 *   npm run -s bench:spill
 */
import { boardLibrary, virtualBoard } from '../src/virtual/index.ts';
import { table } from './figures.ts';

/** Samples that are made; the rest of the day is reckoned from them. */
const SAMPLES = 8_640;
const DAY_S = 86_400;
/** littlefs on a plain ESP32: 2 MB in blocks of 4 KiB. */
const BLOCKS = 512;
/** What flash makers promise. */
const ERASES = 100_000;
/** Of each file: its own block, and its share of the folder's. Counted on littlefs 2.11 with MicroPython's settings. */
const ERASES_PER_FILE = 1.045;

const VALUES = [
  { name: 'one value', code: '{"temp": 20 + n % 100 / 10}' },
  {
    name: 'five values',
    code: '{"temp": 20 + n % 100 / 10, "humidity": 45.5, "pressure": 1013.2, "light": n % 1000, "door": False}',
  },
];

const program = (values: string) => `
import kiteline, kiteline.blocks, time
files = bytes = 0
class Counted:
    def __init__(self, f):
        self.f = f
    def __enter__(self):
        return self
    def write(self, data):
        global bytes
        bytes += len(data)
        self.f.write(data)
    def __exit__(self, *_):
        self.f.close()
def counted(path, mode):
    global files
    if mode != "wb":
        return open(path, mode)
    files += 1
    return Counted(open(path, mode))
kiteline.blocks.open = counted
board = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
for n in range(${SAMPLES}):
    board.send(${values}, 1795478026450 + n)
    time.ticks_ms()
print("made", files, bytes)
`;

async function count(values: string): Promise<{ files: number; bytes: number }> {
  const board = await virtualBoard({ files: { ...boardLibrary(), 'main.py': program(values) } });
  let printed = '';
  board.on('stdout', (text) => {
    printed += Buffer.from(text).toString();
  });
  await board.run();
  await board.close();
  const [, files, bytes] = /made (\d+) (\d+)/.exec(printed) ?? [];
  if (!files || !bytes) throw new Error(`the board printed: ${printed}`);
  return { files: Number(files), bytes: Number(bytes) };
}

const whole = (number: number) => Math.round(number).toLocaleString('en-US');
const rows = [
  [
    '',
    'samples a second',
    'in a file',
    'files a day',
    'MB a day',
    'erases a day of each free block',
    'years',
  ],
];
for (const { name, code } of VALUES) {
  const { files, bytes } = await count(code);
  for (const rate of [1 / 60, 1, 10]) {
    const times = (DAY_S * rate) / SAMPLES;
    // Half of the flash is free, and littlefs takes all of it in turn.
    const erases = (files * times * ERASES_PER_FILE) / (BLOCKS / 2);
    rows.push([
      name,
      rate < 1 ? '1 a minute' : String(rate),
      whole(SAMPLES / files),
      whole(files * times),
      ((bytes * times) / 1e6).toFixed(2),
      erases.toFixed(2),
      whole(ERASES / erases / 365),
    ]);
  }
}
table(rows);
process.exit();
