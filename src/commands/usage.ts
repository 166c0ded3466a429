import type { Argument, Command, CommanderError, Option } from 'commander';
import { say } from '../language.ts';

/**
 * Makes a commander program speak the person's language and throw its errors to the caller. Commands that are
 * added to it afterwards inherit both.
 */
export function localize(program: Command): Command {
  const titles: Record<string, string> = {
    'Usage:': say('Usage:', '用法：'),
    'Arguments:': say('Arguments:', '参数：'),
    'Options:': say('Options:', '选项：'),
    'Commands:': say('Commands:', '命令：'),
  };
  return program
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      optionDescription: (option) => described(option),
      argumentDescription: (argument) => described(argument),
    })
    .helpOption('-h, --help', say('show this help', '显示本帮助'))
    .helpCommand('help [command]', say('show the help of a command', '显示某个命令的帮助'));
}

function described(item: Option | Argument): string {
  const value = item.defaultValueDescription ?? item.defaultValue;
  if (value === undefined || value === false || (Array.isArray(value) && value.length === 0))
    return item.description;
  return `${item.description}${say(` (${value} unless told)`, `（默认 ${value}）`)}`;
}

/**
 * What a person reads when the command line cannot be understood; undefined when the help is already on the screen.
 * @param command the one that refused it
 */
export function usageSentence(error: CommanderError, command: Command): string | undefined {
  if (error.code === 'commander.help') return undefined;
  const names: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name());
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const meant = /Did you mean (?:one of )?(.+)\?/.exec(error.message)?.[1];
  const parts = [problem(error, quoted)];
  if (meant) parts.push(say(`Did you mean ${meant}?`, `是不是想写 ${meant}？`));
  const help = `${names.join(' ')} --help`;
  parts.push(say(`"${help}" shows what there is.`, `“${help}”会列出用法。`));
  return parts.join(say(' ', ''));
}

function problem(error: CommanderError, quoted: string): string {
  switch (error.code) {
    case 'commander.unknownOption':
      return say(`There is no option ${quoted} here.`, `这里没有选项 ${quoted}。`);
    case 'commander.unknownCommand':
      return say(`There is no command ${quoted}.`, `没有命令 ${quoted}。`);
    case 'commander.missingArgument':
      return say(`${quoted} is missing.`, `缺少 ${quoted}。`);
    case 'commander.optionMissingArgument':
      return say(`The option ${quoted} needs a value.`, `选项 ${quoted} 需要一个值。`);
    case 'commander.excessArguments':
      return say(
        'There are more words than this command takes; a text with spaces goes in quotes.',
        '参数过多；含空格的文本请加引号。',
      );
    case 'commander.invalidArgument': {
      const value = /argument '([^']*)' is invalid/.exec(error.message)?.[1] ?? quoted;
      const allowed = /Allowed choices are (.+)\./.exec(error.message)?.[1];
      return allowed
        ? say(
            `"${value}" will not do here: it is one of ${allowed}.`,
            `“${value}”不可用：只能是 ${allowed} 之一。`,
          )
        : error.message.replace(/^error: /, '');
    }
    default:
      return error.message.replace(/^error: /, '');
  }
}
