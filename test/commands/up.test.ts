import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Outcome, run, start } from './cli.ts';
import { startUp, stop, type UpHub } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline up '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const up = (args: string[] = [], env: Record<string, string> = {}): Promise<UpHub> =>
  startUp(folder, args, env);

async function here(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const program = start(args, env, folder);
  program.child.stdin?.end();
  return program.ended;
}

const sendText = async (hub: UpHub, text: string): Promise<string> =>
  (await run(['send', 'tcp', `127.0.0.1:${hub.tcp}`, text])).stdout;

describe('kiteline up', () => {
  it('answers, is found through hub.json, and leaves in order', async () => {
    const hub = await up();
    const file = join(folder, 'kiteline-data/hub.json');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await sendText(hub, 'hello')).toBe('ok');
    const { stdout } = await here(['boards']);
    expect(stdout).toMatch(/^BOARD .*\n127\.0\.0\.1 {2}tcp 127\.0\.0\.1:\d+ {2}.* ago +0 +1 +0\n$/);
    const { code, stdout: printed, stderr } = await stop(hub);
    expect({ code, printed }).toEqual({ code: 0, printed: '' });
    expect(stderr).toContain(`  ("127.0.0.1", ${hub.tcp})`);
    expect(stderr).toContain('A new board: 127.0.0.1\n');
    expect(existsSync(file)).toBe(false);
  });

  it('answers with --reply, and tells of itself in Chinese', async () => {
    const hub = await up(['--reply', '收到'], { KITELINE_LANG: 'zh' });
    expect(await sendText(hub, 'hello')).toBe('收到');
    expect((await stop(hub)).stderr).toContain('粘贴到开发板的程序里');
  });

  it('shares a port with no second hub or listener, and says whose it is', async () => {
    const hub = await up();
    const again = ['up', '--udp', '0', '--http', '0', '--data', join(folder, 'other')];
    for (const args of [
      [...again, '--tcp', String(hub.tcp)],
      ['listen', 'tcp', '--port', String(hub.tcp)],
      ['listen', 'udp', '--port', String(hub.udp)],
    ]) {
      const { code, stderr } = await here(args);
      expect(code).toBe(1);
      expect(stderr).toContain('is taken by');
      if (process.platform === 'linux') expect(stderr).toContain(`kiteline hub (pid ${hub.child.pid})`);
    }
    const sameFolder = await here(['up', '--tcp', '0', '--udp', '0', '--http', '0']);
    expect(sameFolder.code).toBe(1);
    expect(sameFolder.stderr).toContain(`A hub is running here already: ${hub.http}`);
  });

  it('names the option for the port of HTTP', async () => {
    const hub = await up();
    const port = new URL(hub.http).port;
    const { code, stderr } = await here([
      'up',
      '--tcp',
      '0',
      '--udp',
      '0',
      '--http',
      port,
      '--data',
      join(folder, 'b'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('choose another port with --http');
  });
});

it('says so when its data folder cannot be one', async () => {
  writeFileSync(join(folder, 'a file'), '');
  const refused = await here(['up', '--tcp', '0', '--udp', '0', '--http', '0', '--data', 'a file']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('choose its folder with --data');
  expect(refused.stderr).not.toContain('    at ');
});

describe('kiteline up APP', () => {
  const app = (text: string, name = 'app.ts'): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const failing = async (name: string, language = 'en'): Promise<Outcome> =>
    here(['up', name, '--tcp', '0', '--udp', '0', '--http', '0'], { KITELINE_LANG: language });

  it('lets the app answer', async () => {
    const name = app(`
interface Text { text: string }
export default (hub: any): void => {
  hub.on('text', ({ text }: Text) => text === 'silence' ? undefined : text.toUpperCase());
};`);
    const hub = await up([name, '--reply', 'quiet']);
    expect(await sendText(hub, 'hello')).toBe('HELLO');
    expect(await sendText(hub, 'silence')).toBe('quiet');
    expect((await stop(hub)).stderr).not.toContain('Warning');
  });

  it('tells of a failing handler with file and line, and goes on', async () => {
    const name = app(`export default (hub) => {
  hub.on('text', ({ text }) => {
    if (text === 'bad') throw new TypeError('no such pump');
    return 'fine';
  });
};`);
    const hub = await up([name]);
    await run(['send', 'tcp', `127.0.0.1:${hub.tcp}`, 'bad', '--wait', '0']);
    await hub.err(/Error in app\.ts:3: TypeError: no such pump\n/);
    expect(await sendText(hub, 'good')).toBe('fine');
  });

  it.each([
    ['a fault while it loads', '\nthrow new Error("boom");', 'Error in app.ts:2: Error: boom'],
    [
      'a fault when it starts',
      'export default () => {\n  nope();\n};',
      'Error in app.ts:2: ReferenceError: nope is not defined',
    ],
    [
      'a rejection',
      'export default async () => {\n  await 0;\n  throw new Error("late");\n};',
      'Error in app.ts:3: Error: late',
    ],
    [
      'a fault in a timer',
      'export default () => {\n  setTimeout(() => {\n    throw new Error("tick");\n  }, 300);\n};',
      'Error in app.ts:3: Error: tick',
    ],
    ['a syntax error', 'export default () => {\n  let = 1;\n};', 'Error in app.ts:2: SyntaxError'],
    ['a missing module', 'import "./gone.ts";', 'Error in app.ts: Error: Cannot find module'],
    ['no default export', 'export const a = 1;', 'app.ts is no app: it needs "export default (hub) =>'],
  ])('tells of %s', async (_, text, sentence) => {
    const { code, stdout, stderr } = await failing(app(text));
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(folder, 'kiteline-data/hub.json'))).toBe(false);
  });

  it('tells what to rename beside a package.json as npm init writes it', async () => {
    app('{ "type": "commonjs" }', 'package.json');
    const { code, stderr } = await failing(app('export default () => {};', 'plain.ts'));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^Node takes plain\.ts for CommonJS.* Rename it to plain\.mts, or /m);
    expect(stderr).not.toContain('    at ');
  });

  it('tells of a missing file, in Chinese', async () => {
    expect(await failing('gone.ts', 'zh')).toMatchObject({ code: 1, stderr: '没有文件 gone.ts。\n' });
  });
});

