/** The prompt, byte for byte as MicroPython's shared/runtime/pyexec.c has it on the chip. */
import { describe, expect, test } from 'vitest';
import { boardAtRawPrompt, boardOnCable, GREETING, PASTE, RAW } from '../../helpers/serial.ts';

const ROM =
  /^ets [^\r]+\r\n\r\nrst:0x1 \(POWERON_RESET\),boot:0x13 \(SPI_FAST_FLASH_BOOT\)\r\n[\s\S]*entry 0x[0-9a-f]+\r\n/;

describe('the friendly prompt', () => {
  test('after the ROM and main.py greets, echoes, computes', async () => {
    const { cable } = await boardOnCable({ files: { 'main.py': 'print("one\\ntwo")' } });
    const begin = await cable.until('>>> ');
    expect(begin).toMatch(ROM);
    expect(begin.replace(ROM, '')).toBe(`one\r\ntwo\r\n${GREETING}`);
    expect(await cable.ask('6*7\r', '>>> ')).toBe('6*7\r\n42\r\n>>> ');
    expect(await cable.ask('1/0\r', '>>> ')).toBe(
      '1/0\r\nTraceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nZeroDivisionError: divide by zero\r\n>>> ',
    );
  });

  test('edits a line: cursor keys, backspace, what was typed before', async () => {
    const { cable } = await boardOnCable();
    await cable.until(GREETING);
    cable.write('prinx(5\x7f8');
    cable.write('\x1b[D\x1b[D\x7ft\x1b[C\x1b[C)\r'); // two to the left: the x becomes a t
    expect(await cable.until('\r\n8\r\n>>> ')).toContain('prinx(5');
    expect(await cable.ask('\x1b[A\r', '\r\n8\r\n>>> ')).toContain('print(8)');
  });

  test('Ctrl-C gives a new line, Ctrl-B greets anew, Ctrl-D restarts', async () => {
    const { cable } = await boardOnCable({ files: { 'main.py': 'print("main")' } });
    await cable.until(GREETING);
    expect(await cable.ask('abc\x03', '>>> ')).toBe('abc\r\n>>> ');
    expect(await cable.ask('\x02', '>>> ')).toBe(`\r\n${GREETING}`);
    expect(await cable.ask('\x04', '>>> ')).toBe(`\r\nMPY: soft reboot\r\nmain\r\n${GREETING}`);
  });

  test('Ctrl-E takes a paste as it is', async () => {
    const { cable } = await boardOnCable();
    await cable.until(GREETING);
    expect(await cable.ask('\x05', '=== ')).toBe(
      '\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ',
    );
    expect(await cable.ask('for i in range(2):\r  print(i)\r\x04', '>>> ')).toBe(
      'for i in range(2):\r\n===   print(i)\r\n=== \r\n0\r\n1\r\n>>> ',
    );
    await cable.ask('\x05', '=== ');
    expect(await cable.ask('x\x03', '>>> ')).toBe('x\r\n>>> ');
  });
});

test.each(['', '\nimport sys\nsys.exit("over")'])(
  'Ctrl-C with the last statement of main.py%j is no crash',
  async (last) => {
    for (let time = 0; time < 5; time++) {
      const program = `for i in range(40): print("in it")${last}`;
      const { board, cable } = await boardOnCable({ files: { 'main.py': program } });
      board.on('stdout', (bytes) => Buffer.from(bytes).includes('in it') && board.interrupt());
      await cable.until('>>> ');
      await cable.ask('\r\x03\r\x01', RAW);
      await board.close();
    }
  },
);

