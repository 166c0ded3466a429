import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Json, JsonObject } from '../../src/index.ts';
import { Wire } from '../hub/boards.ts';
import { plainTcp } from '../transport/plain.ts';
import { type Outcome, run, start } from './cli.ts';
import { startUp, stop, type UpHub } from './up-hub.ts';

let folder: string;
let hub: UpHub;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline command '));
  hub = await startUp(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function here(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const program = start(args, env, folder);
  program.child.stdin?.end();
  return program.ended;
}

const HELLO: JsonObject = {
  board: 'greenhouse',
  boot: 'b1',
  commands: {
    fan: {
      args: {
        on: { type: 'bool' },
        level: { type: 'int', min: 0, max: 100, unit: '%', optional: true },
        speed: { type: 'float', optional: true },
        mode: { type: 'str', optional: true },
        path: { type: 'json', optional: true },
      },
    },
    read: {},
  },
};

/** A board in a session; each command is answered by `reply`, if with anything. */
async function board(reply: (method: string, params: JsonObject) => JsonObject | undefined) {
  const end = await plainTcp(hub.tcp);
  onTestFinished(() => end.close());
  const wire = new Wire(end);
  await wire.hello(HELLO);
  void (async () => {
    for (let got = await wire.next(); got; got = await wire.next()) {
      const answer =
        got.method === '$ping' ? { result: {} } : reply(String(got.method), got.params as JsonObject);
      if (answer && got.id !== undefined) wire.send({ jsonrpc: '2.0', id: got.id as Json, ...answer });
    }
    end.close();
  })();
  return wire;
}

it('has a board do something, with arguments of the types that it announced', async () => {
  const got: JsonObject[] = [];
  await board((_, { $deadline, ...params }) => {
    got.push(params);
    return { result: got.length === 1 ? { is: 'on' } : got.length === 2 ? 'line\n' : null };
  });
  const args = ['on=yes', 'level=70', 'speed=1.5e1', 'mode=3', 'path=[[0,0],[4,2]]', 'other=7'];
  expect(await here(['command', 'greenhouse', 'fan', ...args])).toEqual({
    code: 0,
    stdout: '{"is":"on"}\n',
    stderr: '',
  });
  expect(got[0]).toEqual({
    on: true,
    level: 70,
    speed: 15,
    mode: '3',
    path: [
      [0, 0],
      [4, 2],
    ],
    other: 7,
  });
  // Of one that announces no types: JSON, or else text.
  expect((await here(['command', 'greenhouse', 'read', 'a=1', 'b=x=y', 'c="3"', 'd='])).stdout).toBe(
    'line\\n\n',
  );
  expect(got[1]).toEqual({ a: 1, b: 'x=y', c: '3', d: '' });
  expect(await here(['command', 'greenhouse', 'read'])).toEqual({ code: 0, stdout: '', stderr: 'Done.\n' });
  const json = await here(['command', 'greenhouse', 'read', '--json', '--deadline', '500ms']);
  expect([json.code, JSON.parse(json.stdout)]).toEqual([0, { outcome: 'done', result: null }]);
});

it('says what an argument must be, before anything is sent', async () => {
  await board(() => undefined);
  for (const [pair, sentence] of [
    ['on=maybe', '"maybe" will not do: on is true or false.\n'],
    ['level=1.5', '"1.5" will not do: level is a whole number, 0 to 100 %.\n'],
    ['level=', 'level is a whole number'],
    ['path=[', 'path is JSON'],
    ['on', '"on" is no argument: write KEY=VALUE'],
    ['=1', '"=1" is no argument'],
    ['$deadline=1', 'names that begin with $'],
  ] as const) {
    const { code, stdout, stderr } = await here(['command', 'greenhouse', 'fan', pair]);
    expect({ code, stdout }, pair).toEqual({ code: pair.startsWith('$') ? 1 : 2, stdout: '' });
    expect(stderr).toContain(sentence);
  }
});

it('says which deadlines there are', async () => {
  for (const deadline of ['2d', 'soon', '0s', '86400001ms', '5']) {
    const { code, stdout, stderr } = await here(['command', 'nobody', 'fan', '--deadline', deadline]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `"${deadline}" is no deadline: write for example 500ms, 5s, 1m or 2h; it is more than 0 and at most 1d.\n`,
    });
  }
});

