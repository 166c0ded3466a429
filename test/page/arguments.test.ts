/** A field for every type of argument, and what the board gets of each. */

import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../helpers/browser.ts';
import { World } from './world.ts';

const ARM = readFileSync(new URL('arm.py', import.meta.url), 'utf8');

/** What a command that gives back what it was given was given. */
async function done(form: Locator): Promise<unknown> {
  const status = form.getByRole('status').filter({ hasText: /^(done|failed)/ });
  return JSON.parse((await status.innerText()).replace(/^done: /, ''));
}

describeInBrowser('the page: commands of every kind', () => {
  test('each type has its field, and the board gets what was entered', async () => {
    const world = await World.start();
    const arm = await world.board('arm', ARM);
    const page = await world.visit();
    await page.getByRole('link', { name: /arm/ }).click();

    const everything = page.getByRole('form', { name: 'everything' });
    await everything.getByRole('switch').click();
    await everything.getByRole('slider', { name: 'percent' }).fill('35');
    await everything.getByRole('spinbutton', { name: 'speed' }).fill('-2.5');
    await everything.getByLabel('mode').selectOption('slow');
    await everything.getByLabel('colour').fill('#0b6e4f');
    await everything.getByLabel('extra').pressSequentially('{"list":[1,2]}');
    await everything.getByRole('button', { name: 'Run' }).click();
    expect(await done(everything)).toEqual({
      on: true,
      percent: 35,
      speed: -2.5,
      mode: 'slow',
      colour: '#0b6e4f',
      extra: { list: [1, 2] },
    });

    const anything = page.getByRole('form', { name: 'anything' });
    await anything.getByText('with arguments').click();
    await anything.getByLabel('arguments (JSON)').pressSequentially('{"a":1.50}');
    expect(await anything.getByLabel('arguments (JSON)').inputValue()).toBe('{"a":1.50}');
    await anything.getByRole('button', { name: 'Run' }).click();
    expect(await done(anything)).toEqual({ a: 1.5 });

    const atLeast = page.getByRole('form', { name: 'at_least' });
    await atLeast.getByRole('button', { name: 'Run' }).click();
    expect(await done(atLeast)).toBe(5);

    const fault = page.getByRole('form', { name: 'fault' });
    await fault.getByRole('button', { name: 'Run' }).click();
    await fault.getByRole('status').filter({ hasText: 'failed: OSError: the arm is stuck' }).waitFor();
    const trace = page.getByRole('log').locator('.is-error').filter({ hasText: 'Traceback' });
    await trace.waitFor();

    // A control of one number is steered by its slider, until it is stopped.
    const joint = page.getByRole('group', { name: 'joint' });
    await joint.getByRole('slider').fill('45');
    await arm.out(/degrees 45\n/);
    await joint.getByRole('button', { name: 'Stop' }).click();
    await arm.out(/halt\n/);
    expect(await joint.getByRole('slider').inputValue()).toBe('0');
  });
});
