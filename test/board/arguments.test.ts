/** What a command takes: said in its decorator, announced, checked on the board; sentences for people. */
import { expect, test } from 'vitest';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';

const PROGRAM = `
@board.command(on=bool, level=(int, 0, 100, "%"), mode=["eco", "boost"], fade=kiteline.optional(int, 0, 5000, "ms"))
def led(**given):
    return given
@board.command(speed=(float, -1, None, "m/s"), gain=kiteline.optional((float, None, 2)), step=[1, 2, 4], note=kiteline.optional(["a", "b"]))
def drive(**given):
    return given
@board.command(text=str, any=object, more=kiteline.optional(object))
def put(**given):
    return given
@board.command
def free(a, b=2):
    return [a, b]
@board.command
def none():
    return "none"
@board.command("renamed", x=int)
def original(x):
    return x
@board.command(x=int)
def two(x, y):
    return x
board.run()
`;

test('announced, checked, and refused in a sentence', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}${PROGRAM}`);
  const session = await hub.session();
  const optional = { optional: true };
  expect(session.hello.commands).toEqual({
    led: {
      args: {
        on: { type: 'bool' },
        level: { type: 'int', min: 0, max: 100, unit: '%' },
        mode: { type: 'str', choices: ['eco', 'boost'] },
        fade: { type: 'int', min: 0, max: 5000, unit: 'ms', ...optional },
      },
    },
    drive: {
      args: {
        speed: { type: 'float', min: -1, unit: 'm/s' },
        gain: { type: 'float', max: 2, ...optional },
        step: { type: 'int', choices: [1, 2, 4] },
        note: { type: 'str', choices: ['a', 'b'], ...optional },
      },
    },
    put: { args: { text: { type: 'str' }, any: { type: 'json' }, more: { type: 'json', ...optional } } },
    free: {},
    none: {},
    renamed: { args: { x: { type: 'int' } } },
    two: { args: { x: { type: 'int' } } },
  });

  let id = 0;
  const ask = async (method: string, params: unknown) => {
    const { result, error } = await session.ask({ id: ++id, method, params });
    if (error) expect(error.code).toBe(-32602);
    return error?.message ?? result;
  };
  const led = { on: true, level: 5, mode: 'eco' };
  const drive = { speed: 1, step: 2 };
  const put = { text: 't', any: 1 };
  const rows: [string, unknown, unknown][] = [
    ['led', { ...led, $deadline: 60_000, $other: 1 }, led],
    ['led', { ...led, fade: 0 }, { ...led, fade: 0 }],
    ['led', { ...led, fade: null }, led],
    ['led', { ...led, on: 1 }, 'led: on takes true or false, and got 1'],
    ['led', { ...led, on: 'true' }, 'led: on takes true or false, and got "true"'],
    ['led', { ...led, level: 101 }, 'led: level takes a whole number from 0 to 100 %, and got 101'],
    ['led', { ...led, level: -1 }, 'led: level takes a whole number from 0 to 100 %, and got -1'],
    ['led', { ...led, level: true }, 'led: level takes a whole number from 0 to 100 %, and got true'],
    ['led', { ...led, level: 5.5 }, 'led: level takes a whole number from 0 to 100 %, and got 5.5'],
    ['led', { ...led, level: [5] }, 'led: level takes a whole number from 0 to 100 %, and got [5]'],
    ['led', { ...led, mode: 'Eco' }, 'led: mode takes one of eco, boost, and got "Eco"'],
    ['led', { ...led, fade: '9' }, 'led: fade takes a whole number from 0 to 5000 ms, and got "9"'],
    ['led', { on: true, mode: 'eco' }, 'led: level is missing: it takes a whole number from 0 to 100 %'],
    ['led', { ...led, level: null }, 'led: level is missing: it takes a whole number from 0 to 100 %'],
    [
      'led',
      { ...led, colour: 1 },
      expect.stringMatching(/^led: colour is no argument; there are (\w+(, )?){4}$/),
    ],
    ['led', [true, 5, 'eco'], 'led: arguments go by name'],
    ['drive', drive, drive],
    ['drive', { ...drive, speed: 1.5, gain: -3 }, { ...drive, speed: 1.5, gain: -3 }],
    ['drive', { ...drive, speed: -2 }, 'drive: speed takes a number of at least -1 m/s, and got -2'],
    ['drive', { ...drive, speed: false }, 'drive: speed takes a number of at least -1 m/s, and got false'],
    ['drive', { ...drive, gain: 3 }, 'drive: gain takes a number of at most 2, and got 3'],
    ['drive', { ...drive, step: 3 }, 'drive: step takes one of 1, 2, 4, and got 3'],
    ['drive', { ...drive, step: true }, 'drive: step takes one of 1, 2, 4, and got true'],
    ['drive', { ...drive, note: 'c' }, 'drive: note takes one of a, b, and got "c"'],
    ['put', put, put],
    ['put', { ...put, any: null }, { ...put, any: null }],
    ['put', { ...put, any: { a: [1] }, more: [] }, { ...put, any: { a: [1] }, more: [] }],
    ['put', { text: 't' }, 'put: any is missing: it takes any value'],
    ['put', { ...put, text: 'x'.repeat(50) }, { ...put, text: 'x'.repeat(50) }],
    ['put', { ...put, text: ['x'.repeat(50)] }, `put: text takes a text, and got ["${'x'.repeat(38)}…`],
    ['free', { a: 1 }, [1, 2]],
    ['free', { a: 1, b: null }, [1, null]],
    ['free', {}, expect.stringMatching(/^free: .*argument/)],
    ['free', { a: 1, c: 3 }, expect.stringMatching(/^free: .*unexpected keyword argument/)],
    ['none', undefined, 'none'],
    ['none', { a: 1 }, expect.stringMatching(/^none: /)],
    ['renamed', { x: 3 }, 3],
    // The declaration and the function differ: said, and no traceback of ours.
    ['two', { x: 3 }, expect.stringMatching(/^two: .*argument/)],
  ];
  for (const [method, params, expected] of rows) expect(await ask(method, params), method).toEqual(expected);
  const unknown = await session.ask({ id: ++id, method: 'original', params: {} });
  expect(unknown.error).toMatchObject({ code: -32601, message: 'there is no command "original" here' });
  expect(unknown.error.data.commands).toEqual(['drive', 'free', 'led', 'none', 'put', 'renamed', 'two']);
});

test('a declaration that says nothing is told where it stands', async () => {
  const takes = 'takes bool, int, float, str, object, a tuple as (int, 0, 100, "%") or a list of choices';
  expect(
    await libraryLines(`
import kiteline
board = kiteline.Board('b', '127.0.0.1')
def refused(*names, **arguments):
    def f(): pass
    try:
        board.command(*names, **arguments)(f)
        print('no error')
    except Exception as e:
        print(type(e).__name__, e)
refused(a=3)
refused(a="int")
refused(a=(3, 4))
refused(a=(int, 1, 2, "x", 5))
refused(a=[])
refused(a=dict)
refused(a=kiteline.optional(3))
refused("$led", a=int)
refused("x" * 65)
class Lamp:
    def __call__(self):
        pass
try:
    board.command(Lamp())
    print('no error')
except Exception as e:
    print(type(e).__name__, str(e)[-58:])
`),
  ).toEqual([
    ...Array(7).fill(`TypeError argument a: ${takes}`),
    "ValueError a command's name has 1 to 64 characters and does not begin with $: '$led'",
    `ValueError a command's name has 1 to 64 characters and does not begin with $: '${'x'.repeat(65)}'`,
    'TypeError has no name: write @board.command("name") above it, or def',
  ]);
});
