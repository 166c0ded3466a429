/** What the doctor says of boards through the hub, each fault made on a virtual board or in its air. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Air, type VirtualBoardOptions } from '../../src/virtual/index.ts';
import { presence } from '../helpers/hub.ts';
import { boardAt, startLibrary } from '../helpers/library.ts';
import { found, idsIn, startClinic } from './clinic.ts';

/** A board with this in its program, and what the doctor finds once it is online. */
async function examined(program: string, options: VirtualBoardOptions = {}, settings = '') {
  const clinic = await startClinic({}, {}, { tcp: { host: '0.0.0.0', port: 0 } });
  const online = presence(clinic.hub, 'online');
  const board = await startLibrary(`${boardAt(clinic.port, settings)}${program}\nboard.run()\n`, options);
  await online;
  return { ...clinic, ...board, facts: await clinic.look('b') };
}

const QUICK_RADIO = 'wlan.config(pm=0)';

test('a board with which all is well; the file that answers is let go of', async () => {
  const { facts, out } = await examined(`${QUICK_RADIO}
import sys
@board.every(20)
def look():
    if "kiteline.doctor" in sys.modules:
        print("kept")
    elif not hasattr(kiteline, "doctor"):
        print("gone")
`);
  expect(idsIn(facts)).toEqual([]);
  const [board] = facts.boards ?? [];
  expect(board?.examination?.report).toMatchObject({
    library: '0.1.0',
    python: '1.27.0',
    heap: { free: expect.any(Number), used: expect.any(Number), system: 50_752, largest: 35_512 },
    flash: { size: 2_097_152 },
    wifi: { ssid: 'lab', mask: '255.0.0.0', rssi: -52, pm: 0 },
  });
  expect(board?.examination?.roundTrips).toHaveLength(8);
  await out(/gone/);
}, 60_000);

test('a weak signal', async () => {
  const air = new Air({ joinMs: 10, accessPoints: [{ ssid: 'lab', password: 'secret12', rssi: -84 }] });
  const clinic = await startClinic();
  const online = presence(clinic.hub, 'online');
  await startLibrary(
    `import kiteline\nkiteline.Board("b", "127.0.0.1:${clinic.port}", [("lab", "secret12")]).run()\n`,
    { air },
  );
  await online;
  expect(found(await clinic.look('b'), 'weak-signal')).toMatchObject({
    hop: 'wifi',
    board: 'b',
    what: 'Its Wi-Fi signal is weak: -84 dBm, so connections break and answers come late.',
    todo: expect.stringMatching(/nearer to the router/),
  });
}, 60_000);

test('power save: what comes waits for the next beacon; without it there is nothing to find', async () => {
  const air = new Air({ joinMs: 10 });
  air.setWeather({ beaconMs: 102 });
  const { facts, look, hub } = await examined(
    `@board.command
def awake():
    wlan.config(pm=0)`,
    { air },
  );
  expect(found(facts, 'power-save')).toMatchObject({
    what: expect.stringMatching(/^It answers only after \d+ ms: its Wi-Fi sleeps/),
    how: expect.stringMatching(/pm=1.*median of 8 pings/),
    todo: expect.stringMatching(/PM_NONE/),
  });
  expect(await hub.board('b')?.command('awake')).toMatchObject({ outcome: 'done' });
  expect(idsIn(await look('b'))).not.toContain('power-save');
}, 60_000);

test('memory that is nearly full', async () => {
  const { facts } = await examined(`import gc
gc.collect()
hog = bytearray(gc.mem_free() - 12_000)`);
  expect(found(facts, 'heap-low')).toMatchObject({
    hop: 'board',
    what: expect.stringMatching(/^Its memory is nearly full: .* free\.$/),
    how: expect.stringMatching(/gc\.mem_free/),
  });
}, 60_000);

test('the system’s memory, in which sockets live', async () => {
  const { facts } = await examined(`import esp32
esp32.idf_heap_info = lambda kind: [(79912, 5000, 2048, 1000), (15072, 36, 36, 36)]`);
  expect(found(facts, 'heap-low').what).toBe(
    'The memory of its Wi-Fi is nearly full: 5 kB free, the largest piece 2 kB.',
  );
}, 60_000);

