/**
 * The board's part of bench/signing.ts: what a line costs the board library with a key, and without. Both in turn, in one
 * program on one virtual board, which is MicroPython's WebAssembly build on this computer. A chip is slower, and by another
 * factor in bytecode than in SHA-256, for which it has hardware: so the ratios are no chip's either. Bytes are.
 */
import { Seal } from '../../src/hub/seal.ts';
import { boardLibrary, virtualBoard } from '../../src/virtual/index.ts';
import { median, spread } from '../figures.ts';

const LINES = 150; // of a round
const FEW = 5; // whose garbage is counted: so few that nothing is collected meanwhile
const ROUNDS = 41;
const KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n));

const SAMPLES: [string, string][] = [
  ['a sample of 2 values, sent', '{"temp": 21.5, "humidity": 40}'],
  ['a sample of 12 values, sent', '{"value%d" % i: i * 1.5 for i in range(12)}'],
  ['a sample of 60 values, sent', '{"value%d" % i: i * 1.5 for i in range(60)}'],
];
const ACK = 'an acknowledgement, read';

const PROGRAM = `
import gc, json, kiteline, time
from kiteline.sign import Seal

key = bytes(range(32))

def send(samples, seal, count):
    # As the connection does: from the queue into the bytes of a write.
    data = bytearray()
    for _ in range(count):
        text = samples.take()
        if seal:
            seal.sign(data, text)
        else:
            data.extend(text)
    return len(data)

def read(lines, seal, count):
    for at in range(count):
        text = lines[at]
        if seal:
            text = seal.open(text)
        json.loads(text)
    return sum([len(text) + 1 for text in lines])

def measure(name, run, begin):
    told = [[], []]
    for _ in range(${ROUNDS}):
        for signed in (0, 1):
            what = begin(signed)
            seal = Seal(key) if signed else None
            gc.collect()
            began = time.ticks_us()
            size = run(what, seal, ${LINES})
            took = time.ticks_diff(time.ticks_us(), began)
            what = begin(signed)
            seal = Seal(key) if signed else None
            gc.collect()
            heap = gc.mem_alloc()
            run(what, seal, ${FEW})
            told[signed].append((took, size, gc.mem_alloc() - heap))
    print(json.dumps([name, told]))

def queue(values):
    board = kiteline.Board("b", "10.0.0.2:9000", [], queue=${LINES}, queue_bytes=1000000)
    for _ in range(${LINES}):
        board.send(values, 1795478026450)
    def begin(signed):
        board._samples.begin({board.boot: 0}, 0)
        return board._samples
    return begin

${SAMPLES.map(([name, values]) => `measure("${name}", send, queue(${values}))`).join('\n')}
acks = [open(name, "rb").read().split(b"\\n") for name in ("plain.txt", "signed.txt")]
measure("${ACK}", read, lambda signed: acks[signed])
`;

/** A round: µs and bytes on the wire of `LINES` lines, and bytes of heap of `FEW`, the write and what becomes garbage. */
type Round = [number, number, number];

function acknowledgements(): Record<string, string> {
  const seal = new Seal(KEY, 'hub');
  const plain = Array.from(
    { length: LINES },
    (_, n) => `{"jsonrpc":"2.0","method":"$ack","params":{"seq":${n + 1}}}`,
  );
  const signed = plain.map((line) => Buffer.from(seal.sign(Buffer.from(line))).toString());
  return { 'plain.txt': plain.join('\n'), 'signed.txt': signed.join('\n') };
}

async function measured(): Promise<[string, [Round[], Round[]]][]> {
  const files = { ...boardLibrary(), ...acknowledgements(), 'main.py': PROGRAM };
  await using board = await virtualBoard({ name: 'bench-signing', files });
  let text = '';
  board.on('stdout', (bytes) => {
    text += Buffer.from(bytes).toString();
  });
  board.on('stderr', (bytes) => process.stderr.write(bytes));
  const end = await board.run();
  if (end.how !== 'done') throw new Error(`the board ended: ${end.how}`);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Rows for a table: what a line costs a board, plain and signed, medians of the rounds. */
export async function boardRows(): Promise<string[][]> {
  const rows = [['a line on the board', 'µs plain', 'µs signed', 'bytes', 'signed', 'heap', 'signed']];
  for (const [name, [plain, signed]] of await measured()) {
    const each = (rounds: Round[], at: 0 | 1 | 2) =>
      rounds.map((round) => round[at] / (at === 2 ? FEW : LINES));
    rows.push([
      name,
      spread(each(plain, 0)),
      spread(each(signed, 0)),
      ...([1, 2] as const).flatMap((at) =>
        [plain, signed].map((rounds) => median(each(rounds, at)).toFixed(0)),
      ),
    ]);
  }
  return rows;
}
