/** What boards measure, on the page as it comes; what the page tells them. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../helpers/browser.ts';
import { driven, example, World } from './world.ts';

/** Counts up as fast as a chart wants; nothing on it is random. */
const COUNTER = `
import kiteline
board = kiteline.Board()
n = 0

@board.every(50, n="Cel")
def read():
    global n
    n += 1
    return {"n": n}

board.run()
`;

/** A lamp with a button of its own, and a fan. */
const HUT = `
import kiteline
from machine import Pin
board = kiteline.Board()
button = Pin(0, Pin.IN, Pin.PULL_UP)

@board.command(on=bool)
def lamp(on):
    pass

@board.command(percent=(int, 0, 100, "%"))
def fan(percent):
    pass

@board.task
async def watch():
    import asyncio
    while button.value():
        await asyncio.sleep_ms(20)
    board.send({"lamp": True})

board.run()
`;

/** The numbers of a chart's caption, such as "min 1 · mean 2 · max 3". */
const most = async (page: Page, metric: string): Promise<number> => {
  const label = await page.getByRole('img', { name: `${metric}:` }).getAttribute('aria-label');
  return Number(/max ([\d.]+)/.exec(label ?? '')?.[1]);
};

/** Resolves when what a locator gives is so; the page's own changes are what it waits for. */
async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
  }
}

