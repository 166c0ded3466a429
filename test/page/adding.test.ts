/** From a name to a board that is there, as somebody does it who has never done it. */
import { expect, test } from 'vitest';
import { Air } from '../../src/virtual/index.ts';
import { describeInBrowser, expectTrouble } from '../helpers/browser.ts';
import { startLibrary } from '../helpers/library.ts';
import { World } from './world.ts';

describeInBrowser('the page: adding a board', () => {
  test('with a key: the settings and the program that it gives bring the board, and it turns green', async () => {
    const world = await World.start();
    const page = await world.visit();
    await page.getByRole('link', { name: 'Add a board' }).click();
    await page.getByRole('heading', { level: 1, name: 'Add a board' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('greenhouse');
    await page.getByLabel('Wi-Fi name').fill('lab');
    await page.getByLabel('Wi-Fi password').fill('secret12');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('Waiting for greenhouse').waitFor();
    const given = (label: string) => page.getByRole('figure', { name: label }).locator('pre').innerText();
    const settings = JSON.parse(await given('kiteline.json'));
    expect(settings).toEqual({
      name: 'greenhouse',
      hub: `127.0.0.1:${world.tcpPort}`,
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      wifi: [{ ssid: 'lab', password: 'secret12' }],
    });
    expect(await given('Commands')).toContain(`--index ${world.url}/mip kiteline`);

    // Somebody else who says that he is it is kept out, and the page tells of it.
    const impostor = await startLibrary(await given('main.py'), {
      name: `impostor-${world.tcpPort}`,
      air: new Air({ joinMs: 10 }),
      files: { 'kiteline.json': JSON.stringify({ ...settings, key: undefined }) },
    });
    await page.getByText(/says that it is greenhouse and has no key of it/).waitFor();
    await impostor.board.stop();

    const board = await startLibrary(await given('main.py'), {
      name: `greenhouse-${world.tcpPort}`,
      air: new Air({ joinMs: 10 }),
      files: { 'kiteline.json': JSON.stringify(settings) },
    });
    await page.getByText(/^greenhouse is there/).waitFor();
    await page.getByRole('link', { name: 'Show it' }).click();
    await page.getByRole('heading', { level: 1, name: 'greenhouse' }).waitFor();
    await page.getByRole('img', { name: /^memory/ }).waitFor();
    const lit = new Promise<void>((done) =>
      board.board.pin(2).on('change', ({ level }) => level === 1 && done()),
    );
    await page.getByRole('form', { name: 'lamp' }).getByRole('switch').click();
    await lit;
    expect(board.stderr()).toBe('');
  });

  test('without a key, and a name that no board can have', async () => {
    expectTrouble(/status of 400/);
    const world = await World.start();
    const page = await world.visit();
    await page.goto(`${world.url}/add`);
    await page.getByLabel('Name', { exact: true }).fill('$no');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('alert').filter({ hasText: /\$/ }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('gate');
    await page.getByRole('button', { name: 'Go on without a key' }).click();
    await page.getByText('Waiting for gate').waitFor();
    const text = await page.getByRole('figure', { name: 'kiteline.json' }).locator('pre').innerText();
    expect(JSON.parse(text).key).toBeUndefined();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy: kiteline.json' }).click();
    await page.getByRole('button', { name: 'Copy: kiteline.json' }).filter({ hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text);
    // A name that is only waited for is no board.
    await page.getByRole('link', { name: 'All boards' }).click();
    await page.getByText('No board has sent anything yet.').waitFor();
  });
});
