/** Commands and calls through a whole hub, over real sockets. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHub, type Json, type JsonObject } from '../../src/index.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { StoredBoard } from '../../src/store/store.ts';
import { RPC } from '../../src/wire/index.ts';
import { FakeBoard, Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';

/** A hub with a board that has a session. */
async function startWithBoard(boot = 'b1') {
  const started = await startHub();
  const board = new Wire(await started.tcp());
  await board.hello({ board: 'rover', boot });
  /** The next command that the board gets. */
  const got = async () => (await board.next()) as { id: number; method: string; params: JsonObject };
  const reply = (id: Json, result: Json) => board.send({ jsonrpc: '2.0', id, result });
  return { ...started, board, got, reply };
}

const command = (id: number, params: JsonObject, method = '$command'): JsonObject => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});

test('the app commands a board, and the feed tells of it', async () => {
  const { hub, events, got, reply, board, clock } = await startWithBoard();
  const feed = events();
  const done = hub.board('rover')?.command('led', { on: true });
  const { id, method, params } = await got();
  expect({ method, params }).toEqual({ method: 'led', params: { on: true, $deadline: 5_000 } });
  reply(id, { lit: true });
  expect(await done).toEqual({ outcome: 'done', result: { lit: true } });
  const at = clock.now();
  expect(await feed.next('command')).toEqual({
    type: 'command',
    board: 'rover',
    at,
    id,
    name: 'led',
    state: 'sent',
  });
  expect(await feed.next('command')).toMatchObject({ id, state: 'done' });

  const failed = hub.board('rover')?.command('led', {}, { deadline: 100 });
  const again = await got();
  board.send({ jsonrpc: '2.0', id: again.id, error: { code: -32000, message: 'OSError: 5' } });
  expect(await failed).toEqual({ outcome: 'failed', error: { code: -32000, message: 'OSError: 5' } });
  await feed.next('command');
  expect(await feed.next('command')).toMatchObject({ state: 'failed', message: 'OSError: 5' });
  await expect(hub.board('rover')?.command('led', { at: new Date() as never })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
  });
});

test('whoever gives up before is not waited for, and leaves nothing behind', async () => {
  const { hub, got, board } = await startWithBoard();
  const given = new AbortController();
  const { signal } = given;
  const outcome = hub.board('rover')?.command('led', {}, { signal });
  const { id } = await got();
  given.abort();
  expect(await board.next()).toMatchObject({ method: '$cancel', params: { id } });
  board.send({ jsonrpc: '2.0', id, error: { code: RPC.EXPIRED, message: '' } });
  expect(await outcome).toMatchObject({ outcome: 'expired', why: 'CANCELLED' });
  expect(await hub.board('rover')?.command('led', {}, { signal })).toMatchObject({ why: 'CANCELLED' });
});

test('a reply that comes on the next connection of the same start counts, one of another start does not', async () => {
  const { hub, tcp, board, got } = await startWithBoard('b1');
  const first = hub.board('rover')?.command('slow');
  const { id } = await got();
  await board.reset();
  const back = new Wire(await tcp());
  await back.hello({ board: 'rover', boot: 'b1' });
  expect(await back.next()).toMatchObject({ id, method: 'slow' });
  back.send({ jsonrpc: '2.0', id, result: 'here' });
  expect(await first).toEqual({ outcome: 'done', result: 'here' });

  const second = hub.board('rover')?.command('slow');
  const lost = await back.next();
  const fresh = new Wire(await tcp());
  await fresh.hello({ board: 'rover', boot: 'b2' });
  expect(await second).toMatchObject({ outcome: 'unknown', why: 'RESTARTED' });
  fresh.send({ jsonrpc: '2.0', id: lost?.id ?? null, result: 1 });
  await until(() => hub.counts.dropped.UNEXPECTED_RESPONSE === 1);
});