/** Of a canvas, as much as is used here: Node has no types of the browser's. */
interface Canvas {
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** Pixels of a chart that are drawn. */
const drawn = (chart: Locator): Promise<number> =>
  chart.locator('canvas').evaluate((canvas) => {
    const { width, height } = canvas as unknown as { width: number; height: number };
    const { data } = (canvas as unknown as Canvas).getContext('2d').getImageData(0, 0, width, height);
    return data.filter((part, i) => i % 4 === 3 && part > 0).length;
  });

describeInBrowser('the page: live', () => {
  test('a virtual board’s samples arrive on its card and on its chart, without a reload', async () => {
    const world = await World.start();
    const page = await world.visit();
    await page.getByText('No board has sent anything yet.').waitFor();
    await page.evaluate('globalThis.isTheSame = true');
    await world.board('counter', COUNTER);
    const card = page.getByRole('listitem').filter({ hasText: 'counter' });
    const shown = () => card.getByRole('definition').first().innerText();
    const first = Number.parseInt(await shown(), 10);
    expect(await until(shown, (text) => Number.parseInt(text, 10) > first + 10)).toMatch(/^\d+ °C$/);
    await card.locator('polyline').waitFor({ state: 'attached' });
    await card.getByRole('link').click();
    const n = await most(page, 'n');
    await until(
      () => most(page, 'n'),
      (now) => now > n + 10,
    );
    expect(await drawn(page.locator('.chart'))).toBeGreaterThan(1_000);
    expect(await page.evaluate('globalThis.isTheSame')).toBe(true);
  });

  test('a switch that is flipped turns the virtual board’s pin, and the page says done', async () => {
    const world = await World.start();
    const greenhouse = await world.board('greenhouse', example('board-library/main.py'));
    const page = await world.visit();
    await page.getByRole('link', { name: /greenhouse/ }).click();
    const lamp = page.getByRole('form', { name: 'lamp' });
    for (const level of [1, 0]) {
      const turned = new Promise<void>((done) =>
        greenhouse.board.pin(2).on('change', (now) => now.level === level && done()),
      );
      await lamp.getByRole('switch').click();
      await turned;
      await lamp
        .getByRole('status')
        .filter({ hasText: `done: {"on":${level === 1}}` })
        .waitFor();
    }
    expect(greenhouse.stderr()).toBe('');
  });

  test('a switch shows what is on: after a reload, whoever switched it, and as the board measures it', async () => {
    const world = await World.start();
    const hut = await world.board('hut', HUT);
    const page = await world.visit();
    await page.goto(`${world.url}/board/hut`);
    const lamp = page.getByRole('form', { name: 'lamp' });
    const is = async (on: boolean | undefined) => {
      const state = () =>
        lamp.getByRole('switch').evaluate((it) => {
          const { checked, indeterminate } = it as unknown as { checked: boolean; indeterminate: boolean };
          return indeterminate ? undefined : checked;
        });
      expect(await until(state, (now) => now === on)).toBe(on);
    };
    await lamp.getByText('whether it is on is not known').waitFor();
    await is(undefined);
    const other = await world.visit();
    await other.goto(`${world.url}/board/hut`);
    await other.getByRole('form', { name: 'lamp' }).getByRole('switch').click();
    await is(true);
    await page.reload();
    await is(true);
    await lamp.getByRole('switch').click();
    await lamp.getByRole('status').filter({ hasText: 'done' }).waitFor();
    await is(false);
    hut.board.pin(0).set(0); // somebody presses the button on the wall
    await is(true);
    const fan = page.getByRole('form', { name: 'fan' });
    await fan.getByRole('spinbutton').fill('30');
    await fan.getByRole('button').click();
    await fan.getByRole('status').filter({ hasText: 'done' }).waitFor();
    await page.reload();
    expect(await fan.getByRole('spinbutton').inputValue()).toBe('30');
  });

  test('a command for a board that is off says expired, and why', async () => {
    const world = await World.start();
    const greenhouse = await world.board('greenhouse', example('board-library/main.py'));
    const page = await world.visit();
    await page.getByRole('link', { name: /greenhouse/ }).click();
    await greenhouse.board.stop();
    await page.getByText(/^lost /).waitFor();
    const lamp = page.getByRole('form', { name: 'lamp' });
    await lamp.getByRole('switch').click();
    const status = lamp.getByRole('status');
    await status.filter({ hasText: 'sending…' }).waitFor();
    await status.filter({ hasText: /^expired: .*greenhouse/ }).waitFor();
    expect(await lamp.getByRole('switch').isChecked()).toBe(false);
  });

  test('the stick steers, and letting go of it, or closing the page, stops the motors', async () => {
    const world = await World.start();
    const rover = await world.board('rover', example('steering/main.py'));
    const page = await world.visit();
    await page.getByRole('link', { name: /rover/ }).click();
    const grab = async () => {
      const stick = page.getByRole('application', { name: /^drive/ });
      const box = (await stick.boundingBox()) as NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x, box.y);
    };
    const stands = () => Promise.all([25, 26, 32, 33].map((pin) => driven(rover, pin, 0)));
    await grab();
    await Promise.all([driven(rover, 25, 1), driven(rover, 32, 1)]);
    await page.getByText('you steer · lease 400 ms').waitFor();
    await page.mouse.up();
    await stands();
    await page.getByText(/^ended: /).waitFor();

    await grab();
    await driven(rover, 25, 1);
    await page.close({ runBeforeUnload: false });
    await stands();
    expect(world.hub.board('rover')?.info()?.controls?.drive?.holder).toBeUndefined();
    expect(rover.stderr()).toBe('');
  });

  test('a page that falls silent while it steers has the board stopped by the lease', async () => {
    const world = await World.start();
    const rover = await world.board('rover', example('steering/main.py'));
    const ended = new Promise<string | undefined>((done) =>
      world.hub.on('control', (event) => event.state === 'ended' && done(event.why)),
    );
    const page = await world.visit();
    await page.getByRole('link', { name: /rover/ }).click();
    const stick = page.getByRole('application', { name: /^drive/ });
    await stick.focus();
    await page.keyboard.down('ArrowUp');
    await driven(rover, 25, 1);
    // As a phone does that sleeps: its scripts stand still, its connection stays.
    await page.evaluate('setInterval(() => { for (;;); }, 0); undefined');
    await driven(rover, 25, 0);
    expect(await ended).toBe('LAPSED');
  });

  test('who steers already is told, and may be relieved', async () => {
    const world = await World.start();
    // Held for as long as this process is kept from its work, too.
    const rover = await world.board('rover', example('steering/main.py').replace('lease=400', 'lease=60000'));
    const other = world.hub.board('rover')?.control('drive', { holder: 'ann', holdMs: 600_000 });
    other?.set({ left: 0.5, right: 0.5 });
    const page = await world.visit();
    await page.getByRole('link', { name: /rover/ }).click();
    await page.getByText('steered by ann').waitFor();
    await page.getByRole('application', { name: /^drive/ }).focus();
    await page.keyboard.down('ArrowUp');
    await page.getByText(/ann holds drive/).waitFor();
    await page.keyboard.up('ArrowUp');
    await page.getByRole('button', { name: 'Take over' }).click();
    expect((await other?.ended)?.why).toBe('TAKEN_OVER');
    await driven(rover, 25, 0);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^ended: /).waitFor();
  });
});
