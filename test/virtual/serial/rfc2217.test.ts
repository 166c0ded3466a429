import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveRfc2217, type VirtualBoardOptions } from '../../../src/virtual/index.ts';
import { makeBoard } from '../../helpers/board.ts';
import { GREETING, Typist } from '../../helpers/serial.ts';

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240];
const [ECHO, BINARY, COM_PORT] = [1, 0, 44];

/** A board that is on, and its port on TCP. */
async function served(options: VirtualBoardOptions = {}) {
  const board = await makeBoard({ repl: true, ...options });
  const server = await serveRfc2217(board);
  onTestFinished(() => server.close());
  const dial = async () => {
    const socket = connect(server.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const first = await dial();
  const cable = new Typist(first);
  void board.run();
  await cable.until(GREETING);
  return { board, server, cable, first, dial };
}

const bytes = (...values: number[]) => Buffer.from(values).toString('latin1');
const command = (...values: number[]) => bytes(IAC, SB, COM_PORT, ...values, IAC, SE);
const closed = (socket: Socket) => new Promise<void>((done) => socket.once('close', () => done()));

describe('RFC 2217', () => {
  test('agrees to what it has, declines the rest, and says each once', async () => {
    const { cable } = await served();
    cable.write(bytes(IAC, WILL, COM_PORT, IAC, DO, ECHO, IAC, WILL, COM_PORT, IAC, DO, 3, IAC, WILL, 31));
    const answer = await cable.until(bytes(IAC, DONT, 31));
    expect([...Buffer.from(answer, 'latin1')]).toEqual([
      ...[IAC, DO, COM_PORT],
      ...[IAC, WILL, BINARY, IAC, DO, BINARY], // not a line of text
      ...[IAC, WONT, ECHO],
      ...[IAC, WILL, 3],
      ...[IAC, DONT, 31],
    ]);
    expect(await cable.ask(bytes(IAC, WONT, COM_PORT, IAC, WONT, COM_PORT, 0x31, 13), '>>> ')).toBe(
      `${bytes(IAC, DONT, COM_PORT)}1\r\n1\r\n>>> `,
    );
  });

  test('who asks and asks, and reads no answer, is let go of; the next one has the port', async () => {
    const { first, dial } = await served();
    first.pause();
    let isGone = false;
    first.once('error', () => {
      isGone = true;
    });
    const asked = Buffer.from(command(0).repeat(20_000), 'latin1'); // the signature: four bytes of answer for each that asks
    for (let times = 0; times < 500 && !isGone; times++)
      await new Promise<unknown>((done) => first.write(asked, done));
    expect(isGone).toBe(true);
    const next = new Typist(await dial());
    expect(await next.ask('6*7\r', '>>> ')).toContain('42');
  });

  test('speed, frame, control lines, purge and signature are answered, split anywhere', async () => {
    const { board, cable } = await served();
    const ask = async (...values: number[]) => {
      const text = command(...values);
      for (const byte of text) cable.write(byte);
      const answer = await cable.until(bytes(IAC, SE));
      return [...Buffer.from(answer.slice(answer.indexOf(bytes(IAC, SB))), 'latin1')].slice(3, -2);
    };
    expect(await ask(1, 0, 0, 0, 0)).toEqual([101, 0, 1, 0xc2, 0]); // 115200 is what it has
    expect(await ask(1, 0, 7, 8, 0)).toEqual([101, 0, 7, 8, 0]);
    expect(await ask(1, 0, 0, 0, 0)).toEqual([101, 0, 7, 8, 0]);
    expect(await ask(2, 8)).toEqual([102, 8]);
    expect(await ask(3, 1)).toEqual([103, 1]);
    expect(await ask(4, 1)).toEqual([104, 1]);
    expect(await ask(5, 8)).toEqual([105, 8]); // DTR
    expect(board.serial.lines).toEqual({ dtr: true, rts: false });
    expect(await ask(5, 11)).toEqual([105, 11]); // RTS
    expect(board.serial.lines).toEqual({ dtr: true, rts: true });
    expect(await ask(5, 7)).toEqual([105, 8]);
    expect(await ask(5, 10)).toEqual([105, 11]);
    expect(await ask(5, 0)).toEqual([105, 1]); // no flow control
    expect(await ask(12, 3)).toEqual([112, 3]);
    expect(await ask(7)).toEqual([107, 0x30]);
    expect(Buffer.from(await ask(0)).toString('latin1', 1)).toBe('Kiteline virtual board');
    cable.write(command(99, 1) + bytes(IAC, SB, 31, 0, IAC, SE)); // what nobody knows
    cable.write(bytes(IAC, SB, ...Array(1000).fill(1), IAC, SE));
    expect(await cable.ask('5\r', '>>> ')).toBe('5\r\n5\r\n>>> ');
  });

  test('a byte of 255 is one, in both directions', async () => {
    const { cable } = await served();
    await cable.ask('\r\x01', 'exit\r\n>');
    expect(await cable.ask('print(ord("\xc3\xbf\xff\xff"[-1]))\x04', '\x04>')).toMatch(/^OK/); // wrong UTF-8, as it may be
    expect(await cable.ask('import sys\nsys.stdout.buffer.write(bytes((1,255,2)))\x04', '\x04\x04>')).toBe(
      'OK\x01\xff\xff\x02\x04\x04>',
    );
  });

  test('RTS resets the board', async () => {
    const { cable } = await served();
    cable.write(command(5, 11));
    cable.write(command(5, 12));
    expect(await cable.until(GREETING)).toContain('POWERON_RESET');
  });

  test('one at a time; the lines fall when it goes; after that the next', async () => {
    const { board, cable, first, dial } = await served();
    const second = await dial();
    await closed(second);
    cable.write(command(5, 8) + command(5, 11));
    await cable.until(command(105, 11));
    const gone = closed(first);
    first.end();
    await gone;
    expect(board.serial.lines).toEqual({ dtr: false, rts: false });
    const third = new Typist(await dial());
    expect(await third.ask('4\r', '>>> ')).toBe('4\r\n4\r\n>>> ');
  });

  test('a pulled cable closes the connection, and nobody gets one until it is plugged in', async () => {
    const { board, first, dial } = await served();
    const gone = closed(first);
    board.serial.unplug();
    await gone;
    await closed(await dial());
    board.serial.plug();
    await new Typist(await dial()).until(GREETING);
  });

  test('far more than fits anywhere, to a reader that pauses, arrives whole', async () => {
    const { cable, first } = await served();
    await cable.ask('\r\x01', 'exit\r\n>');
    await cable.ask('for i in range(6000): print("line", i)\x04', 'line 100\r\n');
    first.pause();
    await new Promise((done) => setImmediate(done));
    first.resume();
    const text = await cable.until('\x04\x04>');
    expect(text).toBe(
      `${Array.from({ length: 5_899 }, (_, at) => `line ${at + 101}\r\n`).join('')}\x04\x04>`,
    );
  });
});
