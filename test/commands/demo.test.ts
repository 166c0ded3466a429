import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, start } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-demo-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('kiteline demo', () => {
  it('shows all that it promises, and its lamp obeys', async () => {
    const demo = start(['demo'], {}, folder);
    await demo.out(/lamp +is in the Wi-Fi; its address is \d+\.\d+\.\d+\.\d+\n/);
    await demo.out(/thermometer +.*temp .*sample 2\n/);
    await demo.out(/hub +“hello” +→ lamp\n(?:.*\n)*lamp +“I am a lamp, and I am off\. Send me on or off\.”/);
    const [, target] = await demo.out(
      /Try next.*:\n.* send tcp (\S+) on .*\n.* command rover goto .*\n.* watch .*\n.* board repl .*\n/,
    );
    expect((await run(['send', 'tcp', target ?? '', 'on'])).stdout).toBe('the lamp is on');
    await demo.out(/lamp +prints: .*the lamp is on\n/);
    await demo.out(/The page: http:\/\/\S+\/board\/rover\/map#t=\S+\n/);
    const goto = start(['command', 'rover', 'goto', 'x=1', 'y=0', '--deadline', '60s'], {}, folder);
    expect((await goto.ended).code).toBe(0);
    await demo.out(/rover +state driving\n/);
    await demo.out(/sample 4\n/);
    demo.interrupt();
    const { code, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'kiteline-data'))).toBe(false);
  });

  it('speaks Chinese, and takes other ports when its own are taken', async () => {
    const first = start(['demo'], {}, folder);
    await first.out(/listens on TCP/);
    const second = start(['demo'], { KITELINE_LANG: 'zh' }, folder);
    await second.out(/改用其他端口/);
    await second.out(/接下来，在另一个终端里试试：\n.*\n.*\n.* watch --hub http:\/\/127\.0\.0\.1:\d+ /);
    second.interrupt();
    expect((await second.ended).code).toBe(0);
  });
});

describe('kiteline up --virtual', () => {
  it('starts boards that send', async () => {
    const hub = start(['up', '--tcp', '0', '--udp', '0', '--http', '0', '--virtual', '2'], {}, folder);
    const [, one, two] = await hub.err(/Virtual boards: virtual-1 (\S+), virtual-2 (\S+)\n/);
    const watcher = start(['watch', two ?? '', '--json'], {}, folder);
    const [line] = await watcher.out(/\{.*\}\n/);
    expect(JSON.parse(line)).toMatchObject({ board: two });
    if (process.platform === 'linux') {
      await hub.err(new RegExp(`A new board: ${one}\n`));
      await hub.err(new RegExp(`A new board: ${two}\n`));
    }
    hub.interrupt();
    expect((await hub.ended).code).toBe(0);
  });
});
