/** The frames that are made once for all pages, read by the library that the pages' peers use. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from '../../src/http/pages/frame.ts';

test('frames of every length that has a form of its own arrive as they are, between those of the library', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const page = new WebSocket(`ws://127.0.0.1:${port}`);
  onTestFinished(() => {
    page.terminate();
    server.close();
    http.close();
  });
  const [[socket, request]] = await Promise.all([once(server, 'connection'), once(page, 'open')]);
  const texts = ['', 'a', '温度', 'x'.repeat(125), 'x'.repeat(126), 'é'.repeat(32_767), 'x'.repeat(65_536)];
  const got: string[] = [];
  const all = new Promise<void>((done) => {
    page.on('message', (data) => got.push(String(data)) === 2 * texts.length && done());
  });
  for (const text of texts) {
    request.socket.write(textFrame(text));
    socket.send(text);
  }
  await all;
  expect(got).toEqual(texts.flatMap((text) => [text, text]));
});
