/** A mixed fleet: one board by plain UDP, one with the library, one by MQTT, one by HTTP. The same page, the same history, the same commands. */
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { Hub } from '../../src/hub/hub.ts';
import { joinBroker } from '../../src/mqtt/join/join.ts';
import { openMqtt } from '../../src/mqtt/mqtt.ts';
import { JOIN, startBoard } from '../helpers/board.ts';
import { describeInBrowser } from '../helpers/browser.ts';
import { aedes, MOSQUITTO, mosquitto, TestClient } from '../mqtt/brokers.ts';
import { World } from './world.ts';

const COUNT = `
import json, time
n = 0
def count():
    global n
    n += 1
    time.sleep_ms(50)
    return n
`;

const plainUdp = (port: number): string => `${JOIN}${COUNT}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.02)
while True:
    s.sendto(json.dumps({"n": count()}), ("127.0.0.1", ${port}))
    try:
        print("told", s.recvfrom(100)[0].decode())
    except OSError:
        pass
`;

const LIBRARY = `
import kiteline
board = kiteline.Board()
n = 0

@board.every(50)
def read():
    global n
    n += 1
    return {"n": n}

@board.command(on=bool)
def led(on):
    print("led", on)
    return {"led": on}

board.run()
`;

const byMqtt = (port: number): string => `${JOIN}${COUNT}
from umqtt.simple import MQTTClient
c = MQTTClient("shed", "127.0.0.1", port=${port}, keepalive=600)
c.set_last_will(b"kiteline/shed/status", b"offline", retain=True)
def told(topic, payload):
    on = json.loads(payload)["on"]
    print("led", on)
    c.publish(b"kiteline/shed/led", json.dumps({"led": on}))
c.set_callback(told)
c.connect()
c.subscribe(b"kiteline/shed/+/set")
c.publish(b"kiteline/shed/$hello", b'{"commands":{"led":{"args":{"on":{"type":"bool"}}}}}', retain=True)
c.publish(b"kiteline/shed/status", b"online", retain=True)
while True:
    c.check_msg()
    c.publish(b"kiteline/shed/n", str(count()))
`;

const byHttp = (url: string): string => `${JOIN}${COUNT}
import requests
while True:
    requests.post("${url}/samples?board=gate", json={"n": count()}).close()
`;

async function own(hub: Hub): Promise<string> {
  const mqtt = await openMqtt(hub, { tcp: { host: '127.0.0.1', port: 0 } });
  onTestFinished(() => mqtt.close());
  return `mqtt://127.0.0.1:${mqtt.tcp?.port}`;
}

async function joined(hub: Hub): Promise<string> {
  const { url } = MOSQUITTO === undefined ? await aedes() : await mosquitto();
  const joined = joinBroker(hub, { url, home: '0123456789abcdef' });
  onTestFinished(() => joined.close());
  await new Promise<void>((done) => void joined.onConnected(done));
  return url;
}

describeInBrowser('the page: a mixed fleet', () => {
  test.for([
    ["the hub's own broker", own],
    ['a broker that it has joined', joined],
  ] as const)(
    'by whatever a board comes (%s): the same page, the same history, the same commands',
    async ([, start]) => {
      const world = await World.start();
      const { udp } = await world.hub.listen({ udp: { host: '127.0.0.1', port: 0 } });
      const url = await start(world.hub);

      const plain = await startBoard(plainUdp(udp?.port ?? 0));
      await world.board('hut', LIBRARY);
      const shedThere = new Promise<void>((done) =>
        world.hub.on('presence', ({ board, state }) => board === 'shed' && state === 'online' && done()),
      );
      await startBoard(byMqtt(Number(new URL(url).port)));
      await shedThere;
      await startBoard(byHttp(world.url));
      const names = [plain.board.address, 'hut', 'shed', 'gate'];

      // The page: a card each, and a chart that goes on.
      const page = await world.visit();
      for (const name of names) await page.getByRole('listitem').filter({ hasText: name }).waitFor();
      for (const name of names) {
        await page.goto(`${world.url}/board/${encodeURIComponent(name)}`);
        await page.getByRole('heading', { level: 1, name }).waitFor();
        await page.getByRole('img', { name: /^n:.*max (?:[5-9]|\d\d)/ }).waitFor();
      }

      // The history: what each counted, in order and without a gap.
      for (const name of names) {
        const answer = await fetch(
          `${world.url}/api/v1/boards/${encodeURIComponent(name)}/history?metric=n&points=10000`,
          {
            headers: { Authorization: `Bearer ${world.tokens.operator?.secret}` },
          },
        );
        const { points } = (await answer.json()) as { points: { v: number }[] };
        const values = points.map(({ v }) => v);
        expect(values.length, name).toBeGreaterThanOrEqual(5);
        expect(values, name).toEqual(values.map((_, i) => (values[0] as number) + i));
      }

      // Commands: on the page, and over HTTP. A board that nothing can be sent to is told so, the same way for all.
      for (const name of ['hut', 'shed']) expect(await onPage(page, world, name)).toBe('done: {"led":true}');
      const outcomes = await Promise.all(names.map((name) => overHttp(world, name)));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['expired', 'done', 'done', 'expired']);
      expect(outcomes[1]?.result).toEqual(outcomes[2]?.result);
      for (const one of [outcomes[0], outcomes[3]])
        expect(one?.message).toContain('was not connected before the deadline');

      // By MQTT, to the one and to the other; by a line of text to the plain one.
      const client = await TestClient.connect(url);
      await client.subscribe('kiteline/+/led');
      for (const name of ['hut', 'shed']) {
        await client.publish(`kiteline/${name}/led/set`, '{"on":false}');
        expect((await client.topic(`kiteline/${name}/led`)).text.replaceAll(' ', '')).toBe('{"led":false}');
      }
      world.hub.board(plain.board.address)?.send('led on');
      await plain.out(/told led on/);
    },
  );
});

async function onPage(page: Page, world: World, name: string): Promise<string> {
  await page.goto(`${world.url}/board/${name}`);
  const form = page.getByRole('form', { name: 'led' });
  await form.getByRole('switch').click();
  return form
    .getByRole('status')
    .filter({ hasText: /^(done|failed|expired|unknown)/ })
    .innerText();
}

async function overHttp(world: World, name: string) {
  const isThere = world.hub.board(name)?.info()?.session !== undefined;
  const answer = await fetch(`${world.url}/api/v1/boards/${encodeURIComponent(name)}/commands`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${world.tokens.operator?.secret}`,
    },
    body: JSON.stringify({ name: 'led', args: { on: true }, deadline: isThere ? 60_000 : 100 }),
  });
  return (await answer.json()) as { outcome: string; result?: unknown; message?: string };
}
