import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';

/** A sentence for what the system says when one reaches out to `peer`; any other error comes back as it is. */
export function reachError(peer: HostPort, cause: unknown): unknown {
  const where = formatHostPort(peer.host, peer.port);
  switch (codeOf(cause)) {
    case 'ECONNREFUSED':
      return new KitelineError(
        'REFUSED',
        say(
          `${where} refused: nothing listens there. Is the program on the other side running, and on this port?`,
          `${where} 拒绝：那里没有程序在监听。对方的程序在运行吗？端口对吗？`,
        ),
        { cause },
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return new KitelineError(
        'UNREACHABLE',
        say(`The name ${peer.host} leads to no address.`, `找不到名称 ${peer.host} 对应的地址。`),
        { cause },
      );
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return unreachable(peer, cause);
    case 'ECONNRESET':
    case 'EPIPE':
      return closed(peer, cause);
    case 'EMSGSIZE':
      return new KitelineError(
        'BAD_ARGUMENT',
        say(
          'The text is too long for one datagram: 65,507 bytes at most, and 1,472 or fewer if it must arrive on any Wi-Fi.',
          '文本超过了一个数据报的长度：最多 65,507 字节；要在任何 Wi-Fi 上都能到达，不宜超过 1,472 字节。',
        ),
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new KitelineError(
        'UNREACHABLE',
        say(`The system does not let us send to ${where}.`, `系统不允许向 ${where} 发送。`),
        { cause },
      );
    default:
      return cause;
  }
}

export function unreachable(peer: HostPort, cause?: unknown): KitelineError {
  const where = formatHostPort(peer.host, peer.port);
  return new KitelineError(
    'UNREACHABLE',
    say(
      `${where} cannot be reached: is it switched on, and in the same network as this machine?`,
      `无法到达 ${where}：对方开机了吗？与本机在同一个网络吗？`,
    ),
    { cause },
  );
}

export function closed(peer: HostPort, cause?: unknown): KitelineError {
  const where = formatHostPort(peer.host, peer.port);
  return new KitelineError(
    'CLOSED',
    say(`${where} closed the connection without an answer.`, `${where} 没有回答就关闭了连接。`),
    { cause },
  );
}

export function noAnswer(peer: HostPort, waitMs: number): KitelineError {
  const where = formatHostPort(peer.host, peer.port);
  return new KitelineError(
    'TIMEOUT',
    say(
      `${where} gave no answer within ${waitMs / 1000} s (--wait gives it longer).`,
      `${where} 在 ${waitMs / 1000} 秒内没有回答（可用 --wait 延长）。`,
    ),
  );
}

export function notReading(peer: HostPort): KitelineError {
  const where = formatHostPort(peer.host, peer.port);
  return new KitelineError(
    'TIMEOUT',
    say(
      `${where} does not read what is sent to it: not all of it got there.`,
      `${where} 没有读取发给它的内容：内容没有全部送达。`,
    ),
  );
}

/** A name with several addresses is tried at all of them; the errors then come as one, and the first tells enough. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(systemCode);
    return codes.includes('ECONNREFUSED') ? 'ECONNREFUSED' : codes[0];
  }
  return systemCode(error);
}
