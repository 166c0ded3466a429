/** The rover of the examples, in a room that it does not know: one tap drives it. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import rover from '../../examples/rover/hub.ts';
import { PLACE } from '../../examples/rover/pilot.ts';
import { Air, boardLibrary, placeRover, Room } from '../../src/virtual/index.ts';
import { makeBoard, watch } from '../helpers/board.ts';
import { describeInBrowser } from '../helpers/browser.ts';
import { example, World } from './world.ts';

/** Where it is switched on, metres: the page's places are seen from there. */
const START = { x: 1, y: 2.35, heading: 0 };
const ROOM = readFileSync(new URL('../../examples/rover/rooms/flat.map', import.meta.url), 'utf8');

describeInBrowser('the page: the rover', () => {
  test('one tap on the map drives it there, and the map grows on its way', async () => {
    const air = new Air({ joinMs: 10, speed: 2 });
    const world = await World.start(air.clock);
    rover(world.hub);
    const settings = {
      name: 'rover',
      hub: `127.0.0.1:${world.tcpPort}`,
      wifi: [{ ssid: 'lab', password: 'secret' }],
    };
    const board = await makeBoard({
      name: `rover-${process.pid}`,
      air,
      files: {
        ...boardLibrary(),
        'kiteline.json': JSON.stringify(settings),
        'main.py': example('rover/main.py'),
      },
    });
    const placed = placeRover(board, { room: Room.parse(ROOM, { cell: 0.05 }), pose: START });
    onTestFinished(() => placed.close());
    const running = watch(board);
    await running.out(/online, as rover/);

    const page = await world.visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByRole('link', { name: /rover/ }).click();
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.stage .rover').waitFor();
    const known = () => {
      const scene = world.hub.scenes.get('rover');
      return Array.from({ length: PLACE.width * PLACE.height }, (_, i) => scene?.at(i)).filter(Boolean)
        .length;
    };
    const before = known();
    const box = await page.locator('.stage canvas').boundingBox();
    if (!box) throw new Error('no map');
    const scale = box.width / (PLACE.width * PLACE.cell);
    const [x, y] = [0.6, 0.1];
    const told = page.getByRole('status').filter({ hasText: /^(sent to|expired)/ });
    // On a busy machine one may come too late for a board whose time is fast.
    for (let said = ''; !said.startsWith('sent'); said = await told.innerText())
      await page.touchscreen.tap(box.x + (x - PLACE.x) * scale, box.y + box.height - (y - PLACE.y) * scale);
    await page.getByText('has arrived').waitFor();
    const goal = world.hub.scenes.get('rover')?.run()?.start.goal ?? [0, 0];
    expect(Math.hypot(goal[0] - x, goal[1] - y)).toBeLessThan(0.1);
    const { pose } = placed;
    expect(Math.hypot(pose.x - START.x - goal[0], pose.y - START.y - goal[1])).toBeLessThan(0.1);
    expect(known()).toBeGreaterThan(before);

    await page.getByRole('button', { name: 'Replay the last run' }).click();
    await page.getByRole('slider', { name: 'Moment' }).fill('0');
    await page.getByRole('button', { name: 'Back to now' }).click();
    expect(running.stderr()).toBe('');
  });
});
