# A rover on two motors: the hub steers, and when nobody does any more it stops by itself, whatever this program is doing.
import kiteline
from machine import PWM, Pin

board = kiteline.Board()  # its name, its Wi-Fi and its hub stand in /kiteline.json


class Motor:
    def __init__(self, forward, back):
        self.forward = PWM(Pin(forward), freq=1000, duty_u16=0)
        self.back = PWM(Pin(back), freq=1000, duty_u16=0)

    def run(self, speed):
        """-1 (full speed back) to 1."""
        self.forward.duty_u16(int(65535 * max(0, speed)))
        self.back.duty_u16(int(65535 * max(0, -speed)))


left_motor = Motor(25, 26)
right_motor = Motor(32, 33)


def halt():
    left_motor.run(0)
    right_motor.run(0)


# Each setpoint holds for 400 ms. Without a newer one halt() runs, by a hardware timer.
@board.control("drive", lease=400, stop=halt, left=(float, -1, 1), right=(float, -1, 1))
def drive(left, right):
    left_motor.run(left)
    right_motor.run(right)


board.run()
