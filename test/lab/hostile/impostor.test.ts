import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { BLUFFS, type Bluff, Impostor } from '../../../src/lab/hostile/impostor.ts';
import { FORGED } from '../../../src/lab/hostile/tamper.ts';
import { dial, udpPeer } from '../../helpers/peers.ts';

async function impostor(bluff: Bluff, udp?: number) {
  const made = await Impostor.open(`test-${process.pid}-${bluff}`, bluff, udp, () => {});
  onTestFinished(() => made.close());
  return made;
}

const PROVE = '{"jsonrpc":"2.0","id":1,"method":"$prove","params":{"board":"a","key":"0","nonce":"n"}}';

test.each(BLUFFS)('he who answers a proof with %s keeps what he is told, half a line too', async (bluff) => {
  const made = await impostor(bluff);
  const socket = dial(made.port, made.address);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.end(`${PROVE}\n{"temp":`);
  await once(socket, 'close');
  expect(made.heard).toEqual([PROVE, '{"temp":']);
  if (bluff === 'silence') expect(answer).toBe('');
  else {
    expect(JSON.parse(answer.split('\n')[0] ?? '')).toMatchObject({ id: 1 });
    expect(answer).toContain(`${FORGED}`);
  }
});

test('he answers whoever asks for a hub, as the hub that is asked for', async () => {
  const free = await udpPeer();
  const made = await impostor('mirror', free.port);
  if (made.address === '127.0.0.1') return; // a system that gives programs no other
  const board = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void board.close());
  const question = '{"jsonrpc":"2.0","id":1,"method":"$where","params":{"board":"a","home":"00ff"}}';
  board.send(question, free.port, made.address);
  const [answer] = (await once(board, 'message')) as [Buffer];
  expect(JSON.parse(answer.toString())).toMatchObject({ result: { home: '00ff', tcp: made.port } });
  expect(made.heard).toEqual([question]);
});
