/** `kiteline doctor` as a person and a script call it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Air, boardLibrary } from '../../src/virtual/index.ts';
import { makeBoard } from '../helpers/board.ts';
import { serveSerial } from '../usb/serve.ts';
import { run, tcpServer } from './cli.ts';
import { startUp } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NO_PORTS = ['--tcp', '0', '--udp', '0', '--http', '0'];

interface Told {
  healthy: boolean;
  findings: { id: string; hop: string; board?: string; what: string; how: string; todo: string }[];
  looked: string[];
  notLooked: string[];
}
const told = (stdout: string): Told => JSON.parse(stdout) as Told;

it('without a hub: exit code 1, what and how and what to do, in both languages and for scripts', async () => {
  const data = ['--data', join(folder, 'none')];
  const taken = await tcpServer(() => {});
  const english = await run(['doctor', ...NO_PORTS, ...data, '--tcp', String(taken)]);
  expect(english.code).toBe(1);
  expect(english.stdout).toMatch(
    /^This computer: TCP 0\.0\.0\.0:\d+ is taken by [^\n]*\n {2}seen by: [^\n]*\n {2}to do: [^\n]*\n/,
  );
  expect(english.stdout).toMatch(
    /The hub: No hub is running here\.[^\n]*\n {2}seen by: Looked for hub\.json/,
  );
  expect(english.stdout).toMatch(/found in \d+ checks\.\n.*kiteline doctor --port PORT/s);
  const chinese = await run(['doctor', ...NO_PORTS, ...data], { KITELINE_LANG: 'zh' });
  expect(chinese.stdout).toMatch(
    /中枢: 这里没有正在运行的中枢.*\n {2}依据: .*\n {2}怎么办: 用“kiteline up”启动/,
  );
  const json = await run(['doctor', '--json', ...NO_PORTS, ...data]);
  expect(json.code).toBe(1);
  expect(told(json.stdout)).toMatchObject({
    healthy: false,
    looked: expect.arrayContaining(['no-lan', 'no-hub']),
  });
  const wrong = await run(['doctor', '--tcp', 'many']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/"many" is not a port/) });
  const elsewhere = await run(['doctor', '--json', '--hub', `http://127.0.0.1:${taken}`]);
  expect(told(elsewhere.stdout).findings).toContainEqual(
    expect.objectContaining({
      id: 'no-hub',
      what: expect.stringMatching(/No hub answers at|no Kiteline hub/),
    }),
  );
}, 120_000);

it('with a hub and a board, first by way of the hub, then by USB: it says which password is wrong, and starts the program again', async () => {
  const hub = await startUp(folder, ['--no-mdns']);
  const data = ['--data', join(folder, 'kiteline-data')];
  const point = { ssid: 'workshop', password: 'secret123' };
  const air = new Air({ joinMs: 10, accessPoints: [point] });
  const settings = { name: 'greenhouse', hub: `127.0.0.1:${hub.tcp}`, wifi: [point] };
  const program = `import kiteline, network
network.WLAN().config(pm=0)
print("program starts")
kiteline.Board().run()
`;
  const board = await makeBoard({
    repl: true,
    air,
    files: { ...boardLibrary(), 'kiteline.json': JSON.stringify(settings), 'main.py': program },
  });
  let starts = 0;
  const again = Promise.withResolvers<void>();
  board.on('stdout', (bytes) => {
    starts += Buffer.from(bytes).toString().split('program starts').length - 1;
    if (starts === 2) again.resolve();
  });
  const port = await serveSerial(board);
  void board.run();
  await hub.err(/greenhouse is online/);
  const well = await run(['doctor', 'greenhouse', '--json', ...data]);
  expect(told(well.stdout)).toMatchObject({ healthy: true, findings: [] });
  expect(well.code).toBe(0);
  const named = await run(['doctor', 'pump', ...data]);
  expect(named.stdout).toMatch(/^The board, pump: The hub has heard nothing of pump\./);
  expect(named.code).toBe(1);

  air.put({ ...point, password: 'changed!' });
  const usb = await run(['doctor', '--json', '--port', port, ...data]);
  expect(usb.code).toBe(1);
  expect(usb.stderr).toMatch(/its program stands still/);
  const findings = told(usb.stdout).findings.map(({ id, hop }) => `${hop} ${id}`);
  expect(findings).toContain('wifi wrong-password');
  expect(usb.stdout).not.toContain('secret123');
  await again.promise;

  const gone = await run(['doctor', '--json', '--port', '/dev/no-such-port', ...data]);
  expect(told(gone.stdout).findings).toContainEqual(
    expect.objectContaining({
      id: 'serial-port',
      hop: 'computer',
      what: expect.stringMatching(/There is no port/),
    }),
  );
}, 180_000);
