import { KitelineError } from '../../errors.ts';
import type { ProgramBody, ProgramLine } from '../../http/programs.ts';
import { say } from '../../language.ts';
import { askHub } from '../hub-client.ts';
import { findHub, type HubOptions } from '../hub-file.ts';
import { bytesText } from '../sizes.ts';
import { interruption, printable, tell } from '../terminal.ts';
import { ProgressLine } from './progress.ts';

/**
 * Has the hub give a board a new program; the board tries it, and goes back to the one before when it does not work.
 * @param program by path, as `readFolder` gives it
 * @throws KitelineError NO_HUB; USAGE with what the hub or the board says
 */
export async function pushOverTheAir(
  board: string,
  program: ReadonlyMap<string, Uint8Array>,
  options: HubOptions,
): Promise<void> {
  const hub = await findHub(options);
  const body: ProgramBody = {
    files: Object.fromEntries(
      [...program].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]),
    ),
  };
  const response = await askHub(
    hub,
    `/api/v1/boards/${encodeURIComponent(board)}/program`,
    'application/x-ndjson',
    {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      signal: interruption(),
    },
  );
  const size = [...program.values()].reduce((sum, { length }) => sum + length, 0);
  const line = new ProgressLine([size]);
  let end: ProgramLine | undefined;
  let isOnTrial = false;
  for await (const step of linesOf(response)) {
    if ('outcome' in step) end = step;
    else if (step.state === 'sending') line.show({ path: board, done: step.bytes, size });
    else if (!isOnTrial) {
      isOnTrial = true;
      line.end();
      tell(
        say(
          `${printable(board)} restarts with the new program, on trial: it stays once it has held a session with the hub.`,
          `${printable(board)} 正在以新程序重启并试运行：与中枢保持会话后即予以保留。`,
        ),
      );
    }
  }
  line.end();
  if (end === undefined || !('outcome' in end)) throw broken(board);
  if (end.outcome !== 'done') throw new KitelineError('USAGE', printable(end.message));
  tell(
    end.sent === 0 && !isOnTrial
      ? say(`${printable(board)} runs this program already.`, `${printable(board)} 已在运行该程序。`)
      : say(
          `${printable(board)} runs the new program (${bytesText(end.sent)} sent).`,
          `${printable(board)} 已运行新程序（发送 ${bytesText(end.sent)}）。`,
        ),
  );
}

async function* linesOf(response: Response): AsyncGenerator<ProgramLine> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as ProgramLine;
  }
}

const broken = (board: string): KitelineError =>
  new KitelineError(
    'USAGE',
    say(
      `The hub went away before ${printable(board)} had said whether the new program stays: the board decides by itself ("kiteline boards" tells).`,
      `${printable(board)} 尚未报告新程序是否保留，中枢就断开了：板子会自行判断（见“kiteline boards”）。`,
    ),
  );
