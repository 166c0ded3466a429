/** A MicroPython program on a virtual board, in fast time: what it believes, against where the rover is. */
import { expect, onTestFinished, test } from 'vitest';
import { Air, type PlaceOptions, placeRover, type VirtualRover } from '../../../src/virtual/index.ts';
import { makeBoard, watch } from '../../helpers/board.ts';
import { emptyRoom } from './rooms.ts';

const SPEED = 8;

/** Odometry by the counters, and a controller of the wheels' speeds: as plain as can be. */
const DRIVE = `
import math, time, machine
from machine import ADC, Encoder, Pin, PWM
WHEEL, BASE, COUNTS = 0.033, 0.15, 720

class Side:
    def __init__(self, unit, in1, in2, pwm, a, b):
        self.in1 = Pin(in1, Pin.OUT, value=0)
        self.in2 = Pin(in2, Pin.OUT, value=0)
        self.pwm = PWM(Pin(pwm), freq=1000, duty_u16=0)
        self.encoder = Encoder(unit, Pin(a), Pin(b), phases=4)
        self.counted = 0
        self.wanted = 0
        self.duty = 0
    def rolled(self, dt):
        count = self.encoder.value()
        metres = (count - self.counted) * 2 * math.pi * WHEEL / COUNTS
        self.counted = count
        # An integrating controller: the motors differ, and the battery sags.
        if dt:
            self.duty += (self.wanted - metres / dt) * 0.25
            self.duty = max(-1, min(1, self.duty)) if self.wanted else 0
        self.in1(self.duty > 0)
        self.in2(self.duty < 0)
        self.pwm.duty_u16(int(abs(self.duty) * 65535))
        return metres

left = Side(0, 25, 26, 27, 34, 35)
right = Side(1, 32, 13, 14, 36, 39)
x = y = heading = 0
last = time.ticks_us()

def turn():
    global x, y, heading, last
    time.sleep_ms(20)
    now = time.ticks_us()
    dt = time.ticks_diff(now, last) / 1e6
    last = now
    l, r = left.rolled(dt), right.rolled(dt)
    x += (l + r) / 2 * math.cos(heading + (r - l) / BASE / 2)
    y += (l + r) / 2 * math.sin(heading + (r - l) / BASE / 2)
    heading += (r - l) / BASE

def wheels(l, r):
    left.wanted, right.wanted = l, r

def halt():
    wheels(0, 0)
    for _ in range(40):
        turn()

def face(angle):
    # It rolls on a little, or too far: until it stands where it was to look.
    while abs(angle - heading) > 0.05:
        while abs(angle - heading) > 0.02:
            speed = max(0.04, min(0.12, abs(angle - heading) * 0.3))
            wheels(-speed, speed) if angle > heading else wheels(speed, -speed)
            turn()
        halt()

def ahead(metres, course):
    x0, y0 = x, y
    while True:
        gone = math.sqrt((x - x0) ** 2 + (y - y0) ** 2)
        if gone >= metres - 0.01:
            break
        speed = max(0.06, min(0.3, (metres - gone) * 1.2))
        bend = (course - heading) * 0.3
        wheels(speed - bend, speed + bend)
        turn()
    halt()
`;

async function drive(program: string, place: Partial<PlaceOptions> = {}): Promise<[string[], VirtualRover]> {
  const board = await makeBoard({ air: new Air({ speed: SPEED }), files: { 'main.py': DRIVE + program } });
  const rover = placeRover(board, {
    room: emptyRoom(4, 3),
    pose: { x: 1, y: 1, heading: 0 },
    seed: 5,
    ...place,
  });
  onTestFinished(() => rover.close());
  const running = watch(board);
  expect(await running.ended, running.stderr()).toEqual({ how: 'done' });
  return [running.stdout().split('\n').slice(0, -1), rover];
}

test('a square by odometry: it is where the program believes, and back where it began', async () => {
  const [lines, rover] = await drive(`
for corner in range(4):
    ahead(0.8, corner * math.pi / 2)
    face((corner + 1) * math.pi / 2)
print(x, y, heading)
`);
  const [x = 0, y = 0, heading = 0] = (lines[0] ?? '').split(' ').map(Number);
  // A count is 0.3 mm of a wheel: the rest is what the steps of 20 ms make of an arc.
  expect(Math.hypot(rover.pose.x - 1 - x, rover.pose.y - 1 - y)).toBeLessThan(0.02);
  expect(Math.abs(rover.pose.heading - heading)).toBeLessThan(0.02);
  expect(Math.abs(rover.pose.heading - 2 * Math.PI)).toBeLessThan(0.1);
  expect(Math.hypot(rover.pose.x - 1, rover.pose.y - 1)).toBeLessThan(0.3);
  expect(rover.driven).toBeGreaterThan(3);
  expect(rover.contacts).toEqual([]);
});

