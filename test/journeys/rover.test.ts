/** The rover example as it stands: its board program on a virtual board in a room, its hub program on a hub; in fast time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Trip } from '../../bench/rover/trip.ts';
import { smallRoom } from '../helpers/room.ts';

/** Milliseconds of the rover's time. */
const PATIENCE_MS = 600_000;
const LEASE_MS = 2_000;
const SPEED = 10;

let trip: Trip;

beforeAll(async () => {
  trip = await Trip.start({
    room: smallRoom(),
    speed: SPEED,
    seed: 5,
    start: { x: 0.4, y: 0.5, heading: 0.3 },
  });
}, 60_000);

afterAll(() => trip.close());

/** Sends it there and looks that it arrives, without touching anything. */
async function reaches(x: number, y: number): Promise<void> {
  expect(await trip.go([x, y], PATIENCE_MS)).toBe('arrived');
  expect(trip.distanceTo([x, y])).toBeLessThan(0.1);
  expect(trip.rover.contacts).toEqual([]);
}

test('it finds its way through a door that it does not know, and back', { timeout: 120_000 }, async () => {
  await reaches(2.6, 0.6);
  await reaches(0.4, 2);
});

test('with 5 % loss and 200 ms jitter', { timeout: 120_000 }, async () => {
  trip.air.setWeather({ loss: 0.05, jitterMs: 200 });
  await reaches(2.2, 1.4);
  trip.air.setWeather({ loss: 0, jitterMs: 0 });
});

test('with an outage on the way', { timeout: 120_000 }, async () => {
  const arrived = reaches(0.4, 0.4);
  await trip.moves();
  trip.air.remove('lab');
  await trip.sleep(3_000);
  trip.air.put({ ssid: 'lab', password: 'secret12' });
  await arrived;
});

test('with a hub that is restarted on the way and knows nothing of the room', {
  timeout: 120_000,
}, async () => {
  const arrived = reaches(2.6, 0.6);
  await trip.moves();
  await trip.restartHub(1_000);
  await arrived;
});

test('it says that there is no way to a place that is on no map, and stays where it is', {
  timeout: 120_000,
}, async () => {
  await trip.stands();
  const { driven } = trip.rover;
  expect(await trip.go([30, 30], PATIENCE_MS)).toBe('no way');
  expect(trip.rover.driven).toBeCloseTo(driven, 2);
});

test('stop stops it', { timeout: 120_000 }, async () => {
  const ended = trip.go([0.4, 2], PATIENCE_MS);
  await trip.moves();
  expect(await trip.hub.board('rover')?.command('stop', {}, { deadline: 60_000 })).toMatchObject({
    outcome: 'done',
  });
  expect(await ended).toBe('stopped');
  await trip.stands();
});

test('the joystick takes it over, and it does not drive into what it sees', {
  timeout: 120_000,
}, async () => {
  // It comes through the door: the wall is right ahead.
  await reaches(0.7, 0.7);
  const ended = trip.ends(PATIENCE_MS);
  await trip.begin([2.6, 0.6]);
  const joystick = trip.hub.board('rover')?.control('drive', { holder: 'anna' });
  for (let n = 0; n < 100; n++) {
    joystick?.set({ left: 0.5, right: 0.5 });
    await trip.sleep(100);
  }
  joystick?.release();
  expect(await ended).toBe('by hand');
  await trip.stands();
  expect(trip.rover.contacts).toEqual([]);
});

test('without a hub it stands before the lease of its plan has ended', { timeout: 120_000 }, async () => {
  await trip.begin([2.6, 0.6]);
  await trip.moves();
  await trip.hub.close();
  const gone = trip.rover.timeMs;
  while (trip.rover.timeMs < gone + LEASE_MS) await trip.sleep(50);
  const { wheels } = trip.rover;
  await trip.sleep(1_000);
  expect(trip.rover.wheels.left.angle).toBeCloseTo(wheels.left.angle, 2);
  expect(trip.rover.wheels.right.angle).toBeCloseTo(wheels.right.angle, 2);
  expect(trip.rover.contacts).toEqual([]);
});
