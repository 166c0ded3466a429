/** kiteline.wifi on virtual boards: it comes back from everything that the air and the chip do to it, and says why it cannot. */
import { describe, expect, test } from 'vitest';
import { type AccessPoint, Air, type AirOptions, boardLibrary } from '../../src/virtual/index.ts';
import { runBoard, startBoard } from '../helpers/board.ts';

const lab = { ssid: 'lab', password: 'secret12', channel: 11, rssi: -61 };
const cafe = { ssid: 'cafe', rssi: -70 };

const air = (accessPoints: AccessPoint[], options: AirOptions = {}) =>
  new Air({ accessPoints, joinMs: 20, ...options });

const withLibrary = (over: Air) => ({ air: over, files: boardLibrary() });

/** A station that prints what its trace tells; `join()` begins the program's loop. */
const station = (networks: string, more = '') => `
import asyncio
from kiteline.wifi import Station
Station.CYCLE_MS = 400
Station.CYCLE_MOST_MS = 800
Station.OFF_MS = 5
Station.PAUSE_MS = 2
Station.POLL_MS = 2
${more}
station = Station(${networks}, "greenhouse", print)
async def tell():
    told = None
    while True:
        await asyncio.sleep_ms(5)
        if station.why != told:
            told = station.why
            print("why:", told)
async def main():
    asyncio.create_task(tell())
    while True:
        await station.join()
        print("joined", station.connected, station.why)
        while station.connected:
            await asyncio.sleep_ms(2)
        print("lost")
asyncio.run(main())
`;

describe('kiteline.wifi.connect', () => {
  const connect = (args: string) => `
import kiteline.wifi, sys
print("kiteline.board" in sys.modules, "asyncio" in sys.modules)
try:
    wlan = kiteline.wifi.connect(${args})
    print(wlan.isconnected(), wlan.config("ssid"), wlan.config("reconnects"))
except OSError as e:
    print(e)
`;
  const outcome = async (accessPoints: AccessPoint[], args: string) => {
    const { stdout } = await runBoard(connect(args), withLibrary(air(accessPoints)));
    const [loaded, said] = stdout.split('\n');
    expect(loaded).toBe('False False');
    return said;
  };

  test('joins, and loads nothing else', async () => {
    expect(await outcome([lab, cafe], '"lab", "secret12"')).toBe('True lab -1');
    expect(await outcome([lab, cafe], '"cafe"')).toBe('True cafe -1');
  });

  test.each<[string, AccessPoint[], string, string]>([
    [
      'a wrong password',
      [lab],
      '"lab", "guess123"',
      'wrong password for "lab" (or the access point refused it)',
    ],
    [
      'no such network, and what is there',
      [
        { ssid: 'lab-guest', rssi: -61 },
        cafe,
        { ...lab, ssid: 'lab-5', channel: 36 },
        ...['a', 'b', 'c'].map((ssid, at) => ({ ssid, rssi: -80 - at })),
      ],
      '"lab", "secret12"',
      'no network "lab" in sight; I see "lab-guest" (-61 dBm, channel 6), "cafe" (-70 dBm, channel 6), "a" (-80 dBm, channel 6), "b" (-81 dBm, channel 6) …; this chip hears 2.4 GHz only',
    ],
    [
      'nothing at all',
      [],
      '"lab", "secret12"',
      'no network "lab" in sight; I see none at all; this chip hears 2.4 GHz only',
    ],
    [
      'a 5 GHz network of that name',
      [{ ...lab, channel: 44 }],
      '"lab", "secret12"',
      'no network "lab" in sight; I see none at all; this chip hears 2.4 GHz only',
    ],
    [
      'a WPA3 that it does not speak',
      [{ ...lab, security: 'wpa3-h2e' }],
      '"lab", "secret12"',
      '"lab" is there, but with no security that fits: it wants a WPA3 that this firmware does not speak; set it to WPA2/WPA3',
    ],
    [
      'old WPA',
      [{ ...lab, security: 'wpa' }],
      '"lab", "secret12"',
      '"lab" is there, but with no security that fits: WEP and WPA are too weak',
    ],
    [
      'a password too many',
      [cafe],
      '"cafe", "secret12"',
      '"cafe" is there, but with no security that fits: it is open, so leave the password out',
    ],
    ['a password that is missing', [lab], '"lab"', '"lab" asks for a password, and there is none'],
  ])('%s', async (_name, points, args, sentence) => {
    expect(await outcome(points, `${args}, timeout=0.4`)).toBe(sentence);
  });

  test('a signal that is too weak, as far as the chip can know', async () => {
    const weak = air([{ ...lab, rssi: -91 }], { fault: () => ({ how: 'stuck' }) });
    const { stdout } = await runBoard(connect('"lab", "secret12", timeout=0.2'), withLibrary(weak));
    expect(stdout).toContain(
      '"lab" is in sight (-91 dBm, channel 11) and does not let this board in: a weak signal\n',
    );
  });

  test('a false refusal, and a stuck station after it, do not end it', async () => {
    const faults = [{ how: 'refused' }, { how: 'stuck' }] as const;
    const unlucky = air([lab], { fault: ({ number }) => faults[number] });
    const program = `import kiteline.wifi\nkiteline.wifi.Station.CYCLE_MS = 100\n${connect('"lab", "secret12"')}`;
    const { stdout } = await runBoard(program, withLibrary(unlucky));
    expect(stdout).toContain('\nTrue lab -1\n');
    expect(unlucky.counts).toMatchObject({ faults: 2, attempts: 3 });
  });
});