test('the range finder and the battery, read as on a chip, while it drives at a wall and into it', async () => {
  const [lines, rover] = await drive(`
trigger, echo = Pin(5, Pin.OUT, value=0), Pin(18, Pin.IN)
def distance():
    trigger.on()
    time.sleep_us(10)
    trigger.off()
    us = machine.time_pulse_us(echo, 1, 30000)
    return us * 0.0001717 if us > 0 else us
print(ADC(Pin(33)).read_uv() * 3 / 1e6)
for n in range(12):
    print(distance() + 0.08 + x)
    wheels(0.2, 0.2)
    for _ in range(10):
        turn()
wheels(0.5, 0.5)
for n in range(250):
    turn()
halt()
`);
  const [volts = 0, ...walls] = lines.map(Number);
  expect(volts).toBeCloseTo(8.4 - 0.15 * 0.15, 1);
  // Where the wall is, as each measurement has it: one or the other may have heard nothing.
  const heard = walls.filter((wall) => Math.abs(wall - 2.9) < 0.03);
  expect(walls).toHaveLength(12);
  expect(heard.length).toBeGreaterThanOrEqual(10);
  expect(rover.contacts).toHaveLength(1);
  expect(rover.contacts[0]?.x).toBeCloseTo(3.81, 1);
  expect(rover.contacts[0]?.atMs).toBeGreaterThan(2_000);
});

test('while the main thread does something else, the program drives and stops as ever', async () => {
  const board = await makeBoard({
    air: new Air({ speed: SPEED }),
    files: {
      'main.py': `${DRIVE}
print("go")
ahead(0.3, 0)
print(x)
`,
    },
  });
  const rover = placeRover(board, { room: emptyRoom(4, 3), pose: { x: 1, y: 1, heading: 0 } });
  onTestFinished(() => rover.close());
  const running = watch(board);
  await running.out(/go/);
  // No event comes through until it stands where it was to go.
  const word = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + 60_000;
  while (rover.pose.x < 1.27 || rover.speed.linear !== 0) {
    Atomics.wait(word, 0, 0, 20);
    if (performance.now() > deadline) break;
  }
  expect(rover.pose.x).toBeGreaterThan(1.27);
  expect(rover.pose.x).toBeLessThan(1.33);
  await running.ended;
});

test('handlers of pins see every edge, and the other channel as it was at that edge', async () => {
  const [lines, rover] = await drive(`
a, b = Pin(34), Pin(35)
count = 0
def edge(pin):
    global count
    count += 1 if a.value() != b.value() else -1
a.irq(edge)
wheels(0.3, 0.3)
for n in range(60):
    turn()
wheels(-0.3, -0.3)
for n in range(25):
    turn()
halt()
a.irq(None)
print(count)
`);
  const edges = Math.floor((rover.wheels.left.angle / (2 * Math.PI)) * 360);
  expect(Math.abs(Number(lines[0]) - edges)).toBeLessThanOrEqual(1);
  expect(edges).toBeGreaterThan(100);
});

test('without its board it rolls until it stands, and is told of: moved, and at rest', async () => {
  const board = await makeBoard({
    files: { 'main.py': `${DRIVE}\nwheels(0.5, 0.5)\nwhile True:\n    turn()\n` },
  });
  const rover = placeRover(board, { room: emptyRoom(4, 3), pose: { x: 0.5, y: 1, heading: 0 } });
  onTestFinished(() => rover.close());
  watch(board);
  await new Promise<void>((goOn) => {
    rover.on('moved', ({ x }) => {
      if (x > 0.7) goOn();
    });
  });
  await board.stop();
  const atOff = rover.pose.x;
  while (rover.speed.linear !== 0) await new Promise((goOn) => setTimeout(goOn, 20));
  // 0.5 m/s and a time constant of 0.1 s.
  expect(rover.pose.x - atOff).toBeLessThan(0.1);
  expect(rover.contacts).toEqual([]);
});

test('it is placed before its board runs, and where it fits', async () => {
  const board = await makeBoard({ files: { 'main.py': 'print("up")\nimport time\ntime.sleep(60)' } });
  const room = emptyRoom(4, 3);
  const place = (x: number) => placeRover(board, { room, pose: { x, y: 1, heading: 0 } });
  expect(() => place(0.15)).toThrow(/\(0\.15, 1\)/);
  const running = watch(board);
  await running.out(/up/);
  expect(() => place(1)).toThrow(board.name);
});
