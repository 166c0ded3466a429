/** What a board is made of: settings, and what is wrong with them in a sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libraryLines } from '../helpers/library.ts';

const FOLDER = new URL('../../micropython/kiteline/', import.meta.url);
const text = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

test('settings: from the program, from /kiteline.json, and what is wrong with them in a sentence', async () => {
  const lines = await libraryLines(`
import kiteline, os
def made(text=None, *args, **named):
    if text is not None:
        with open("/kiteline.json", "w") as f:
            f.write(text)
    try:
        board = kiteline.Board(*args, **named)
        station = board._link._station
        link = board._link
        print(board.name, link.hub, link.udp, station and station._networks)
    except Exception as e:
        print(type(e).__name__, e)
made()
made(None, "b")
made(None, "b", "hub.local")
made(None, None, "1.2.3.4:81")
made("{no")
made("[1]")
made('{"name":"x"}')
made('{"name":"x","hub":"h:0"}')
made('{"name":"x","hub":"h:port"}')
made('{"name":"x","hub":5}')
made('{"name":"x","port":9100}')
made('{"name":"x","hub":"h","port":9100}')
made(None, None, "h:81")
made('{"name":"x","port":"9100"}')
made('{"name":"x","find":false}')
made(None, None, "h")
made('{"name":"x","listen":9001}')
made(None, listen=0)
made('{"name":"greenhouse","hub":"192.168.1.5:9000"}')
made(None, "other")
made(None, None, "h")
made(None, "")
for name in (5, "$x", "x" * 65, "a\\nb"):
    made(None, name)
for wifi in ([5], [{}], [("lab",)], [{"ssid": 5}]):
    made(None, "b", "h", wifi)
for named in ({"drop": "all"}, {"queue": 0}, {"queue": "5"}, {"queue_bytes": -1}, {"keepalive": 1.5}, {"watchdog": (1, 0)}):
    made(None, "b", "h", **named)
for ms in (0, -1, 1.5, "5", 1 << 29):
    try:
        kiteline.Board("b", "h").every(ms)
    except Exception as e:
        print(type(e).__name__, e)
board = kiteline.Board("b", "h")
try:
    @board.task
    def plain(): pass
except Exception as e:
    print(type(e).__name__, e)
`);
  const example =
    '{"name":"greenhouse","hub":"192.168.1.5:9000","wifi":[{"ssid":"lab","password":"secret"}]}';
  const name = "ValueError a board's name is a text of 1 to 64 characters that does not begin with $, not";
  const wifi = 'ValueError wifi is a list of {"ssid":"lab","password":"secret"} or ("lab", "secret"), not';
  const every = 'ValueError every() takes whole milliseconds, 1 to 268435456, not';
  expect(lines).toEqual([
    expect.stringMatching(/^esp32-[0-9a-f]{6} None 9000 None$/),
    'b None 9000 None',
    "b ('hub.local', 9000) 9000 None",
    expect.stringMatching(/^esp32-[0-9a-f]{6} \('1\.2\.3\.4', 81\) 81 None$/),
    `ValueError /kiteline.json is no JSON as ${example}`,
    `ValueError /kiteline.json is no JSON as ${example}`,
    'x None 9000 None',
    'ValueError hub is an address as "192.168.1.5:9000", not \'h:0\'',
    'ValueError hub is an address as "192.168.1.5:9000", not \'h:port\'',
    'ValueError hub is an address as "192.168.1.5:9000", not 5',
    'x None 9100 None',
    "x ('h', 9100) 9100 None",
    "x ('h', 81) 9100 None",
    "ValueError port is a port, 1 to 65535, not '9100'",
    `ValueError "hub" is missing, and find is False: write ${example} into /kiteline.json`,
    "x ('h', 9000) None None",
    'x None None None',
    'ValueError listen is a port, 1 to 65535, not 0',
    "greenhouse ('192.168.1.5', 9000) 9000 None",
    "other ('192.168.1.5', 9000) 9000 None",
    "greenhouse ('h', 9000) 9000 None",
    "greenhouse ('192.168.1.5', 9000) 9000 None",
    `${name} 5`,
    `${name} '$x'`,
    `${name} '${'x'.repeat(65)}'`,
    `${name} 'a\\nb'`,
    `${wifi} [5]`,
    `${wifi} [{}]`,
    `${wifi} [('lab',)]`,
    `${wifi} [{'ssid': 5}]`,
    'ValueError drop is "oldest" or "newest", not \'all\'',
    'ValueError queue is a whole number from 1 on, not 0',
    "ValueError queue is a whole number from 1 on, not '5'",
    'ValueError queue_bytes is a whole number from 1 on, not -1',
    'ValueError keepalive is a whole number from 1 on, not 1.5',
    'ValueError watchdog is a whole number from 1 on, not 0',
    `${every} 0`,
    `${every} -1`,
    `${every} 1.5`,
    `${every} '5'`,
    `${every} ${1 << 29}`,
    'TypeError a task is an async function: write `async def plain`',
  ]);
});

test('more to announce than a line holds is told before anything runs', async () => {
  expect(
    await libraryLines(`
import kiteline
board = kiteline.Board("b", "127.0.0.1")
for n in range(200):
    board.command("command-with-a-long-name-%d" % n, level=(int, 0, 100, "%"))(lambda level: None)
try:
    board.run()
except ValueError as e:
    print(e)
`),
  ).toEqual([
    expect.stringMatching(/^commands, controls and units take \d+ bytes to announce, a line has 8192$/),
  ]);
});

test("mip's list names every file, where the hub has it", () => {
  const { urls, version } = JSON.parse(text('package.json')) as { urls: string[][]; version: string };
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.py'));
  expect(urls).toEqual(files.sort().map((name) => [`kiteline/${name}`, name]));
  expect(text('__init__.py')).toContain(`__version__ = "${version}"`);
});
