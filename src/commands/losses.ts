import { say } from '../language.ts';
import type { TransportReason } from '../transport/transport.ts';
import { limits } from '../wire/index.ts';

/** A transport's reason for losing something, as a person reads it. */
export function lossSentence(reason: TransportReason): string {
  switch (reason) {
    case 'LINE_TOO_LONG':
      return say(
        `a message of more than ${limits.lineBytes} bytes was left out`,
        `超过 ${limits.lineBytes} 字节的消息已略去`,
      );
    case 'LINE_CUT':
      return say(
        'the connection ended inside a line, which was left out',
        '连接在一行中途断开，这一行已略去',
      );
    case 'PEER_NOT_READING':
      return say(
        'it does not read what is sent to it; some was left out',
        '对方没有读取发给它的内容，部分已略去',
      );
    case 'SEND_FAILED':
      return say('what was sent did not reach it', '发给它的内容没有送达');
    case 'DATAGRAM_TOO_LONG':
      return say(
        `a datagram of more than ${limits.datagramBytes} bytes was not sent`,
        `超过 ${limits.datagramBytes} 字节的数据报没有发送`,
      );
    case 'TOO_MANY_CONNECTIONS':
      return say('a connection was refused: there are too many', '连接过多，已拒绝一个连接');
    case 'TLS_FAILED':
      return say('a TLS handshake came to nothing', '一次 TLS 握手未完成');
    default:
      return say('a message was refused', '一条消息被拒绝');
  }
}
