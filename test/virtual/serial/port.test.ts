/** What happens to the cable: lines, plug, speed, readers that are slow. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SerialEnd } from '../../../src/virtual/index.ts';
import { makeBoard } from '../../helpers/board.ts';
import { boardAtRawPrompt, boardOnCable, GREETING, PASTE, RAW, Typist } from '../../helpers/serial.ts';

describe('DTR and RTS', () => {
  test('RTS alone holds the chip in reset, and it begins when that ends', async () => {
    const { board, cable } = await boardOnCable({ files: { 'main.py': 'print("main")' } });
    await cable.until(GREETING);
    const port = cable.port as SerialEnd;
    port.setLines({ dtr: false, rts: true });
    cable.write('print("nobody hears this")\r');
    port.setLines({ rts: false });
    expect(await cable.until(GREETING)).toMatch(
      /^ets .*\r\n\r\nrst:0x1 \(POWERON_RESET\),boot:0x13[\s\S]*\r\nmain\r\n/,
    );
    expect(board.serial.lines).toEqual({ dtr: false, rts: false });
    expect(await cable.ask('1\r', '>>> ')).toBe('1\r\n1\r\n>>> ');
  });

  test("esptool's way to the ROM: GPIO0 low as EN rises; then the reset button of the same two lines", async () => {
    const { cable } = await boardOnCable();
    await cable.until(GREETING);
    const port = cable.port as SerialEnd;
    port.setLines({ dtr: false, rts: true });
    port.setLines({ dtr: true, rts: false });
    expect(await cable.until('waiting for download\r\n')).toMatch(/boot:0x3 \(DOWNLOAD_BOOT/);
    port.setLines({ dtr: false });
    port.setLines({ rts: true });
    port.setLines({ rts: false });
    await cable.until(GREETING);
  });

  test('opening and closing reset nothing', async () => {
    const { board, cable } = await boardOnCable();
    await cable.until(GREETING);
    let resets = 0;
    board.on('reset', () => {
      resets += 1;
    });
    cable.port.destroy();
    const again = new Typist(board.serial.open());
    expect(await again.ask('2\r', '>>> ')).toBe('2\r\n2\r\n>>> ');
    (again.port as SerialEnd).setLines({ rts: false }); // as mpremote ends, one after the other
    (again.port as SerialEnd).setLines({ dtr: false });
    expect(resets).toBe(0);
  });
});

describe('the cable', () => {
  test.each([1, 40, 77, 200])(
    'pulled after %i bytes of a push: the board starts again, and has no half file',
    async (at) => {
      const files = { 'main.py': 'print("old")' };
      const { board, cable } = await boardOnCable({ files });
      await cable.until(GREETING);
      await cable.ask('\x01', RAW);
      const gone = once(cable.port, 'error');
      const pulled = once(board.serial, 'unplugged');
      board.serial.unplug({ afterBytes: at });
      cable.write(`f = open("main.py", "w")\nf.write("print('new')" + "#" * 100)\x04${'#'.repeat(200)}`);
      await pulled;
      expect((await gone)[0]).toMatchObject({ code: 'UNPLUGGED' });
      expect(() => board.serial.open()).toThrow(expect.objectContaining({ code: 'UNPLUGGED' }));
      board.serial.plug();
      const again = new Typist(board.serial.open());
      expect(await again.until(GREETING)).toContain('\r\nold\r\n');
    },
  );

  test('a board with another supply lives on', async () => {
    const { board, cable } = await boardAtRawPrompt();
    await cable.ask('x = 7\x04', '\x04>');
    board.serial.unplug({ power: false });
    board.serial.plug();
    const again = new Typist(board.serial.open());
    expect(await again.ask('print(x)\x04', '\x04>')).toBe('OK7\r\n\x04\x04>');
  });
});

test('at 115200 baud all goes through, in both directions, as slowly as it does there', async () => {
  const { board, cable } = await boardAtRawPrompt();
  board.serial.baud = 115_200;
  const begin = performance.now();
  await cable.ask('\x05A\x01', PASTE);
  const source = `print("x" * 3000)\n${'#'.repeat(3000)}`;
  cable.write(`${source}\x04`);
  const answer = await cable.until('\x04\x04>');
  expect(answer.slice(-3005)).toBe(`${'x'.repeat(3000)}\r\n\x04\x04>`.slice(-3005));
  // Never faster than the wire: 6,000 bytes, each way 3,000.
  expect(performance.now() - begin).toBeGreaterThan(6000 / 11.52 - 50);
});

test('one that does not read makes the board wait, then loses what comes, and harms nobody', async () => {
  const { board, cable } = await boardAtRawPrompt();
  const lazy = board.serial.open();
  const answer = await cable.ask('for i in range(1000): print("x" * 358)\nprint("end")\x04', 'end\r\n');
  expect(answer).toHaveLength('OK'.length + 360_000 + 'end\r\n'.length);
  expect(lazy.dropped).toBeGreaterThan(0);
  await cable.ask('\x02', '>>> '); // and it goes on
  lazy.destroy();
});

test('more typed than fits waits outside; Ctrl-C is not behind it', async () => {
  const { cable } = await boardOnCable();
  await cable.until(GREETING);
  await cable.ask('import time\rtime.sleep(1000)\r', 'sleep(1000)\r\n');
  cable.write('#'.repeat(10_000));
  cable.write('\x03');
  await cable.until('KeyboardInterrupt: \r\n');
  expect(await cable.ask('\r3\r', '\r\n3\r\n>>> ')).toContain('#'.repeat(1000));
});

test('the port of a board that is off takes nothing', async () => {
  const board = await makeBoard({ repl: true });
  const end = board.serial.open();
  expect(end).toBeInstanceOf(SerialEnd);
  end.write('1\r');
  const cable = new Typist(end);
  void board.run();
  await cable.until(GREETING);
  expect(await cable.ask('2\r', '>>> ')).toBe('2\r\n2\r\n>>> ');
});
