/**
 * Tells whether a garbage collection in the middle of a host call would be safe. What bytecode holds lives on MicroPython's
 * Python stack, which the collector scans; what a C function of the interpreter holds (the list that `sorted(key=…)` is
 * building, the text that `str.format` is at) lives in WebAssembly locals, which nobody can scan. So the call sites now on
 * the WebAssembly stack are compared with those of calls that are known to keep nothing there (ADR 0003).
 */

import type { FsStream } from './flash.ts';
import type { Interpreter } from './python.ts';

/** Frames looked at; a deeper stack counts as unknown. The Python stack ends long before. */
const DEEPEST = 8_000;

/**
 * Every way in which bytecode calls bytecode while nothing but the Python stack holds its objects. Not here, and so never
 * interrupted by a collection: what is built in C (`list(generator)`, `sorted`, `"".join`, `format`, `json.load`), a
 * constructor with arguments and a closure of more than five values (both free an array of theirs afterwards), class bodies.
 */
const EXERCISE = `
import _probe, builtins, sys, utime, uio, uos
def _exercise():
    here = _probe.here
    def plain(): here()
    plain()
    for count in range(6):
        here(*range(count))
    _probe.here(1)
    _probe.here(1, 2, 3)
    print("x", 1)
    sys.stdout.write("x")
    sys.stdout.buffer.write(b"x")
    def closure(): plain()
    closure()
    def varied(*args, **named): here()
    varied(1, a=2)
    varied(*[1], **{"a": 2})
    class Base:
        def __init__(self): here()
        def method(self): here()
        def __call__(self): here()
        def __enter__(self): here()
        def __exit__(self, *_): here()
        def __iter__(self): return self
        def __next__(self):
            here()
            raise StopIteration
        def __getattr__(self, name): here()
        def __getitem__(self, at): here()
        def __setitem__(self, at, value): here()
        def __add__(self, other): here()
        def __lt__(self, other): here()
        def __eq__(self, other): here()
        def __len__(self):
            here()
            return 1
        def __bool__(self):
            here()
            return True
        @property
        def value(self): here()
        @staticmethod
        def fixed(): here()
        @classmethod
        def made(cls): here()
    class Derived(Base):
        def __init__(self):
            super().__init__()
            here()
        def method(self): super().method()
    thing = Derived()
    thing.method()
    bound = thing.method
    bound()
    thing()
    with thing: here()
    for _ in thing: pass
    thing.anything
    thing[0]
    thing[0] = 1
    thing + 1
    thing < 1
    thing == 1
    len(thing)
    if thing: here()
    thing.value
    thing.fixed()
    thing.made()
    [here() for _ in range(1)]
    {1: here() for _ in range(1)}
    def steps():
        here()
        yield 1
        here()
    for _ in steps(): here()
    next(steps())
    steps().send(None)
    def through():
        yield from steps()
    for _ in through(): pass
    throwing = steps()
    next(throwing)
    try: throwing.throw(ValueError)
    except ValueError: here()
    class Waiting:
        def __iter__(self): return steps()
        __await__ = __iter__
    class Context:
        async def __aenter__(self): here()
        async def __aexit__(self, *_): here()
    async def coroutine():
        await Waiting()
        async with Context(): here()
    for _ in coroutine(): pass
    exec("import _probe; _probe.here()")
    eval("here()", {"here": here})
    for clock in (utime.ticks_ms, utime.ticks_us, utime.time, utime.time_ns, utime.gmtime): clock()
    with open("_exercise.py", "w") as file: file.write("import _probe\\n_probe.here()\\n")
    sys.path.append("")
    import _exercise
    execfile("_exercise.py")
    native = builtins.__import__
    builtins.__import__ = lambda *args: native(*args)
    del sys.modules["_exercise"]
    import _exercise
    builtins.__import__ = native
    sys.path.pop()
    uos.remove("_exercise.py")
_exercise()
`;

const FRAME = /wasm-function\[(\d+)\]:0x[0-9a-f]+/g;

interface Frame {
  call: string;
  site: string;
}

/** What was learned of a build; holds for every instance of the same compiled module. */
export interface KnownShapes {
  /** Call sites, as function and offset. */
  harmless: Set<string>;
  /** The functions through which bytecode calls bytecode; what lies below the last of them called us, and waits. */
  bytecode: Set<string>;
}

export class CallShapes {
  readonly known: KnownShapes;

  /** @param known spares the learning, about 15 ms */
  constructor(python: Interpreter, known?: KnownShapes) {
    this.known = known ?? { harmless: new Set(), bytecode: new Set() };
    if (!known) this.#learn(python);
  }

  #learn(python: Interpreter): void {
    this.#learnBytecode(python);
    const learn = (): void => {
      for (const { site } of this.#above(frames())) this.known.harmless.add(site);
    };
    python.registerJsModule('_probe', { here: learn });
    // print and the clock functions call the host, too.
    const printing = python.FS.streams[1] as FsStream;
    const operations = printing.stream_ops;
    printing.stream_ops = {
      ...operations,
      write(_stream: FsStream, _buffer: Int8Array, _offset: number, length: number) {
        learn();
        return length;
      },
    };
    const { asked } = python.clock;
    python.clock.asked = learn;
    try {
      python.runPython(EXERCISE);
      python.runPython(
        'for name in ("_probe", "_exercise"): del sys.modules[name]\ndel name, _exercise, _probe, builtins, sys, utime, uio, uos',
      );
    } finally {
      printing.stream_ops = operations;
      python.clock.asked = asked;
    }
  }

  #learnBytecode(python: Interpreter): void {
    const seen: Frame[][] = [];
    python.registerJsModule('_probe', { here: () => void seen.push(frames()) });
    python.runPython('import _probe\n_probe.here()\n(lambda: _probe.here())()');
    const [flat = [], nested = []] = seen;
    // A call from bytecode to bytecode adds exactly its own frames.
    let same = 0;
    while (same < flat.length && flat[same]?.site === nested[same]?.site) same += 1;
    for (const { call } of nested.slice(same, same + nested.length - flat.length))
      this.known.bytecode.add(call);
    if (this.known.bytecode.size === 0)
      throw new Error('This build of MicroPython shows no call stack: src/virtual/chip/call-shapes.ts.');
  }

  #above(stack: Frame[]): Frame[] {
    return stack.slice(0, stack.findLastIndex(({ call }) => this.known.bytecode.has(call)) + 1);
  }

  /** True when nothing but bytecode is waiting for the call that the program is in. Costs about 70 µs. */
  get harmless(): boolean {
    const stack = frames();
    if (stack.length === 0) return true;
    const above = this.#above(stack);
    // Without any bytecode it is C that called us: the prompt, printing an exception that only it holds.
    if (above.length === 0 || stack.length >= DEEPEST) return false;
    return above.every(({ call, site }) => this.known.bytecode.has(call) || this.known.harmless.has(site));
  }
}

/** The WebAssembly frames on the stack, innermost first. */
function frames(): Frame[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEPEST;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return Array.from(stack.matchAll(FRAME), ([site, call = '']) => ({ call, site }));
}
