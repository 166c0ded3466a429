import { alertText } from '../../hub/alerts/text.ts';
import type { CommandEvent, LiveEvent, LogEvent, LostEvent, SampleEvent } from '../../hub/feed.ts';
import { say } from '../../language.ts';
import type { Value } from '../../wire/index.ts';
import { dialText } from '../dials.ts';
import { lostText } from '../presence.ts';
import { refusedText } from '../refused.ts';
import { printable, printableLines, styled } from '../terminal.ts';
import { controlText } from './control-text.ts';

/** An event of the live feed as JSON carries it. */
export type PlainEvent = PlainSample | Exclude<LiveEvent, SampleEvent> | LostEvent;

export interface PlainSample {
  type: 'sample';
  board: string;
  at: number;
  values: Record<string, Value>;
  units?: Record<string, string>;
}

/** One event for a person, as one line or, where a board's log has several, as many: time, board, what it said. */
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
    case 'presence':
      return event.state === 'online'
        ? styled('green', say('online', '在线'))
        : styled('red', lostText(event));
    case 'log':
      return logText(event);
    case 'dial':
      return styled(event.state === 'connected' ? 'green' : 'yellow', dialText(event));
    case 'dropped':
      return styled(
        'yellow',
        say(
          `had to give up ${event.samples} samples and ${event.logs} lines of its log`,
          `不得不放弃 ${event.samples} 个采样和 ${event.logs} 行日志`,
        ),
      );
    case 'command':
      return commandText(event);
    case 'control':
      return controlText(event);
    case 'alert':
      return styled(event.state === 'firing' ? 'red' : 'green', printable(alertText(event)));
    case 'refused':
      return styled('red', refusedText(event));
  }
}

function logText({ level, text }: LogEvent): string {
  const [first = '', ...rest] = printableLines(text.trimEnd()).split('\n');
  const lines = [first, ...rest.map((line) => `    ${line}`)].join('\n');
  if (level === 'error') return styled('red', lines);
  return level === 'print' ? `${styled('dim', say('prints:', '打印：'))} ${lines}` : lines;
}

function commandText({ id, name, state, message }: CommandEvent): string {
  const what = `${printable(name)} ${styled('dim', `#${id}`)}`;
  const word = styled(STATE_STYLES[state], STATES[state]());
  return `${what} ${word}${message === undefined || message === '' ? '' : `: ${printable(message)}`}`;
}

const STATES: Record<CommandEvent['state'], () => string> = {
  sent: () => say('sent', '已发出'),
  done: () => say('done', '完成'),
  failed: () => say('failed', '失败'),
  expired: () => say('expired', '过期'),
  unknown: () => say('unknown', '结果未知'),
};

const STATE_STYLES = {
  sent: 'dim',
  done: 'green',
  failed: 'red',
  expired: 'yellow',
  unknown: 'yellow',
} as const;

/** Local time of day: what a person compares with their watch. */
function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
