/**
 * The library on other builds of MicroPython than the virtual board's, as they are: 1.22, the oldest that is promised, and
 * 1.23; from source, and as bytecode. With them goes the virtual board's asyncio, and a socket whose other end is a few lines
 * of Python.
 */
import { describe, expect, test } from 'vitest';
import {
  type Build,
  compiled,
  filesIn,
  firmwareModules,
  type PythonFiles,
  rawPython,
} from '../../bench/kit/raw-python.ts';
import { HubSeal } from '../helpers/signing.ts';

/** The session whose key is 32 zeros. */
const ZEROS = new HubSeal(Buffer.alloc(32));

const source = filesIn(new URL('../../micropython/kiteline/', import.meta.url), 'kiteline/');
const bytecode = await compiled(source);

const rows: [Build, string, PythonFiles][] = [
  ['1.22', 'from source', source],
  ['1.23', 'from source', source],
  ['1.23', 'as bytecode', bytecode],
  ['1.27', 'from source', source],
  ['1.27', 'as bytecode', bytecode],
];

/** What the snippets print. */
async function printed(build: Build, files: PythonFiles, snippets: readonly string[]): Promise<string[]> {
  const report = await rawPython(build, { ...firmwareModules(), ...files }, snippets);
  expect(report.error).toBeUndefined();
  return report.printed;
}

const ALONE = `
import json, kiteline
from kiteline.wire import Lines, line, plain

board = kiteline.Board("b", "10.0.0.2:9000", [], queue=3, drop="newest")
print([board.send({"n": n, "bad": float("nan")}, 1795478026450 + n) for n in range(5)], board.waiting, board.dropped)
for bad in ({1: 2}, {"$t": 1}, 3):
    try:
        board.send(bad)
    except (TypeError, ValueError) as e:
        print(e)

lines = Lines()
for piece in (b'{"a":', b'1}\\r\\n\\n', 'é\\nrest'.encode(), b'x' * 8193 + b'\\nlast\\n'):
    print(lines.push(piece), lines.too_long)

value = {"f": 21.5, "n": float("nan"), "i": -3, "t": ("a", True, None), "big": 1795478026450, "s": 'é"\\n'}
from kiteline.sign import Seal
seal = Seal(bytes(32))
data = bytearray()
seal.sign(data, b'{"a":1}\\n')
print(data.decode().strip(), seal.sign_datagram("c0ffee12", b"x").decode())
print(seal.open(b'é\\t1.0123456789abcdef'), seal.open_datagram(b'x\\tc0ffee12.1.0123456789abcdef'))
print(json.loads(line({"id": 7, "result": plain(value)}))["result"] == {"f": 21.5, "n": None, "i": -3, "t": ["a", True, None], "big": 1795478026450, "s": 'é"\\n'})
`;

/** The other end of every connection: a hub that acknowledges, commands and answers calls. */
const HUB = `
import io, json

AF_INET = 2
SOCK_STREAM = 1

def getaddrinfo(host, port, *more):
    return [(AF_INET, SOCK_STREAM, 0, "", (host, port))]

class socket(io.IOBase):
    heard = []  # of all connections
    def __init__(self, *kind):
        self.waiting = b""
        self.rest = b""
        self.cut = False
        self.missing = {"sample", "error", "plan"}  # before it is cut
    def setblocking(self, on):
        pass
    def connect(self, address):
        pass
    def close(self):
        pass
    def ioctl(self, request, mask):
        if request != 3:
            return 0
        return mask & (4 | (1 if self.waiting or self.cut else 0))
    def read(self, most):
        got, self.waiting = self.waiting[:most], self.waiting[most:]
        return got if got or self.cut else None
    def write(self, data):
        lines = (self.rest + bytes(data)).split(b"\\n")
        self.rest = lines.pop()
        for text in lines:
            self.take(json.loads(text))
        return len(data)
    def say(self, **message):
        message["jsonrpc"] = "2.0"
        self.waiting += json.dumps(message).encode() + b"\\n"
    def take(self, message):
        socket.heard.append(message)
        method = message.get("method")
        if "$seq" in message:
            self.say(method="$ack", params={"seq": message["$seq"]})
            if message["$seq"] == 2:
                self.saw("sample")
        elif method == "hello":
            boot = message["params"]["boot"]
            again = len([each for each in socket.heard if each.get("method") == "hello"]) > 1
            self.say(id=message["id"], result={"session": "s", "hub": "h", "time": 1795478026450, "clock": 0, "keepalive": 9000, "acks": {boot: 2 if again else 0}})
            if again:
                self.say(id=7, method="stop", params={"$deadline": 100000})
            else:
                self.say(id=1, method="led", params={"on": True, "$deadline": 100000})
                self.say(id=2, method="wait", params={"ms": 1, "$deadline": 100000})
                self.say(id=4, method="led", params={"on": 1})
                self.say(id=5, method="led", params={"on": True, "level": 101})
                self.say(id=6, method="nothing")
        elif method == "plan":
            self.say(id=message["id"], result=[message["params"]["to"]])
            self.saw("plan")
        elif message.get("id") == 2:
            self.saw("error")
    def saw(self, what):
        self.missing.remove(what)
        self.cut = not self.missing
`;