test('a flash that is full', async () => {
  const { facts } = await examined('', { files: { 'data.bin': randomBytes(1_830_000) } });
  expect(found(facts, 'flash-full')).toMatchObject({
    what: expect.stringMatching(/^Its flash is full: .* left\.$/),
    todo: expect.stringMatching(/os\.remove/),
  });
}, 60_000);

test('a clock that somebody set wrongly; one that nobody set is none', async () => {
  const wrong = await examined(`import machine
machine.RTC().datetime((2041, 1, 1, 0, 0, 0, 0, 0))`);
  expect(found(wrong.facts, 'clock-wrong').what).toMatch(/^Its clock is 1\d years ahead\.$/);
}, 60_000);

test('samples dated by a clock that counts from another year', async () => {
  const { hub, look } = await examined(`@board.every(50)
def n():
    board.send({"k": 1}, t=(946684800000 and board.now() - 946684800000))`);
  while ((await hub.store.latest('b')).length === 0) await new Promise((done) => setTimeout(done, 20));
  const { what, how } = found(await look('b'), 'clock-wrong');
  expect(what).toMatch(/newest sample is dated (199|200)\d-/);
  expect(how).toMatch(/counts from 2000/);
}, 60_000);

test('an old library: by its version, and by what it does not know', async () => {
  const older = await examined(
    `kiteline.__version__ = "0.0.9"
kiteline.hello = None
del kiteline.hello`,
  );
  expect(found(older.facts, 'library-old')).toMatchObject({
    what: 'It has an old board library, 0.0.9; this program brings 0.1.0.',
    how: 'It said so when it connected.',
  });
  const mute = await examined(`from kiteline.connection import Connection
take = Connection._take
Connection._take = lambda self, text: take(self, text.replace(b"$doctor", b"$what"))`);
  expect(found(mute.facts, 'library-old').how).toBe('It does not know the question $doctor.');
}, 60_000);

test('a program that holds everything up', async () => {
  const { look, hub } = await examined(`import time
@board.command
def think():
    time.sleep(20)`);
  void hub.board('b')?.command('think');
  expect(found(await look('b'), 'board-silent').todo).toMatch(/time\.sleep\(\)/);
}, 60_000);

test('a key that is not the hub’s, and none where one is asked for', async () => {
  const clinic = await startClinic();
  await clinic.hub.keys.add('b');
  const refused = () => new Promise<void>((done) => clinic.hub.on('refused', () => done()));
  let next = refused();
  const stranger = await startLibrary(`${boardAt(clinic.port, `key="${'ab'.repeat(32)}"`)}board.run()\n`);
  await next;
  expect(found(await clinic.look(), 'key-refused')).toMatchObject({
    hop: 'board',
    board: 'b',
    what: 'The hub refuses its key: it is not valid here.',
    how: expect.stringMatching(/refused it at \d\d:\d\d:\d\d; it came from 127\./),
    todo: expect.stringMatching(/kiteline boards rotate b/),
  });
  await stranger.board.close();
  next = refused();
  await startLibrary(`${boardAt(clinic.port)}board.run()\n`);
  await next;
  expect(found(await clinic.look('b'), 'key-refused').what).toMatch(
    /the name has a key, and the board has none/,
  );
}, 60_000);

test('a name that somebody else tries to use: the board that has it is let in, and well', async () => {
  const clinic = await startClinic();
  const { key } = await clinic.hub.keys.add('b');
  const online = presence(clinic.hub, 'online');
  await startLibrary(
    `${boardAt(clinic.port, `key="${Buffer.from(key).toString('hex')}"`)}${QUICK_RADIO}\nboard.run()\n`,
  );
  await online;
  const refused = new Promise<void>((done) => clinic.hub.on('refused', () => done()));
  await startLibrary(`${boardAt(clinic.port)}board.run()\n`);
  await refused;
  expect(idsIn(await clinic.look('b'))).toEqual(['hub-loopback']);
}, 60_000);

test('a board that is gone, and one that never came', async () => {
  const { hub, board, look } = await examined('');
  const lost = presence(hub, 'lost');
  await board.close();
  await lost;
  expect(found(await look('b'), 'board-away')).toMatchObject({
    what: expect.stringMatching(/^It is not online, since /),
    how: expect.stringMatching(/its last address was 127\./),
    todo: expect.stringMatching(/kiteline doctor --port/),
  });
  expect(found(await look('pump'), 'board-away').what).toBe('The hub has heard nothing of pump.');
}, 60_000);
