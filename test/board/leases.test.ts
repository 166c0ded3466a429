/**
 * The order of handler, timer and stop, on other builds of MicroPython too: time passes and the timer's callback comes at each
 * moment at which it could, in turn.
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

const source = filesIn(new URL('../../micropython/kiteline/', import.meta.url), 'kiteline/');
const bytecode = await compiled(source);

/** A chip whose time the test moves: `moment()` is a place where a callback can come. */
const MACHINE = `
PWRON_RESET = 1
def reset_cause():
    return PWRON_RESET
now = 0
at = 0  # moments so far
jumps = 0  # the moment at which the lease's time passes
comes = 0  # the moment from which on the callback may come
inside = False
def moment():
    global at, now, inside
    at += 1
    if at == jumps:
        now += 1000
    timer = Timer.only
    if at >= comes and not inside and timer and timer.on and now >= timer.due:
        inside = True
        timer.due = now + timer.period
        timer.callback(timer)
        inside = False
class Timer:
    PERIODIC = 1
    only = None
    on = False
    def __init__(self, id):
        Timer.only = self
    def init(self, mode, period, callback):
        moment()
        self.period, self.callback, self.due, self.on = period, callback, now + period, True
        moment()
    def deinit(self):
        self.on = False
`;

/** Every moment of a setpoint with every delay of the callback; handlers that return, and that raise. Prints what was wrong. */
const ORDER = `
import machine
import kiteline.leases as leases

def ticks_ms():
    machine.moment()
    return machine.now
leases.ticks_ms = ticks_ms

class Log:
    _wake = None

def run(jumps, late, fails):
    machine.now, machine.at, machine.jumps, machine.comes, machine.inside = 0, 0, jumps, jumps + late, False
    events = []
    def handler(x):
        events.append("begin %d" % machine.now)
        machine.moment()
        events.append("sets")
        machine.moment()
        if fails:
            raise ValueError
        events.append("end")
        machine.moment()
    def stop():
        machine.moment()
        events.append("stop")
        machine.moment()
    watched = leases.Leases(3, Log(), None)
    lease = leases.Lease("drive", handler, stop)
    watched.all = [lease]
    error = watched.run(lease, 1, 400, {"x": 1})
    if error:
        watched.end(lease, "failed")
    acted = "sets" in events
    machine.now += 1000
    machine.comes = 0
    for _ in range(9):
        machine.moment()
    wrong = []
    if acted and events[0] != "begin 0":
        wrong.append("acted after its lease")
    if "stop" not in events or acted and events[-1] != "stop":
        wrong.append("not stopped")
    if events.count("stop") > (2 if acted and events.index("stop") < len(events) - 1 else 1):
        wrong.append("stopped again and again")
    if lease.due is not None or Timer.only.on:
        wrong.append("something still runs")
    if fails and acted and not error or log_wake_changed(watched):
        wrong.append("told wrong")
    return wrong, events

def log_wake_changed(watched):
    return watched._log._wake is not None

from machine import Timer
seen = set()
for fails in (False, True):
    for jumps in range(1, 24):
        for late in range(24):
            wrong, events = run(jumps, late, fails)
            seen.add(" ".join(events))
            if wrong:
                print(fails, jumps, late, wrong, events)
for each in sorted(seen):
    print(each)
`;

const TWO = `
import machine
import kiteline.leases as leases
class Timer:
    def __init__(self, id):
        if id > 1:
            raise ValueError("no such timer")
        print(id)
machine.Timer = Timer
leases.Leases(3, None, None)
try:
    leases.Leases(2, None, None)
except ValueError as e:
    print(e)
`;

/** Setpoints, from their parameters to what the hub is told. */
const CONTROLS = `
import machine, kiteline

board = kiteline.Board("b", "10.0.0.2:9000", [])
said = []
class Connection:
    def post(self, bytes, refuse):
        said.append(bytes.decode())
        return True
    _answered = None
    class work:
        def set():
            pass
    def ask(self, method, params, then):
        print("asks", method)
@board.control("drive", lease=400, stop=lambda: print("halt"), left=(float, -1, 1), gain=kiteline.optional(int))
def drive(left, gain=2):
    print("drive", left, gain)
board._link.session = "s"
board._link._connection = Connection()
board._clock.begin()
board._clock.learn(0, 1795478026450, 0)
board._controls.begin(None)
clock = board._clock.session()
def take(n, args, t=clock + 10_000):
    board._controls.take(({"control": "drive", "n": n, "t": t, "args": args},), 0)
take(1, {"left": 0.5})
take(1, {"left": 0.5})
take(2, {"left": -1, "gain": 7})
take(3, {"left": 2})
take(4, {"left": 1}, clock - 400)
take(5, None)
board._controls.end()
print(board._controls.older, board._controls.stale)
for each in said:
    print(each.partition(', "jsonrpc"')[0].partition(',"clock"')[0].replace('"jsonrpc":"2.0"', "").strip())
`;

const rows: [Build, string, PythonFiles][] = [
  ['1.22', 'from source', source],
  ['1.23', 'as bytecode', bytecode],
  ['1.27', 'from source', source],
  ['1.27', 'as bytecode', bytecode],
];

describe.each(rows)('MicroPython %s, %s', (build, _how, files) => {
  const printed = async (snippet: string) => {
    const modules = { ...firmwareModules(), ...files, 'machine.py': MACHINE };
    const report = await rawPython(build, modules, [snippet]);
    expect(report.error).toBeUndefined();
    return report.printed.join('\n').trim().split('\n');
  };

  test('whenever the callback comes: no setpoint acts after its lease, and stop has the last word', async () => {
    expect(await printed(ORDER)).toEqual([
      'begin 0 sets end stop',
      'begin 0 sets end stop stop',
      'begin 0 sets stop',
      'begin 0 sets stop end stop',
      'begin 0 sets stop stop',
      'begin 0 stop sets end stop',
      'begin 0 stop sets stop',
      'stop',
    ]);
  });

  test('a chip that has two timers gives the second; one that was named and is not there is an error', async () => {
    expect(await printed(TWO)).toEqual(['1', 'no such timer']);
  });

  test('setpoints are checked, counted and told', async () => {
    const lines = await printed(CONTROLS);
    expect(lines.slice(0, 5)).toEqual(['drive 0.5 2', 'drive -1.0 7', 'asks $ping', 'halt', '1 1']);
    const told = lines.slice(5).join('\n');
    for (const what of ['$seen', '$refused', 'got 2', '$stopped', '"released"']) expect(told).toContain(what);
  });
});
