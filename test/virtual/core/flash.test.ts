/** The flash as littlefs is: a file has its new content when it is closed or synced, whenever the power goes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOf, makeBoard, startBoard, watch } from '../../helpers/board.ts';

const SHOW = `
import machine, os
def show(name):
    try:
        with open(name) as f:
            return f.read()
    except OSError as e:
        return e.errno
`;

test('another reader sees the old content until the file is closed or flushed', async () => {
  expect(
    await linesOf(`${SHOW}
with open("a", "w") as f:
    f.write("old")
f = open("a", "w")
f.write("new")
print(show("a"), os.stat("a")[6])
f.flush()
print(show("a"), os.stat("a")[6])
f.write("er")
f.close()
print(show("a"))
with open("a", "a") as f:
    f.write("!")
    print(f.tell(), show("a"))
with open("a", "r+") as f:
    f.seek(2)
    f.write("X")
    f.seek(0)
    print(f.read(), show("a"))
print(show("a"))
with open("a", "r+b") as f:
    f.seek(8)
    f.write(b"z")
print(show("a").encode())
print(show("b"))
print(sorted(os.listdir()))
`),
  ).toEqual([
    'old 3',
    'new 3',
    'newer',
    '6 newer',
    'neXer! newer!',
    'neXer!',
    "b'neXer!\\x00\\x00z'",
    '2',
    "['a', 'main.py']",
  ]);
});

const WRITES = `${SHOW}
if machine.reset_cause() == machine.PWRON_RESET and show("begun") == 2:
    with open("old", "w") as f:
        f.write("0123456789")
    with open("begun", "w") as f:
        f.write("x")
    with open("extra", "w") as f:
        f.write("x")
    print("ready")
    input()
    with open("old", "w") as f:
        f.write("abc")
        f.write("defghij")
    with open("new", "w") as f:
        f.write("klmno")
    os.remove("extra")
    os.rename("new", "newer")
    print("all written")
else:
    print("back", show("old"), show("new"), show("newer"), show("extra"), machine.reset_cause())
`;

/** What the program finds after a power cut so many bytes on. */
async function afterCut(afterBytes: number, torn: boolean): Promise<string> {
  const board = await makeBoard({ files: { 'main.py': WRITES } });
  const running = watch(board);
  await running.out(/ready/);
  board.cutPower({ afterBytes, torn });
  board.type('\r\n');
  await running.ended;
  await board.close();
  return running.stdout().split(/\r?\n/).at(-2) ?? '';
}

test('the power goes at any byte: each file is as before or as after, and a new one may be empty', async () => {
  const seen = [];
  for (const bytes of [0, 3, 9, 10, 11, 12, 16, 17, 18, 19]) seen.push(await afterCut(bytes, false));
  expect(seen).toEqual([
    'back 0123456789 2 2 x 1', // before the first byte
    'back 0123456789 2 2 x 1',
    'back 0123456789 2 2 x 1',
    'back 0123456789 2 2 x 1', // all written, not closed
    'back abcdefghij 2 2 x 1', // closed, the next not made
    'back abcdefghij  2 x 1',
    'back abcdefghij  2 x 1',
    'back abcdefghij  2 x 1',
    'back abcdefghij klmno 2 x 1',
    'back abcdefghij klmno 2 2 1',
  ]);
}, 60_000);

test('a flash that tears keeps what was written so far', async () => {
  expect(await afterCut(5, true)).toBe('back abcde 2 2 x 1');
  expect(await afterCut(14, true)).toBe('back abcdefghij kl 2 x 1');
});

test('a soft reset and the end of the program close what is open, the reset button does not', async () => {
  const program = (end: string) => `${SHOW}
if machine.reset_cause() == machine.PWRON_RESET:
    f = open("a", "w")
    f.write("open")
    ${end}
else:
    print("back", repr(show("a")))
`;
  expect(await linesOf(program('machine.soft_reset()'))).toEqual(["back 'open'"]);
  expect(await linesOf(program('machine.reset()'))).toEqual(["back ''"]);
  const { board, ended } = await startBoard(program('pass'));
  await ended;
  expect(readFileSync(join(board.flash, 'a'), 'utf8')).toBe('open');
});

test('a file is renamed from wherever the program stands, by whole paths as well', async () => {
  expect(
    await linesOf(`
import os
os.mkdir("/a")
os.mkdir("/a/b")
for folder in ("/", "/a/b"):
    os.chdir(folder)
    for path in ("/x", "/a/x", "x"):
        open(path, "w").close()
        os.rename(path, path + "-new")
print(sorted(os.listdir("/")), sorted(os.listdir("/a")), os.listdir("/a/b"))
try:
    os.rename("/none", "/other")
except OSError as e:
    print(e.errno)
`),
  ).toEqual(["['a', 'main.py', 'x-new'] ['b', 'x-new'] ['x-new']", '2']);
});