it('tells of what failed, and of what there is', async () => {
  await board((method) => {
    if (method === 'read')
      return {
        error: {
          code: -32000,
          message: 'OSError: 5',
          data: { traceback: 'Traceback:\n  main.py 3\x1b[2J\nOSError: 5\n' },
        },
      };
    if (method === 'fan') return { error: { code: -32602, message: 'fan: level: 0 to 100 %, not 300' } };
    return { error: { code: -32601, message: 'no', data: { commands: ['fan', 'read'] } } };
  });
  expect(await here(['command', 'greenhouse', 'read'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'It failed on greenhouse: OSError: 5\nTraceback:\n  main.py 3\\x1b[2J\nOSError: 5\n',
  });
  expect((await here(['command', 'greenhouse', 'fan', 'level=300'])).stderr).toBe(
    'greenhouse did not run fan: level: 0 to 100 %, not 300\n',
  );
  expect((await here(['command', 'greenhouse', 'fam'])).stderr).toBe(
    'greenhouse has no command fam. It has: fan, read.\n',
  );
  const zh = await here(['command', 'greenhouse', 'fam'], { KITELINE_LANG: 'zh' });
  expect(zh).toEqual({ code: 1, stdout: '', stderr: 'greenhouse 没有命令 fam。现有：fan, read。\n' });
  const json = await here(['command', 'greenhouse', 'fan', '--json']);
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
    1,
    { outcome: 'failed', error: { code: -32602 } },
  ]);

  const unknown = await here(['command', 'greenhose', 'fan']);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('There are: greenhouse.');
});

it('a board that is lost is waited for, and shown as such', async () => {
  const wire = await board(() => undefined);
  await hub.err(/greenhouse is online\n/);
  expect((await here(['boards'])).stdout).toMatch(/^greenhouse {2}tcp 127\.0\.0\.1:\d+ {2}online /m);
  const watcher = start(['watch'], {}, folder);
  await watcher.err(/Watching/);
  const open = start(['command', 'greenhouse', 'read', '--deadline', '1m'], {}, folder);
  await watcher.out(/greenhouse {2}read #1 sent\n/);
  wire.notify('$log', { level: 'error', text: 'Traceback:\n  File "main.py"\n' });
  await watcher.out(/greenhouse {2}Traceback:\n {6}File "main.py"\n/);
  wire.notify('$dropped', { samples: 3, logs: 0 });
  await watcher.out(/had to give up 3 samples and 0 lines/);
  wire.notify('$bye', { why: 'deep sleep' });
  await hub.err(/greenhouse is lost: deep sleep\n/);
  await watcher.out(/greenhouse {2}lost: deep sleep\n/);
  expect((await here(['boards'])).stdout).toMatch(/ {2}lost \d+ s ago: deep sleep {2}/);

  const late = await here(['command', 'greenhouse', 'read', '--deadline', '10ms']);
  expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 1, stdout: '' });
  expect(late.stderr).toMatch(/^greenhouse is not there \(lost \d+ s ago: deep sleep\); waiting for it\.\n/);
  expect(late.stderr).toContain('was not connected before the deadline');
  await watcher.out(/read #2 expired: greenhouse was not connected/);
  // In the language of this terminal, whatever the hub speaks.
  const zh = await here(['command', 'greenhouse', 'read', '--deadline', '10ms'], { KITELINE_LANG: 'zh' });
  expect(zh.stderr).toContain('截止时间前 greenhouse 没有连接；命令没有发出，也不会再执行。\n');
  open.interrupt();
  expect(await open.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Given up/) });
});

it('a board that is not back since the hub was started is waited for; one that nobody knows is not', async () => {
  const stored = Promise.withResolvers<void>();
  const wire = await board((method) => {
    if (method === '$ack') stored.resolve();
    return undefined;
  });
  wire.send({ $seq: 1, temp: 1 });
  await stored.promise;
  await stop(hub);
  hub = await startUp(folder);
  const late = await here(['command', 'greenhouse', 'read', '--deadline', '50ms']);
  expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 1, stdout: '' });
  expect(late.stderr).toMatch(/^greenhouse has not been back since the hub was started; waiting for it\.\n/);
  expect(late.stderr).toContain('was not connected before the deadline');
  expect(await here(['command', 'greenhose', 'read'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no board greenhose. There are: greenhouse.\n',
  });
});

it('a board without sessions takes no commands, and a hub that goes leaves no outcome', async () => {
  await run(['send', 'tcp', `127.0.0.1:${hub.tcp}`, 'hello']);
  const { code, stderr } = await here(['command', '127.0.0.1', 'led']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('has not said hello') });

  const asked = Promise.withResolvers<void>();
  await board(() => {
    asked.resolve();
    return undefined;
  });
  const open = start(['command', 'greenhouse', 'read'], {}, folder);
  await asked.promise;
  await stop(hub);
  expect(await open.ended).toMatchObject({ code: 1, stdout: '' });
  expect((await open.ended).stderr).toMatch(/not known/);
});