test('input() echoes what is typed, lets it be edited, and ends with Enter', async () => {
  const { cable } = await boardOnCable();
  await cable.until(GREETING);
  await cable.ask('print(repr(input("name? ")))\r', '\r\nname? ');
  // é is two bytes, and one character to take back
  expect(await cable.ask('ab\xc3\xa9\x7f\x7fc\x1b[D\x1b[1~\r', '>>> ')).toBe(
    "ab\xc3\xa9\b\x1b[K\b\x1b[Kc\r\n'ac'\r\n>>> ",
  );
  await cable.ask('input()\r', 'input()\r\n');
  expect(await cable.ask('\x04', '>>> ')).toContain('EOFError: \r\n');
  await cable.ask('input()\r', 'input()\r\n');
  expect(await cable.ask('abc\x03', '>>> ')).toContain('KeyboardInterrupt: \r\n');
});

describe('the raw prompt', () => {
  test('runs, and tells output and traceback apart', async () => {
    const { cable } = await boardAtRawPrompt();
    expect(await cable.ask('print("a\\nb")\x04', '\x04>')).toBe('OKa\r\nb\r\n\x04\x04>');
    expect(await cable.ask('x = 5\nprint(x, end="")\nnot_there\x04', '\x04>')).toBe(
      "OK5\x04Traceback (most recent call last):\r\n  File \"<stdin>\", line 3, in <module>\r\nNameError: name 'not_there' isn't defined\r\n\x04>",
    );
    expect(await cable.ask('print(x)\x04', '\x04>')).toBe('OK5\r\n\x04\x04>'); // names live on
    expect(await cable.ask('def f(:\x04', '\x04>')).toBe(
      'OK\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n\x04>',
    );
  });

  test('bytes of sys.stdout.buffer are what they are, text has CR LF', async () => {
    const { cable } = await boardAtRawPrompt();
    const program = 'import sys\nsys.stdout.write("t\\n")\nsys.stdout.buffer.write(bytes(range(256)))\x04';
    const all = String.fromCharCode(...Array(256).keys());
    expect(await cable.ask(program, '\x04\x04>')).toBe(`OKt\r\n${all}\x04\x04>`);
  });

  test('Ctrl-A greets anew, Ctrl-C lets go of the line, Ctrl-B leaves', async () => {
    const { cable } = await boardAtRawPrompt();
    expect(await cable.ask('abc\x01', '>')).toBe(RAW);
    expect(await cable.ask('raise Exception\x03print(3)\x04', '\x04>')).toBe('OK3\r\n\x04\x04>');
    expect(await cable.ask('\x02', '>>> ')).toBe(`\r\n${GREETING}`);
  });

  test('Ctrl-D alone restarts, boot.py runs, main.py does not, and the prompt is raw still', async () => {
    const files = { 'boot.py': 'print("boot")', 'main.py': 'print("main")' };
    const { board, cable } = await boardOnCable({ files });
    await cable.until(GREETING);
    await cable.ask('\x01', RAW);
    expect(await cable.ask('\x04', RAW)).toBe(`OK\r\nMPY: soft reboot\r\nboot\r\n${RAW}`);
    expect(await cable.ask('import machine\nmachine.soft_reset()\x04', RAW)).toBe(
      `OK\x04\x04MPY: soft reboot\r\nboot\r\n${RAW}`,
    );
    await board.reset('hard'); // which forgets it
    expect((await cable.until('>>> ')).replace(ROM, '')).toBe(`boot\r\nmain\r\n${GREETING}`);
  });

  test.each([
    ['a sleep', 'import time\nprint("in it")\ntime.sleep(1000)'],
    ['input', 'print("in it")\nimport sys\nsys.stdin.read(1)'],
  ])('Ctrl-C ends %s', async (_, program) => {
    const { cable } = await boardAtRawPrompt();
    await cable.ask(`${program}\x04`, 'in it\r\n');
    // Printing is a moment for Ctrl-C, too: line 1 or 2 where it comes that soon.
    expect((await cable.ask('\x03', '\x04>')).replace(/line \d/, 'line 3')).toBe(
      '\x04Traceback (most recent call last):\r\n  File "<stdin>", line 3, in <module>\r\nKeyboardInterrupt: \r\n\x04>',
    );
  });

  test('Ctrl-C ends a loop that calls nothing, at the cost of its names', async () => {
    const { board, cable } = await boardAtRawPrompt();
    const lit = new Promise<void>((done) => board.pin(2).on('change', ({ level }) => level === 1 && done()));
    // Setting a pin is the last call before the loop, and no moment for Ctrl-C, as printing is.
    cable.write('from machine import Pin\nx = Pin(2, Pin.OUT)\nx.value(1)\nwhile True: pass\x04');
    await lit;
    expect(await cable.ask('\x03', '\x04>')).toBe('OK\x04KeyboardInterrupt: \r\n\x04>');
    expect(await cable.ask('print("x" in globals())\x04', '\x04>')).toBe('OKFalse\r\n\x04\x04>');
  });
});

