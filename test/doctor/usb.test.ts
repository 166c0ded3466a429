/** What the doctor says of a board that it asks by USB, each fault made in the air, on the board or on this computer. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RawRepl } from '../../src/board/raw-repl.ts';
import { FastClock } from '../../src/clock.ts';
import { blame } from '../../src/doctor/blame.ts';
import type { Facts, WayFacts } from '../../src/doctor/facts.ts';
import type { ComputerParts } from '../../src/doctor/gather/computer.ts';
import { gatherUsb, settingsOf } from '../../src/doctor/gather/usb.ts';
import { parseHostPort } from '../../src/transport/address.ts';
import { type AccessPoint, Air, type AirOptions, boardLibrary } from '../../src/virtual/index.ts';
import { startedPort } from '../usb/board-port.ts';
import { computer, found, idsIn, startClinic } from './clinic.ts';

const LAB: AccessPoint = { ssid: 'lab', password: 'secret12' };
const SETTINGS = { name: 'b', wifi: [{ ssid: 'lab', password: 'secret12' }] };

interface Case {
  accessPoints?: AccessPoint[];
  air?: AirOptions;
  settings?: object | string | null;
  files?: Record<string, string | Uint8Array>;
  parts?: ComputerParts;
  clinic?: Awaited<ReturnType<typeof startClinic>>;
  /** How the firewall is, once it is known where the hub listens. */
  firewall?: (port: number) => Air['firewall'];
}

/** A hub, a board with the library at a serial port, and all that the doctor finds out. */
async function asked({
  accessPoints = [LAB],
  settings = SETTINGS,
  files,
  parts,
  ...more
}: Case): Promise<Facts> {
  const clinic = more.clinic ?? (await startClinic({}, {}, { tcp: { host: '0.0.0.0', port: 0 } }));
  const air = new Air({ joinMs: 10, accessPoints, ...more.air });
  air.firewall = more.firewall?.(clinic.port);
  const flash = {
    ...boardLibrary(),
    ...(settings !== null && {
      'kiteline.json': typeof settings === 'string' ? settings : JSON.stringify(settings),
    }),
    ...files,
  };
  const { port } = await startedPort({ air, files: flash });
  const { hub, boards } = await clinic.look(undefined, new FastClock(20));
  if (!hub) throw new Error('no hub');
  const repl = await RawRepl.enter(port);
  await repl.softReset();
  const { mdns } = hub.health;
  const places = hub.where.tcp.map(parseHostPort).filter(({ host }) => !host.includes(':'));
  const usb = await gatherUsb(repl, {
    places: places.slice(0, 1),
    isHere: true,
    ...(mdns !== undefined && { mdns }),
  });
  port.destroy();
  return { computer: await computer(parts), hub, usb, ...(boards && { boards }) };
}

/** The board's time is faster: it finds out by waiting that something does not come. */
const patient: AirOptions = { speed: 8 };

test('a board with which all is well', async () => {
  const facts = await asked({});
  expect(facts.usb).toMatchObject({
    library: '0.1.0',
    settings: SETTINGS,
    heard: [{ ssid: 'lab', rssi: -52 }],
    joined: [{ ssid: 'lab', address: expect.stringMatching(/^127\./) }],
    way: { mask: '255.0.0.0', tries: [{ error: '' }] },
  });
  expect(idsIn(facts)).toEqual([]);
}, 60_000);

describe('its Wi-Fi', () => {
  test('a wrong password', async () => {
    const facts = await asked({
      air: patient,
      settings: { ...SETTINGS, wifi: [{ ssid: 'lab', password: 'secret13' }] },
    });
    expect(found(facts, 'wrong-password')).toMatchObject({
      hop: 'wifi',
      what: 'lab refuses the password that the board has.',
      how: expect.stringMatching(/status 202/),
      todo: expect.stringMatching(/kiteline setup/),
    });
    expect(idsIn(facts)).toEqual(['wrong-password']);
  }, 60_000);

  test('5 GHz only: by what this computer hears', async () => {
    const facts = await asked({
      air: patient,
      accessPoints: [
        { ...LAB, channel: 36 },
        { ssid: 'cafe', rssi: -70 },
      ],
      parts: { tool: async () => '5180 MHz:lab\n2437 MHz:cafe\n' },
    });
    expect(found(facts, 'five-ghz')).toMatchObject({
      what: 'lab is a 5 GHz network: this chip hears 2.4 GHz only.',
      how: 'The board scanned and does not hear it; this computer hears it, at 5 GHz alone. It hears cafe (-70 dBm).',
    });
    expect(idsIn(facts)).toEqual(['five-ghz']);
  }, 60_000);

  test('5 GHz only: by its name; and a network that is not there', async () => {
    const facts = await asked({
      air: patient,
      accessPoints: [LAB, { ...LAB, ssid: 'lab-5G', channel: 36 }],
      settings: { ...SETTINGS, wifi: [{ ssid: 'lab-5G', password: 'secret12' }] },
    });
    expect(found(facts, 'five-ghz').how).toMatch(/its name says so\. It hears lab \(-52 dBm\)/);
    const gone = await asked({ air: patient, accessPoints: [] });
    expect(found(gone, 'wifi-unheard')).toMatchObject({
      what: 'The board does not hear lab.',
      how: expect.stringMatching(/no Wi-Fi at all: look at its antenna/),
    });
  }, 60_000);

  test('a weak signal; a security that the chip does not speak', async () => {
    const facts = await asked({ accessPoints: [{ ...LAB, rssi: -83 }] });
    expect(found(facts, 'weak-signal').what).toMatch(/weak: -83 dBm/);
    const strange = await asked({ air: patient, accessPoints: [{ ...LAB, security: 'wpa3-h2e' }] });
    expect(found(strange, 'wifi-refused')).toMatchObject({ how: expect.stringMatching(/status 210/) });
  }, 60_000);
});

