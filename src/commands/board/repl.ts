import { say } from '../../language.ts';
import { checkBoardName } from '../../virtual/name.ts';
import { tell } from '../terminal.ts';
import { type BoardOptions, makeBoard } from './make.ts';
import { connectKeys, connectOutput, feedKeys } from './serial.ts';

const PASTE = '\x05'; // Ctrl-E: what follows is taken as it is, where the prompt itself would indent it once more
const CTRL_D = '\x04';
const LEAVE = 0x1d; // Ctrl-], as in mpremote and telnet: every other key is the board's

/**
 * A prompt until Ctrl-] (or, when stdin is no terminal, its end).
 * @throws KitelineError ADDRESS_UNAVAILABLE, BAD_ARGUMENT
 */
export async function prompt(options: BoardOptions): Promise<void> {
  if (options.name !== undefined) checkBoardName(options.name); // before anything is said or written
  const board = await makeBoard(options);
  connectOutput(board);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void board.stop());
  const ended = board.run();
  if (process.stdin.isTTY) {
    tell(
      say(
        'Ctrl-] leaves, Ctrl-C interrupts, Ctrl-D restarts the board.',
        '按 Ctrl-] 退出，Ctrl-C 中断，Ctrl-D 重启虚拟板。',
      ),
    );
    connectKeys(board, (bytes) => {
      if (bytes.includes(LEAVE)) void board.stop();
      return bytes.includes(LEAVE);
    });
  } else {
    board.type(PASTE);
    await feedKeys(board);
    // The first Ctrl-D ends what was pasted, which then runs; the board comes to the second when it has, and restarts.
    board.once('reset', () => void board.stop());
    board.type(`${CTRL_D}${CTRL_D}`);
  }
  const end = await ended;
  await board.close();
  process.exitCode = end.how === 'crashed' ? 1 : 0;
}
