/** Whatever befalls the queue in flash, in any order: spill_model.py has the promises, and says which one a seed breaks. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libraryLines } from '../helpers/library.ts';

const MODEL = readFileSync(new URL('spill_model.py', import.meta.url), 'utf8');
/** Seeds in which every fault strikes, and how many others are drawn each time. */
const KNOWN = { from: 1_000, count: 12 };
const DRAWN = 18;

/** What befell the queue in the runs of these seeds; a run that breaks a promise fails with its seed. */
const runs = (from: number, count: number, then: string) =>
  libraryLines(
    `from spill_model import run
met = {}
for seed in range(${from}, ${from + count}):
    world = run(seed, 60)
    if world:
        for name in world.faults:
            met[name] = met.get(name, 0) + world.faults[name]
        met["stored"] = met.get("stored", 0) + len(world.hub.all)
${then}
`,
    { files: { 'spill_model.py': MODEL } },
  );

test('random puts, sessions, acknowledgements, power cuts, full and damaged flash', async () => {
  const missed =
    'print([name for name in ("cut", "full", "damaged", "given up", "stored") if not met.get(name)])';
  expect(await runs(KNOWN.from, KNOWN.count, missed)).toEqual(['[]']);
  const drawn = Math.floor(Math.random() * 1_000_000);
  expect(await runs(drawn, DRAWN, 'print(met["stored"] > 0)')).toEqual(['True']);
});
