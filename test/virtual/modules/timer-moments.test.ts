/** When a timer's handler gets its turn: as early as on a chip, whatever the program waits in. */
import { expect, test } from 'vitest';
import { freePort, linesOf, makeBoard, SOCKET, startBoard, watch } from '../../helpers/board.ts';

test('a handler runs in every wait, and in a loop that looks at the clock: what it does ends them', async () => {
  const board = await makeBoard();
  const udp = await freePort('udp', board.address);
  const tcp = await freePort('tcp', board.address);
  board.write({
    'main.py': `${SOCKET}
import asyncio, select
from machine import Timer
here = (wlan.ifconfig()[0], ${udp})
door = (here[0], ${tcp})
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(here)
server = socket.socket()
server.bind(door)
server.listen()
poller = select.poll()
poller.register(udp, select.POLLIN)
hit = False
def speak(t):
    global hit
    hit = True
    udp.sendto(b"hit", here)
def visit(t):
    global hit
    hit = True
    guest = socket.socket()
    guest.setblocking(False)
    try:
        guest.connect(door)
    except OSError:
        pass
    guests.append(guest)
guests = []
def within(name, wait, handler=speak):
    global hit
    hit = False
    Timer(0).init(mode=Timer.ONE_SHOT, period=15, callback=handler)
    wait()
    print(name, hit)
    if handler is speak and "recv" not in name:
        udp.recv(10)
def busy():
    while not hit:
        time.ticks_ms()
def busy_us():
    while not hit:
        time.ticks_us()
def readable():
    yield asyncio.core._io_queue.queue_read(udp)
async def loop():
    await readable()
within("ticks_ms", busy)
within("ticks_us", busy_us)
within("recv", lambda: udp.recv(10))
within("recvfrom", lambda: udp.recvfrom(10))
within("poll", lambda: poller.poll())
within("ipoll", lambda: list(poller.ipoll()))
within("select", lambda: select.select([udp], [], []))
within("asyncio", lambda: asyncio.run(loop()))
within("accept", server.accept, visit)
`,
  });
  const running = watch(board);
  expect(await running.ended, running.stderr()).toEqual({ how: 'done' });
  const waits = ['ticks_ms', 'ticks_us', 'recv', 'recvfrom', 'poll', 'ipoll', 'select', 'asyncio', 'accept'];
  expect(running.stdout()).toBe(waits.map((name) => `${name} True\n`).join(''));
});

test('a handler runs in the midst of time.sleep(), not behind it', async () => {
  expect(
    await linesOf(`
import time
from machine import Timer
begun = time.ticks_ms()
Timer(0).init(mode=Timer.ONE_SHOT, period=15, callback=lambda t: print(time.ticks_diff(time.ticks_ms(), begun) < 2500))
time.sleep(3)
print(time.ticks_diff(time.ticks_ms(), begun) >= 3000)
`),
  ).toEqual(['True', 'True']);
});

test('a timer does not wait for the answer to what the chip knows at once, and does for a name', async () => {
  const watched = await startBoard(`
import network, socket, time
from machine import Timer
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
order = []
def ask(question):
    order.clear()
    Timer(0).init(mode=Timer.ONE_SHOT, period=20, callback=lambda t: order.append(wlan.config("pm")))
    print("ask")
    question()
    order.append("answered")
    while len(order) < 2:
        time.sleep_ms(1)
    print(order)
ask(lambda: wlan.config("channel"))
ask(lambda: socket.getaddrinfo("localhost", 1))
`);
  watched.board.on('stdout', (bytes) => {
    // The main thread, which answers, has other work for a while.
    if (Buffer.from(bytes).toString().includes('ask'))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  });
  await watched.ended;
  expect(watched.stdout().match(/\[.*\]/g)).toEqual(["[1, 'answered']", "['answered', 1]"]);
});

test('Ctrl-C and a timer at the same moment: the program hears of the one, and the other goes on', async () => {
  const watched = await startBoard(`
import time
from machine import Timer
ticks = 0
def tick(t):
    global ticks
    ticks += 1
Timer(0).init(period=1, callback=tick)
for n in range(40):
    try:
        print("wait", n)
        while True:
            time.sleep_us(1)
    except KeyboardInterrupt:
        before = ticks
        while ticks == before:
            time.sleep_ms(1)
print("end")
raise SystemExit
`);
  for (let n = 0; n < 40; n++) {
    await watched.out(new RegExp(`wait ${n}\\n`));
    watched.board.interrupt();
  }
  await watched.out(/end/);
  expect(watched.stderr()).toBe('');
  await watched.board.stop();
});
