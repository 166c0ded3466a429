import { describe, expect, test } from 'vitest';
import { Air } from '../../../src/virtual/index.ts';
import { JOIN, linesOf, makeBoard, runBoard, startBoard, watch } from '../../helpers/board.ts';

const lab = { ssid: 'lab', password: 'secret', channel: 11, rssi: -61 };
const cafe = { ssid: 'cafe', rssi: -80 };
const fast = (accessPoints = [lab, cafe]) => new Air({ accessPoints, joinMs: 20 });

const ACTIVE = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
def until(code):
    while wlan.status() != code:
        time.sleep_ms(5)
`;

describe('joining a network', () => {
  test('while not wlan.isconnected(): pass ends with an address', async () => {
    const { board, stdout } = await runBoard(`${JOIN}print(wlan.ifconfig()[0], wlan.status())`);
    expect(stdout).toBe(`${board.address} 1010\n`);
  });

  test('status is 1000 at first, 1001 while it connects, 1010 with an address', async () => {
    expect(
      await linesOf(
        `${ACTIVE}
print(wlan.status(), wlan.isconnected())
wlan.connect('lab', 'secret')
print(wlan.status(), wlan.isconnected())
until(network.STAT_GOT_IP)
print(wlan.status(), wlan.isconnected())`,
        { air: fast() },
      ),
    ).toEqual(['1000 False', '1001 False', '1010 True']);
  });

  test('a wrong password is 202', async () => {
    expect(
      await linesOf(`${ACTIVE}wlan.connect('lab', 'guess')\nuntil(202)\nprint(wlan.isconnected())`, {
        air: fast(),
      }),
    ).toEqual(['False']);
  });

  test('a network that is not there is 201', async () => {
    expect(
      await linesOf(`${ACTIVE}wlan.connect('nowhere', 'x')\nuntil(201)\nprint(wlan.isconnected())`, {
        air: fast(),
      }),
    ).toEqual(['False']);
  });

  test('by default it tries for ever: the network may come later', async () => {
    const air = fast([cafe]);
    const running = await startBoard(
      `${ACTIVE}print(wlan.config('reconnects'))
wlan.connect('lab', 'secret')
until(201)
print('not there')
until(1010)
print('joined')`,
      { air },
    );
    await running.out(/^-1\nnot there/);
    air.put(lab);
    await running.out(/joined/);
  });

  test('reconnects=0 gives up after one attempt, and connect() tries again', async () => {
    const air = fast([]);
    const running = await startBoard(
      `${ACTIVE}wlan.config(reconnects=0)
wlan.connect('lab', 'secret')
until(201)
print('gave up', wlan.config('reconnects'))
input()
print(wlan.isconnected(), wlan.status())
wlan.connect()
until(1010)
print('joined')`,
      { air },
    );
    await running.out(/gave up 0/);
    air.put(lab);
    running.board.type('\n');
    await running.out(/False 201\njoined/);
  });

  test('what the chip refuses: not started, connecting already, no network named', async () => {
    expect(
      await linesOf(
        `import network
wlan = network.WLAN(network.STA_IF)
def refused(call, *args):
    try:
        call(*args)
    except OSError as e:
        print(e)
refused(wlan.connect, 'lab', 'secret')
refused(wlan.scan)
wlan.active(True)
refused(wlan.connect)
refused(wlan.status, 'rssi')
wlan.connect('lab', 'secret')
refused(wlan.connect, 'lab', 'secret')`,
        { air: fast() },
      ),
    ).toEqual([
      'Wifi Not Started',
      'STA must be active',
      'Wifi SSID Invalid',
      'Wifi Not Connected',
      'Wifi Internal Error',
    ]);
  });

  test('disconnect leaves, active(False) forgets the address', async () => {
    expect(
      await linesOf(
        `${JOIN}
wlan.disconnect()
print(wlan.isconnected(), wlan.status())
wlan.connect('lab', 'secret')
while not wlan.isconnected(): pass
wlan.active(False)
print(wlan.active(), wlan.isconnected(), wlan.ifconfig()[0])`,
        { air: fast() },
      ),
    ).toEqual(['False 1000', 'False False 0.0.0.0']);
  });

  test('the access point goes away and comes back, and the board with it', async () => {
    const air = fast();
    const board = await makeBoard({
      air,
      files: {
        'main.py': `${JOIN}
