import type { Command } from 'commander';
import { say } from '../language.ts';
import { parseDuration } from '../times.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** Milliseconds that a replaced key stays valid unless told: until somebody has been at the board. */
const OVERLAP_MS = 7 * 86_400_000;

/** `kiteline boards`, and the keys of boards: `add`, `rotate`, `revoke`, `open`, `keys` */
export function addBoards(program: Command): void {
  const boards = program
    .command('boards')
    .description(
      say(
        'List the boards that a running hub has heard of, and give boards keys',
        '列出正在运行的中枢收到过消息的板子，并管理板子的密钥',
      ),
    )
    .enablePositionalOptions()
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(boards)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline boards
  kiteline boards --json
  kiteline boards --hub http://localhost:8080
  kiteline boards add greenhouse            ${say('a key: from now on the name needs it', '添加密钥：此后该名称必须使用它')}
  kiteline boards rotate greenhouse         ${say('another key; the old one is valid for 7 days more', '更换密钥；旧密钥再有效 7 天')}
  kiteline boards revoke greenhouse         ${say('at once, and the name stays closed', '立即吊销，名称保持关闭')}`,
    )
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { listBoards } = await import('./boards/list.ts');
      await listBoards(options);
    });

  keyCommand(
    boards,
    'add',
    say(
      "Give a name a key, and print the board's /kiteline.json",
      '为名称添加密钥，并打印板子的 /kiteline.json',
    ),
  ).action(async (board: string, options: HubOptions) => {
    const { addKey } = await import('./boards/keys.ts');
    await addKey({ do: 'add', board }, options);
  });

  keyCommand(boards, 'rotate', say('Give a board another key', '为板子更换密钥'))
    .option(
      '--overlap <TIME>',
      say(
        'how long the old key stays valid, e.g. 12h, 0 (7d unless told)',
        '旧密钥继续有效的时间，例如 12h、0（默认 7d）',
      ),
      (text) => (text === '0' ? 0 : parseDuration(text)),
    )
    .action(
      async (board: string, { overlap = OVERLAP_MS, ...options }: HubOptions & { overlap?: number }) => {
        const { addKey } = await import('./boards/keys.ts');
        await addKey({ do: 'rotate', board, overlap }, options);
      },
    );

  keyCommand(
    boards,
    'revoke',
    say('Make its keys invalid at once; the name stays closed', '立即吊销它的密钥；名称保持关闭'),
  ).action(async (board: string, options: HubOptions) => {
    const { revokeKeys } = await import('./boards/keys.ts');
    await revokeKeys(board, options);
  });

  keyCommand(
    boards,
    'open',
    say('Let the name be used without a key again', '让该名称可以重新不带密钥使用'),
  ).action(async (board: string, options: HubOptions) => {
    const { openName } = await import('./boards/keys.ts');
    await openName(board, options);
  });

  const keys = boards
    .command('keys')
    .description(
      say('List the names that need a key, and what the keys are called', '列出需要密钥的名称及密钥编号'),
    )
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(keys).action(async (options: HubOptions & { json?: boolean }) => {
    const { listKeys } = await import('./boards/keys.ts');
    await listKeys(options);
  });
}

function keyCommand(boards: Command, name: string, description: string): Command {
  const command = boards
    .command(name)
    .description(description)
    .argument('<NAME>', say("the board's name", '板子的名称'));
  return addHubOptions(command);
}
