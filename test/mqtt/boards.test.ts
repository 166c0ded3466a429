import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Keys } from '../../src/hub/keys.ts';
import { openBroker, until } from './kit.ts';
import { connectPacket, idPacket, published, publishPacket, RawClient } from './raw-client.ts';

const LONG = 60_000;

describe('a board by MQTT', { timeout: LONG }, () => {
  it('is a board like any other: its values, lines and texts are samples and texts of its name', async () => {
    const { hub, port } = await openBroker();
    const board = await RawClient.connected(port, { clientId: 'esp' });
    board.write(
      publishPacket('kiteline/greenhouse/temp', '23.5', { qos: 1, id: 1 }),
      publishPacket('kiteline/greenhouse/on', 'true', { qos: 1, id: 2 }),
      publishPacket('kiteline/greenhouse/mode', 'eco "1"', { qos: 1, id: 3 }),
      publishPacket('kiteline/greenhouse/room/hum', '40', { qos: 1, id: 4 }),
      publishPacket('kiteline/greenhouse/pos', '{"x":1,"y":[2,3]}', { qos: 1, id: 5 }),
      publishPacket('kiteline/greenhouse', '{"lux":100,"$t":1700000000000}', { qos: 1, id: 6 }),
    );
    for (let id = 1; id <= 6; id++) expect((await board.next()).body.readUInt16BE(0)).toBe(id);
    const latest = await hub.store.latest('greenhouse');
    expect(Object.fromEntries(latest.map(({ metric, value }) => [metric, value]))).toEqual({
      temp: 23.5,
      on: true,
      mode: 'eco "1"',
      'room.hum': 40,
      'pos.x': 1,
      'pos.y.0': 2,
      'pos.y.1': 3,
      lux: 100,
    });
    expect(latest.find(({ metric }) => metric === 'lux')?.at).toBe(1_700_000_000_000);
    expect(hub.board('greenhouse')?.info()).toMatchObject({ transport: 'mqtt', samples: 6 });
    expect(hub.board('greenhouse')?.info()?.presence).toBeUndefined();
  });

  it('is there for as long as its connection, and is commanded from everywhere', async () => {
    const { hub, port } = await openBroker();
    const board = await RawClient.connected(port, { user: 'lamp' });
    expect(await board.subscribe('kiteline/lamp/led/set')).toBe(0);
    await until(() => hub.board('lamp')?.info()?.presence?.state === 'online');
    await until(() => hub.board('lamp')?.info()?.commands?.led !== undefined);
    const outcome = hub.board('lamp')?.command('led', { on: true });
    expect(published(await board.next())).toMatchObject({
      topic: 'kiteline/lamp/led/set',
      payload: '{"on":true}',
    });
    board.write(publishPacket('kiteline/lamp/led', 'on'));
    expect(await outcome).toEqual({ outcome: 'done', result: 'on' });
    const bare = hub.board('lamp')?.command('led', { value: 7 });
    expect(published(await board.next()).payload).toBe('7');
    board.write(publishPacket('kiteline/lamp/led/error', 'no power'));
    expect(await bare).toMatchObject({ outcome: 'failed', error: { message: 'no power' } });
    board.end();
    await until(() => hub.board('lamp')?.info()?.presence?.state === 'lost');
    expect(hub.board('lamp')?.info()?.presence?.why).toBe('RESET');
  });

  it('has what it sent with its end taken, also before its hello is answered', async () => {
    const { hub, port } = await openBroker();
    const board = await RawClient.open(port);
    const value = publishPacket('kiteline/hasty/temp', '1');
    board.write(connectPacket({ user: 'hasty' }), value, Buffer.from([0xe0, 0]));
    await board.closed();
    const plain = await RawClient.connected(port);
    plain.write(publishPacket('kiteline/brief/temp', '1'), Buffer.from([0xe0, 0]));
    await plain.closed();
    await until(() => hub.board('hasty')?.info()?.samples === 1 && hub.board('brief')?.info()?.samples === 1);
    await until(() => hub.board('hasty')?.info()?.presence?.state === 'lost');
    expect(hub.board('hasty')?.info()?.presence?.why).toBe('CLOSED');
  });

  it('goes with its last will, which everybody gets', async () => {
    const { hub, port } = await openBroker();
    const other = await RawClient.connected(port);
    await other.subscribe('kiteline/pump/#');
    const will = { topic: 'kiteline/pump/status', payload: 'offline', retain: true };
    const board = await RawClient.connected(port, { will });
    expect(published(await other.next())).toMatchObject({ topic: 'kiteline/pump/status', payload: 'online' });
    board.end();
    const told = [published(await other.next()), published(await other.next())];
    expect(told.map(({ payload }) => payload)).toEqual(['offline', 'offline']);
    expect(hub.board('pump')?.info()?.presence?.state).toBe('lost');
    const late = await RawClient.connected(port);
    await late.subscribe('kiteline/+/status');
    expect(published(await late.next())).toMatchObject({ payload: 'offline', retain: true });
  });

  it('gives its place to a newer connection of the same name, and stays connected as a plain client', async () => {
    const { hub, port } = await openBroker();
    const first = await RawClient.connected(port, { user: 'lamp' });
    await until(() => hub.board('lamp')?.info()?.session !== undefined);
    const boot = hub.board('lamp')?.info()?.session?.boot;
    await RawClient.connected(port, { user: 'lamp' });
    await until(() => hub.board('lamp')?.info()?.session?.boot !== boot);
    first.write(publishPacket('kiteline/lamp/temp', '1', { qos: 1 }));
    expect((await first.next()).type).toBe(4);
    expect(await hub.store.latest('lamp')).toHaveLength(1);
  });

  it('cannot speak the protocol of sessions through a payload', async () => {
    const { hub, mqtt, port } = await openBroker();
    const board = await RawClient.connected(port);
    const hello = '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"board":"other","boot":"x"}}';
    board.write(publishPacket('kiteline/mine', hello));
    board.write(publishPacket('kiteline/mine', hello.replace('jsonrpc', 'json\\u0072pc')));
    await board.untilPing();
    expect(hub.board('other')).toBeUndefined();
    expect(mqtt.counts.BAD_PAYLOAD).toBe(2);
  });
});

