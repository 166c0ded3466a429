/**
 * Decoding a message of four fields whose form is known: JSON.parse, the decoder and the scanner, on the same bytes in the
 * same process, CPU time (user and system, the garbage collector's threads included). Goal: at most 1/10 of JSON.parse.
 *
 *   npm run -s bench:decode -- [ROUNDS]
 */
import { decode, Scanner, type Shape } from '../src/wire/index.ts';
import { median, spread, table } from './figures.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const MESSAGES = 10_000;
const REPEATS = 20; // of all messages in one round

/** Names of the kinds of messages, and one of each: `n` tells them apart. */
const kinds: Record<string, (n: number) => string> = {
  'four fields': (n) =>
    `{"temp":${(20 + ((n * 7) % 1000) / 100).toFixed(2)},"hum":${(30 + ((n * 13) % 600) / 10).toFixed(1)},` +
    `"press":${(980 + ((n * 31) % 7000) / 100).toFixed(2)},"seq":${100_000 + n}}`,
  'three fields, $t, $seq': (n) =>
    `{"temp": ${(20 + ((n * 7) % 1000) / 100).toFixed(2)}, "hum": ${(30 + ((n * 13) % 600) / 10).toFixed(1)}, ` +
    `"door": ${n % 3 === 0}, "$t": ${1_700_000_000_000 + n * 97}, "$seq": ${n}}`,
  'numbers of 17 digits': (n) => `{"temp":${20 + 1 / (n + 3)},"hum":${40 + 1 / (n + 7)}}`,
};

/** Views into one large Buffer, as the messages of a chunk from a socket are. */
function pooled(messageOf: (n: number) => string): Buffer[] {
  const lines = Array.from({ length: MESSAGES }, (_, n) => messageOf(n));
  const pool = Buffer.from(`\n${lines.join('\n')}\n`);
  let at = 1;
  return lines.map((line) => {
    const from = at;
    at += line.length + 1;
    return pool.subarray(from, from + line.length);
  });
}

/** CPU ns a message. */
function measure(messages: readonly Buffer[], work: (messages: readonly Buffer[]) => number): number {
  const before = process.cpuUsage();
  let done = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) done += work(messages);
  const { user, system } = process.cpuUsage(before);
  if (done !== REPEATS * messages.length) throw new Error('not all were decoded');
  return ((user + system) * 1_000) / done;
}

/** The scanner against the decoder, message for message. */
function check(messages: readonly Buffer[], scanner: Scanner, shape: Shape): boolean {
  return messages.every((bytes) => {
    const message = decode(bytes);
    const sample = message.kind === 'samples' ? message.samples[0] : undefined;
    if (!sample || scanner.scan(bytes, shape) !== shape) return false;
    const values = [...sample.values];
    return (
      values.length === shape.metrics.length &&
      values.every(
        ([name, value], i) => name === shape.metrics[i] && Object.is(Number(value), scanner.values[i]),
      ) &&
      sample.t === (shape.hasTime ? scanner.t : undefined) &&
      sample.seq === (shape.hasSeq ? scanner.seq : undefined)
    );
  });
}

let identical = true;
for (const [kind, messageOf] of Object.entries(kinds)) {
  const messages = pooled(messageOf);
  const [first] = messages;
  const scanner = new Scanner();
  const shape = first && scanner.learn(first, decode(first));
  if (!shape) throw new Error(`${kind}: the form is not learned`);
  identical &&= check(messages, scanner, shape);

  // Each in a loop of its own, as the loop of a hub has only one. They give how many they decoded.
  const ways: Record<string, (messages: readonly Buffer[]) => number> = {
    'JSON.parse(bytes.toString())': (all) => {
      let done = 0;
      for (const bytes of all) if (JSON.parse(bytes.toString())) done++;
      return done;
    },
    'decode()': (all) => {
      let done = 0;
      for (const bytes of all) if (decode(bytes).kind === 'samples') done++;
      return done;
    },
    'scan(), with hint': (all) => {
      let done = 0;
      for (const bytes of all) if (scanner.scan(bytes, shape)) done++;
      return done;
    },
    'scan(), without hint': (all) => {
      let done = 0;
      for (const bytes of all) if (scanner.scan(bytes, undefined)) done++;
      return done;
    },
  };
  const names = Object.keys(ways);
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -2; round < ROUNDS; round++) {
    // Two rounds to warm up; every other one in the opposite order.
    for (const name of round % 2 ? names : names.toReversed()) {
      const time = measure(messages, ways[name] as (all: readonly Buffer[]) => number);
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  const parse = median(times.get(names[0] as string) ?? []);
  console.log(`${kind}, about ${first.length} bytes, such as ${first}`);
  table([
    ['', 'CPU ns a message', 'of JSON.parse'],
    ...[...times].map(([name, list]) => [name, spread(list), `1/${(parse / median(list)).toFixed(1)}`]),
  ]);
  console.log('');
}
console.log(
  `${identical ? 'identical results' : 'RESULTS DIFFER'}, decode() and scan(); medians of ${ROUNDS} rounds (minimum to maximum)`,
);
if (!identical) process.exitCode = 1;
