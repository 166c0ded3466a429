import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { steeredText, viaText } from '../../src/commands/steering.ts';
import { eventLine } from '../../src/commands/watch/event-line.ts';
import type { BoardInfo, JsonObject } from '../../src/index.ts';
import { Wire } from '../hub/boards.ts';
import { plainTcp } from '../transport/plain.ts';
import { start } from './cli.ts';
import { startUp, type UpHub } from './up-hub.ts';

let folder: string;
let hub: UpHub;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline control '));
  hub = await startUp(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const begin = (...args: string[]) => start(args, {}, folder);

/** A board in a session, and the setpoints that it gets. Its lease is long: a command that a busy machine holds up does not lose it. */
async function rover() {
  const end = await plainTcp(hub.tcp);
  onTestFinished(() => end.close());
  const wire = new Wire(end);
  const args = { left: { type: 'float', min: -1, max: 1 }, gear: { type: 'str', optional: true } };
  await wire.hello({ board: 'rover', boot: 'b1', controls: { drive: { args, lease: 30_000 } } });
  const next = async () => {
    for (;;) {
      const got = await wire.next();
      if (got?.method === '$set') return got.params as JsonObject;
      if (!got) throw new Error('the hub ended the connection');
    }
  };
  return { wire, next };
}

it('steers for as long as it was told, with arguments of the types that were announced, and gives it back', async () => {
  const { next } = await rover();
  const program = begin(
    'control',
    'rover',
    'drive',
    'left=0.5',
    'gear=1',
    '--for',
    '500ms',
    '--holder',
    'ann',
  );
  expect(await next()).toMatchObject({ n: 1, args: { left: 0.5, gear: '1' } });
  const line = await program.err(/^ann steers rover \(on the session\)\. Ctrl-C ends\.$/m);
  expect(line).toBeTruthy();
  await hub.err(/^rover {2}drive held by ann$/m);
  const last = async (): Promise<JsonObject> => {
    const got = await next();
    return got.args === null ? got : last();
  };
  await last();
  expect(await program.ended).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/Released; rover stops\.\n$/),
  });
  await hub.err(/^rover {2}drive ended \(ann\): It was released; rover stops at once\.$/m);
  expect((await begin('boards').ended).stdout).toMatch(/drive: free, released \d+ s ago\n/);
});

it('says who steers, and to whom an operator took it from', async () => {
  const { next } = await rover();
  const ann = begin('control', 'rover', 'drive', 'left=0.5', '--holder', 'ann');
  await ann.err(/ann steers rover/);
  expect((await begin('boards').ended).stdout).toMatch(/STEERED BY\nrover .* drive: ann\n/);
  const ben = await begin('control', 'rover', 'drive', 'left=0', '--holder', 'ben').ended;
  expect(ben).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^ann holds drive of rover since .*\.\n$/),
  });
  const op = begin('control', 'rover', 'drive', 'left=0', '--holder', 'op', '--takeover');
  expect(await ann.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/op took it over\.\n$/) });
  await hub.err(/^rover {2}drive taken over: op took it over from ann\.$/m);
  op.interrupt();
  expect(await op.ended).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/Released; rover stops\.\n$/),
  });
  for (let got = await next(); got.args !== null; got = await next()) expect(got.n).toBeGreaterThan(0);
});

it('what cannot be steered is said in a sentence', async () => {
  await rover();
  for (const [args, code, sentence] of [
    [['rover', 'driv', 'left=0'], 1, /^rover has no control driv\. It has: drive\.\n$/],
    [['rovr', 'drive', 'left=0'], 1, /^There is no board rovr/],
    [['rover', 'drive', 'left=fast'], 2, /left is a number, -1 to 1/],
    [['rover', 'drive', 'left=2'], 1, /left takes a number, -1 to 1, and got 2\.\n$/],
    [['rover', 'drive', 'left=0', '--for', 'ever'], 2, /is no time to steer for/],
  ] as const) {
    const outcome = await begin('control', ...args).ended;
    expect([outcome.code, outcome.stderr], args.join(' ')).toEqual([code, expect.stringMatching(sentence)]);
  }
});

it('a board that goes, and a hub that goes, end it', async () => {
  const { wire } = await rover();
  const ann = begin('control', 'rover', 'drive', 'left=0.5', '--holder', 'ann');
  await ann.err(/ann steers rover/);
  await wire.reset();
  expect(await ann.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The hub lost rover, which stops by itself when its lease is over.'),
  });
  await rover();
  const ben = begin('control', 'rover', 'drive', 'left=0.5', '--holder', 'ben');
  await ben.err(/ben steers rover/);
  hub.child.kill('SIGKILL');
  expect(await ben.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('lease of 30000 ms') });
});

it('watch tells who holds a control, how it ended and which way it goes', () => {
  const event = { type: 'control', board: 'rover', control: 'drive', at: 0, holder: 'ann' } as const;
  const text = (more: Partial<Parameters<typeof eventLine>[0]>) =>
    eventLine({ ...event, ...more } as never).replace(/^\S+ {2}/, '');
  expect(text({ state: 'held' } as never)).toBe('rover  drive held by ann');
  expect(text({ state: 'ended', message: 'It lapsed.' } as never)).toBe(
    'rover  drive ended (ann): It lapsed.',
  );
  expect(text({ state: 'way', via: 'datagram', loss: 0.052, roundTrip: 11.6 } as never)).toBe(
    'rover  drive goes by datagram, 5 % lost, 12 ms there and back',
  );
  expect(viaText({ via: 'session', loss: 0 })).toBe('on the session');
  const controls = {
    drive: { lease: 100, holder: 'ann' },
    horn: { lease: 100 },
    arm: { lease: 100, ended: { why: 'BOARD_LOST', at: 1_000, holder: 'ben', id: 'x', message: '' } },
  } as NonNullable<BoardInfo['controls']>;
  expect(steeredText({ controls }, 3_000)).toBe('drive: ann; arm: free, board lost 2 s ago');
});
