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