print('up')
while wlan.isconnected(): pass
print('down')
while not wlan.isconnected(): pass
print('up again')`,
      },
    });
    const changes: boolean[] = [];
    board.on('wifi', ({ connected }) => changes.push(connected));
    const running = watch(board);
    await running.out(/up\n/);
    air.remove('lab');
    await running.out(/down\n/);
    air.put(lab);
    await running.out(/up again\n/);
    expect(changes).toEqual([true, false, true]);
  });
});

describe('what WLAN tells', () => {
  test('scan: strongest first, with the fields of the chip', async () => {
    expect(
      await linesOf(
        `${ACTIVE}
for ssid, bssid, channel, rssi, security, hidden in wlan.scan():
    print(ssid, len(bssid), channel, rssi, security, hidden)`,
        { air: fast() },
      ),
    ).toEqual(["b'lab' 6 11 -61 3 False", "b'cafe' 6 6 -80 0 False"]);
  });

  test('config, ifconfig, ipconfig, rssi', async () => {
    const { board, stdout } = await runBoard(
      `${JOIN}
print(wlan.config('ssid'), wlan.config('essid'), wlan.config('channel'), wlan.status('rssi'))
print(wlan.ipconfig('addr4'), wlan.ipconfig('gw4'), wlan.ipconfig('dhcp4'), network.ipconfig('dns'))
print(wlan.ifconfig())
print(len(wlan.config('mac')), wlan.config('mac')[:3].hex())
wlan.config(pm=wlan.PM_NONE, txpower=8.5)
print(wlan.config('pm'), wlan.config('txpower'))`,
      { air: fast() },
    );
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      'lab lab 11 -61',
      `('${board.address}', '255.0.0.0') 127.0.0.1 True 127.0.0.1`,
      `('${board.address}', '255.0.0.0', '127.0.0.1', '127.0.0.1')`,
      '6 240ac4',
      '0 8.5',
    ]);
  });

  test('what config refuses', async () => {
    expect(
      await linesOf(`${ACTIVE}
def refused(*names, **settings):
    try:
        wlan.config(*names, **settings)
    except Exception as e:
        print(type(e).__name__, e)
refused('nothing')
refused('ssid', 'mac')
refused('ssid', pm=1)
refused(key='x')
refused('hidden')`),
    ).toEqual([
      'ValueError unknown config param',
      'TypeError can query only one param',
      'TypeError either pos or kw args are allowed',
      'OSError AP required',
      'OSError AP required',
    ]);
  });

  test('the constants, the host name and one object for each interface', async () => {
    expect(
      await linesOf(
        `import network
W = network.WLAN
print(network.STA_IF, network.AP_IF, W.IF_STA, W.IF_AP)
print(W.PM_NONE, W.PM_PERFORMANCE, W.PM_POWERSAVE)
print(network.STAT_IDLE, network.STAT_CONNECTING, network.STAT_GOT_IP, network.STAT_NO_AP_FOUND, network.STAT_WRONG_PASSWORD)
print(W() is W(network.STA_IF), W(network.AP_IF) is W(0))
print(network.hostname())
network.hostname('greenhouse')
print(network.hostname(), W().config('hostname'))
try:
    network.hostname('x' * 33)
except ValueError:
    print('too long')
try:
    W(7)
except ValueError as e:
    print(e)`,
        { name: 'esp32-lab' },
      ),
    ).toEqual([
      '0 1 0 1',
      '0 1 2',
      '1000 1001 1010 201 202',
      'True False',
      'esp32-lab',
      'greenhouse greenhouse',
      'too long',
      'invalid WLAN interface identifier',
    ]);
  });

  test('the access point interface', async () => {
    expect(
      await linesOf(`import network
ap = network.WLAN(network.AP_IF)
print(ap.active(), ap.ifconfig()[0])
ap.config(ssid='robot', password='12345678', security=3)
ap.active(True)
print(ap.active(), ap.ifconfig()[0], ap.config('essid'), ap.config('authmode'), ap.status('stations'))`),
    ).toEqual(['False 0.0.0.0', 'True 192.168.4.1 robot 3 []']);
  });
});
