/** esp32, esp, and what a program types at: sys.stdin. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linesOf, makeBoard, startBoard } from '../../helpers/board.ts';

test("NVS keeps numbers and blobs over a power cycle, out of the listing's sight, and fails in ESP-IDF's words", async () => {
  const flash = mkdtempSync(join(tmpdir(), 'kiteline-nvs-'));
  onTestFinished(() => rmSync(flash, { recursive: true, force: true }));
  const first = await linesOf(
    `
import os
from esp32 import NVS
nvs = NVS("app")
nvs.set_i32("count", -7)
nvs.set_blob("name", b"kite")
nvs.commit()
print(os.listdir("/"), nvs)
for wrong in (
    lambda: nvs.get_i32("none"),
    lambda: nvs.get_i32("name"),
    lambda: nvs.get_blob("name", bytearray(2)),
    lambda: NVS("a name that is too long"),
    lambda: nvs.erase_key("none"),
    lambda: nvs.set_i32("count", 1 << 31),
):
    try:
        wrong()
    except (OSError, OverflowError) as e:
        print(e)
`,
    { flash },
  );
  expect(first).toEqual([
    "['main.py'] <NVS namespace>",
    "(-4354, 'ESP_ERR_NVS_NOT_FOUND')",
    "(-4354, 'ESP_ERR_NVS_NOT_FOUND')",
    "(-4364, 'ESP_ERR_NVS_INVALID_LENGTH')",
    "(-4361, 'ESP_ERR_NVS_KEY_TOO_LONG')",
    "(-4354, 'ESP_ERR_NVS_NOT_FOUND')",
    'overflow converting long int to machine word',
  ]);
  const second = await linesOf(
    `
from esp32 import NVS
nvs = NVS("app")
buffer = bytearray(6)
print(nvs.get_i32("count"), nvs.get_blob("name", buffer), buffer)
nvs.erase_key("count")
try:
    NVS("other").get_blob("name", buffer)
except OSError as e:
    print(e)
`,
    { flash },
  );
  expect(second).toEqual(["-7 4 bytearray(b'kite\\x00\\x00')", "(-4354, 'ESP_ERR_NVS_NOT_FOUND')"]);
});

test('what else esp32 and esp have, and have not', async () => {
  expect(
    await linesOf(`
import esp, esp32
esp.osdebug(None)
print(esp.flash_size(), esp32.raw_temperature() > 32, hasattr(esp32, "hall_sensor"), hasattr(esp32, "mcu_temperature"))
try:
    from esp32 import RMT
except ImportError as e:
    print(e)
`),
  ).toEqual(['4194304 True False False', "can't import name RMT"]);
});

test('modules that the firmware has and this board has not are an ImportError and a sentence', async () => {
  const watched = await startBoard(`
for name in ("espnow", "bluetooth", "_thread"):
    try:
        __import__(name)
    except ImportError as e:
        print(e)
`);
  await watched.ended;
  expect(watched.stdout()).toBe(
    "no module named 'espnow'\nno module named 'bluetooth'\nno module named '_thread'\n",
  );
  expect(watched.stderr().trim().split('\n')).toHaveLength(3);
});

test('sys.stdin: characters, lines, input, poll, asyncio; UTF-8', async () => {
  const board = await makeBoard({
    files: {
      'main.py': `
import asyncio, select, sys
print("type")
print(repr(sys.stdin.read(1)), repr(sys.stdin.read(1)), repr(sys.stdin.readline()))
print(repr(input("name? ")))
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
print(poll.poll(0))
print("more")
print(len(poll.poll()), repr(sys.stdin.read(2)))
print("bytes")
print(sys.stdin.buffer.read(1))
async def main():
    print("async")
    print(await asyncio.StreamReader(sys.stdin).readline())
asyncio.run(main())
`,
    },
  });
  const answers: Record<string, string> = {
    type: 'a温line\n小明\n',
    more: 'xy',
    bytes: 'z',
    async: 'hello\n',
  };
  let printed = '';
  board.on('stdout', (bytes) => {
    printed += Buffer.from(bytes).toString();
    for (const [question, answer] of Object.entries(answers)) {
      if (!printed.includes(`${question}\n`)) continue;
      delete answers[question];
      board.type(answer);
    }
  });
  expect(await board.run()).toEqual({ how: 'done' });
  expect(printed).toBe(
    "type\n'a' '\\u6e29' 'line\\n'\nname? '\\u5c0f\\u660e'\n[]\nmore\n1 'xy'\nbytes\nb'z'\nasync\nb'hello\\n'\n",
  );
});

test('kbd_intr(-1): Ctrl-C is a byte like others', async () => {
  const watched = await startBoard(`
import micropython, sys
micropython.kbd_intr(-1)
print("raw")
print(repr(sys.stdin.read(1)))
micropython.kbd_intr(3)
try:
    print("cooked")
    sys.stdin.read(1)
except KeyboardInterrupt:
    print("interrupted")
`);
  await watched.out(/raw/);
  watched.board.type('\x03');
  await watched.out(/cooked/);
  watched.board.type('\x03');
  expect(await watched.ended).toEqual({ how: 'done' });
  expect(watched.stdout()).toBe("raw\n'\\x03'\ncooked\ninterrupted\n");
});
