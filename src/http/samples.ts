import type { Context } from 'hono';
import type { Hub } from '../hub/hub.ts';
import type { Receipt } from '../hub/post.ts';
import { say } from '../language.ts';
import { formatHostPort } from '../transport/address.ts';
import { newCounts, type Peer } from '../transport/transport.ts';
import { decode, isName, LineFramer, limits } from '../wire/index.ts';
import { formIn, isMultipart } from './form.ts';
import { problem } from './problem.ts';
import { senderOf } from './sender.ts';

/** Bytes of a body. 1 MiB: about ten thousand samples, more than a board can hold. */
export const MAX_BODY = 1024 * 1024;

const BOARD_NAME_LENGTH = 64;
const LF = 0x0a;

/**
 * `POST /samples`: a body is what a plain peer sends. One JSON value (also over several lines) is a sample or a SenML
 * pack, a form is a sample; else each line is a message of its own. Answered after the store has accepted it.
 * @param isOperator whether it may be posted as a board that has a key
 */
export async function postSamples(c: Context, hub: Hub, isOperator: boolean): Promise<Response> {
  const board = c.req.query('board');
  if (board !== undefined && !isName(board, BOARD_NAME_LENGTH)) {
    const detail = say(
      `A board's name has 1 to ${BOARD_NAME_LENGTH} characters and no control characters.`,
      `板子名称为 1 到 ${BOARD_NAME_LENGTH} 个字符，不能含控制字符。`,
    );
    return problem(c, 400, detail);
  }
  if (board !== undefined && hub.keys.isClosed(board) && !isOperator) {
    hub.refuse('NO_PROOF', board, senderOf(c));
    const detail = say(
      `${board} has a key, and its samples come on its signed connection. Whoever posts for it needs an operator's token, as "Authorization: Bearer …".`,
      `${board} 有密钥，其采样须经签名的连接发送。代它发送者需要操作员令牌，以“Authorization: Bearer …”给出。`,
    );
    return problem(c, 403, detail, { reasons: ['NO_PROOF'] });
  }
  const coding = c.req.header('content-encoding');
  if (coding !== undefined && !/^identity$/i.test(coding)) {
    c.header('Accept-Encoding', 'identity'); // RFC 9110 section 15.5.16
    return problem(c, 415, say('A body must not be compressed.', '请求内容不能压缩。'));
  }
  if (isMultipart(c)) {
    const detail = say(
      'Send JSON, or a form as application/x-www-form-urlencoded: temp=23.5&hum=40.',
      '请发送 JSON，或 application/x-www-form-urlencoded 表单：temp=23.5&hum=40。',
    );
    return problem(c, 415, detail);
  }
  const body = new Uint8Array(await c.req.arrayBuffer());
  const { units, tooLong } = messagesOf(formIn(c, body) ?? body);
  if (tooLong > 0) {
    const detail = say(
      `A message has at most ${limits.lineBytes} bytes: send one a line. Nothing of this request was taken.`,
      `每条消息最多 ${limits.lineBytes} 字节：请每行发送一条。本次请求的内容均未接收。`,
    );
    return problem(c, 413, detail, { reasons: ['LINE_TOO_LONG'] });
  }
  if (units.length === 0) {
    return problem(c, 400, say('The request has no body.', '请求没有内容。'));
  }
  const peer = new Poster(senderOf(c));
  const session = hub.session(peer, { answers: true, ...(board !== undefined && { board }) });
  const receipt = await session.receive(units).finally(() => session.closed());
  return answer(c, receipt, peer.sent);
}

function answer(c: Context, receipt: Receipt, sent: Uint8Array): Response {
  const { messages, samples, texts, refused, skipped } = receipt;
  if (refused.length > 0) {
    const unavailable = refused.some((reason) => reason.startsWith('STORE_'));
    const detail = unavailable
      ? say('The store could not take it: send it again later.', '数据存储暂时无法接收：请稍后重发。')
      : say(
          `${refused.length} of ${messages} messages were refused: ${[...new Set(refused)].join(', ')}.`,
          `${messages} 条消息中有 ${refused.length} 条被拒绝：${[...new Set(refused)].join(', ')}。`,
        );
    return problem(c, unavailable ? 503 : 400, detail, { reasons: refused, samples, texts });
  }
  // Text alone is answered as a plain peer's is: with the reply and nothing else.
  if (texts === messages)
    return c.body(new Uint8Array(sent), 200, { 'Content-Type': 'text/plain; charset=utf-8' });
  return c.json({ samples, texts, skipped });
}

function messagesOf(body: Uint8Array): { units: Uint8Array[]; tooLong: number } {
  // One JSON value that is too long must not be taken for many texts because it has lines.
  const line = body.indexOf(LF);
  if (line >= 0 && line < body.length - 1 && decode(body).kind !== 'text')
    return body.length <= limits.lineBytes ? { units: [body], tooLong: 0 } : { units: [], tooLong: 1 };
  const framer = new LineFramer();
  framer.frame();
  const units = [...framer.push(body), ...framer.push(Uint8Array.of(LF))];
  return { units, tooLong: framer.counts.tooLong };
}

/** Whoever posts, for the length of one request: what is sent to it becomes the response. */
class Poster implements Peer {
  readonly transport = 'http';
  readonly stream = false;
  readonly framed = false;
  readonly maxBytes = MAX_BODY;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly counts = newCounts();
  #parts: Uint8Array[] = [];

  constructor({ host, port }: { host: string; port: number }) {
    this.host = host;
    this.port = port;
    this.address = formatHostPort(host, port);
  }

  get sent(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  send(bytes: Uint8Array): boolean {
    if (this.counts.bytesOut + bytes.length > this.maxBytes) return false;
    this.#parts.push(bytes);
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  frame(): void {}

  close(): void {}
}
