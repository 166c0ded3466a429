/** For whom the page is: viewers, who reads Chinese, who likes the dark, who has no mouse. */
import { expect, test } from 'vitest';
import { describeInBrowser, expectTrouble } from '../helpers/browser.ts';
import { driven, example, World } from './world.ts';

describeInBrowser('the page: for all', () => {
  test('a viewer sees, and can command nothing: not by the page, not by the API', async () => {
    expectTrouble(/status of 403/);
    const world = await World.start();
    const greenhouse = await world.board('greenhouse', example('board-library/main.py'));
    const { secret } = await world.tokens.add('viewer', 'tablet');
    const page = await world.visit({}, secret);
    await page.getByRole('link', { name: /greenhouse/ }).click();
    await page.getByText('You are signed in as a viewer').waitFor();
    const lamp = page.getByRole('form', { name: 'lamp' });
    expect(await lamp.getByRole('switch').isDisabled()).toBe(true);
    const status = await page.evaluate<number>(`fetch('/api/v1/boards/greenhouse/commands', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'lamp', args: { on: true } }),
    }).then((answer) => answer.status)`);
    expect(status).toBe(403);
    await page.goto(`${world.url}/console`);
    const send = page.getByRole('button', { name: 'Send' });
    await send.waitFor();
    expect(await send.isDisabled()).toBe(true);
    expect(greenhouse.board.pin(2).drive.level).not.toBe(1);
  });

  test('a viewer’s stick does not move', async () => {
    const world = await World.start();
    await world.board('rover', example('steering/main.py'));
    const { secret } = await world.tokens.add('viewer', 'tablet');
    const page = await world.visit({}, secret);
    await page.getByRole('link', { name: /rover/ }).click();
    const stick = page.getByRole('application', { name: /^drive/ });
    expect(await stick.getAttribute('aria-disabled')).toBe('true');
    await stick.click({ force: true });
    await page.keyboard.press('ArrowUp');
    expect(world.hub.board('rover')?.info()?.controls?.drive?.sent ?? 0).toBe(0);
  });

  test('in Chinese by the browser’s language, and by the switch, which is kept', async () => {
    const world = await World.start();
    await world.post('水泵', { 温度: 20.5 });
    const chinese = await world.visit({ locale: 'zh-CN' });
    await chinese.getByRole('heading', { level: 1, name: '板子' }).waitFor();
    await chinese.getByRole('link', { name: /水泵/ }).click();
    await chinese.getByRole('img', { name: /^温度: 最小 20.5 · 平均 20.5 · 最大 20.5$/ }).waitFor();
    expect(await chinese.locator('html').getAttribute('lang')).toBe('zh-CN');

    const page = await world.visit();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Language').selectOption('zh');
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.getByLabel('语言').selectOption('en');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en-US');
  });

  test('light or dark as the device, and by the switch, which is kept', async () => {
    const world = await World.start();
    const page = await world.visit({ colorScheme: 'dark' });
    const back = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await back();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await back();
    expect(light).not.toBe(dark);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Appearance').selectOption('dark');
    expect(await back()).toBe(dark);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await back()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('Appearance').selectOption('light');
    expect(await back()).toBe(light);
  });

  test('charts have the colours of the appearance that is chosen while they are drawn', async () => {
    expectTrouble(/willReadFrequently/); // of this test's own looks at the picture
    const world = await World.start();
    for (const temp of [1, 2, 3]) await world.post('pump', { temp });
    const page = await world.visit();
    await page.getByRole('link', { name: /pump/ }).click();
    await page.getByRole('img', { name: /^temp/ }).waitFor();
    /** The colours of a chart that are not mixed with what is under them. */
    const colours = () =>
      page.evaluate<string>(`(() => {
        const canvas = document.querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const found = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) found.add([data[i], data[i + 1], data[i + 2]].join());
        return [...found].join(' ');
      })()`);
    const accent = () =>
      page.evaluate<string>(`(() => {
        const probe = document.querySelector('.back');
        return getComputedStyle(probe).color.replace(/[^\\d,]/g, '');
      })()`);
    const light = await accent();
    await page.waitForFunction('document.querySelector("canvas") !== null');
    expect(await colours()).toContain(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await accent();
    expect(dark).not.toBe(light);
    for (let seen = ''; !seen.includes(dark); ) seen = await colours();
  });

  test('by keyboard alone: to a board, to its switch, and steering by the arrows', async () => {
    const world = await World.start();
    const greenhouse = await world.board('greenhouse', example('board-library/main.py'));
    const rover = await world.board('rover', example('steering/main.py'));
    const page = await world.visit();
    await page.getByRole('link', { name: /rover/ }).waitFor();
    /** Tab until the focus is on something of this role and name. */
    const tabTo = async (selector: string) => {
      const wanted = page.locator(selector);
      await wanted.waitFor();
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (await wanted.evaluate((it) => it === it.ownerDocument.activeElement)) return;
      }
      throw new Error(`Tab does not lead to ${selector}`);
    };
    await tabTo('a[href="/board/greenhouse"]');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'greenhouse' }).waitFor();
    const turned = new Promise<void>((done) =>
      greenhouse.board.pin(2).on('change', ({ level }) => level === 1 && done()),
    );
    await tabTo('[role="switch"]');
    await page.keyboard.press('Space');
    await turned;
    await page.getByRole('status').filter({ hasText: 'done' }).waitFor();

    await tabTo('a.back');
    await page.keyboard.press('Enter');
    await tabTo('a[href="/board/rover"]');
    await page.keyboard.press('Enter');
    await tabTo('.joystick');
    await page.keyboard.down('ArrowUp');
    await Promise.all([driven(rover, 25, 1), driven(rover, 32, 1)]);
    await page.keyboard.up('ArrowUp');
    await Promise.all([driven(rover, 25, 0), driven(rover, 32, 0)]);
    await page.keyboard.down('s');
    await Promise.all([driven(rover, 26, 1), driven(rover, 33, 1)]);
    await page.keyboard.press('Tab'); // the focus goes: so does the hand
    await Promise.all([driven(rover, 26, 0), driven(rover, 33, 0)]);
    await page.keyboard.up('s');
  });
});
