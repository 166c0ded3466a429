# A rover that sees with an ultrasonic range finder. The hub keeps the map and plans; this program drives, and stops by itself when
# nobody plans any more. It runs on MicroPython 1.27 or later (machine.Encoder).
import asyncio
from math import atan, atan2, cos, pi, sin, sqrt
from time import sleep_us, ticks_add, ticks_diff, ticks_ms

import kiteline
from machine import ADC, PWM, Encoder, Pin, Timer, time_pulse_us

# The rover, in metres.
WHEEL = 0.033  # a wheel's radius
BASE = 0.15  # from wheel to wheel
COUNTS = 720  # of an encoder in a turn of its wheel: all edges of both channels
TOP = 0.6  # what the motors can do, m/s
DEAD = 0.1  # below this share of their power they do not turn
VOLTS = 7.4  # of the battery when they do that

# How it drives: metres, seconds, radians.
CRUISE = 0.3
SPIN = 1.1  # while it looks around: a reading every 3.8 degrees, so each direction is in four cones
AHEAD = 0.15  # pure pursuit: it heads for the point of its path so far ahead
OFF = 0.06  # so far beside its path it stops and asks
CLEAR = 0.06  # so near to what the range finder sees it drives no further

# Times in ms.
TICK = 30  # the follower: 33 times a second, and a reading every second time: the HC-SR04 wants 60 ms
ASK = 500  # from one question to the next
LEASE = 2000  # a plan holds so long, from when it was asked for
SLOW = 1000  # in the last part of that it gets slower
COAST = 200  # so long before its end the motors are off: the wheels run on
STUCK = 1500  # after so long before an obstacle that is not in the plan it looks around

board = kiteline.Board()  # its name, its Wi-Fi and its hub stand in /kiteline.json
trigger = Pin(5, Pin.OUT, value=0)
echo = Pin(18, Pin.IN)
battery = ADC(Pin(33))  # behind a divider, 30 and 15 kΩ


class Wheel:
    def __init__(self, forward, back, power, number, a, b):
        self.forward = Pin(forward, Pin.OUT, value=0)
        self.back = Pin(back, Pin.OUT, value=0)
        self.power = PWM(Pin(power), freq=1000, duty_u16=0)
        self.encoder = Encoder(number, Pin(a, Pin.IN), Pin(b, Pin.IN), phases=4)
        self.count = 0
        self.speed = 0.0  # m/s
        self.sum = 0.0  # what the motor needs beside the rule of thumb

    def moved(self, seconds):
        """Metres since it was asked last."""
        count = self.encoder.value()
        metres = (count - self.count) * 2 * pi * WHEEL / COUNTS
        self.count = count
        self.speed = metres / seconds
        return metres

    def run(self, wanted, seconds):
        """Holds a speed, m/s: a PI controller."""
        if wanted == 0:
            return self.off()
        error = wanted - self.speed
        self.sum = max(-0.4, min(0.4, self.sum + 4 * error * seconds))
        rule = (1 - DEAD) * wanted / TOP + (DEAD if wanted > 0 else -DEAD)
        duty = rule * VOLTS / rover.volts + error + self.sum
        self.forward(duty > 0)
        self.back(duty < 0)
        self.power.duty_u16(int(65535 * min(1, abs(duty))))

    def off(self):
        self.power.duty_u16(0)
        self.sum = 0.0


left_wheel = Wheel(25, 26, 27, 0, 34, 35)
right_wheel = Wheel(32, 13, 14, 1, 36, 39)


def wrap(angle):
    return (angle + pi) % (2 * pi) - pi


def echo_us():
    """How long the sound was under way to the nearest thing in the cone and back; -1: nothing came back, -2: no finder."""
    trigger(1)
    sleep_us(10)
    trigger(0)
    return time_pulse_us(echo, 1, 25_000)