test('a hub that closes settles what is open', async () => {
  const hub = createHub();
  const board = new FakeBoard(hub);
  await board.hello({ board: 'rover', boot: 'b1' });
  const handle = hub.board('rover');
  const open = handle?.command('led');
  await hub.close();
  expect(await open).toMatchObject({ outcome: 'unknown', why: 'HUB_CLOSED' });
  await expect(handle?.command('led')).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a board calls what the hub offers; others are told what there is, or to say hello', async () => {
  const { hub, tcp, board, events } = await startWithBoard();
  hub.method<{ start: number[] }>('plan', async ({ start }, { board }) => ({ board, path: [...start, 1] }));
  board.send(command(5, { start: [0], $timeout: 800 }, 'plan'));
  expect(await board.next()).toMatchObject({ id: 5, result: { board: 'rover', path: [0, 1] } });
  board.send(command(6, {}, 'fly'));
  expect(await board.next()).toMatchObject({ id: 6, error: { code: -32601, data: { methods: ['plan'] } } });
  const plain = new Wire(await tcp());
  plain.send(command(1, { start: [0] }, 'plan'));
  expect(await plain.next()).toMatchObject({
    id: 1,
    error: { code: -32600, message: expect.stringContaining('hello') },
  });

  const signals: AbortSignal[] = [];
  hub.method('think', (_, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  board.send(command(7, {}, 'think'));
  board.send(command(8, {}, 'think'));
  board.notify('$cancel', { id: 7 });
  expect(await board.next()).toMatchObject({ id: 7, error: { code: RPC.STOPPED } });
  const lost = events().next('presence');
  await board.reset();
  await lost;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('a program commands by line, several at a time, and is no board for it', async () => {
  const { hub, tcp, got, reply } = await startWithBoard();
  const program = new Wire(await tcp());
  program.send(
    command(1, { board: 'rover', name: 'led', args: { on: true }, deadline: 800 }),
    command(2, { board: 'rover', name: 'beep' }),
  );
  const [led, beep] = [await got(), await got()];
  expect(led).toMatchObject({ method: 'led', params: { on: true, $deadline: 800 } });
  expect(beep).toMatchObject({ method: 'beep', params: { $deadline: 5_000 } });
  reply(beep.id, null);
  reply(led.id, 'lit');
  expect(await program.next()).toEqual({ jsonrpc: '2.0', id: 2, result: { outcome: 'done', result: null } });
  expect(await program.next()).toEqual({ jsonrpc: '2.0', id: 1, result: { outcome: 'done', result: 'lit' } });
  expect(hub.boards().map(({ name }) => name)).toEqual(['rover']);
});

test('a program that has sent its FIN is still answered, one that has gone has given up', async () => {
  const { hub, tcp, board, got, reply } = await startWithBoard();
  const ending = new Wire(await tcp());
  ending.send(command(1, { board: 'rover', name: 'led' }));
  ending.end.socket.end();
  const { id } = await got();
  expect(ending.isEnded).toBe(false);
  reply(id, 7);
  expect(await ending.next()).toMatchObject({ result: { outcome: 'done', result: 7 } });
  await ending.ended();

  const leaving = new Wire(await tcp());
  leaving.send(command(1, { board: 'rover', name: 'led' }));
  const open = await got();
  await leaving.reset();
  expect(await board.next()).toMatchObject({ method: '$cancel', params: { id: open.id } });
  expect(hub.counts.dropped).toEqual({});
});

test('what is no command of a board that there is, is refused with a sentence', async () => {
  const { tcp } = await startWithBoard();
  const program = new Wire(await tcp());
  for (const params of [
    {},
    { board: 'rover' },
    { board: 'rover', name: 'led', args: [1] },
    { board: 'rover', name: 'led', deadline: '1' },
    { board: 'rover', name: 'led', deadline: -1 },
    { board: 'rover', name: '$led' },
    { board: 'nobody', name: 'led' },
  ] as JsonObject[]) {
    program.send(command(1, params));
    expect(await program.next(), JSON.stringify(params)).toMatchObject({
      error: { code: RPC.INVALID_PARAMS, message: expect.stringMatching(/.{20}/) },
    });
  }
});

test('a board that was heard before the hub was started is waited for, until the deadline', async () => {
  const store = new MemoryStore();
  await store.append({ samples: [{ board: 'shed', at: 1, values: new Map([['temp', 1]]) }] });
  const { hub, tcp, clock } = await startHub({ store });
  expect(hub.board('shed')).toBeUndefined();
  const handle = await hub.findBoard('shed');
  expect(handle.info()).toBeUndefined();
  await expect(hub.findBoard('shad')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no board shad. There are: shed.',
  });

  const program = new Wire(await tcp());
  program.send(
    command(1, { board: 'shed', name: 'led', deadline: 800 }),
    command(2, { board: 'shad', name: 'led' }),
    command(3, { board: 'shed', name: 'led', deadline: -1 }),
    command(4, { board: 'shed', name: 'beep', deadline: 900 }),
    command(5, { board: `${'x'.repeat(7_000)}`, name: 'led' }),
  );
  expect(await program.next()).toMatchObject({
    id: 2,
    error: { code: RPC.INVALID_PARAMS, message: 'There is no board shad. There are: shed.' },
  });
  expect(await program.next()).toMatchObject({ id: 3, error: { code: RPC.INVALID_PARAMS } });
  expect(await program.next()).toMatchObject({ id: 5, error: { code: RPC.INVALID_PARAMS } });
  clock.advance(800);
  expect(await program.next()).toMatchObject({ id: 1, result: { outcome: 'expired', why: 'OFFLINE' } });
  const board = new Wire(await tcp());
  await board.hello({ board: 'shed', boot: 'b1' });
  const got = await board.next();
  expect(got).toMatchObject({ method: 'beep' });
  board.send({ jsonrpc: '2.0', id: got?.id ?? null, result: null });
  expect(await program.next()).toMatchObject({ id: 4, result: { outcome: 'done' } });
});

test('a store that cannot tell whom it knows is no answer, and whoever has gone meanwhile commands nothing', async () => {
  const asked = Promise.withResolvers<void>();
  const answers: PromiseWithResolvers<StoredBoard[]>[] = [];
  class AskedStore extends MemoryStore {
    protected override _boards(): Promise<StoredBoard[]> {
      const answer = Promise.withResolvers<StoredBoard[]>();
      answers.push(answer);
      asked.resolve();
      return answer.promise;
    }
  }
  const { hub, tcp, problems } = await startHub({ store: new AskedStore() });
  const leaving = new Wire(await tcp());
  leaving.send(command(1, { board: 'shed', name: 'led' }));
  await asked.promise;
  await leaving.reset();
  await until(() => hub.counts.connections === 0);
  answers[0]?.resolve([{ board: 'shed', series: 1, lastAt: 1 }]);
  const program = new Wire(await tcp());
  program.send(command(2, { board: 'shed', name: 'led' }));
  await until(() => answers.length === 2);
  answers[1]?.reject(new Error('disk'));
  expect(await program.next()).toMatchObject({ id: 2, error: { code: RPC.INTERNAL } });
  expect(problems).toMatchObject([{ what: 'store failed' }]);
  const board = new Wire(await tcp());
  await board.hello({ board: 'shed', boot: 'b1' });
  void hub.board('shed')?.command('first');
  expect(await board.next()).toMatchObject({ method: 'first' });
});

test('a result that fits the line of the board and not that of the answer is told as such', async () => {
  const { tcp, got, reply } = await startWithBoard();
  const program = new Wire(await tcp());
  program.send(command(1, { board: 'rover', name: 'read' }));
  const { id } = await got();
  reply(id, 'x'.repeat(8_192 - `{"jsonrpc":"2.0","id":${id},"result":""}`.length));
  expect(await program.next()).toMatchObject({
    result: { outcome: 'failed', error: { code: RPC.RESULT_TOO_LONG } },
  });
});

test.each([
  ['text', 'hello'],
  ['a sample', '{"temp":1}'],
  ['a SenML pack', '[{"n":"temp","v":1}]'],
  ['a message that is refused', '[{"jsonrpc":"2.0","id":1,"method":"x"}]'],
  ['a message that is too long', 'x'.repeat(9_000)],
])('nobody commands on a connection that has carried %s', async (_, before) => {
  const { tcp } = await startWithBoard();
  const { end } = new Wire(await tcp());
  end.socket.removeAllListeners('data');
  let answers = '';
  end.socket.on('data', (bytes) => {
    answers += bytes;
  });
  const asks = JSON.stringify(command(9, { board: 'rover', name: 'led' }));
  end.send(`${before}\n${before}\n${asks}\n`);
  await until(() => answers.includes('"id":9'));
  expect(answers).toContain(`"code":${RPC.NOT_ALLOWED}`);
});

test('a known shape of samples closes the way to commands as well', async () => {
  const { tcp } = await startWithBoard();
  for (let i = 0; i < 2; i++) {
    const program = new Wire(await tcp());
    program.send('{"temp":1,"hum":2}\n', command(9, { board: 'rover', name: 'led' }));
    expect(await program.next()).toMatchObject({ id: 9, error: { code: RPC.NOT_ALLOWED } });
  }
});

test("a web page's request to the port commands nothing, and takes no board's place", async () => {
  const { hub, board, tcpPort } = await startWithBoard();
  const asks = command(1, { board: 'rover', name: 'led' });
  const greets = command(2, { board: 'rover', boot: 'page' }, 'hello');
  const body = `${JSON.stringify(asks)}\n${JSON.stringify(greets)}\n`;
  // What a browser sends for fetch('http://localhost:9000', { method: 'POST', mode: 'no-cors', body }), and Node, too.
  const answer = await fetch(`http://127.0.0.1:${tcpPort}/`, { method: 'POST', body }).then(
    () => 'understood',
    () => 'not HTTP',
  );
  expect(answer).toBe('not HTTP');
  const socket = connect(tcpPort, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let answers = '';
  socket.on('data', (bytes) => {
    answers += bytes;
  });
  socket.write(
    `POST / HTTP/1.1\r\nHost: localhost:${tcpPort}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await until(() => answers.includes('"id":2'));
  expect(answers).toContain(`"id":1,"error":{"code":${RPC.NOT_ALLOWED}`);
  expect(answers).toContain('"id":2,"error":{"code":-32600');
  // Nothing has come to the board meanwhile.
  hub.board('rover')?.command('led');
  expect(await board.next()).toMatchObject({ id: 1 });
});

test('nobody commands from elsewhere', async () => {
  const hub = createHub();
  onTestFinished(() => hub.close());
  const board = new FakeBoard(hub);
  await board.hello({ board: 'rover', boot: 'b1' });
  const stranger = new FakeBoard(hub); // at 10.0.0.7
  stranger.sends(command(1, { board: 'rover', name: 'led' }));
  expect(stranger.got).toMatchObject([{ id: 1, error: { code: RPC.NOT_ALLOWED } }]);
});

test('over datagrams nobody commands', async () => {
  const { udp } = await startWithBoard();
  const end = await udp();
  end.send(JSON.stringify(command(1, { board: 'rover', name: 'led' })));
  expect(new TextDecoder().decode(await end.received(10))).toContain(`"code":${RPC.NOT_ALLOWED}`);
});
