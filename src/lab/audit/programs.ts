/** Whether a board always ran a whole program, and what was said of those that came over the air is true. */
import { say } from '../../language.ts';
import type { BoardRecord } from '../record.ts';
import { type Breach, some } from './breach.ts';

export function auditPrograms({ name, boots, programs }: BoardRecord): Breach[] {
  if (!programs) return [];
  const { sent, ran } = programs;
  const breaches: Breach[] = [];
  const breach = (en: string, zh: string) =>
    breaches.push({ kind: 'no-program', count: 1, sentence: say(`${name}: ${en}`, `${name}：${zh}`) });
  const halves = ran.filter(({ n, twin }) => n !== twin);
  if (halves.length > 0) {
    const which = some(halves.map(({ n, twin }) => `${n}+${twin}`));
    breach(`programs of which only a part was new ran: ${which}.`, `运行了只更新一部分的程序：${which}。`);
  }
  const last = ran.findLast(({ boot }) => boot === boots.length - 1);
  const allowed = allowedAtTheEnd(sent);
  if (!last) breach('its last start ran no program.', '最后一次启动没有运行程序。');
  else if (!allowed.has(last.n))
    breach(
      `program ${last.n} runs at the end, and after what was said it can only be ${some(allowed)}.`,
      `最后运行的是程序 ${last.n}，而按所报告的结果只能是 ${some(allowed)}。`,
    );
  const praised = sent.filter(({ isGood, outcome }) => !isGood && outcome === 'done');
  if (praised.length > 0)
    breach('a program that raises at once was said to run.', '一运行就出错的程序被报告为已运行。');
  return breaches;
}

/** Which programs may run after all of these outcomes. */
function allowedAtTheEnd(sent: NonNullable<BoardRecord['programs']>['sent']): Set<number> {
  let may = new Set([0]);
  for (const { n, isGood, outcome } of sent) {
    if (outcome === 'done') may = new Set([n]);
    // Nobody heard how it ended. A bad one goes by itself.
    else if (isGood && (outcome === 'unknown' || outcome === 'hub-died' || outcome === undefined)) may.add(n);
  }
  return may;
}
