import { expect, test } from 'vitest';
import { linesOf } from '../../helpers/board.ts';

test.each([
  'hmac datetime logging pathlib js jsffi inspect tempfile unittest pyscript _host _native _boot _probe',
  'socketserver threading queue subprocess',
])('what the chip does not have cannot be imported: %s', async (names) => {
  expect(
    await linesOf(`
for name in '${names}'.split():
    try:
        __import__(name)
        print('has', name)
    except ImportError as e:
        if str(e) != "no module named '%s'" % name:
            print(e)`),
  ).toEqual([]);
});

test('what the chip has is there, under its old names too', async () => {
  expect(
    await linesOf(`
names = 'array binascii collections errno gc hashlib heapq io json math micropython network os platform random re select socket struct sys time uctypes deflate'
for name in names.split() + 'ubinascii ucollections uerrno uhashlib uheapq uio ujson uos urandom ure uselect usocket ustruct usys utime'.split():
    try:
        __import__(name)
    except ImportError as e:
        print(e)
import utime, time, usocket, socket
print(utime.sleep_ms is time.sleep_ms, usocket.socket is socket.socket)`),
  ).toEqual(['True True']);
});

test("the user's own modules come from the flash and /lib, also with the name of a hidden one", async () => {
  expect(
    await linesOf('import logging, helper, parts.wheel\nprint(logging.NAME, helper.NAME, parts.wheel.NAME)', {
      files: {
        'lib/logging.py': 'NAME = "mine"',
        'helper.py': 'import time\nNAME = "beside main"',
        'parts/__init__.py': '',
        'parts/wheel.py': 'from . import hub\nNAME = hub.NAME',
        'parts/hub.py': 'NAME = "in a package"',
      },
    }),
  ).toEqual(['mine beside main in a package']);
});

test('bytecode, as mip brings it, is imported like source', async () => {
  // What mpy-cross, format 6, makes of: def f(x): return x * 7
  const sevenfold = Buffer.from(
    '4d06001f04000e74696e792e7079000f0266000278004c00020132001602516301481106020320b087f463',
    'hex',
  );
  expect(
    await linesOf('import sevenfold\nprint(sevenfold.f(6), sevenfold.__file__)', {
      files: { 'lib/sevenfold.mpy': sevenfold },
    }),
  ).toEqual(['42 /lib/sevenfold.mpy']);
});

test('nothing of ours is in a program’s names or in sys.path', async () => {
  expect(
    await linesOf('import sys\nprint([name for name in dir() if name[0] != "_"], "/lib" in sys.path)'),
  ).toEqual(["['sys'] True"]);
});
