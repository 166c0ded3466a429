import { clearLine, createInterface, cursorTo } from 'node:readline';

/** A line that the person types while other lines arrive. */
export interface Typing {
  /** Runs `write`, which prints whole lines, so that they come to stand above what is being typed. */
  above(write: () => Promise<void> | void): Promise<void>;
  close(): void;
}

const PROMPT = '> ';

/**
 * Reads typed lines until Ctrl-D or Ctrl-C.
 * @param onLine called with each line that is not empty
 * @param onEnd called once, when the person is done
 */
export function startTyping(onLine: (line: string) => void, onEnd: () => void): Typing {
  // What is typed belongs to no file: with stdout redirected the prompt stands on stderr.
  const output = process.stdout.isTTY ? process.stdout : process.stderr;
  const lines = createInterface({ input: process.stdin, output, prompt: PROMPT });
  let isOpen = true;
  let queue = Promise.resolve();
  lines.on('line', (line) => {
    if (line !== '') onLine(line);
    if (isOpen) lines.prompt();
  });
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => {
    if (!isOpen) return;
    isOpen = false;
    output.write('\n');
    onEnd();
  });
  lines.prompt();
  return {
    above(write) {
      queue = queue.then(async () => {
        if (isOpen) {
          cursorTo(output, 0);
          clearLine(output, 0);
        }
        await write();
        if (isOpen) lines.prompt(true);
      });
      return queue;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      lines.close();
      cursorTo(output, 0);
      clearLine(output, 0);
    },
  };
}