class Rover:
    x = y = heading = 0.0  # where it was switched on
    range = None  # metres; None: nothing was heard
    ahead = None  # what the last readings say together: one echo gets lost now and then
    lost = 0  # echoes, one after the other
    deaf = 0  # how often the range finder did not even begin
    volts = VOLTS
    at = None  # the hub's time of the last reading
    state = "idle"
    goal = None
    path = ()  # corner points, the first is where it was asked for
    leg = 0  # on the way from that point to the next
    look = False  # at the end of the path
    looked = None  # the hub's time when it began to look around, if it has done that since the last plan
    looks = None  # the same while it is at it
    left_to_turn = 0  # radians, while it looks around
    turning = False  # on the spot, towards its path
    due = 0  # until when the plan holds, ticks
    ticked = 0  # when the wheels were told last, ticks
    clear = 0  # when the way was free last, ticks
    last = 0  # when it looked at the wheels last, ticks
    hand = None  # m/s of both wheels, by the joystick

    def tick(self, n):
        now = ticks_ms()
        seconds = max(1, ticks_diff(now, self.last)) / 1000
        self.last = now
        turned = self.locate(seconds)
        moving = left_wheel.speed or right_wheel.speed or self.goal
        if n % (2 if moving else 5) == 0:
            self.read()
        ahead, spin = self.steer(now, turned)
        if ahead > 0:
            ahead = min(ahead, self.room())
        left_wheel.run(ahead - spin * BASE / 2, seconds)
        right_wheel.run(ahead + spin * BASE / 2, seconds)
        self.ticked = now

    def locate(self, seconds):
        # Odometry of a differential drive: Siegwart & Nourbakhsh, Introduction to Autonomous Mobile Robots, 5.2.4.
        left = left_wheel.moved(seconds)
        right = right_wheel.moved(seconds)
        turned = (right - left) / BASE
        middle = self.heading + turned / 2
        self.x += (left + right) / 2 * cos(middle)
        self.y += (left + right) / 2 * sin(middle)
        self.heading = wrap(self.heading + turned)
        return turned

    def read(self):
        us = echo_us()
        self.range = us * 0.0001717 if us > 0 else None
        self.lost = 0 if self.range else self.lost + 1
        if self.range or self.lost > 2:
            self.ahead = self.range
        self.deaf = self.deaf + 1 if us == -2 else 0
        if self.deaf > 5 and self.goal:
            self.end("no range finder")
        self.at = board.now()
        self.volts = max(5, battery.read_uv() * 3e-6)
        board.send(
            {
                "x": round(self.x, 3),
                "y": round(self.y, 3),
                "heading": round(self.heading, 4),
                "range": self.range and round(self.range, 3),
                "speed": round((left_wheel.speed + right_wheel.speed) / 2, 2),
                "battery": round(self.volts, 2),
            },
            self.at,
        )

    def room(self):
        """The speed at which it still stops before what it sees, m/s."""
        if self.ahead is None:
            return CRUISE
        speed = 1.5 * (self.ahead - CLEAR)
        return speed if speed > 0.02 else 0

    def steer(self, now, turned):
        """What it should do: m/s ahead, radians a second to the left."""
        if self.hand:
            left, right = self.hand
            return (left + right) / 2, (right - left) / BASE
        holds = min(1, (ticks_diff(self.due, now) - COAST) / SLOW)
        if not self.goal or holds <= 0:
            return 0, 0
        if self.left_to_turn > 0:
            self.left_to_turn -= turned
            if self.left_to_turn > 0:
                return 0, SPIN * holds
            self.looked = self.looks
            question.set()
        if not self.path:
            return 0, 0
        ahead, spin = self.follow()
        if not ahead or self.turning or self.room():
            self.clear = now
        elif ticks_diff(now, self.clear) > STUCK:
            self.look_around()
        return ahead * holds, spin * holds

    def follow(self):
        # Pure pursuit (Coulter, CMU-RI-TR-92-01), leg by leg, so that it cuts no corner.
        while True:
            x, y = self.path[self.leg]
            to_x, to_y = self.path[self.leg + 1]
            dx, dy = to_x - x, to_y - y
            length = sqrt(dx * dx + dy * dy) or 0.001
            left = length - ((self.x - x) * dx + (self.y - y) * dy) / length
            if left > 0.015:
                break
            self.leg += 1
            if self.leg == len(self.path) - 1:
                self.path = ()
                if self.look:
                    self.look_around()
                else:
                    self.end("arrived")
                return 0, 0
        beside = ((self.y - y) * dx - (self.x - x) * dy) / length
        if abs(beside) > OFF:
            self.path = ()
            question.set()
            return 0, 0
        error = wrap(atan2(dy, dx) - atan(beside / AHEAD) - self.heading)
        if abs(error) > (0.1 if self.turning else 0.5):
            self.turning = True
            return 0, max(-2, min(2, 4 * error))
        self.turning = False
        ahead = CRUISE
        if self.bends(to_x, to_y, dx, dy):
            ahead = min(ahead, 0.05 + 2 * left)
        return ahead, 2 * ahead * sin(error) / AHEAD

    def bends(self, x, y, dx, dy):
        # Whether the path ends at the end of this leg, or turns there so much that the rover will turn on the spot.
        if self.leg + 2 == len(self.path):
            return True
        next_x, next_y = self.path[self.leg + 2]
        return abs(wrap(atan2(next_y - y, next_x - x) - atan2(dy, dx))) > 0.3

    def look_around(self):
        self.path = ()
        self.left_to_turn = 2 * pi
        self.looks = self.at

    def take(self, plan, asked):
        """The hub's answer to a question of `asked`, ticks."""
        self.due = ticks_add(asked, LEASE)
        why = plan.get("why")
        if why:
            return self.end(why)
        self.tell("driving")
        if self.left_to_turn > 0:
            return
        self.path = plan["path"]
        self.leg = 0
        self.look = plan["look"]
        self.looked = None
        if len(self.path) < 2:
            self.path = ()
            if self.look:
                self.look_around()
            else:
                self.end("arrived")

    def end(self, state):
        self.goal = None
        self.path = ()
        self.left_to_turn = 0
        self.tell(state)

    def tell(self, state):
        if state != self.state:
            self.state = state
            board.send({"state": state})


