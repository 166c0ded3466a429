/** Getting in: by the link, and not otherwise. */
import { expect, test } from 'vitest';
import { describeInBrowser, expectTrouble, newPage } from '../helpers/browser.ts';
import { World } from './world.ts';

describeInBrowser('the page: signing in', () => {
  test('the link lets in, and its token stays neither in the address bar nor where a script reads it', async () => {
    const world = await World.start();
    await world.post('pump', { temp: 20 });
    const page = await world.visit();
    await page.getByRole('heading', { name: 'pump' }).waitFor();
    expect(page.url()).toBe(`${world.url}/`);
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    const secret = world.tokens.operator?.secret ?? '-';
    expect(JSON.stringify(cookies)).not.toContain(secret);
    const readable = await page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, history.state])',
    );
    expect(readable).not.toContain(secret);
    expect(readable).not.toContain(cookies[0]?.value);
  });

  test('a reload and the views’ own addresses find one signed in', async () => {
    const world = await World.start();
    await world.post('the pump', { temp: 20 });
    const page = await world.visit();
    await page.getByRole('link', { name: /the pump/ }).click();
    await page.getByRole('heading', { level: 1, name: 'the pump' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'the pump' }).waitFor();
    for (const [path, title] of [
      ['/console', 'Console'],
      ['/settings', 'Settings'],
    ] as const) {
      await page.goto(world.url + path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Console' }).waitFor();
  });

  test('a wrong link says why, and the right one is taken after it', async () => {
    expectTrouble(/status of 403/);
    const world = await World.start();
    const page = await newPage();
    await page.goto(world.link('wrong'));
    const alert = page.getByRole('alert');
    await alert.getByText('This link is none of the hub’s, or was taken back.').waitFor();
    expect(page.url()).toBe(`${world.url}/`);
    await page.getByLabel('Link or token').fill(world.link());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Boards' }).waitFor();
  });

  test('without it there is nothing but the place to sign in, which is in Chinese for who reads Chinese', async () => {
    const world = await World.start();
    await world.post('pump', { temp: 20 });
    const page = await newPage({ locale: 'zh-CN' });
    await page.goto(`${world.url}/board/pump`);
    await page.getByRole('heading', { name: '登录 Kiteline' }).waitFor();
    expect(await page.content()).not.toContain('pump');
  });

  test('signing out, and a token that is taken back, lead to the sign-in page', async () => {
    expectTrouble(/status of 401/);
    const world = await World.start();
    const page = await world.visit();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Signed in as first (operator)').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Kiteline' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);

    const { secret, id } = await world.tokens.add('viewer', 'tablet');
    const tablet = await world.visit({}, secret);
    await world.tokens.revoke(id);
    await tablet.getByRole('heading', { name: 'Sign in to Kiteline' }).waitFor();
  });
});
