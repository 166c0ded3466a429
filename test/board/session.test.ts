/** A session from the board's side, against a hub that a test plays by hand: hello, and what follows from its answer. */
import { expect, test } from 'vitest';
import { boardAt, ScriptedHub, startLibrary } from '../helpers/library.ts';

test('a program of ten lines: samples with numbers, a command, a call', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
@board.command(on=bool, level=kiteline.optional(int, 0, 100, "%"))
def led(on, level=50):
    return {"on": on, "level": level}

@board.every(20, temp="Cel")
def read():
    return {"temp": 21.5, "ok": True}

@board.task
async def go():
    print(await board.call("plan", start=[0, 0], timeout=20000))

board.run()
`);
  const session = await hub.session();
  expect(session.hello).toEqual({
    board: 'b',
    boot: expect.stringMatching(/^[0-9a-f]{12}$/),
    library: expect.stringMatching(/^kiteline \d+\.\d+\.\d+$/),
    reset: 'power on',
    commands: {
      led: {
        args: { on: { type: 'bool' }, level: { type: 'int', min: 0, max: 100, unit: '%', optional: true } },
      },
    },
    metrics: { temp: { unit: 'Cel' } },
  });
  expect(await session.ask({ id: 1, method: 'led', params: { on: true, $deadline: 20_000 } })).toEqual({
    jsonrpc: '2.0',
    id: 1,
    result: { on: true, level: 50 },
  });
  const call = await session.take('plan');
  expect(call.params).toEqual({ start: [0, 0], $timeout: expect.any(Number) });
  session.say({ id: call.id, result: { path: [1, 2] } });
  await running.out(/\{'path': \[1, 2\]\}/);
  expect(await session.ask({ id: 'ping1', method: '$ping', params: {} })).toMatchObject({ result: {} });
  for (const seq of [1, 2, 3]) {
    const sample = await session.sample(seq);
    expect(sample).toEqual({ temp: 21.5, ok: true, $seq: seq, $t: expect.any(Number) });
    expect(Math.abs(sample.$t - Date.now())).toBeLessThan(60_000);
  }
});
