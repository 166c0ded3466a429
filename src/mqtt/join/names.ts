/** What topics mean, the same through every broker: kiteline/BOARD/… */
import { boardNameFault } from '../../hub/hello.ts';
import { isName, limits } from '../../wire/index.ts';

export const ROOT = 'kiteline';

/** What a publish to a topic is. A metric's levels are joined with dots, as those of nested JSON are. */
export type Meaning =
  /** A sample, JSON with its metrics. */
  | { is: 'samples'; board: string }
  /** One value; or what a command of this name answers, where one waits. */
  | { is: 'value'; board: string; metric: string }
  /** Arguments of a command. */
  | { is: 'set'; board: string; command: string }
  /** What came of a command that was not done. */
  | { is: 'error'; board: string; command: string }
  /** `online` or `offline`. */
  | { is: 'status'; board: string }
  /** What the board says of itself, as the parameters of `hello`. */
  | { is: 'hello'; board: string };

/** What is no part of a topic's level, and the sign that stands for it: `/` is `%2F`. */
const UNSAFE = /[/+#%]/g;

/** A name as a level of a topic. */
export const levelOf = (name: string): string =>
  name.replace(UNSAFE, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The topic of a board, or of something of it. */
export const topicOf = (board: string, ...rest: string[]): string =>
  [ROOT, board, ...rest].map((level) => (level === ROOT ? level : levelOf(level))).join('/');

/** Whether the hub of this home is there. */
export const topicOfHub = (home: string): string => `${ROOT}/$hub/${home}`;

/** What a topic means; undefined for one that is of no board, or cannot be. */
export function meaningOf(topic: string): Meaning | undefined {
  const [root, first, ...rest] = topic.split('/');
  if (root !== ROOT || first === undefined || topic.includes('\0')) return undefined;
  const board = nameIn(first);
  if (board === undefined || boardNameFault(board) !== undefined) return undefined;
  const names = rest.map(nameIn);
  if (!names.every((name) => name !== undefined && name !== '')) return undefined;
  const levels = names as string[];
  const [one, two] = levels;
  if (one === undefined) return { is: 'samples', board };
  if (levels.length === 1 && one === 'status') return { is: 'status', board };
  if (levels.length === 1 && one === '$hello') return { is: 'hello', board };
  if (one.startsWith('$')) return undefined;
  if (levels.length === 2 && (two === 'set' || two === 'error')) return { is: two, board, command: one };
  const metric = levels.join('.');
  return isName(metric, limits.nameLength) ? { is: 'value', board, metric } : undefined;
}

function nameIn(level: string): string | undefined {
  if (!level.includes('%')) return level;
  try {
    return decodeURIComponent(level);
  } catch {
    return undefined;
  }
}
