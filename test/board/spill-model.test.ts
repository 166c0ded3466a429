/** Whatever befalls the queue in flash, in any order: spill_model.py has the promises, and says which one a seed breaks. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libraryLines } from '../helpers/library.ts';

const MODEL = readFileSync(new URL('spill_model.py', import.meta.url), 'utf8');
const SEEDS = 30;

test('random puts, sessions, acknowledgements, power cuts, full and damaged flash', async () => {
  const from = Math.floor(Math.random() * 1_000_000);
  const lines = await libraryLines(
    `from spill_model import run
met = {}
for seed in range(${from}, ${from + SEEDS}):
    world = run(seed, 60)
    if world:
        for name in world.faults:
            met[name] = met.get(name, 0) + world.faults[name]
        met["starts"] = met.get("starts", 0) + world.starts
        met["stored"] = met.get("stored", 0) + len(world.hub.all)
print([name for name in ("cut", "full", "damaged", "given up", "stored") if not met.get(name)])
`,
    { files: { 'spill_model.py': MODEL } },
  );
  expect(lines).toEqual(['[]']);
});