test('Ctrl-C at any moment around the end of what runs leaves a prompt', async () => {
  const { cable } = await boardAtRawPrompt();
  for (let time = 0; time < 60; time++) {
    cable.write('for i in range(30): print(i)\x04');
    await cable.until(['OK', '0\r\n', '29\r\n', '\x04'][time % 4] ?? '');
    cable.write('\x03\x03');
    if (time % 3 === 0) cable.write('\x02\x03\x01'); // and in between
    cable.write(`print('time', ${time})\x04`);
    await cable.until(`time ${time}\r\n\x04\x04>`);
  }
});

describe('raw-paste', () => {
  test('tells its window, again for each that was taken, and ends with what the raw prompt prints', async () => {
    const { cable } = await boardAtRawPrompt();
    expect(await cable.ask('\x05A\x01', PASTE)).toBe(PASTE);
    const program = `print(1)\n${'#'.repeat(256 - 9)}`; // two windows
    expect(await cable.ask(program, '\x01\x01')).toBe('\x01\x01');
    expect(await cable.ask('\nprint(2)\x04', '\x04>')).toBe('\x041\r\n2\r\n\x04\x04>');
  });

  test('an empty source, a wrong one, one that is given up, one with control characters', async () => {
    const { cable } = await boardAtRawPrompt();
    await cable.ask('\x05A\x01', PASTE);
    expect(await cable.ask('\x04', '\x04\x04\x04>')).toBe('\x04\x04\x04>');
    await cable.ask('\x05A\x01', PASTE);
    expect(await cable.ask('def f(:\x04', '\x04>')).toBe(
      '\x04\x04Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nSyntaxError: invalid syntax\r\n\x04>',
    );
    await cable.ask('\x05A\x01', PASTE);
    expect(await cable.ask('print(1\x03', '\x04>')).toBe('\x04\x04KeyboardInterrupt: \r\n\x04>');
    await cable.ask('\x05A\x01', PASTE);
    expect(await cable.ask('print(repr("\x01\x02\x05A"), 2)\x04', '\x04\x04>')).toBe(
      "\x04'\\x01\\x02\\x05A' 2\r\n\x04\x04>",
    );
    expect(await cable.ask('\x05B\x01', '>')).toBe('R\x00>'); // a mode that nobody has
    expect(await cable.ask('print(3)\x04', '\x04>')).toBe('OK3\r\n\x04\x04>');
  });

  test('a source of many windows, and far more output than fits anywhere', async () => {
    const { cable } = await boardAtRawPrompt();
    const lines = Array.from({ length: 3000 }, (_, at) => `x = ${at}`).join('\n');
    await cable.ask('\x05A\x01', PASTE);
    cable.write(`${lines}\nfor i in range(6000): print("line", i, x)\n\x04`);
    const answer = await cable.until('\x04\x04>');
    const printed = Array.from({ length: 6000 }, (_, at) => `line ${at} 2999\r\n`).join('');
    const windows = '\x01'.repeat(Math.floor((lines.length + 44) / 128));
    expect(answer).toBe(`${windows}\x04${printed}\x04\x04>`);
  });
});
