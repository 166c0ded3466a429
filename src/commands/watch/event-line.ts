import type { BoardEvent, LostEvent, TextEvent } from '../../hub/feed.ts';
import { say } from '../../language.ts';
import type { Value } from '../../wire/index.ts';
import { printable, styled } from '../terminal.ts';

/** An event of the live feed as JSON carries it. */
export type PlainEvent = PlainSample | TextEvent | BoardEvent | LostEvent;

export interface PlainSample {
  type: 'sample';
  board: string;
  at: number;
  values: Record<string, Value>;
  units?: Record<string, string>;
}

/** One event as one line for a person: time, board, what it said. */
export function eventLine(event: PlainEvent): string {
  if (event.type === 'lost') {
    return styled(
      'yellow',
      say(`(${event.count} events came too fast to show)`, `（有 ${event.count} 个事件来得太快，未显示）`),
    );
  }
  const time = styled('dim', clockTime(event.at));
  const board = styled('cyan', printable(event.board));
  return `${time}  ${board}  ${what(event)}`;
}

/** `temp 23.5 Cel  hum 40` */
export function valuesText(values: Record<string, Value>, units: Record<string, string>): string {
  return Object.entries(values)
    .map(([metric, value]) => {
      const unit = Object.hasOwn(units, metric) ? ` ${units[metric]}` : '';
      return `${printable(metric)} ${styled('bold', printable(String(value)))}${printable(unit)}`;
    })
    .join('  ');
}

function what(event: Exclude<PlainEvent, LostEvent>): string {
  switch (event.type) {
    case 'sample':
      return valuesText(event.values, event.units ?? {});
    case 'text':
      return `“${printable(event.text)}”${event.reply === undefined ? '' : styled('dim', ` → “${printable(event.reply)}”`)}`;
    case 'board':
      return styled('green', say('is new here', '首次出现'));
  }
}

/** Local time of day: what a person compares with their watch. */
function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
