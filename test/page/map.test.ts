/** The map that an app draws: how it grows, how one sends a board somewhere and stops it, and how it was. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Scene } from '../../src/index.ts';
import type { Watched } from '../helpers/board.ts';
import { describeInBrowser, expectTrouble } from '../helpers/browser.ts';
import { World } from './world.ts';

const CART = readFileSync(new URL('cart.py', import.meta.url), 'utf8');
/** Eight by six metres; 0, 0 is not in a corner. */
const ROOM = { cell: 0.05, width: 160, height: 120, x: -1, y: -2 };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1_280, height: 800 } };

/** The index of the cell at these metres. */
const cellAt = (x: number, y: number): number =>
  Math.floor((y - ROOM.y) / ROOM.cell) * ROOM.width + Math.floor((x - ROOM.x) / ROOM.cell);

/** A floor of two by two metres, with a wall on its right. */
function furnish(scene: Scene): void {
  for (let y = 0.02; y < 2; y += ROOM.cell) {
    for (let x = 0.02; x < 2; x += ROOM.cell) scene.mark(cellAt(x, y), 5);
    scene.mark(cellAt(2.02, y), 95);
  }
  scene.rover = { x: 0.5, y: 0.5, heading: 0, range: 1.4 };
}

async function begin(options = {}, secret?: (world: World) => Promise<string>) {
  expectTrouble(/willReadFrequently/); // of this test's own looks at the picture
  const world = await World.start();
  const cart = await world.board('cart', CART);
  const scene = world.hub.scene('cart', ROOM);
  furnish(scene);
  const page = await world.visit(options, await secret?.(world));
  await page.goto(`${world.url}/board/cart/map`);
  await page.locator('.stage').waitFor();
  await colourAt(page, 0.5, 0.5, (colour) => colour !== '');
  return { world, cart, scene, page };
}

/** Where on the screen a place of the map is: as far along its canvas as in the world. */
async function spot(page: Page, x: number, y: number): Promise<[number, number]> {
  const box = await page.locator('.stage canvas').boundingBox();
  if (!box) throw new Error('no map');
  const { cell, width, height } = ROOM;
  return [
    box.x + ((x - ROOM.x) / (width * cell)) * box.width,
    box.y + (1 - (y - ROOM.y) / (height * cell)) * box.height,
  ];
}

/** The colour of the cell at these metres, once it is so. */
async function colourAt(
  page: Page,
  x: number,
  y: number,
  isSo: (colour: string) => boolean,
): Promise<string> {
  const column = cellAt(x, y) % ROOM.width;
  const row = ROOM.height - 1 - Math.floor(cellAt(x, y) / ROOM.width);
  for (;;) {
    const colour = await page.evaluate<string>(`(() => {
      const canvas = document.querySelector('.stage canvas');
      if (canvas?.width !== ${ROOM.width}) return '';
      return canvas.getContext('2d').getImageData(${column}, ${row}, 1, 1).data.join();
    })()`);
    if (isSo(colour)) return colour;
  }
}

/** Where a board is told to go next. */
async function told(cart: Watched, since = ''): Promise<[number, number]> {
  const [, x, y] = await cart.out(new RegExp(`${since}[^]*goto (\\S+) (\\S+)\\n`));
  return [Number(x), Number(y)];
}

