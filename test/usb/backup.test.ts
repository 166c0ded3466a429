/** What a board calls its files stays in the folder that was named for them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BoardFiles } from '../../src/board/files.ts';
import { RawRepl } from '../../src/board/raw-repl.ts';
import { boardRaised } from '../../src/board/repl-error.ts';
import { backUp } from '../../src/commands/push/agree.ts';
import { startedPort } from './board-port.ts';

it('a board that names a file outside of the folder writes nothing there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { port } = await startedPort({ files: { 'lib/a.py': 'a', 'evil.txt': 'evil' } });
  const repl = await RawRepl.enter(port);
  const files = new BoardFiles(repl);
  const into = join(folder, 'in');
  await backUp(['/lib/a.py'], files, into);
  expect(readFileSync(join(into, 'lib/a.py'), 'utf8')).toBe('a');
  for (const path of ['/../evil.txt', '/lib/../../evil.txt'])
    await expect(backUp([path], files, into)).rejects.toThrow(/a name that cannot be kept here/);
  expect(readdirSync(folder)).toEqual(['in']);
  expect(existsSync(join(into, 'evil.txt'))).toBe(false);
});

it('a traceback that would drive the terminal is text', () => {
  const { message } = boardRaised('Traceback:\r\n\x1b]0;title\x07\tValueError: \x9b2J');
  expect(message).toBe('Traceback:\n.]0;title.\tValueError: .2J');
});
