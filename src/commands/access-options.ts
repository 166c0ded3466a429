import { type Command, Option } from 'commander';
import type { AccessOptions } from '../hub/access.ts';
import { say } from '../language.ts';

/** What a person says of who may come in. */
export interface AccessCliOptions {
  allow?: string[];
  public?: boolean;
  openBoards: NonNullable<AccessOptions['openBoards']>;
}

/** The options of `kiteline up` that say whose traffic is taken. */
export function addAccessOptions(command: Command): Command {
  return command
    .option(
      '--allow <RANGE>',
      say(
        'take traffic from these public addresses, e.g. 203.0.113.0/24; may be given more than once',
        '接受来自这些公网地址的数据，例如 203.0.113.0/24；可多次给出',
      ),
      (range: string, ranges: string[] = []) => [...ranges, range],
    )
    .option('--public', say('take traffic from every public address', '接受来自任何公网地址的数据'))
    .addOption(
      new Option(
        '--open-boards <WHERE>',
        say(
          'from where boards without a key may be commanded and call',
          '允许对哪里的无密钥板子发命令、并允许其调用',
        ),
      )
        .choices(['private', 'any', 'none'])
        .default('private'),
    );
}

/** The same for the hub. */
export const accessOf = ({
  allow = [],
  public: all = false,
  openBoards,
}: AccessCliOptions): AccessOptions => ({
  allow,
  publicAddresses: all,
  openBoards,
});
