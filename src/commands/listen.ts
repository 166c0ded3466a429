import { Argument, type Command } from 'commander';
import { say } from '../language.ts';
import { parsePort } from '../transport/address.ts';
import { parseCount } from './numbers.ts';

interface Options {
  host: string;
  port: number;
  reply?: string;
  count?: number;
  json?: boolean;
  newline?: boolean;
  encoding?: string;
}

/** `kiteline listen udp|tcp` */
export function addListen(program: Command): void {
  program
    .command('listen')
    .description(say('Show what boards send, and answer', '显示开发板发来的内容，并可回答'))
    .addArgument(new Argument('<protocol>', say('udp or tcp', 'udp 或 tcp')).choices(['udp', 'tcp']))
    .option(
      '--host <ADDRESS>',
      say('where to listen; :: is IPv6 and IPv4', '监听地址；:: 表示 IPv6 和 IPv4'),
      '0.0.0.0',
    )
    .option(
      '--port <PORT>',
      say('0 asks the system for a free one', '0 表示由系统选择'),
      (text) => parsePort(text),
      9000,
    )
    .option(
      '--reply <TEXT>',
      say('answer each message with this, nothing added', '用这段文本回答每条消息，不附加任何内容'),
    )
    .option('--count <N>', say('end after N messages', '收到 N 条消息后结束'), (text) =>
      parseCount(text, 1, 999_999_999),
    )
    .option(
      '--json',
      say(
        'one JSON object a line: {"from":"IP:PORT","text":"…"}',
        '每行一个 JSON 对象：{"from":"IP:PORT","text":"…"}',
      ),
    )
    .option(
      '--newline',
      say('end the reply and typed lines with a line feed', '在回答和输入的每行末尾加换行符'),
    )
    .option(
      '--encoding <NAME>',
      say(
        'of the messages and replies, e.g. gbk (utf-8 unless told)',
        '消息和回答的编码，例如 gbk（默认 utf-8）',
      ),
    )
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline listen udp
  kiteline listen tcp --reply "response..."
  kiteline listen tcp --port 0 --host ::
  kiteline listen udp --json --count 10 > ten.jsonl

${say(
  'On a terminal and without --reply, each line that you type goes to whoever sent last.\nThe first line on stderr ends in the address and port; messages alone go to stdout.',
  '在终端中且没有 --reply 时，输入的每一行会发给最近来信的一方。\n标准错误的第一行以地址和端口结尾；标准输出只有消息。',
)}`,
    )
    .action(async (protocol: 'udp' | 'tcp', { newline, encoding, ...options }: Options) => {
      const [{ listen }, { encodingNamed }] = await Promise.all([
        import('./listen/listen.ts'),
        import('../hub/encoding.ts'),
      ]);
      await listen({
        ...options,
        protocol,
        ending: newline ? '\n' : '',
        encoding: encodingNamed(encoding),
      });
    });
}
