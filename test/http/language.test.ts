/** In which language the hub answers whom. */
import { expect, test } from 'vitest';
import { askedLanguage } from '../../src/http/asked-language.ts';
import { language } from '../../src/language.ts';
import { FakeBoard } from '../hub/boards.ts';
import { detailOf, start } from './start.ts';
import { open } from './test-page.ts';

test('the first of its languages that a request likes best', () => {
  for (const [header, wanted] of [
    [undefined, undefined],
    ['', undefined],
    ['*', undefined],
    ['zh-CN', 'zh'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
    ['fr-FR, zh;q=0.4, en;q=0.6', 'en'],
    ['fr, zh-Hant-TW;q=0.5, en;q=0', 'zh'],
    ['zhx, enough', undefined],
    ['en;q=nonsense', undefined],
    [';;;,,q=1', undefined],
  ] as const)
    expect([header, askedLanguage(header)]).toEqual([header, wanted]);
});

test('a request is answered in its own language, and others meanwhile in theirs', async () => {
  const { get, hub } = await start();
  const asked = (header: string) =>
    get('/api/v1/boards/nobody', { headers: { 'accept-language': header } }).then(detailOf);
  const answers = await Promise.all(['zh-CN,zh;q=0.9', 'en', 'zh', 'en-GB'].map(asked));
  expect(answers.map((text) => /[\u4e00-\u9fff]/.test(text))).toEqual([true, false, true, false]);
  const own = await detailOf(await get('/api/v1/boards/nobody', { headers: { 'accept-language': '*' } }));
  expect(own).toBe(answers[1]);
  expect(hub.counts.messages).toBe(0);
});

test('what everybody is told is in the hub’s own language, whoever caused it', async () => {
  const context = await start();
  const board = new FakeBoard(context.hub);
  const controls = { drive: { args: { left: { type: 'float', min: -1, max: 1 } }, lease: 300 } };
  await board.hello({ board: 'rover', boot: 'b1', controls });
  const heard: unknown[] = [];
  context.hub.on('control', ({ state, message }) => heard.push([state, language(), message]));
  const page = await open(context);
  const ask = async (id: number, what: object) => {
    page.say({ id, lang: 'zh-CN', ...what });
    return page.next((m) => ('re' in m && m.re === id ? m : undefined));
  };
  const wrong = { board: 'rover', control: 'drive', args: { left: 7 } };
  expect(await ask(1, { set: wrong })).toMatchObject({ ok: false, message: expect.stringContaining('应为') });
  context.hub.board('rover')?.control('drive', { holder: 'ann', holdMs: 60_000 });
  const set = { board: 'rover', control: 'drive', args: { left: 0.5 } };
  expect(await ask(2, { set })).toMatchObject({ ok: false, message: expect.stringContaining('持有') });
  expect(await ask(3, { set: { ...set, takeover: true } })).toMatchObject({ ok: true });
  expect(await ask(4, { release: set })).toMatchObject({ ok: true });
  expect(heard).toEqual([
    ['held', 'en', undefined],
    ['taken over', 'en', expect.stringContaining('took it over from ann')],
    ['ended', 'en', expect.stringContaining('released')],
  ]);
});