rover = Rover()
question = asyncio.Event()  # ask now
ticks = 0


def halt():
    rover.hand = None
    left_wheel.off()
    right_wheel.off()


# Whatever blocks the loop: without the follower the motors do not run on.
def guard(_):
    if ticks_diff(ticks_ms(), rover.ticked) > 5 * TICK:
        halt()


@board.every(TICK)
def tick():
    global ticks
    ticks += 1
    rover.tick(ticks)


@board.task
async def ask():
    while True:
        try:
            await asyncio.wait_for_ms(question.wait(), ASK)
        except asyncio.TimeoutError:
            pass
        question.clear()
        goal = rover.goal
        if not goal:
            continue
        asked = ticks_ms()
        try:
            plan = await board.call(
                "plan",
                x=rover.x,
                y=rover.y,
                goal=goal,
                at=rover.at,
                looked=rover.looked,
                looking=rover.left_to_turn > 0,
                timeout=LEASE,
            )
        except (kiteline.TimeoutError, kiteline.CallError):
            # Late: it gets slower and stops meanwhile, see steer().
            rover.tell("waiting for the hub")
            continue
        if rover.goal is goal:
            rover.take(plan, asked)


# Done is told when it begins, not when it arrives: that takes minutes, and no deadline should hang on it. How it goes on is told
# by the metric `state`.
@board.command(x=float, y=float)
def goto(x, y):
    rover.end("asking for a way")
    rover.goal = [x, y]
    rover.looked = None
    question.set()


@board.command
def stop():
    rover.end("stopped")
    halt()


@board.control("drive", lease=400, stop=halt, left=(float, -1, 1), right=(float, -1, 1))
def drive(left, right):
    if rover.goal:
        rover.end("by hand")
    rover.hand = (left * TOP, right * TOP)


Timer(0).init(period=2 * TICK, mode=Timer.PERIODIC, callback=guard)
board.run()
