/** What the hub answers, held against the schemas that the document shows. */
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { Key, Keys, Me, Secret, SignedIn, Token, Tokens, Where } from '../../src/http/api/schemas/access.ts';
import { Alert, Alerts, WebhookAddress } from '../../src/http/api/schemas/alerts.ts';
import { BoardPage, Boards, Control, Dials } from '../../src/http/api/schemas/boards.ts';
import { Accepted, Outcome } from '../../src/http/api/schemas/commands.ts';
import { HubHealth } from '../../src/http/api/schemas/doctor.ts';
import { Check, History, StoreInfo, Taken } from '../../src/http/api/schemas/history.ts';
import { Run, Scene } from '../../src/http/api/schemas/scenes.ts';
import { Problem } from '../../src/http/api/schemas/words.ts';
import { FakeBoard } from '../hub/boards.ts';
import { until } from '../hub/helpers.ts';
import { start } from './start.ts';

async function started() {
  const all = await start();
  const { get, hub, clock, post } = all;
  const board = new FakeBoard(hub);
  await board.hello({
    board: 'rover',
    boot: 'b1',
    reset: 'power on',
    commands: {
      led: { args: { on: { type: 'bool' }, colour: { type: 'str', choices: ['red'], optional: true } } },
    },
    controls: { drive: { args: { left: { type: 'float', min: -1, max: 1, unit: 'm/s' } }, lease: 300 } },
    metrics: { temp: { unit: 'Cel' } },
    program: { id: 'p1', trial: true, failed: { id: 'p0', why: 'it raised' } },
  });
  await post('[{"n":"temp","u":"Cel","v":20}]', '/samples?board=rover');
  await post('{"state":"driving","on":true}', '/samples?board=rover');
  await post('hello', '/samples?board=rover');
  const scene = hub.scene('rover', { cell: 0.05, width: 8, height: 8 });
  scene.goal = [0.3, 0.3];
  scene.path = [
    [0, 0],
    [0.3, 0.3],
  ];
  scene.rover = { x: 0.1, y: 0.1, heading: 0, range: 1, cone: 0.26 };
  scene.mark(9, 80);
  clock.advance(100);
  const send =
    (method: string) =>
    async (path: string, body?: unknown, headers: Record<string, string> = {}) =>
      get(path, {
        method,
        ...(body !== undefined && {
          headers: { 'Content-Type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      });
  return { ...all, board, ask: send('GET'), make: send('POST'), put: send('PUT'), remove: send('DELETE') };
}

/** The answer is what the schema says, and has nothing that it does not name. @returns the answer */
async function isAs<T>(schema: z.ZodType<T>, answer: Response): Promise<T> {
  const body: unknown = await answer.json();
  const read = schema.safeParse(body);
  expect(read.error?.issues ?? [], JSON.stringify(body)).toEqual([]);
  expect(read.data).toEqual(body);
  return body as T;
}

test('boards, history, maps and the store answer as described', async () => {
  const { ask, hub } = await started();
  hub.dial('tcp://127.0.0.1:9');
  await isAs(Boards, await ask('/api/v1/boards'));
  await isAs(BoardPage, await ask('/api/v1/boards/rover'));
  await isAs(Dials, await ask('/api/v1/dials'));
  await isAs(Where, await ask('/api/v1/where'));
  for (const metric of ['temp', 'state', 'on'])
    await isAs(History, await ask(`/api/v1/boards/rover/history?metric=${metric}`));
  await isAs(Scene, await ask('/api/v1/boards/rover/scene'));
  await isAs(Run, await ask('/api/v1/boards/rover/scene/run'));
  await isAs(StoreInfo, await ask('/api/v1/store'));
  await isAs(Check, await ask('/api/v1/store/check'));
  await isAs(Me, await ask('/api/v1/me'));
  await isAs(HubHealth, await ask('/api/v1/doctor'));
});

test('a series that is cut into buckets is as described', async () => {
  const { ask, post } = await started();
  for (let i = 0; i < 4; i++) await post(`{"n":${i}}`, '/samples?board=rover');
  const history = await isAs(History, await ask('/api/v1/boards/rover/history?metric=n&points=2'));
  expect(history).toHaveProperty('buckets');
});

test('commands and controls answer as described', async () => {
  const { make, put, remove, board, ask, hub } = await started();
  const command = (body: unknown) => make('/api/v1/boards/rover/commands', body);
  const done = command({ name: 'led', args: { on: true } });
  const asked = () => board.got.find(({ method }) => method === 'led');
  await until(() => asked() !== undefined);
  await board.sends({ jsonrpc: '2.0', id: asked()?.id ?? 0, result: { lit: true } });
  expect(await isAs(Outcome, await done)).toMatchObject({ outcome: 'done' });
  const accepted = await isAs(
    Accepted,
    await make('/api/v1/boards/rover/commands', { name: 'led' }, { Prefer: 'respond-async' }),
  );
  await isAs(Accepted, await ask(`/api/v1/commands/${accepted.id}`));
  await isAs(Accepted, await remove(`/api/v1/commands/${accepted.id}`));
  const drive = '/api/v1/boards/rover/controls/drive';
  await isAs(Control, await put(drive, { holder: 'ann', args: { left: 0.5 } }));
  await isAs(Problem.loose(), await put(drive, { holder: 'ben', args: { left: 0.5 } }));
  await isAs(Control, await remove(`${drive}?holder=ann`));
  await isAs(Boards, await ask('/api/v1/boards')); // with a last run, and an end of a lease
  expect(hub.board('rover')?.info()?.controls?.drive?.ended).toBeDefined();
});

test('samples, alerts, tokens and keys answer as described', async () => {
  const { ask, make, put, remove, post, server } = await started();
  await isAs(Taken, await post('{"temp":1}', '/samples?board=rover'));
  const rule = { board: 'rover', metric: 'temp', when: 'above', value: 0 };
  const { id } = await isAs(Alert, await make('/api/v1/alerts', rule));
  await post('{"temp":31}', '/samples?board=rover');
  await isAs(Alerts, await ask('/api/v1/alerts'));
  await isAs(Alert, await remove(`/api/v1/alerts/${id}`));
  await isAs(WebhookAddress, await put('/api/v1/alerts/webhook', { url: 'http://127.0.0.1:9/' }));
  await isAs(WebhookAddress, await ask('/api/v1/alerts/webhook'));
  const token = await isAs(Secret, await make('/api/v1/access', { role: 'viewer', name: 'tablet' }));
  await isAs(Tokens, await ask('/api/v1/access'));
  await isAs(Token, await remove(`/api/v1/access/${token.id}`));
  await isAs(SignedIn, await make('/api/v1/sign-in', { token: server.token }));
  await isAs(Key, await make('/api/v1/keys', { do: 'add', board: 'shed' }));
  await isAs(Key, await make('/api/v1/keys', { do: 'rotate', board: 'shed', overlap: 60_000 }));
  await isAs(Keys, await ask('/api/v1/keys'));
});
