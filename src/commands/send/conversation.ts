import type { Encoding } from '../../hub/encoding.ts';
import { say } from '../../language.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import { print, printableLines, tell } from '../terminal.ts';
import { startTyping } from '../typing.ts';
import { reachError } from './failure.ts';
import { connectTcp } from './tcp.ts';
import { openUdp } from './udp.ts';

export interface ConversationOptions {
  protocol: 'tcp' | 'udp';
  peer: HostPort;
  encoding: Encoding;
  /** Added to each typed line. */
  ending: '' | '\n';
  connectMs: number;
}

interface Partner {
  send(bytes: Uint8Array): void;
  close(): void;
}

/** Until Ctrl-D, or the peer closes: what is typed is sent, what arrives is printed. */
export async function converse(options: ConversationOptions): Promise<void> {
  const { protocol, peer, encoding, ending } = options;
  const where = formatHostPort(peer.host, peer.port);
  const finished = Promise.withResolvers<void>();
  let arrived = (_text: string): void => {};
  const gone = (error?: unknown): void =>
    error ? finished.reject(reachError(peer, error)) : finished.resolve();
  const partner = await (protocol === 'tcp' ? overTcp : overUdp)(options, (text) => arrived(text), gone);
  tell(
    say(
      `${where}: each line that you type is sent${ending ? ' with a line feed' : ' as it is'}; Ctrl-D ends.`,
      `${where}：输入的每一行都会${ending ? '加上换行符' : '按原样'}发送；按 Ctrl-D 结束。`,
    ),
  );
  const typing = startTyping(
    (line) => partner.send(encoding.encode(line + ending)),
    () => finished.resolve(),
  );
  arrived = (text) => {
    void typing.above(() => print(text.endsWith('\n') ? text : `${text}\n`));
  };
  try {
    await finished.promise;
  } finally {
    typing.close();
    partner.close();
  }
}

async function overTcp(
  { peer, connectMs, encoding }: ConversationOptions,
  arrived: (text: string) => void,
  gone: (error?: unknown) => void,
): Promise<Partner> {
  const socket = await connectTcp(peer, connectMs);
  const decoder = encoding.stream();
  socket.on('data', (chunk) => {
    const text = decoder.push(chunk);
    if (text !== '') arrived(printableLines(text));
  });
  socket.on('error', gone);
  socket.on('close', () => {
    const where = formatHostPort(peer.host, peer.port);
    arrived(say(`${where} closed the connection.`, `${where} 关闭了连接。`));
    // One turn later, so that the sentence stands before the prompt is taken away.
    setImmediate(gone);
  });
  return { send: (bytes) => void socket.write(bytes), close: () => socket.end() };
}

async function overUdp(
  { peer, encoding }: ConversationOptions,
  arrived: (text: string) => void,
  gone: (error?: unknown) => void,
): Promise<Partner> {
  const { socket, send } = await openUdp(peer);
  socket.on('message', (message) => arrived(printableLines(encoding.decode(message))));
  // A refusal says only that nobody listened when the last datagram came; the next one may be heard.
  const complain = (error: unknown): void => {
    const told = reachError(peer, error);
    arrived(told instanceof Error ? told.message : String(told));
  };
  socket.on('error', complain);
  socket.on('close', () => gone());
  return { send: (bytes) => void send(bytes).catch(complain), close: () => socket.close() };
}
