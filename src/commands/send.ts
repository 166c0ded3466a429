import { Argument, type Command } from 'commander';
import { say } from '../language.ts';
import { parseSeconds } from './numbers.ts';

interface Options {
  wait?: number;
  encoding?: string;
  newline?: boolean;
}

const WAIT_MS = 5_000; // an answer that a person would still wait for; a board's slow sensor takes two

/** `kiteline send udp|tcp HOST:PORT [TEXT]` */
export function addSend(program: Command): void {
  program
    .command('send')
    .description(
      say('Send a text to a board or a server, and print its answer', '向开发板或服务器发送文本，并显示回答'),
    )
    .addArgument(new Argument('<protocol>', say('udp or tcp', 'udp 或 tcp')).choices(['udp', 'tcp']))
    .argument(
      '<HOST:PORT>',
      say('where to, e.g. 192.168.1.23:9000 or [::1]:9000', '目标，例如 192.168.1.23:9000 或 [::1]:9000'),
    )
    .argument(
      '[TEXT]',
      say(
        'sent as it is, nothing added. Without it: a conversation on a terminal, else what stdin gives',
        '按原样发送，不附加任何内容。省略时：在终端中为对话，否则发送标准输入的内容',
      ),
    )
    .option(
      '--wait <SECONDS>',
      say(
        'how long to wait for the answer (tcp: 5 unless told; udp: not at all)',
        '等待回答的时间（tcp 默认 5 秒；udp 默认不等待）',
      ),
      parseSeconds,
    )
    .option('--newline', say('end the text with a line feed', '在文本末尾加换行符'))
    .option(
      '--encoding <NAME>',
      say(
        'of the text and the answer, e.g. gbk (utf-8 unless told)',
        '文本和回答的编码，例如 gbk（默认 utf-8）',
      ),
    )
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline send udp 192.168.1.23:9000 hello
  kiteline send tcp 192.168.1.23:9000 hello --wait 10
  kiteline send tcp board.local:9000              ${say('a conversation; Ctrl-D ends it', '对话；按 Ctrl-D 结束')}
  echo '{"led":1}' | kiteline send tcp 192.168.1.23:9000
  kiteline send udp 192.168.1.23:9000 -- -1       ${say('a text that begins with a dash', '以短横线开头的文本')}

${say(
  'An answer has ended when the other side closes or has been quiet for 300 ms. Exit code 1: there was none.',
  '对方关闭连接或静默 300 毫秒即视为回答结束。退出码 1 表示没有回答。',
)}`,
    )
    .action(async (protocol: 'udp' | 'tcp', target: string, text: string | undefined, options: Options) => {
      const [{ parseHostPort }, { encodingNamed }] = await Promise.all([
        import('../transport/address.ts'),
        import('../hub/encoding.ts'),
      ]);
      const peer = parseHostPort(target);
      const encoding = encodingNamed(options.encoding);
      const isEncodingNamed = options.encoding !== undefined;
      const ending = options.newline ? '\n' : '';
      if (text === undefined && process.stdin.isTTY) {
        const { converse } = await import('./send/conversation.ts');
        await converse({ protocol, peer, encoding, ending, connectMs: options.wait || WAIT_MS });
        return;
      }
      const bytes = text === undefined ? process.stdin : encoding.encode(text + ending);
      if (protocol === 'udp') {
        const { sendUdp } = await import('./send/udp.ts');
        await sendUdp({ peer, bytes, waitMs: options.wait ?? 0, encoding, isEncodingNamed });
      } else {
        const { sendTcp } = await import('./send/tcp.ts');
        await sendTcp({
          peer,
          bytes,
          waitMs: options.wait ?? WAIT_MS,
          connectMs: options.wait || WAIT_MS,
          encoding,
          isEncodingNamed,
        });
      }
    });
}
