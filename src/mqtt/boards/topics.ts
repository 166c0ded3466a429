/** What a topic means to the broker: as join/names.ts reads it, with what is needed for each publish made once. */
import { boardNameFault } from '../../hub/hello.ts';
import { meaningOf, ROOT } from '../join/names.ts';

export interface TopicName {
  /** As `Meaning` has it; `plain` for what is none of a board's: between MQTT clients alone. */
  readonly is: 'samples' | 'value' | 'set' | 'error' | 'status' | 'hello' | 'plain';
  /** Whose it is, also where that can be no board's name; undefined for what is not under `kiteline/`. */
  readonly board: string | undefined;
  /** The metric, or the command. */
  readonly item: string;
  /** Of a value: how the sample's JSON begins. */
  readonly head?: Buffer;
}

export const PLAIN: TopicName = { is: 'plain', board: undefined, item: '' };

export function nameOf(topic: string): TopicName {
  if (!topic.startsWith(`${ROOT}/`)) return PLAIN;
  const meaning = meaningOf(topic);
  if (!meaning) return { is: 'plain', board: topic.split('/')[1] ?? '', item: '' };
  const { is, board } = meaning;
  if (is === 'value')
    return { is, board, item: meaning.metric, head: Buffer.from(`{${JSON.stringify(meaning.metric)}:`) };
  return { is, board, item: is === 'set' || is === 'error' ? meaning.command : '' };
}

/** Whose commands somebody takes who subscribes to this: `kiteline/BOARD/COMMAND/set`; a `+` for any command. Undefined for other filters. */
export function commandsOf(filter: string): { board: string; command: string } | undefined {
  const isAny = filter.endsWith('/+/set');
  const meaning = meaningOf(isAny ? filter.replace(/\+\/set$/, 'any/set') : filter);
  if (meaning?.is !== 'set' || /[+#]/.test(meaning.board)) return undefined;
  return { board: meaning.board, command: isAny ? '+' : meaning.command };
}

/** The board that a filter is of alone; undefined for one that takes topics of others, or of none. */
export function boardOf(filter: string): string | undefined {
  const [root, level = ''] = filter.split('/');
  if (root !== ROOT || level === '' || level === '+' || level === '#') return undefined;
  const board = meaningOf(`${ROOT}/${level}`)?.board;
  return board === undefined || boardNameFault(board) !== undefined ? undefined : board;
}