describe('kiteline watch', () => {
  it('shows samples and texts as they arrive, and waits for a hub that restarts', async () => {
    const hub = await up();
    const watcher = start(['watch'], {}, folder);
    await watcher.err(/Watching http.*Ctrl-C ends/);
    await run(['send', 'tcp', `127.0.0.1:${hub.tcp}`, '{"temp":23.5,"ok":true}', '--wait', '0']);
    await watcher.out(/\d\d:\d\d:\d\d {2}127\.0\.0\.1 {2}temp 23\.5 {2}ok true\n/);
    await sendText(hub, 'hello\x1b[2J');
    await watcher.out(/“hello\\x1b\[2J” → “ok”\n/);
    await stop(hub);
    await watcher.err(/The hub has gone/);
    const next = await up();
    await watcher.err(/The hub is back/);
    const socket = createSocket('udp4');
    socket.send('over udp', next.udp, '127.0.0.1', () => socket.close());
    await watcher.out(/“over udp”\n/);
    const { code } = await stop(watcher);
    expect(code).toBe(0);
  });

  it('shows one board, as JSON', async () => {
    const hub = await up();
    const watcher = start(
      ['watch', '127.0.0.1', '--json', '--hub', hub.http, '--token', hub.token],
      {},
      tmpdir(),
    );
    await watcher.err(/Watching 127\.0\.0\.1/);
    await sendText(hub, '你好');
    const [line] = await watcher.out(/\{.*"type":"text".*\}\n/);
    expect(JSON.parse(line)).toMatchObject({ type: 'text', board: '127.0.0.1', text: '你好', reply: 'ok' });
  });

  it.each(['watch', 'boards'])('%s says how to start a hub when there is none', async (command) => {
    expect(await here([command])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('"kiteline up"'),
    });
    const elsewhere = await here([command, '--hub', 'http://127.0.0.1:1'], { KITELINE_LANG: 'zh' });
    expect(elsewhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('http://127.0.0.1:1 没有中枢应答'),
    });
  });

  it.each(['watch', 'boards'])('%s says so when somebody else answers', async (command) => {
    const server = createServer((_, response) => response.end('<html>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await here([command, '--hub', `127.0.0.1:${port}`])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `What answers at http://127.0.0.1:${port} is no Kiteline hub: is the port right?\n`,
    });
  });

  it('boards gives JSON', async () => {
    const hub = await up();
    expect(await here(['boards'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'No board has sent anything yet.\n',
    });
    await sendText(hub, 'x');
    const { stdout } = await here(['boards', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ name: '127.0.0.1', texts: 1 });
  });
});
