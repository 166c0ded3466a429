import { type Command, InvalidArgumentError } from 'commander';
import { ROLES, type Role } from '../http/access/tokens.ts';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline access [add|revoke]` */
export function addAccess(program: Command): void {
  const access = program
    .command('access')
    .description(say('Who may open the page and use the API', '谁可以打开网页和使用 API'))
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(access)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline access
  kiteline access add viewer "kitchen tablet"
  kiteline access revoke 3f9a1c22

${say(
  'An operator may do everything, a viewer look on. A link lets in whoever has it, until it is revoked.',
  '操作员可以做一切，观察者只能查看。持有链接的人都能进入，直到被撤销。',
)}`,
    )
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { listAccess } = await import('./access/access.ts');
      await listAccess(options);
    });
  access
    .command('add')
    .description(say('Make a link for somebody', '为某人生成链接'))
    .argument('<ROLE>', say('operator or viewer', 'operator（操作员）或 viewer（观察者）'), role)
    .argument('<NAME>', say('whose it is, for the list', '用于列表的名称'))
    .action(async (wanted: Role, name: string, _: unknown, command: Command) => {
      const { addToken } = await import('./access/access.ts');
      await addToken(wanted, name, command.optsWithGlobals());
    });
  access
    .command('revoke')
    .description(say('Take a link back, and what was signed in with it', '撤销链接及由它登录的一切'))
    .argument('<ID>', say('as "kiteline access" lists it', '“kiteline access”所列的编号'))
    .action(async (id: string, _: unknown, command: Command) => {
      const { revokeToken } = await import('./access/access.ts');
      await revokeToken(id, command.optsWithGlobals());
    });
}

function role(text: string): Role {
  const known = ROLES.find((one) => one === text);
  if (known) return known;
  throw new InvalidArgumentError(say('it is operator or viewer.', '应为 operator 或 viewer。'));
}
