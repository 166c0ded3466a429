/** Numbered samples and the store on disk: the numbers are where the samples are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { Wire } from './boards.ts';
import { startHub } from './helpers.ts';

test('what was acknowledged is there after the hub and its store were closed, and its number too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const boots = ['b0'];
  for (let run = 0; run < 3; run++) {
    const { hub, tcp } = await startHub({ store: await openSqliteStore(folder) });
    const board = new Wire(await tcp());
    expect(await board.hello({ board: 'greenhouse', boot: 'b1', boots })).toMatchObject({
      acks: { b1: 3 * run, b0: run },
    });
    const from = Math.max(0, 3 * run - 2); // some of it again
    for (let n = from + 1; n <= 3 * run + 2; n++) board.send({ n, $seq: n, $t: n });
    board.send({ $seq: 3 * run + 3 }); // a number alone
    board.send({ old: run, $seq: run + 1, $boot: 'b0', $t: run });
    for (const waiting = new Set(['b1', 'b0']); waiting.size > 0; ) {
      const { params } = (await board.next()) as { params: { seq: number; boot?: string } };
      if (params.seq === (params.boot ? run + 1 : 3 * run + 3)) waiting.delete(params.boot ?? 'b1');
    }
    const values = async (metric: string) =>
      (await hub.store.query({ board: 'greenhouse', metric })).map(({ value }) => value);
    expect(await values('n')).toEqual([1, 2, 4, 5, 7, 8].slice(0, 2 * (run + 1)));
    expect(await values('old')).toEqual([0, 1, 2].slice(0, run + 1));
    await board.reset();
    await hub.close();
  }
});