const PROGRAM = `
import asyncio, kiteline, socket
from kiteline.link import Link
Link.RETRY_MS = (1, 1)
Link.APART_MS = 1
kiteline.Board.trace = lambda *told: told[0] in ("run", "reply", "offline") and said.append(told)
said = []
board = kiteline.Board("b", "10.0.0.2:9000", [])

@board.command(on=bool, level=kiteline.optional(int, 0, 100, "%"))
def led(on):
    print("led", on)
    return {"lit": on}

@board.command
async def wait(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError("no")

@board.command
def stop():
    board.stop()

taken = 0
@board.every(1, n="1")
def n():
    global taken
    taken += 1
    return taken if taken < 3 else None

@board.task
async def ask():
    print("planned", await board.call("plan", to=4))

board.run()
`;

const SHOW = `
for told in said:
    print(told)
for each in socket.socket.heard:
    if each.get("method") == "hello":
        print("hello", sorted(each["params"]["commands"]), each["params"]["metrics"])
    elif "$seq" in each:
        print("sample", each["$seq"], each["n"])
    elif "error" in each:
        print(each["id"], each["error"]["code"], each["error"]["message"])
`;

describe.each(rows)('MicroPython %s, %s', (build, _how, files) => {
  test('every file is imported', async () => {
    const modules = Object.keys(source).map((path) => path.replace(/\.py$/, '').replace('/', '.'));
    const imports = modules.map((name) => `import ${name.replace('.__init__', '')}`);
    expect(await printed(build, files, imports)).toEqual(modules.map(() => ''));
  });

  test('the queue, the reader of lines and JSON do the same', async () => {
    const [text = ''] = await printed(build, files, [ALONE]);
    expect(text.split('\n')).toEqual([
      '[1, 2, 3, None, None] 3 2',
      'a name in it is 1: names are str',
      "names that begin with $ are the protocol's",
      'a sample is a dict of values, not int',
      '[] 0',
      `[b'{"a":1}'] 0`,
      "[b'\\xc3\\xa9'] 0",
      "[b'last'] 1",
      `${ZEROS.sign('{"a":1}', 1, 'b')} ${ZEROS.sign('x', 1, 'bd').replace('\t', '\tc0ffee12.')}`,
      'None None',
      'True',
    ]);
  });

  test('a program with samples, commands and calls runs through two sessions', async () => {
    const [ran = '', shown = ''] = await printed(build, { ...files, 'socket.py': HUB }, [PROGRAM, SHOW]);
    // In no order that is promised.
    const lines = ran.split('\n').filter((line) => !/^Traceback|^ {2}File/.test(line));
    expect(lines.sort()).toEqual([
      'ValueError: no',
      'command wait',
      'kiteline: offline: the hub closed the connection',
      'kiteline: online, as b',
      'kiteline: online, as b',
      'led True',
      'planned [4]',
    ]);
    expect(shown.split('\n').sort()).toEqual([
      "('offline', 'ended')",
      "('offline', 'the hub closed the connection')",
      "('reply', 1, True)",
      "('reply', 2, False)",
      "('reply', 4, False)",
      "('reply', 5, False)",
      "('reply', 6, False)",
      "('reply', 7, True)",
      "('run', 1, 'led')",
      "('run', 2, 'wait')",
      "('run', 7, 'stop')",
      '2 -32000 ValueError: no',
      '4 -32602 led: on takes true or false, and got 1',
      '5 -32602 led: level takes a whole number from 0 to 100 %, and got 101',
      '6 -32601 there is no command "nothing" here',
      "hello ['led', 'stop', 'wait'] {'n': {'unit': '1'}}",
      "hello ['led', 'stop', 'wait'] {'n': {'unit': '1'}}",
      'sample 1 1',
      'sample 2 2',
    ]);
  });
});

test('the core with its board takes less than 25 KB of heap, its queue left out', async () => {
  const collected = ['gc.collect()', 'print(gc.mem_alloc())'];
  const firmware = Object.entries(firmwareModules()).filter(([path]) => !path.startsWith('asyncio/'));
  const { printed, error } = await rawPython('1.27', { ...Object.fromEntries(firmware), ...bytecode }, [
    'import asyncio, binascii, errno, gc, io, json, machine, micropython, os, random, socket, sys, time',
    ...collected,
    'from kiteline import Board\nboard = Board("b", "10.0.0.2:9000", [], queue=1)',
    ...collected,
  ]);
  expect(error).toBeUndefined();
  const [before, after] = printed.filter((text) => text !== '').map(Number);
  expect(Number(after) - Number(before)).toBeLessThan(25 * 1024);
});
