/** Onto a phone's home screen: what a browser asks of a page that it is to install, and the pictures that it takes. */
import { expect, test } from 'vitest';
import { describeInBrowser } from '../helpers/browser.ts';
import { World } from './world.ts';

describeInBrowser('the page: on the home screen', () => {
  test('the browser finds nothing missing, and every icon has the size that it says', async () => {
    const world = await World.start();
    const page = await world.visit();
    const session = await page.context().newCDPSession(page);
    let read = await session.send('Page.getAppManifest');
    while (!read.data) read = await session.send('Page.getAppManifest'); // until the page has it
    expect(read.errors).toEqual([]);
    expect(read.manifest).toMatchObject({ name: 'Kiteline', display: 'kStandalone' });
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // A browser of a test keeps nothing, and says so.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    const { icons } = JSON.parse(read.data ?? '{}') as { icons: { src: string; sizes: string }[] };
    for (const { src, sizes } of [...icons, { src: '/apple-touch-icon.png', sizes: '180x180' }]) {
      const loaded = await page.evaluate<string>(`(async () => {
        const image = new Image();
        image.src = ${JSON.stringify(src)};
        await image.decode();
        return image.naturalWidth + 'x' + image.naturalHeight;
      })()`);
      if (sizes !== 'any') expect([src, loaded]).toEqual([src, sizes]);
    }
  });
});
