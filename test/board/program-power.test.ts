/** The power goes at any byte that an update writes: the board starts, with the whole old program or the whole new one. */
import { expect, test } from 'vitest';
import { Keys } from '../../src/index.ts';
import { startHub } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';
import { programFiles, staying } from '../helpers/programs.ts';
import { randomOf } from '../store/sqlite/random.ts';

/** KITELINE_CUTS, KITELINE_SEED: more of them, or the same again. */
const CUTS = Number(process.env.KITELINE_CUTS ?? 10);
const SEED = Number(process.env.KITELINE_SEED ?? Date.now() % 1_000_000);

const PART = Buffer.alloc(1_500, 'p');
/** More than an update writes: its files and the record of which program runs, twice. */
const MOST = 5_000;

test(
  `wherever the power goes, the board runs a whole program and ends with the new one (${CUTS} cuts, seed ${SEED})`,
  async () => {
    const random = randomOf(SEED);
    const keys = new Keys();
    const key = Buffer.from((await keys.add('b')).key).toString('hex');
    const { hub, port } = await startHub({ keys });
    // What it imports is part of it: half a program would say so.
    const program = (word: string) => `import part\n${staying(port, key, `${word} " + part.WORD + "`)}`;
    const files = (word: string) => ({
      'main.py': program(word),
      'part.py': `WORD = "${word}"\n`,
      'lib/big.bin': PART,
      [`${word}.txt`]: word,
    });
    const first = Object.entries(files('0')).map(([path, content]) => [`program-a/${path}`, content]);
    const { 'main.py': main = '', ...loader } = programFiles('');
    const running = await startLibrary(main, { files: { ...loader, ...Object.fromEntries(first) } });
    await running.out(/runs 0 0\n[\s\S]*online/);
    for (let n = 1; n <= CUTS; n++) {
      const afterBytes = Math.floor(random() * MOST);
      running.board.cutPower({ afterBytes, torn: random() < 0.3 });
      const outcome = await hub.board('b')?.update(files(`${n}`));
      expect({ n, afterBytes, outcome }).toMatchObject({ outcome: { outcome: 'done' } });
      await running.out(new RegExp(`runs ${n} ${n}\n`));
    }
    const started = [...running.stdout().matchAll(/runs (\d+) (\d+)/g)];
    expect(started.filter(([, one, other]) => one !== other)).toEqual([]);
    expect(running.stderr()).toBe('');
  },
  60_000 + 20_000 * CUTS,
);
