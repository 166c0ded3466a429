import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { Line } from '../../../src/virtual/serial/line.ts';

function made() {
  const clock = new ManualClock();
  const got: number[] = [];
  const line = new Line(clock, (bytes) => got.push(...bytes));
  return { clock, got, line };
}

/** 0, 1, 2 … 255, 0 … */
const counted = (length: number) => Uint8Array.from({ length }, (_, at) => at);

test('without a speed bytes are there at once', () => {
  const { got, line } = made();
  let done = false;
  line.send(counted(1000), () => {
    done = true;
  });
  expect(got).toHaveLength(1000);
  expect(done).toBe(true);
});

test('115200 baud carries 11,520 bytes a second, also when it idled, and also to a clock that is late', () => {
  const { clock, got, line } = made();
  line.speed = 11_520;
  clock.advance(500);
  line.send(counted(20_000), () => {});
  clock.advance(1000);
  expect(got.length).toBeGreaterThanOrEqual(11_450);
  expect(got.length).toBeLessThanOrEqual(11_540);
  clock.advance(1000);
  expect(got).toEqual([...counted(20_000)]);
  clock.advance(5000);
  line.send(counted(1000), () => {});
  clock.advance(50);
  expect(got.length - 20_000).toBeLessThan(600);
});

test('a byte or two are there when their time has come, to a millisecond', () => {
  const { clock, got, line } = made();
  line.speed = 960; // 9600 baud: one byte in 1.04 ms
  line.send(counted(10), () => {});
  expect(got).toHaveLength(0);
  clock.advance(5);
  expect(got.length).toBeGreaterThanOrEqual(4);
  expect(got.length).toBeLessThanOrEqual(6);
  clock.advance(6);
  expect(got).toHaveLength(10);
});

test('a delay comes on top, in order', () => {
  const { clock, got, line } = made();
  line.delayMs = 16;
  line.send(counted(3), () => {});
  clock.advance(8);
  line.send(Uint8Array.of(9), () => {});
  clock.advance(7);
  expect(got).toEqual([]);
  clock.advance(1);
  expect(got).toEqual([0, 1, 2]);
  clock.advance(8);
  expect(got).toEqual([0, 1, 2, 9]);
});

test('some are lost, by the seed, and counted', () => {
  const lossy = (seed: number) => {
    const { got, line } = made();
    line.loss = 0.01;
    line.seed(seed);
    line.send(counted(100_000), () => {});
    expect(line.lost).toBe(100_000 - got.length);
    return got.length;
  };
  expect(lossy(1)).toBeGreaterThan(98_700);
  expect(lossy(1)).toBeLessThan(99_300);
  expect(lossy(1)).toBe(lossy(1));
  expect(lossy(1)).not.toBe(lossy(2));
});

test.each([0, 30, 99, 100])('cut after %i bytes nothing more comes of what was under way', (at) => {
  const { clock, got, line } = made();
  line.speed = 1000;
  let cut = 0;
  let done = 0;
  line.cutAfter(at, () => {
    cut += 1;
  });
  line.send(counted(60), () => {
    done += 1;
  });
  line.send(counted(60), () => {
    done += 1;
  });
  clock.advance(1000);
  expect(cut).toBe(1);
  expect(got.length).toBe(at === 0 ? 120 : at);
  expect(done).toBe(2);
  line.send(counted(5), () => {});
  clock.advance(1000);
  expect(got.length).toBe(at === 0 ? 125 : at + 5);
});
