import type { Duplex } from 'node:stream';
import { systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { PROBLEM_TYPE, problemText, titleOf } from './problem.ts';

/** What Node says of a request that cannot be read (its documentation, 'clientError'); all else is a 400. */
const STATUS: Partial<Record<string, 408 | 431>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no HTTP, or came too slowly, and ends the connection. */
export function clientError(error: Error, socket: Duplex): void {
  const code = systemCode(error);
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS[code ?? ''] ?? 400;
  socket.end(answerText(status, SENTENCES[status]()));
}

/** An error as the bytes of an answer after which the connection ends. */
export function answerText(status: number, detail: string): string {
  const body = problemText(status, detail);
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} ${titleOf(status)}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}

const SENTENCES: Record<400 | 408 | 431, () => string> = {
  400: () => say('This is no HTTP request.', '这不是 HTTP 请求。'),
  408: () => say('The request did not come in time.', '请求没有及时到达。'),
  431: () => say("The request's headers are too long.", '请求头过长。'),
};
