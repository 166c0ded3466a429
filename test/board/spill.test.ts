/** The sample queue goes on in flash: what is there whole survives every reset, and keeps its boot id and number. */
import { expect, test } from 'vitest';
import { boardAt, libraryLines, type Message, ScriptedHub, startLibrary } from '../helpers/library.ts';

/** A program without a network, whose board is made again and again: each is a start of its own. */
const ALONE = `
import kiteline, os
from kiteline.blocks import FOLDER
def start(**named):
    return kiteline.Board('b', '127.0.0.1:1', [], **named)
def files():
    try:
        return sorted([(each[0], each[3]) for each in os.ilistdir(FOLDER)])
    except OSError:
        return None
`;

test('a board without a hub: one block of flash at a time, each written once, the oldest samples first', async () => {
  expect(
    await libraryLines(`${ALONE}
board = start(spill=65536)
print(files())
n = 0
while len(files() or ()) < 3:
    n += 1
    board.send({"n": n, "text": "x" * 40}, 1795478026450)
print(board.waiting == n, board._samples.count, [size for _, size in files()])
again = start(spill=65536)
print(again.waiting, n - board._samples.count, again._samples.boots == [board.boot], again.dropped)
`),
  ).toEqual([
    'None',
    expect.stringMatching(/^True \d \[40\d\d, 40\d\d, 40\d\d\]$/),
    expect.stringMatching(/^(\d+) \1 True 0$/),
  ]);
});

test('what was in flash before a reset goes out first, under its own boot id, and the files go with its acknowledgement', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'spill=65536')}
import os
from kiteline.blocks import FOLDER
old = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
for n in range(1, 101):
    old.send({"n": n, "text": "x" * 30}, 1795478026450 + n)
old._samples.keep()
print("old", old.boot)
board = kiteline.Board("b", "127.0.0.1:${hub.port}", [], spill=65536)
board.send({"n": 1001})
@board.command
def look():
    return [len(list(os.ilistdir(FOLDER))), board.waiting, board.dropped]
board.run()
`);
  const boot = (await running.out(/old (\w+)/))[1] as string;
  const session = await hub.session();
  expect(session.hello.boots).toEqual([boot]);
  const seen: Message[] = [];
  while (seen.length < 101) seen.push(await session.take((message) => '$seq' in message));
  expect(seen.map((message) => [message.n, message.$seq, message.$boot])).toEqual([
    ...Array.from({ length: 100 }, (_, n) => [n + 1, n + 1, boot]),
    [1001, 1, undefined],
  ]);
  expect(seen[41]?.$t).toBe(1795478026450 + 42);
  let id = 0;
  const look = async () => (await session.ask({ id: ++id, method: 'look', params: {} })).result;
  const [files] = await look();
  expect(files).toBeGreaterThan(1);
  session.say({ method: '$ack', params: { seq: 99, boot } });
  expect(await look()).toEqual([1, 2, 0]);
  session.say({ method: '$ack', params: { seq: 100, boot } });
  expect(await look()).toEqual([0, 1, 0]);
  session.say({ method: '$ack', params: { seq: 1 } });
  expect(await look()).toEqual([0, 0, 0]);
});

test('more starts than hello can name: the oldest go first, the present one waits, and the next hello names the rest', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port, 'spill=65536')}
for n in range(1, 18):
    old = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
    old.send({"n": n})
    old._samples.keep()
board = kiteline.Board("b", "127.0.0.1:${hub.port}", [], spill=65536)
board.send({"n": 100})
@board.command
def waiting():
    return board.waiting
board.run()
`);
  const first = await hub.session();
  const { boots } = first.hello;
  expect(new Set(boots).size).toBe(15);
  for (const [i, boot] of boots.entries())
    expect(await first.take((message) => message.$boot === boot)).toMatchObject({ n: i + 1, $seq: 1 });
  expect((await first.ask({ id: 1, method: 'waiting', params: {} })).result).toBe(18);
  expect(first.left.filter((message) => '$seq' in message)).toEqual([]);
  for (const boot of boots) first.say({ method: '$ack', params: { seq: 1, boot } });
  const second = await hub.session();
  expect(second.hello.boots).toHaveLength(2);
  const seen = [];
  while (seen.length < 3) seen.push((await second.take((message) => '$seq' in message)).n);
  expect(seen).toEqual([16, 17, 100]);
});

test('both together drop the oldest or the newest, and count each', async () => {
  const run = (drop: string) =>
    libraryLines(`${ALONE}
board = start(spill=8192, queue=50, drop="${drop}")
seqs = [board.send({"n": n, "text": "x" * 60}, 1795478026450) for n in range(1, 301)]
kept = board.waiting
s = board._samples
files = [(each[2], each[3]) for each in s._files]
print(kept + board.dropped, seqs.count(None) == board.dropped, files[0][0] == 1, s._first + s.count - 1 == 300, len(files))
print(sum([count for _, count in files]) + s.count == kept)
`);
  expect(await run('newest')).toEqual(['300 True True False 2', 'True']);
  expect(await run('oldest')).toEqual(['300 False False True 2', 'True']);
});

test('a flash that cannot be written is told once, tried again after a minute, and RAM goes on', async () => {
  expect(
    await libraryLines(`${ALONE}
import kiteline.blocks
tries = 0
def full(path, mode):
    global tries
    tries += 1
    raise OSError(28)
board = start(spill=65536, queue=50)
kiteline.blocks.open = full
for n in range(1, 201):
    board.send({"n": n, "text": "x" * 60}, 1795478026450)
s = board._samples
print(tries, s.failures, board.waiting, board.dropped, files())
s._again = 0
board.send({"n": 201}, 1795478026450)
print(tries, s.failures, board.waiting, board.dropped)
kiteline.blocks.open = open
s._again = 0
board.send({"n": 202}, 1795478026450)
print(board.waiting, board.dropped, len(files()))
`),
  ).toEqual([
    'kiteline: samples cannot be written in flash (it is full): RAM alone holds what waits',
    '1 1 50 150 []',
    '2 2 50 151',
    '51 151 1',
  ]);
});

test('a file that is damaged is deleted, counted and told; the others are sent', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'spill=65536')}
from kiteline.blocks import FOLDER, found
import os
def fill():
    for n in range(1, 4):
        old = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
        for _ in range(5):
            old.send({"n": n, "text": "x" * 30})
        old._samples.keep()
def damage(which):
    with open(FOLDER + "/%08x" % found()[which], "r+b") as f:
        f.seek(50)
        f.write(b"?")
fill()
damage(1)
open(FOLDER + "/0000ffff", "w").close()
board = kiteline.Board("b", "127.0.0.1:${hub.port}", [], spill=65536)
print("waiting", board.waiting, board.dropped, board._samples.damaged, len(found()))
damage(0)
@board.command
def look():
    return [board.waiting, board.dropped, board._samples.damaged, len(found())]
board.run()
`);
  await running.out(
    /files of samples in flash that were not whole, and are deleted: 2;[^\n]*\nwaiting 10 0 2 2/,
  );
  const session = await hub.session();
  expect((await session.take((message) => message.$seq === 5)).n).toBe(3);
  expect(session.left.filter((message) => '$seq' in message)).toHaveLength(4);
  expect((await session.ask({ id: 1, method: 'look', params: {} })).result).toEqual([5, 5, 3, 1]);
});
