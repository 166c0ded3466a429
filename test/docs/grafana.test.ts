/** The dashboards in docs/grafana, asked of a hub that runs as Grafana would ask it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { start } from '../http/start.ts';
import { FakeBoard } from '../hub/boards.ts';

interface InfinityQuery {
  url: string;
  root_selector: string;
  columns: { selector: string; text: string; type: string }[];
}

interface Dashboard {
  uid: string;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: { id: number; title: string; type: string; targets: (InfinityQuery & { expr: string })[] }[];
}

const dashboard = (name: string): Dashboard =>
  JSON.parse(readFileSync(new URL(`../../docs/grafana/${name}.json`, import.meta.url), 'utf8'));

async function withBoard() {
  const all = await start();
  const board = new FakeBoard(all.hub);
  await board.hello({ board: 'shed 1', boot: 'b1', metrics: { temp: { unit: 'Cel' } } });
  for (let i = 0; i < 5; i++) {
    await all.post(`[{"n":"temp","u":"Cel","v":${20 + i}}]`, '/samples?board=shed%201');
    all.clock.advance(1_000);
  }
  return { ...all, board };
}

/** What stands at `a.b` of a value. */
const at = (value: unknown, path: string): unknown =>
  path === ''
    ? value
    : path
        .split('.')
        .reduce<unknown>((one, name) => (one as Record<string, unknown> | undefined)?.[name], value);

test('the boards’ dashboard: every query gives rows with what its columns name', async () => {
  const { get, clock } = await withBoard();
  const variables: Record<string, string> = {
    'board:percentencode': encodeURIComponent('shed 1'),
    'metric:percentencode': 'temp',
    __from: String(clock.now() - 3_600_000),
    __to: String(clock.now()),
  };
  const { templating, panels } = dashboard('kiteline');
  const ask = async ({ url, root_selector, columns }: InfinityQuery) => {
    const path = url.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => variables[name] ?? whole);
    const answer = await get(path);
    expect(answer.status, path).toBe(200);
    const found = at(await answer.json(), root_selector);
    const rows = (Array.isArray(found) ? found : [found]) as unknown[];
    expect(rows.length, path).toBeGreaterThan(0);
    for (const { selector, type } of columns) {
      const value = at(rows[0], selector);
      if (type !== 'string') expect(typeof value, `${path} ${selector}`).toBe('number');
      else expect(value, `${path} ${selector}`).toBeDefined();
    }
    return rows;
  };
  for (const { targets } of panels) for (const target of targets) await ask(target);
  for (const { type, query } of templating.list)
    if (type === 'query') await ask((query as { infinityQuery: InfinityQuery }).infinityQuery);
  const chart = panels[0]?.targets[0] as InfinityQuery;
  expect(await ask(chart)).toHaveLength(5);
  const few = { ...chart, url: chart.url.replace('points=1000', 'points=2') };
  expect((await ask(few))[0]).toMatchObject({ v: expect.any(Number), min: 20, max: expect.any(Number) });
});

test('the hub’s dashboard: every metric that it asks for is told', async () => {
  const { get, hub, board, clock } = await withBoard();
  hub.refuse('NO_PROOF', 'shed', { host: '127.0.0.1', port: 1 }); // so that something is lost
  // A board that is asked how it hears its access point.
  while (board.gotOf('$ping').length === 0) clock.advance(1_000);
  await board.sends({ jsonrpc: '2.0', id: board.gotOf('$ping')[0]?.id ?? '', result: { rssi: -60 } });
  const told = await (await get('/metrics')).text();
  const { templating, panels } = dashboard('kiteline-hub');
  const texts = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    JSON.stringify(templating),
  ];
  const names = new Set(
    texts.flatMap((text) => text.match(/\b(?:kiteline|process|nodejs)_[a-z0-9_]+/g) ?? []),
  );
  expect(names.size).toBeGreaterThan(12);
  for (const name of names) expect(told.includes(`# TYPE ${name} `), name).toBe(true);
});

test('a shape that there is not is told', async () => {
  const { get } = await withBoard();
  expect((await get('/api/v1/boards/shed%201/history?metric=temp&shape=table')).status).toBe(400);
});
