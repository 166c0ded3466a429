/**
 * Text and reply through the hub against a bare Node echo: newline-terminated text over one TCP connection, one at a time.
 * Both servers run beside each other and are asked in turn. Goal: p50 at most 1.5 times the bare echo's.
 *
 *   npm run -s bench:echo -- [ROUNDS]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { median, quantile, spread, table } from './figures.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const TRIPS = 3_000;
const LINE = Buffer.from('hello, esp32! how warm is it?\n');

const kinds = ['hub', 'bare'] as const;
const program = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

async function open(kind: string): Promise<{ socket: Socket; end: () => void }> {
  const server = fork(program, [kind]);
  const [port] = (await once(server, 'message')) as [number];
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return {
    socket,
    end() {
      socket.destroy();
      server.kill();
    },
  };
}

/** Microseconds of each of `count` round trips, one after the other. */
function measure(socket: Socket, count: number): Promise<number[]> {
  return new Promise((done) => {
    const times: number[] = [];
    let began = process.hrtime.bigint();
    const answered = () => {
      times.push(Number(process.hrtime.bigint() - began) / 1_000);
      if (times.length === count) {
        socket.off('data', answered);
        done(times);
        return;
      }
      began = process.hrtime.bigint();
      socket.write(LINE);
    };
    socket.on('data', answered);
    socket.write(LINE);
  });
}

const peers = { hub: await open('hub'), bare: await open('bare') };
const p50: Record<(typeof kinds)[number], number[]> = { hub: [], bare: [] };
const p99: Record<(typeof kinds)[number], number[]> = { hub: [], bare: [] };
for (const kind of kinds) await measure(peers[kind].socket, TRIPS);
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of round % 2 ? kinds : [...kinds].reverse()) {
    const times = await measure(peers[kind].socket, TRIPS);
    p50[kind].push(median(times));
    p99[kind].push(quantile(times, 0.99));
  }
}
for (const kind of kinds) peers[kind].end();

const ratios = p50.hub.map((value, round) => value / (p50.bare[round] ?? Number.NaN));
table([
  ['', 'p50 µs', 'p99 µs'],
  ['hub', spread(p50.hub), spread(p99.hub)],
  ['bare Node echo', spread(p50.bare), spread(p99.bare)],
]);
console.log(
  `p50, hub against bare: ${spread(ratios, 2)} of ${ROUNDS} rounds of ${TRIPS} (goal: at most 1.5)`,
);
