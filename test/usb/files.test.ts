/** Files of a virtual board over its raw REPL: whole or not there, whatever happens to the cable. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { BoardFiles } from '../../src/board/files.ts';
import { readInfo } from '../../src/board/info.ts';
import type { Port } from '../../src/board/port.ts';
import { RawRepl } from '../../src/board/raw-repl.ts';
import { escaped } from '../../src/board/receiver.ts';
import { Sync, type Wanted } from '../../src/board/sync.ts';
import { portOf, startedPort } from './board-port.ts';

/** Numbers from 0 to 1, the same in every run. @param seed any whole number (mulberry32) */
function rolls(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const RUNNING = 'import time\nwhile True: time.sleep(1)';

async function filesOf(port: Port) {
  const repl = await RawRepl.enter(port);
  return { repl, files: new BoardFiles(repl) };
}

/** Every byte there is, often; and text, which packs well. */
const EVERY_BYTE = Buffer.from(Array.from({ length: 10_000 }, (_, at) => (at * 31) & 255));
const TEXT = Buffer.from('print("the quick brown fox")\n'.repeat(700));

it('puts and gets files of every kind', async () => {
  const { port } = await startedPort({ files: { 'main.py': RUNNING } });
  const { repl, files } = await filesOf(port);
  const contents: Record<string, Buffer> = {
    '/empty.bin': Buffer.alloc(0),
    '/one.bin': Buffer.of(3),
    '/bytes.bin': EVERY_BYTE,
    '/random.bin': randomBytes(9_001),
    '/lib/deep/text.py': TEXT,
    '/文件 "a" \\ 😀.txt': Buffer.from('named'),
  };
  for (const [path, bytes] of Object.entries(contents)) await files.put(path, bytes);
  for (const [path, bytes] of Object.entries(contents))
    expect((await files.get(path)).equals(bytes), path).toBe(true);
  expect((await files.list()).map(({ path }) => path).toSorted()).toEqual(
    [...Object.keys(contents), '/main.py'].toSorted(),
  );
  await files.put('/one.bin', Buffer.from('new'));
  await files.rename('/one.bin', '/two.bin');
  expect(String(await files.get('/two.bin'))).toBe('new');
  await expect(files.get('/one.bin')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await files.remove(['/two.bin', '/not-there']);
  expect((await files.states(['/two.bin', '/main.py'])).size).toBe(1);
  expect(await readInfo(repl)).toMatchObject({ platform: 'esp32', version: '1.27.0' });
});

it('a board without deflate takes the same bytes', async () => {
  const { port } = await startedPort({ files: { 'deflate.py': 'raise ImportError' } });
  const { files } = await filesOf(port);
  await files.put('/text.py', TEXT);
  expect((await files.get('/text.py')).equals(TEXT)).toBe(true);
});

it('a full flash is told, and nothing is replaced', async () => {
  // What stands for a flash that is full: a file that refuses to be written.
  const { board, port } = await startedPort({
    files: { 'main.py': 'old', 'boot.py': 'import builtins\n' },
  });
  const { repl, files } = await filesOf(port);
  await repl.exec(`
import builtins
_open=open
class _Full:
 def __init__(self,f):self.f=f
 def write(self,d):raise OSError(28)
 def close(self):self.f.close()
def open(p,m='r'):
 f=_open(p,m)
 return _Full(f) if 'b' in m and m!='rb' else f
`);
  await expect(files.put('/main.py', TEXT)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/flash is full/),
  });
  await repl.softReset();
  expect(String(await new BoardFiles(repl).get('/main.py'))).toBe('old');
  expect(board.inputDropped).toBe(0);
});

it('unplugged at any byte: the old program or the new one, never half of one, and the next push goes on', async () => {
  const { board, port } = await startedPort({ files: { 'main.py': RUNNING } });
  port.destroy();
  const random = rolls(6);
  let program = RUNNING;
  let cut = 0;
  let kept = 0;
  for (let round = 0; round < 6; round++) {
    const before = program;
    program = `${RUNNING}\n# ${round}`;
    const wanted: Wanted = new Map(
      [program, randomBytes(14_000), randomBytes(30_000)].map((bytes, at) => [
        ['/main.py', '/lib/a.bin', '/b.bin'][at] ?? '',
        { bytes: Buffer.from(bytes), stays: false },
      ]),
    );
    for (let time = 0; ; time++) {
      if (time < 3)
        board.serial.unplug({ afterBytes: Math.floor(random() * 60_000), power: round % 2 === 0 });
      try {
        const { repl, files } = await filesOf(portOf(board));
        expect([before, program]).toContain(String(await files.get('/main.py')));
        const sync = await Sync.open(repl, files);
        const changes = await sync.compare(wanted);
        expect(changes.foreign.filter((path) => round > 0 || path !== '/main.py')).toEqual([]);
        const begun = new Set<string>();
        await sync.apply(wanted, changes, ({ path, done }) => {
          if (!begun.has(path)) kept += done;
          begun.add(path);
        });
        for (const [path, { bytes }] of wanted) expect((await files.get(path)).equals(bytes)).toBe(true);
        if (time < 3) board.serial.unplug();
        board.serial.plug();
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'CLOSED' });
        cut += 1;
        expect([before, program]).toContain(readFileSync(join(board.flash, 'main.py'), 'utf8'));
        board.serial.plug();
      }
    }
  }
  expect(cut).toBeGreaterThan(3);
  expect(kept).toBeGreaterThan(0); // bytes that did not have to travel again
});

it('what a line alters on the way is found, and sent again with care', async () => {
  const { board, port } = await startedPort();
  port.destroy();
  const inner = portOf(board);
  let sent = 0;
  let altered = 0;
  const line = new Duplex({
    read: () => inner.resume(),
    write(bytes: Buffer, _encoding, done) {
      // In the midst of the first blocks, and once more in the next try.
      const at = [7_000, 16_000].find((place) => place >= sent && place < sent + bytes.length);
      sent += bytes.length;
      const out = Buffer.from(bytes);
      if (at !== undefined) {
        out[out.length >> 1] = 0x55;
        altered += 1;
      }
      inner.write(out, done);
    },
  });
  inner.on('data', (bytes) => line.push(bytes));
  const { files } = await filesOf(Object.assign(line, { name: 'line', setLines: async () => {} }));
  for (const [path, bytes] of [
    ['/random.bin', randomBytes(9_000)],
    ['/text.py', TEXT],
  ] as const) {
    await files.put(path, bytes);
    expect((await files.get(path)).equals(bytes), path).toBe(true);
  }
  expect(altered).toBe(2);
});

it('what has a meaning on the line never travels as it is', () => {
  const out = escaped(EVERY_BYTE);
  expect(out.includes(3) || out.includes(4)).toBe(false);
});