describe('kiteline.wifi.Station', () => {
  test('comes back when the access point does, by the tries of the chip: connect() once, no error', async () => {
    const over = air([lab]);
    const running = await startBoard(
      `import network
asked = []
class Watched(network.WLAN):
    def connect(self, *args):
        asked.append(args)
        super().connect(*args)
network.WLAN = Watched
${station('[("lab", "secret12")]')}`.replace('print("lost")', 'print("lost", len(asked))'),
      withLibrary(over),
    );
    await running.out(/join lab\njoined True None\n/);
    over.remove('lab');
    await running.out(/lost 1\nwhy: no network "lab" in sight; this chip hears 2.4 GHz only\n/);
    over.put(lab);
    await running.out(/2.4 GHz only\njoin lab\njoined True None\n/);
    over.remove('lab');
    await running.out(/lost 1\n.*lost 1\n/s);
  });

  test('after a while in vain it switches the radio off and on, and then knows what is there', async () => {
    const over = air([cafe]);
    const running = await startBoard(station('[("lab", "secret12")]'), withLibrary(over));
    await running.out(
      /radio 1\nwhy: no network "lab" in sight; I see "cafe" \(-70 dBm, channel 6\); this chip hears 2.4 GHz only\n/,
    );
    await running.out(/radio 2\n/);
    over.put(lab);
    await running.out(/join lab\njoined True None\n/);
  });

  test('a stuck station is freed by that', async () => {
    const over = air([lab]);
    const running = await startBoard(station('[("lab", "secret12")]'), withLibrary(over));
    await running.out(/joined/);
    over.bungleNext({ how: 'stuck' });
    over.remove('lab');
    await running.out(/lost\n/);
    over.put(lab);
    await running.out(/lost\n(why: .*\n)*radio 1\n(why: .*\n)*join lab\njoined True None\n/);
  });

  test('a wrong password for a while', async () => {
    const over = air([{ ...lab, password: 'another1' }]);
    const running = await startBoard(station('[("lab", "secret12")]'), withLibrary(over));
    await running.out(/why: wrong password for "lab" \(or the access point refused it\)\n/);
    over.put(lab);
    await running.out(/join lab\njoined True None\n/);
  });

  test('of several networks the strongest in sight, then the others, hidden ones too', async () => {
    const over = air([
      { ...lab, rssi: -80 },
      { ...lab, ssid: 'lab-2', rssi: -50 },
      { ...lab, ssid: 'attic', hidden: true },
    ]);
    const running = await startBoard(
      station('[("attic", "secret12"), ("lab", "secret12"), ("gone", ""), ("lab-2", "secret12")]'),
      withLibrary(over),
    );
    await running.out(/^join lab-2\n/);
    over.remove('lab-2');
    await running.out(/lost\n(why: .*\n)*join lab\n/);
    over.remove('lab');
    await running.out(/join lab\n[\s\S]*join attic\n/);
  });

  test('of several networks one that refuses is passed over', async () => {
    const over = air([{ ...lab, password: 'another1', rssi: -40 }, cafe]);
    const running = await startBoard(station('[("lab", "secret12"), ("cafe", "")]'), withLibrary(over));
    await running.out(/^why: wrong password for "lab".*\njoin cafe\n/);
  });

  test('takes over what a soft reset left: its own network, a foreign one, an attempt', async () => {
    const over = air([lab, cafe]);
    const before = `
import network, time
wlan = network.WLAN(network.STA_IF)
what = open("what").read()
if what:
    open("what", "w").close()
    wlan.active(True)
    wlan.config(reconnects=0)
    wlan.connect(*what.split())
    while what != "nowhere x" and not wlan.isconnected(): pass
    print("before", wlan.isconnected())
    time.sleep(60)
`;
    for (const [what, attempts] of [
      ['lab secret12', 1],
      ['cafe', 2],
      ['nowhere x', 2],
    ] as const) {
      const counted = over.counts.attempts;
      const running = await startBoard(`${before}${station('[("lab", "secret12")]')}`, {
        air: over,
        files: { ...boardLibrary(), what },
      });
      await running.out(/before/);
      await running.board.reset('soft');
      await running.out(/join lab\njoined True None/);
      expect(over.counts.attempts - counted).toBe(attempts);
    }
  });

  test('a signal that is too weak is told once the air was looked at', async () => {
    const over = air([{ ...lab, rssi: -90 }]);
    const running = await startBoard(station('[("lab", "secret12")]'), withLibrary(over));
    await running.out(
      /"lab" is in sight \(-90 dBm, channel 11\) and does not let this board in: a weak signal/,
    );
    over.put(lab);
    await running.out(/join lab\n/);
  });

  test('a radio that somebody else switched off, or that refuses, begins anew', async () => {
    const over = air([lab]);
    const running = await startBoard(
      `import network
class Moody(network.WLAN):
    refusals = 2
    def active(self, *up):
        if up == (True,) and Moody.refusals:
            Moody.refusals -= 1
            raise OSError("WiFi Out of Memory")
        return super().active(*up)
network.WLAN = Moody
${station('[("lab", "secret12")]')}`.replace(
        'while station.connected:',
        'station.wlan.active(False)\n        while station.connected:',
      ),
      withLibrary(over),
    );
    await running.out(/why: the radio refuses: WiFi Out of Memory\n[\s\S]*join lab\n[\s\S]*join lab\n/);
  });

  test('wants a network', async () => {
    const { stdout } = await runBoard(
      'from kiteline.wifi import Station\ntry:\n    Station([])\nexcept ValueError as e:\n    print(e)',
      withLibrary(air([])),
    );
    expect(stdout).toBe('networks is a list of (ssid, password), with one at least\n');
  });

  test('resets the chip when told to, after so many cycles', async () => {
    const running = await startBoard(
      `import machine\nprint("cause", machine.reset_cause())\n${station('[("lab", "secret12")]', 'Station.RESET_AFTER = 2\nStation.CYCLE_MS = 30')}`,
      withLibrary(air([])),
    );
    await running.out(/cause 1\n[\s\S]*radio 1\n[\s\S]*cause 3|cause 1\n[\s\S]*radio 1\n[\s\S]*cause 2/);
  });

  test('hostname before the radio, power save as told', async () => {
    const { stdout } = await runBoard(
      `import network, asyncio
from kiteline.wifi import Station
s = Station([("lab", "secret12")], "a-name-of-more-than-thirty-two-characters", None, network.WLAN.PM_NONE)
asyncio.run(s.join())
print(network.hostname(), s.wlan.config("pm"))`,
      withLibrary(air([lab])),
    );
    expect(stdout).toBe('a-name-of-more-than-thirty-two-c 0\n');
  });
});
