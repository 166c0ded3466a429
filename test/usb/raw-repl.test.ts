/** The raw REPL's client over scripted bytes. */
import { describe, expect, it } from 'vitest';
import { RawRepl } from '../../src/board/raw-repl.ts';
import { BoardError } from '../../src/board/repl-error.ts';
import { FakeRepl, hastyClock } from './fake-repl.ts';

const LONG = `print("${'x'.repeat(300)}")`;

describe('a program and its output', () => {
  for (const paste of ['there', 'missing', 'old'] as const) {
    for (const split of [0, 1, 3]) {
      it(`raw-paste ${paste}, ${split || 'all'} bytes at a time`, async () => {
        const fake = new FakeRepl({ paste, split, run: () => ({ out: 'hello\r\n' }) });
        const repl = await RawRepl.enter(fake.port);
        expect(await repl.print(LONG)).toBe('hello\r\n');
        expect(await repl.print('2')).toBe('hello\r\n');
        expect(fake.programs).toEqual([LONG, '2']);
        expect(fake.overrun).toBe(0);
      });
    }
  }

  it('a board that hangs when asked for raw-paste is taken back, and not asked again', async () => {
    const fake = new FakeRepl({ paste: 'hangs', run: () => ({ out: '1' }) });
    const repl = await RawRepl.enter(fake.port);
    expect(await repl.print('a')).toBe('1');
    expect(await repl.print('b')).toBe('1');
    expect(fake.programs).toEqual(['a', 'b']);
  });

  it('output comes as it is printed, however large, and the traceback is the error', async () => {
    const big = 'y'.repeat(200_000);
    const fake = new FakeRepl({
      split: 1000,
      run: () => ({ out: big, error: 'Traceback (most recent call last):\r\nValueError: no\r\n' }),
    });
    const repl = await RawRepl.enter(fake.port);
    let came = '';
    const error = await repl
      .exec('x', {
        onOutput: (bytes) => {
          came += bytes;
        },
      })
      .catch((error: unknown) => error);
    expect(came).toBe(big);
    expect(error).toBeInstanceOf(BoardError);
    expect(error).toMatchObject({
      code: 'BOARD_RAISED',
      message: 'Traceback (most recent call last):\nValueError: no',
    });
  });

  it('sys.exit() resets the board, and the next program runs', async () => {
    const fake = new FakeRepl({ split: 2, run: (code) => ({ reboots: code === 'exit', out: code }) });
    const repl = await RawRepl.enter(fake.port);
    expect(await repl.print('exit')).toBe('exit');
    expect(await repl.print('more')).toBe('more');
  });

  it('a soft reset comes back to the prompt', async () => {
    const repl = await RawRepl.enter(new FakeRepl({ run: () => ({ out: '7' }) }).port);
    await repl.softReset();
    expect(await repl.print('x')).toBe('7');
  });

  it('an aborted program is interrupted by Ctrl-C', async () => {
    const fake = new FakeRepl({ run: () => ({ out: 'begun', hangs: true }) });
    const repl = await RawRepl.enter(fake.port);
    const abort = new AbortController();
    await expect(repl.exec('loop', { signal: abort.signal, onOutput: () => abort.abort() })).rejects.toThrow(
      /KeyboardInterrupt/,
    );
  });
});

describe('a board that is no help', () => {
  it('that takes Ctrl-C only the third time is asked so often', async () => {
    const repl = await RawRepl.enter(new FakeRepl({ deaf: 2, run: () => ({ out: 'yes' }) }).port);
    expect(await repl.print('x')).toBe('yes');
  });

  it('garbage before the prompt is passed over', async () => {
    const noise = Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 7919) & 255)).toString('latin1');
    const repl = await RawRepl.enter(new FakeRepl({ noise, split: 11, run: () => ({ out: 'yes' }) }).port);
    expect(await repl.print('x')).toBe('yes');
  });

  for (const [noise, sentence] of [
    ['', /Nothing answers at fake/],
    ['\xff\xfe\x12\x90garbage', /no MicroPython prompt \(".*garbage"\).*--baud/],
    ['rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n', /boot loader/],
    ['invalid header: 0xffffffff\r\n', /no firmware.*micropython\.org/],
    ['ets Jul 29 2019\r\nrst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST)\r\n', /restarts again and again/],
  ] as const) {
    it(`that says ${JSON.stringify(noise.slice(0, 20))} has a sentence`, async () => {
      const fake = new FakeRepl({ noise, deaf: 1_000 });
      await expect(RawRepl.enter(fake.port, { clock: hastyClock })).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringMatching(sentence),
      });
    });
  }

  it('that goes away in the middle is told as gone', async () => {
    const fake = new FakeRepl({ run: () => ({ out: 'half', hangs: true }) });
    const repl = await RawRepl.enter(fake.port);
    await expect(repl.exec('x', { onOutput: () => void fake.port.destroy() })).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringMatching(/fake has gone/),
    });
  });

  it('that is silent in the middle of a program with a deadline is told as silent', async () => {
    const repl = await RawRepl.enter(new FakeRepl({ run: () => ({ hangs: true }) }).port);
    await expect(repl.exec('x', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('answers that are no JSON are no answers', async () => {
    const repl = await RawRepl.enter(new FakeRepl({ run: () => ({ out: '[1, 2' }) }).port);
    await expect(repl.ask('x')).rejects.toMatchObject({ code: 'GARBLED' });
  });
});