describeInBrowser('the page: the map', () => {
  for (const [name, options] of Object.entries({ 'a phone': PHONE, 'a desk': DESK }))
    test(`on ${name}: it grows, a tap sends the board to that very place, and Stop stops it`, async () => {
      const { world, cart, scene, page } = await begin(options);
      await page.goto(`${world.url}/board/cart`);
      await page.getByRole('link', { name: 'Map' }).click();
      await page.getByText('has arrived').waitFor();
      const unknown = await colourAt(page, 1, 2.5, (colour) => colour !== '');
      expect(await colourAt(page, 1, 1, () => true)).not.toBe(unknown);
      scene.mark(cellAt(1, 2.5), 95);
      const wall = await colourAt(page, 2.02, 1, (colour) => colour !== unknown);
      await colourAt(page, 1, 2.5, (colour) => colour === wall);

      const tap = async (x: number, y: number) => {
        const at = await spot(page, x, y);
        await (options === PHONE ? page.touchscreen.tap(...at) : page.mouse.click(...at));
      };
      await tap(1.5, 0.75);
      const [x, y] = await told(cart);
      expect(Math.hypot(x - 1.5, y - 0.75)).toBeLessThan(0.03);
      await page.getByText(/^sent to /).waitFor();
      await page.getByText('is driving').waitFor();
      scene.goal = [x, y];
      scene.path = [
        [0.5, 0.5],
        [1, 0.5],
        [x, y],
      ];
      // The goal's own words: those of what was sent have the place in them as well.
      await page
        .locator('dd')
        .getByText(`${x.toFixed(2)}, ${y.toFixed(2)} m`)
        .waitFor();
      await page.locator(`.path[points="0.5,-0.5 1,-0.5 ${x},${-y}"]`).waitFor();
      await page.locator('.goal').waitFor();

      // The map grows beyond what was shown: places are where they are then.
      const before = await spot(page, 1.5, 0.75);
      scene.mark(cellAt(6.5, 3.5), 95);
      while ((await spot(page, 1.5, 0.75)).join() === before.join());
      await tap(0.25, 1.5);
      const [x2, y2] = await told(cart, 'goto .*\\n');
      expect(Math.hypot(x2 - 0.25, y2 - 1.5)).toBeLessThan(0.04); // a pixel is two centimetres

      await page.locator('button.stop').click();
      await cart.out(/stop\n/);
      await page.getByText('has stopped').waitFor();
      expect(cart.stderr()).toBe('');
    });

  test('by keyboard: to a place, and steering by the stick; what fails is said', async () => {
    const { cart, page } = await begin();
    const form = page.getByRole('form', { name: 'Send to' });
    await form.getByLabel('x (m)').fill('1.25');
    await form.getByLabel('y (m)').fill('-0.5');
    await page.keyboard.press('Enter');
    expect(await told(cart)).toEqual([1.25, -0.5]);
    await form.getByLabel('x (m)').fill('5.5');
    await page.keyboard.press('Enter');
    await page.getByText('failed: ValueError: that is behind the wall').waitFor();
    await page.getByRole('application', { name: /^drive/ }).focus();
    await page.keyboard.down('ArrowUp');
    await cart.out(/drive 1\.0 1\.0\n/);
    await page.keyboard.up('ArrowUp');
    await cart.out(/halt\n/);
  });

  test('the last run again: from the beginning, to its end, and back to now', async () => {
    const { scene, page } = await begin();
    expect(await page.getByRole('button', { name: 'Replay the last run' }).count()).toBe(0);
    const unknown = await colourAt(page, 3, 1, (colour) => colour !== '');
    scene.goal = [1.5, 0.5];
    for (let i = 0; i <= 10; i++) {
      scene.rover = { x: 0.5 + i / 10, y: 0.5, heading: 0 };
      if (i === 5) scene.mark(cellAt(3, 1), 95);
      scene.commit();
      await new Promise((done) => setTimeout(done, 20)); // a run takes time: this one some 200 ms
    }
    scene.goal = undefined;
    scene.rover = { x: 0.5, y: 1.8, heading: 0 };
    await page.getByRole('button', { name: 'Replay the last run' }).click();
    const moment = page.getByRole('slider', { name: 'Moment' });
    await moment.waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor(); // it has come to its end
    const end = await moment.getAttribute('max');
    const rover = async () => {
      const box = await page.locator('.rover').boundingBox();
      return [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2] as const;
    };
    const near = async (x: number, y: number) => {
      const [wx, wy] = await spot(page, x, y);
      for (;;) {
        const [rx, ry] = await rover();
        if (Math.hypot(rx - wx, ry - wy) < 3) return;
      }
    };
    await near(1.5, 0.5);
    await moment.fill('0');
    await colourAt(page, 3, 1, (colour) => colour === unknown);
    await near(0.5, 0.5);
    expect(Number(end)).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Play' }).click();
    await colourAt(page, 3, 1, (colour) => colour !== unknown);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await near(0.5, 1.8);
  });

  test('a viewer looks on, and can send nothing', async () => {
    const secret = async ({ tokens }: World) => (await tokens.add('viewer', 'tablet')).secret;
    const { cart, page } = await begin({}, secret);
    await page.getByText('You are signed in as a viewer').waitFor();
    await page.mouse.click(...(await spot(page, 1, 1)));
    expect(await page.locator('button.stop').isDisabled()).toBe(true);
    expect(await page.getByLabel('x (m)').isDisabled()).toBe(true);
    expect(await page.locator('.outcome').first().innerText()).toBe('');
    expect(cart.stdout()).not.toContain('goto');
  });

  test('in Chinese, and in the dark while it is shown', async () => {
    const { scene, page } = await begin({ locale: 'zh-CN' });
    await page.getByRole('img', { name: 'cart 的地图，8 × 6 米' }).waitFor();
    await page.getByText('已到达').waitFor();
    await page.getByText('点一下地图，让它开过去。').waitFor();
    const light = await colourAt(page, 1, 1, () => true);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await colourAt(page, 1, 1, (colour) => colour !== light);
    scene.mark(cellAt(1, 3), 5); // what comes now, too
    await colourAt(page, 1, 3, (colour) => colour === dark);
  });

  test('a hub that comes back has no map until its app draws one', async () => {
    const { world, page } = await begin();
    expectTrouble(/./); // a hub that is gone refuses connections
    await world.end();
    await page.getByText('The hub does not answer').waitFor();
    await world.begin();
    await page.getByText('No app of the hub draws a map').waitFor();
    furnish(world.hub.scene('cart', ROOM));
    await colourAt(page, 1, 1, (colour) => colour !== '');
    expect(await page.evaluate('document.title')).toContain('cart');
  });
});
