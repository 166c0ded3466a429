import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { Air, type Weather } from '../../../src/virtual/index.ts';
import { JOIN, startBoard } from '../../helpers/board.ts';
import { udpPeer } from '../../helpers/peers.ts';

const DIRECTIONS = ['from-board', 'to-board'] as const;

/** Carries datagrams 0, 1, 2, …, one a millisecond, and says which arrive, in order. */
function carried(
  weather: Partial<Weather>,
  count = 200,
  seed = 7,
  direction: 'from-board' | 'to-board' = 'to-board',
) {
  const clock = new ManualClock();
  const air = new Air({ seed, clock });
  air.setWeather(weather);
  const arrived: number[] = [];
  let lost = 0;
  for (let n = 0; n < count; n++) {
    if (!air.carryDatagram(direction, () => arrived.push(n))) lost++;
    clock.advance(1);
  }
  clock.advance(10_000);
  return { arrived, lost, counts: air.counts };
}

const inOrder = (numbers: number[]) => numbers.every((n, i) => i === 0 || n >= (numbers[i - 1] ?? 0));

describe.each(DIRECTIONS)('datagrams %s', (direction) => {
  const sent = (weather: Partial<Weather>, seed?: number) => carried(weather, 200, seed, direction);

  test('come once, in order and at once in good weather', () => {
    const { arrived, counts } = sent({});
    expect(arrived).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(counts).toMatchObject({ datagramsLost: 0, datagramsDoubled: 0, datagramsAside: 0 });
  });

  test('a share is lost, and no other', () => {
    const { arrived, lost, counts } = sent({ loss: 0.3 });
    expect(lost).toBe(counts.datagramsLost);
    expect(lost).toBeGreaterThan(30);
    expect(new Set(arrived).size).toBe(200 - lost);
  });

  test('a share comes twice, the second behind the first', () => {
    const { arrived, counts } = sent({ duplicate: 0.3 });
    expect(counts.datagramsDoubled).toBeGreaterThan(30);
    expect(arrived.length).toBe(200 + counts.datagramsDoubled);
    expect(inOrder(arrived)).toBe(true);
  });

  test('a share lets the next one pass, and all arrive', () => {
    const { arrived, counts } = sent({ reorder: 0.3 });
    expect(counts.datagramsAside).toBeGreaterThan(30);
    expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(inOrder(arrived)).toBe(false);
  });

  test('late ones overtake each other by the jitter, and no one comes before the delay', () => {
    const clock = new ManualClock();
    const air = new Air({ seed: 3, clock });
    air.setWeather({ delayMs: 20, jitterMs: 10 });
    const took: number[] = [];
    for (let n = 0; n < 50; n++) air.carryDatagram(direction, () => took.push(clock.monotonic()));
    clock.advance(1_000);
    expect(took.length).toBe(50);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...took)).toBeLessThanOrEqual(30);
    expect(new Set(took).size).toBeGreaterThan(40);
  });

  test('the same seed does the same, another seed does not', () => {
    const weather = { loss: 0.1, duplicate: 0.1, reorder: 0.2, jitterMs: 5 };
    expect(sent(weather, 11).arrived).toEqual(sent(weather, 11).arrived);
    expect(sent(weather, 11).arrived).not.toEqual(sent(weather, 12).arrived);
  });
});

test('one that steps aside does not wait for ever', () => {
  const clock = new ManualClock();
  const air = new Air({ clock });
  air.setWeather({ reorder: 1 });
  let came = 0;
  air.carryDatagram('to-board', () => came++);
  expect(came).toBe(0);
  clock.advance(50);
  expect(came).toBe(1);
});

test("the two directions do not wait for each other's", () => {
  const clock = new ManualClock();
  const air = new Air({ clock });
  air.setWeather({ reorder: 1 });
  const arrived: string[] = [];
  air.carryDatagram('to-board', () => arrived.push('down'));
  air.setWeather({ reorder: 0 });
  air.carryDatagram('from-board', () => arrived.push('up'));
  expect(arrived).toEqual(['up']);
});

test('a board that sends and hears doubled datagrams loses no room in its buffers by them', async () => {
  const { port, heard, socket } = await udpPeer();
  const air = new Air({ seed: 5, joinMs: 5 });
  air.setWeather({ duplicate: 1 });
  const echo = (text: Buffer, from: { port: number; address: string }) =>
    socket.send(text, from.port, from.address);
  socket.on('message', echo);
  const running = await startBoard(
    `${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(40):
    s.sendto(b'%d' % n + b'.' * 500, ('127.0.0.1', ${port}))
    # The chip's mailbox holds six: two copies of it, each answered, and each answer doubled.
    print(sorted([s.recv(600)[:3] for _ in range(4)]) == [(b'%d' % n + b'...')[:3]] * 4)
`,
    { air },
  );
  await running.ended;
  expect(running.stdout()).toBe('True\n'.repeat(40));
  expect(heard.length).toBe(80);
  expect(air.counts.datagramsDoubled).toBe(40 + 80);
});
