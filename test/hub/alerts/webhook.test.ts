/** Posts to a real server, over a clock that stands still. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { RETRY_MS, Webhook } from '../../../src/hub/alerts/webhook.ts';
import { Receiver, status } from './receiver.ts';

async function start() {
  const receiver = await Receiver.start();
  const clock = new ManualClock();
  let changed: (() => void) | undefined;
  const webhook = new Webhook(clock, () => changed?.());
  webhook.url = receiver.url;
  /** Resolves when it is so. */
  const until = async (isSo: (info: Webhook['info']) => boolean) => {
    while (!isSo(webhook.info))
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
  };
  return { receiver, clock, webhook, until };
}

test('posts come in order, as JSON', async () => {
  const { receiver, webhook, until } = await start();
  for (const n of [1, 2, 3]) webhook.post({ n });
  for (const n of [1, 2, 3])
    expect(await receiver.next()).toEqual({ path: '/hook?secret=s3cret', body: { n } });
  await until(({ posted }) => posted === 3);
  expect(webhook.info).toEqual({ isSet: true, waiting: 0, posted: 3, failed: 0, dropped: 0 });
});

test('a receiver that fails is tried again with growing pauses, then the post is given up and counted', async () => {
  const { receiver, clock, webhook, until } = await start();
  receiver.answers(status(500));
  webhook.post({ n: 1 });
  webhook.post({ n: 2 });
  for (const pause of RETRY_MS) {
    expect((await receiver.next()).body).toEqual({ n: 1 });
    const at = clock.now();
    await until(({ trouble }) => trouble?.at === at);
    expect(webhook.info).toMatchObject({ failed: 0, waiting: 2, trouble: { why: 'STATUS', status: 500 } });
    clock.advance(pause - 1);
    expect(webhook.info.trouble?.at).toBe(at);
    clock.advance(1);
  }
  expect((await receiver.next()).body).toEqual({ n: 1 });
  await until(({ failed }) => failed === 1);
  expect((await receiver.next()).body).toEqual({ n: 2 });
});

test('what is refused for good is not tried again, nor is a redirection followed', async () => {
  const { receiver, webhook, until } = await start();
  receiver.answers(status(404));
  webhook.post({ n: 1 });
  await until(({ failed }) => failed === 1);
  receiver.answers((response) => response.writeHead(302, { location: receiver.url }).end());
  webhook.post({ n: 2 });
  await until(({ failed }) => failed === 2);
  expect(webhook.info.trouble).toMatchObject({ why: 'STATUS', status: 302 });
  expect([(await receiver.next()).body, (await receiver.next()).body]).toEqual([{ n: 1 }, { n: 2 }]);
});

test('one that hangs is left after its time, and holds up nobody who posts', async () => {
  const { receiver, clock, webhook, until } = await start();
  receiver.answers(() => {});
  webhook.post({ n: 1 });
  await receiver.next();
  for (let n = 2; n < 1_100; n++) webhook.post({ n });
  expect(webhook.info).toMatchObject({ waiting: 1_000, dropped: 99 });
  clock.advance(10_000);
  await until(({ trouble }) => trouble?.why === 'SILENT');
  receiver.answers((response) => response.end());
  clock.advance(RETRY_MS[0]);
  expect((await receiver.next()).body).toEqual({ n: 100 });
  await until(({ posted }) => posted === 1_000);
  expect(webhook.info).toMatchObject({ waiting: 0, dropped: 99 });
  expect(webhook.info.trouble).toBeUndefined();
});

test('nobody there has the system’s name for it, and never the address', async () => {
  const { receiver, webhook, until } = await start();
  receiver.close();
  webhook.post({ n: 1 });
  await until(({ trouble }) => trouble !== undefined);
  expect(webhook.info.trouble).toMatchObject({ why: 'NETWORK', code: 'ECONNREFUSED' });
  expect(JSON.stringify(webhook.info)).not.toContain('127.0.0.1');
});

test('another address gets what waits, at once; none drops it', async () => {
  const { receiver, webhook, until } = await start();
  const other = await Receiver.start();
  receiver.answers(status(503));
  webhook.post({ n: 1 });
  await until(({ trouble }) => trouble !== undefined);
  webhook.url = other.url;
  expect((await other.next()).body).toEqual({ n: 1 });
  await until(({ posted }) => posted === 1);
  other.answers(() => {});
  webhook.post({ n: 2 });
  await other.next();
  webhook.url = undefined;
  webhook.post({ n: 3 });
  expect(webhook.info).toEqual({ isSet: false, waiting: 0, posted: 1, failed: 0, dropped: 1 });
});

test('a test goes past what waits, and says what went wrong', async () => {
  const { receiver, webhook, until } = await start();
  receiver.answers(status(500));
  webhook.post({ n: 1 });
  await until(({ trouble }) => trouble !== undefined);
  expect(await webhook.test({ n: 'test' })).toMatchObject({ why: 'STATUS', status: 500 });
  receiver.answers((response) => response.end());
  expect(await webhook.test({ n: 'test' })).toBeUndefined();
  expect(webhook.info).toMatchObject({ waiting: 1, posted: 0 });
});

test('closed while a post hangs and others wait: it is over, and nothing is posted any more', async () => {
  const { receiver, clock, webhook } = await start();
  const left = Promise.withResolvers<void>();
  receiver.answers((response) => response.on('close', left.resolve));
  webhook.post({ n: 1 });
  webhook.post({ n: 2 });
  await receiver.next();
  webhook.close();
  await left.promise;
  webhook.post({ n: 3 });
  clock.advance(1_000_000);
  expect(webhook.info).toMatchObject({ isSet: false, waiting: 0, posted: 0 });
});