describe('other boards, for MQTT clients', { timeout: LONG }, () => {
  it('are there as topics: what they send now, and the newest as if it were retained', async () => {
    const { hub, port } = await openBroker();
    await hub.store.append({ samples: [{ board: 'shed', at: 1, values: new Map([['temp', 4]]) }] });
    await hub.listen({ udp: { host: '127.0.0.1', port: 0 } });
    const { createSocket } = await import('node:dgram');
    const socket = createSocket('udp4');
    const told = new Promise((resolve) => hub.on('sample', resolve));
    socket.send('{"hum":40}', hub.listening.udp?.port, '127.0.0.1');
    await told;
    const client = await RawClient.connected(port);
    await client.subscribe('kiteline/+/+');
    expect(published(await client.next())).toMatchObject({
      topic: 'kiteline/127.0.0.1/hum',
      payload: '40',
      retain: true,
    });
    socket.send('{"hum":41}', hub.listening.udp?.port, '127.0.0.1');
    expect(published(await client.next())).toMatchObject({
      topic: 'kiteline/127.0.0.1/hum',
      payload: '41',
      retain: false,
    });
    socket.close();
    await client.subscribe('kiteline/shed/temp');
    expect(published(await client.next())).toMatchObject({
      topic: 'kiteline/shed/temp',
      payload: '4',
      retain: true,
    });
  });
});