describe('the way to the hub', () => {
  test('a firewall that drops what comes to the hub’s port', async () => {
    const facts = await asked({ firewall: (port) => ({ ports: [port] }) });
    expect(facts.usb?.way).toMatchObject({ tries: [{ error: 'ETIMEDOUT' }], toHere: true });
    expect(found(facts, 'firewall')).toMatchObject({
      hop: 'computer',
      what: 'The firewall of this computer keeps the board from the hub.',
      how: expect.stringMatching(
        /no answer from .*:\d+ \(ETIMEDOUT\), and reaches another port of this computer/,
      ),
      todo: expect.stringMatching(/ufw allow \d+/),
    });
    expect(idsIn(facts)).toEqual(['firewall']);
  }, 60_000);

  test('a firewall that lets nothing in', async () => {
    const facts = await asked({ firewall: () => ({}) });
    expect(facts.usb?.way).toMatchObject({ toHere: false, toBoard: true });
    expect(found(facts, 'firewall').how).toMatch(
      /any other port here, while this computer reaches the board/,
    );
  }, 60_000);

  test('a Wi-Fi that keeps its devices apart', async () => {
    const facts = await asked({ air: patient, accessPoints: [{ ...LAB, isolated: true }] });
    expect(facts.usb?.way).toMatchObject({ toHere: false, toBoard: false });
    expect(found(facts, 'client-isolation')).toMatchObject({
      hop: 'network',
      what: expect.stringMatching(/^The Wi-Fi keeps its devices apart/),
      how: expect.stringMatching(/nor this computer the board \(127\./),
      todo: expect.stringMatching(/AP isolation/),
    });
    expect(idsIn(facts)).toEqual(['client-isolation']);
  }, 60_000);

  test('another subnet', async () => {
    const facts = await asked({ air: patient, accessPoints: [{ ...LAB, network: '10.9.8' }] });
    expect(found(facts, 'different-subnet')).toMatchObject({
      hop: 'network',
      what: 'Board and computer are in different networks: 10.9.8.0/24 and 192.168.1.0/24.',
      how: expect.stringMatching(/address is 10\.9\.8\.\d+, and it gets no answer from/),
    });
    expect(idsIn(facts)).toEqual(['different-subnet']);
  }, 60_000);

  test('nobody listens there', async () => {
    const clinic = await startClinic();
    const facts = await asked({
      clinic: {
        ...clinic,
        look: async () => {
          const seen = await clinic.look();
          if (!seen.hub) throw new Error('no hub');
          return { ...seen, hub: { ...seen.hub, where: { tcp: ['127.0.0.1:1'], udp: [] } } };
        },
      },
    });
    expect(found(facts, 'hub-refuses').how).toMatch(/refused: 127\.0\.0\.1:1 \(ECONN/);
  }, 60_000);

  test('a hub that has moved, and mDNS that does not reach the board', async () => {
    const moved = await asked({ settings: { ...SETTINGS, hub: '192.168.1.99:9000' } });
    expect(found(moved, 'hub-moved').what).toMatch(
      /^It looks for the hub at 192\.168\.1\.99:9000, and the hub is at /,
    );
    const name = `kiteline-${process.pid}-board.local`;
    const clinic = await startClinic({}, { mdns: name }, { tcp: { host: '0.0.0.0', port: 0 } });
    const silent = await asked({ clinic, air: patient });
    expect(silent.usb?.way?.mdns).toBe(null);
    const { hub, ...rest } = silent;
    if (!hub) throw new Error('no hub');
    const { mdns: _, ...other } = hub; // what this computer hears is another test's
    expect(found({ ...rest, hub: other }, 'mdns-silent').what).toMatch(/^The board gets no answer for /);
    const heard = await asked({ clinic, air: { names: { [name]: '127.0.0.1' } } });
    expect(heard.usb?.way?.mdns).toBe('127.0.0.1');
  }, 60_000);
});

describe('what is on it', () => {
  const alone = { accessPoints: [], settings: { name: 'b' } };

  test('no library, no settings, settings that are no JSON', async () => {
    const empty = await asked({ settings: null, files: { 'lib/kiteline/__init__.py': 'raise ImportError' } });
    expect(found(empty, 'no-library').todo).toMatch(/kiteline setup/);
    expect(found(empty, 'no-settings').what).toMatch(/neither name nor Wi-Fi nor hub/);
    const broken = await asked({ settings: '{"name":"b",' });
    expect(found(broken, 'no-settings').what).toBe('Its /kiteline.json is no JSON.');
  }, 60_000);

  test('an old library', async () => {
    const facts = await asked({ ...alone, files: { 'lib/kiteline/__init__.py': '__version__ = "0.0.3"\n' } });
    expect(found(facts, 'library-old')).toMatchObject({
      what: 'It has an old board library, 0.0.3; this program brings 0.1.0.',
      how: 'kiteline.__version__ on the board says so.',
    });
  }, 60_000);

  test('memory that boot.py takes', async () => {
    const facts = await asked({
      ...alone,
      files: { 'boot.py': 'import gc\ngc.collect()\nhog = bytearray(gc.mem_free() - 9_000)\n' },
    });
    expect(found(facts, 'heap-low').what).toMatch(/^Its memory is nearly full: /);
  }, 60_000);

  test('a full flash', async () => {
    const facts = await asked({ ...alone, files: { 'data.bin': randomBytes(1_850_000) } });
    expect(found(facts, 'flash-full').what).toMatch(/^Its flash is full: /);
  }, 60_000);

  test('a key that is not the hub’s, and none', async () => {
    const clinic = await startClinic();
    const { key, id } = await clinic.hub.keys.add('b');
    const wrong = await asked({ clinic, ...alone, settings: { name: 'b', key: 'ab'.repeat(32) } });
    expect(found(wrong, 'key-refused')).toMatchObject({
      hop: 'board',
      what: expect.stringMatching(/^The key of the board \([\da-f]{8}\) is not valid for b/),
    });
    expect(JSON.stringify(wrong)).not.toContain('ab'.repeat(32));
    expect(found(await asked({ clinic, ...alone }), 'key-refused').what).toMatch(/the board has none/);
    const right = settingsOf(JSON.stringify({ name: 'b', key: Buffer.from(key).toString('hex') }));
    expect(right.keyId).toBe(id);
  }, 60_000);
});

test('settings are taken for what they are, whatever stands there', () => {
  expect(settingsOf('[1]')).toEqual({ isBroken: true, wifi: [] });
  expect(
    settingsOf('{"name":7,"hub":null,"wifi":[["lab","x"],{"ssid":"cafe"},{"ssid":3},null,"x"]}'),
  ).toEqual({
    wifi: [
      { ssid: 'lab', password: 'x' },
      { ssid: 'cafe', password: '' },
    ],
  });
  expect(settingsOf('{"wifi":{"ssid":"lab","password":"x"}}').wifi).toEqual([{ ssid: 'lab', password: 'x' }]);
});

test('whom to blame, by what passed', async () => {
  const seen = await computer();
  const way = (more: Partial<WayFacts>): WayFacts => ({
    address: '192.168.1.40',
    mask: '255.255.255.0',
    gateway: '192.168.1.1',
    tries: [{ at: { host: '192.168.1.7', port: 9_000 }, error: 'ETIMEDOUT' }],
    ...more,
  });
  const at = { host: '192.168.1.7', port: 9_000 };
  expect(
    blame(
      way({
        tries: [
          { at, error: 'ETIMEDOUT' },
          { at, error: '' },
        ],
      }),
      seen,
    ),
  ).toBe(undefined);
  expect(blame(way({ tries: [{ at, error: 'ECONNRESET' }] }), seen)).toBe('hub-refuses');
  expect(blame(way({ toHere: true, toBoard: true }), seen)).toBe('firewall');
  expect(blame(way({ toHere: false, toBoard: true }), seen)).toBe('firewall');
  expect(blame(way({ toHere: false, toBoard: false }), seen)).toBe('client-isolation');
  expect(blame(way({ toHere: false, toBoard: false, address: '192.168.4.2' }), seen)).toBe(
    'different-subnet',
  );
  expect(
    blame(way({ toHere: false, toBoard: false, address: '192.168.4.2', mask: '255.255.0.0' }), seen),
  ).toBe('client-isolation');
  expect(blame(way({}), seen)).toBe('unknown'); // the hub is elsewhere: this computer's end says nothing
  expect(blame(way({ address: '10.0.0.2' }), seen)).toBe('different-subnet');
});
