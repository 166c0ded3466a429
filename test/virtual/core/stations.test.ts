/** What the chip hears and joins, what it tells, and how it fails though nothing is wrong. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { type AccessPoint, Air, type Attempt } from '../../../src/virtual/index.ts';
import { linesOf, startBoard } from '../../helpers/board.ts';

const lab = { ssid: 'lab', password: 'secret12' };

const ACTIVE = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
def until(*codes):
    while wlan.status() not in codes:
        time.sleep_ms(2)
    return wlan.status()
def outcome(ssid, key=None):
    wlan.config(reconnects=0)
    wlan.connect(ssid, key)
    while wlan.status() == 1001:
        time.sleep_ms(2)
    return wlan.status()
`;

const outcomeOf = async (point: Partial<AccessPoint>, key: string | null = 'secret12') =>
  Number(
    (
      await linesOf(`${ACTIVE}print(outcome('lab', ${key === null ? 'None' : `'${key}'`}))`, {
        air: new Air({ accessPoints: [{ ...lab, ...point }], joinMs: 5 }),
      })
    )[0],
  );

test.each<[string, Partial<AccessPoint>, string | null, number]>([
  ['WPA2', {}, 'secret12', 1010],
  ['WPA2/WPA3', { security: 'wpa2/wpa3' }, 'secret12', 1010],
  ['WPA3, which the firmware speaks', { security: 'wpa3' }, 'secret12', 1010],
  ['WPA3 that wants hash-to-element', { security: 'wpa3-h2e' }, 'secret12', 210],
  ['old WPA, weaker than the password asks for', { security: 'wpa' }, 'secret12', 211],
  ['another password', {}, 'secret21', 202],
  ['no password where one is asked for', {}, null, 210],
  ['a password where none is asked for', { security: 'open', password: '' }, 'secret12', 210],
  ['a channel of the 5 GHz band', { channel: 36 }, 'secret12', 201],
  ['a weak signal', { rssi: -90 }, 'secret12', 204],
  ['a signal below what the chip hears', { rssi: -97 }, 'secret12', 201],
  ['a hidden name', { hidden: true }, 'secret12', 1010],
])('%s', async (_name, point, key, status) => {
  expect(await outcomeOf(point, key)).toBe(status);
});

test('scan shows what is heard: no 5 GHz, hidden networks without their names, the security of each', async () => {
  const accessPoints: AccessPoint[] = [
    { ssid: 'lab', password: 'x', rssi: -50 },
    { ssid: 'lab-5', password: 'x', channel: 36, rssi: -40 },
    { ssid: 'secret-lab', password: 'x', hidden: true, rssi: -60 },
    { ssid: 'new', password: 'x', security: 'wpa3', channel: 13, rssi: -70 },
    { ssid: 'mixed', password: 'x', security: 'wpa2/wpa3', rssi: -80 },
    { ssid: 'far', rssi: -96 },
  ];
  const program = `${ACTIVE}
for ssid, bssid, channel, rssi, security, hidden in wlan.scan():
    print(ssid, channel, rssi, security)
wlan.connect('nowhere')
print(wlan.scan())`;
  expect(await linesOf(program, { air: new Air({ accessPoints, joinMs: 5 }) })).toEqual([
    "b'lab' 6 -50 3",
    "b'' 6 -60 3",
    "b'new' 13 -70 6",
    "b'mixed' 6 -80 7",
    '[]',
  ]);
});

test('the reason of the last failure stays until the next event, as in the port: after connect() too', async () => {
  const running = await startBoard(
    `${ACTIVE}
print(outcome('lab', 'wrong123'))
wlan.connect('lab', 'secret12')
print(wlan.status(), wlan.isconnected())
print(until(1010))
wlan.disconnect()
wlan.connect('lab', 'secret12')
print(wlan.status())
print(until(1010))
wlan.active(False)
wlan.active(True)
print(wlan.status())`,
    { air: new Air({ accessPoints: [lab], joinMs: 20 }) },
  );
  await running.ended;
  expect(running.stdout().trim().split(/\s+/)).toEqual([
    '202',
    '202',
    'False',
    '1010',
    '1000',
    '1010',
    '1000',
  ]);
});

test('reconnects=0 forbids the return after an outage, too', async () => {
  const air = new Air({ accessPoints: [lab], joinMs: 5 });
  const running = await startBoard(
    `${ACTIVE}print(outcome('lab', 'secret12'))\nprint(until(200))\nwlan.connect()\nprint(until(1010))`,
    { air },
  );
  await running.out(/1010\n/);
  air.remove('lab');
  await running.out(/200\n/);
  air.put(lab);
  await running.out(/200\n1010\n/);
  expect(air.counts.attempts).toBe(2);
});

test('an access point that appears during an attempt is seen by the next one; a password counts at its end', async () => {
  const clock = new ManualClock();
  const air = new Air({ accessPoints: [], joinMs: 1_000, clock });
  const running = await startBoard(`${ACTIVE}wlan.connect('lab', 'secret12')\nprint('trying')\nuntil(1010)`, {
    air,
  });
  const joined = new Promise((done) => running.board.on('wifi', done));
  await running.out(/trying/);
  air.put({ ...lab, password: 'another1' });
  clock.advance(1_499);
  expect(air.counts.attempts).toBe(1);
  clock.advance(1);
  expect(air.counts.attempts).toBe(2);
  air.put(lab);
  clock.advance(999);
  expect(running.board.connected).toBe(false);
  clock.advance(1);
  expect(await joined).toMatchObject({ connected: true, ssid: 'lab' });
});

test('a false refusal, once; the chip tries again by itself', async () => {
  const attempts: Attempt[] = [];
  const air = new Air({
    accessPoints: [lab],
    joinMs: 5,
    fault: (attempt) => {
      attempts.push(attempt);
      return attempt.number === 0 ? { how: 'refused' } : undefined;
    },
  });
  const program = `${ACTIVE}wlan.connect('lab', 'secret12')\nprint(until(202))\nprint(until(1010))`;
  expect(await linesOf(program, { air, name: 'esp32-refused' })).toEqual(['202', '1010']);
  expect(attempts.map(({ board, ssid, number }) => [board, ssid, number])).toEqual([
    ['esp32-refused', 'lab', 0],
    ['esp32-refused', 'lab', 1],
  ]);
  expect(air.counts).toMatchObject({ attempts: 2, faults: 1 });
});

test('a stuck station comes back only once its radio was off', async () => {
  const clock = new ManualClock();
  const air = new Air({ accessPoints: [lab], joinMs: 10, clock });
  air.bungleNext({ how: 'stuck' });
  const running = await startBoard(
    `${ACTIVE}
wlan.connect('lab', 'secret12')
print('trying')
input()
print(wlan.status())
wlan.disconnect()
wlan.connect('lab', 'secret12')
print('again')
input()
print(wlan.status(), wlan.isconnected())
wlan.active(False)
wlan.active(True)
wlan.connect('lab', 'secret12')
print('cycled')
print(until(1010))`,
    { air },
  );
  for (const [printed, typed] of [
    [/trying/, '\n'],
    [/again/, '\n'],
  ] as const) {
    await running.out(printed);
    clock.advance(100_000);
    running.board.type(typed);
  }
  await running.out(/1001\nagain\n1000 False\ncycled/);
  clock.advance(10);
  await running.out(/1010/);
});

test('a script of the air: fault, gone, back', async () => {
  const air = new Air({ accessPoints: [lab], joinMs: 5 });
  await air.play([{ atMs: 0, fault: { how: 'refused', reason: 15 } }]);
  expect(await linesOf(`${ACTIVE}print(outcome('lab', 'secret12'))`, { air })).toEqual(['15']);
});
