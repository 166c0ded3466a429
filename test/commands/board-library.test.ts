/** `kiteline board run` and `board repl` with programs that import kiteline. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHub } from '../../src/index.ts';
import { run, start } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-library-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string): string {
  const path = join(folder, 'program.py');
  writeFileSync(path, text);
  return path;
}

const SHOW = `import json, kiteline
print(kiteline.__file__)
print(open("/kiteline.json").read().strip())
`;

it('runs a program of ten lines as it is: the hub has its samples', async () => {
  const hub = createHub();
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  onTestFinished(() => hub.close());
  const path = program(`import kiteline
board = kiteline.Board()

@board.every(20, temp="Cel")
def read():
    return {"temp": 21.5}

board.run()
`);
  const feed = hub.subscribe();
  const running = start(['board', 'run', path, '--name', 'shed', '--hub', `127.0.0.1:${tcp?.port}`]);
  await running.err(
    /^Put on the flash: the board library in \/lib\/kiteline and \/kiteline\.json with the hub 127/,
  );
  for (;;) {
    const events = (await feed.next()) ?? [];
    const sample = events.find((event) => event.type === 'sample');
    if (!sample) continue;
    expect(sample).toMatchObject({ board: 'shed', values: new Map([['temp', 21.5]]) });
    break;
  }
});

it.each([
  ['en', /^Put on the flash: the board library .* and \/kiteline.json with no address of a hub\.\n$/],
  ['zh', /^已放入闪存：板端库 .*、\/kiteline.json（不含 hub 地址）。\n$/],
])('says in a line (%s) what it put there', async (language, line) => {
  const { code, stdout, stderr } = await run(
    ['board', 'run', program(SHOW), '--wifi', 'lab:a:b', '--wifi', 'guests'],
    { KITELINE_LANG: language },
  );
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      '/lib/kiteline/__init__.py\n{"name":"esp32","wifi":[{"ssid":"lab","password":"a:b"},{"ssid":"guests","password":""}]}\n',
  });
  expect(stderr).toMatch(line);
});

it('refuses a name before anything is said or put anywhere', async () => {
  const flash = join(folder, 'flash');
  mkdirSync(flash);
  writeFileSync(join(flash, 'main.py'), 'print(1)\n');
  for (const args of [['run', program(SHOW)], ['repl']]) {
    const { code, stdout, stderr } = await run(['board', ...args, '--flash', flash, '--name', '10.0.0.7']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^"10\.0\.0\.7" cannot be a board's name: it is an IP address.*\n$/);
  }
  expect(readdirSync(flash)).toEqual(['main.py']);
});

it('leaves alone what the flash has, and programs that do not import it', async () => {
  const flash = join(folder, 'flash');
  mkdirSync(join(flash, 'lib/kiteline'), { recursive: true });
  writeFileSync(join(flash, 'lib/kiteline/__init__.py'), 'OWN = True');
  writeFileSync(join(flash, 'kiteline.json'), '{"name":"mine"}');
  const own = await run(['board', 'run', program(SHOW), '--flash', flash]);
  expect(own).toEqual({ code: 0, stdout: '/lib/kiteline/__init__.py\n{"name":"mine"}\n', stderr: '' });
  const refused = await run(['board', 'run', program(SHOW), '--flash', flash, '--hub', '127.0.0.1:9001']);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('has a kiteline.json already') });

  const other = join(folder, 'other');
  const nothing = await run(['board', 'run', program('print("kiteline")\n'), '--flash', other]);
  expect(nothing).toEqual({ code: 0, stdout: 'kiteline\n', stderr: '' });
  expect(existsSync(join(other, 'lib'))).toBe(false);
});

it('counts the other files of the flash as the program’s, and keeps what it put there', async () => {
  const flash = join(folder, 'flash');
  mkdirSync(flash);
  writeFileSync(join(flash, 'link.py'), 'from kiteline import wifi\nprint(wifi.__file__)\n');
  const path = program('import link\n');
  const first = await run(['board', 'run', path, '--flash', flash]);
  expect(first).toMatchObject({
    code: 0,
    stdout: '/lib/kiteline/wifi.py\n',
    stderr: expect.stringMatching(/^Put on the flash/),
  });
  expect(JSON.parse(readFileSync(join(flash, 'kiteline.json'), 'utf8'))).toMatchObject({ name: 'esp32' });
  expect(await run(['board', 'run', path, '--flash', flash])).toMatchObject({ code: 0, stderr: '' });
});

it.each(['x', '127.0.0.1:0', '[::1]:9000'])('refuses --hub %s in a sentence', async (hub) => {
  const { code, stderr } = await run(['board', 'run', program(SHOW), '--hub', hub]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/HOST:PORT|not a port|boards speak IPv4/);
});

it('is there at the prompt', async () => {
  const { code, stdout } = await run(['board', 'repl'], {}, 'import kiteline.wifi\nkiteline.wifi.__name__\n');
  expect(code).toBe(0);
  expect(stdout).toContain("'kiteline.wifi'");
});

describe('--key', () => {
  const key = '0123456789abcdef'.repeat(4);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const settings = (stdout: string) => JSON.parse(stdout.split('\n')[1] ?? '');

  it.each([
    ['in full', () => key, { name: 'esp32', key }],
    ['in a file', () => file('key', `${key}\n`), { name: 'esp32', key }],
    [
      'in what `boards add` prints',
      () => file('b.json', JSON.stringify({ name: 'shed', key })),
      { name: 'shed', key },
    ],
  ])('%s goes into /kiteline.json', async (_, given, expected) => {
    const { code, stdout, stderr } = await run(['board', 'run', program(SHOW), '--key', given()]);
    expect(code).toBe(0);
    expect(settings(stdout)).toMatchObject(expected);
    expect(stderr).toMatch(/\/kiteline\.json with no address of a hub and the key\.\n$/);
    expect(stderr).not.toContain(key);
  });

  it('comes with a name, and --name goes before it; on a flash that stays the file is for its owner alone', async () => {
    const flash = join(folder, 'flash');
    const given = file('b.json', JSON.stringify({ name: 'shed', hub: 'h', key }));
    const { stdout } = await run([
      'board',
      'run',
      program(SHOW),
      '--name',
      'yard',
      '--flash',
      flash,
      '--key',
      given,
    ]);
    expect(settings(stdout)).toMatchObject({ name: 'yard', key });
    if (process.platform !== 'win32') expect(statSync(join(flash, 'kiteline.json')).mode & 0o777).toBe(0o600);
    const again = await run(['board', 'run', program(SHOW), '--flash', flash, '--key', key]);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('change its "key" there, or leave --key out'),
    });
  });

  it.each([
    ['a digit too few', () => key.slice(1), 1],
    ['a file that is not there', () => join(folder, 'none.json'), 1],
    ['a file without one', () => file('b.json', '{"name":"shed"}'), 2],
    ['a file with another text', () => file('b.json', 'null'), 2],
  ])('%s is refused in a sentence that shows no key', async (_, given, code) => {
    const refused = await run(['board', 'run', program(SHOW), '--key', given()]);
    expect(refused).toMatchObject({ stdout: '', stderr: expect.stringMatching(/64 hex digits/) });
    expect(refused.stderr).not.toContain(key.slice(1));
    expect(refused.code).toBe(code);
  });
});