describe('who may what', { timeout: LONG }, () => {
  const tokens = {
    bySecret: (secret: string) =>
      secret === 'operator-secret'
        ? ({ id: 'o', role: 'operator' } as const)
        : secret === 'viewer-secret'
          ? ({ id: 'v', role: 'viewer' } as const)
          : undefined,
    onRevoke: () => () => {},
  };

  it('a board with a key has its own name alone, and nobody has it without', async () => {
    const clock = new ManualClock();
    const keys = new Keys({ clock });
    const { key } = await keys.add('safe');
    const secret = Buffer.from(key).toString('hex');
    const { hub, mqtt, port } = await openBroker({ hub: { keys } });
    const board = await RawClient.connected(port, { user: 'safe', password: secret });
    await until(() => hub.board('safe')?.info()?.session !== undefined);
    expect(hub.board('safe')?.info()?.session?.key).toMatch(/^[0-9a-f]{8}$/);
    expect(await board.subscribe('kiteline/safe/+/set')).toBe(0);
    expect(await board.subscribe('#')).toBe(0x80);
    expect(await board.subscribe('kiteline/other/#')).toBe(0x80);
    board.write(
      publishPacket('kiteline/safe/temp', '1', { qos: 1, id: 1 }),
      publishPacket('kiteline/other/temp', '1', { qos: 1, id: 2 }),
      publishPacket('elsewhere', '1', { qos: 1, id: 3 }),
    );
    for (let id = 1; id <= 3; id++) expect((await board.next()).body.readUInt16BE(0)).toBe(id);
    expect(hub.board('other')).toBeUndefined();
    expect(mqtt.counts.NOT_ALLOWED).toBe(4);
    const local = await RawClient.connected(port);
    local.write(publishPacket('kiteline/safe/temp', '2', { qos: 1, id: 9 }));
    await local.next();
    expect((await hub.store.latest('safe'))[0]?.value).toBe(1);
    const wrong = await RawClient.open(port);
    wrong.write(
      connectPacket({ user: 'safe', password: secret.replace(/^./, (c) => (c === '0' ? '1' : '0')) }),
    );
    expect((await wrong.next()).body[1]).toBe(4);
    await wrong.closed();
    const none = await RawClient.open(port);
    none.write(connectPacket({ user: 'safe' }));
    expect((await none.next()).body[1]).toBe(5);
    await none.closed();
    await keys.revoke('safe');
    await board.closed();
  });

  it('a viewer reads everything and says nothing; an operator does everything', async () => {
    const { hub, port } = await openBroker({ mqtt: { tokens, open: 'none' } });
    const nobody = await RawClient.open(port);
    nobody.write(connectPacket());
    expect((await nobody.next()).body[1]).toBe(5);
    const viewer = await RawClient.connected(port, { user: 'me', password: 'viewer-secret' });
    expect(await viewer.subscribe('#')).toBe(0);
    viewer.write(publishPacket('kiteline/x/temp', '1', { qos: 1 }));
    await viewer.next();
    expect(hub.board('x')).toBeUndefined();
    const operator = await RawClient.connected(port, { user: 'me', password: 'operator-secret' });
    operator.write(publishPacket('kiteline/x/temp', '1', { qos: 1 }), publishPacket('plain', 'p'));
    await operator.next();
    expect(published(await viewer.next())).toMatchObject({ topic: 'kiteline/x/temp' });
    expect(published(await viewer.next())).toMatchObject({ topic: 'plain', payload: 'p' });
    expect(hub.board('x')?.info()?.samples).toBe(1);
  });

  it('commands a board that does not come by MQTT, and publishes what came of it', async () => {
    const { hub, port } = await openBroker();
    await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
    const { connect } = await import('node:net');
    const board = connect(hub.listening.tcp?.port ?? 0, '127.0.0.1');
    const commands = { led: { args: { on: { type: 'bool' } } } };
    board.write(
      `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: { board: 'desk', boot: 'b', commands } })}\n`,
    );
    board.on('data', (bytes) => {
      for (const line of bytes.toString().split('\n').filter(Boolean)) {
        const { id, method, params } = JSON.parse(line);
        if (method !== 'led') continue;
        const answer =
          params.on === true ? { result: { on: true } } : { error: { code: -32000, message: 'no' } };
        board.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
      }
    });
    await until(() => hub.board('desk')?.info()?.session !== undefined);
    const client = await RawClient.connected(port);
    await client.subscribe('kiteline/desk/led');
    await client.subscribe('kiteline/desk/led/error');
    client.write(publishPacket('kiteline/desk/led/set', 'true'));
    expect(published(await client.next())).toMatchObject({
      topic: 'kiteline/desk/led',
      payload: '{"on":true}',
    });
    client.write(publishPacket('kiteline/desk/led/set', '{"on":false}'), idPacket(0x40, 99));
    expect(published(await client.next())).toMatchObject({
      topic: 'kiteline/desk/led/error',
      payload: 'no',
    });
    board.destroy();
  });
});
