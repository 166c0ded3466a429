import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest on a clean clone, where Vitest remembers no times; not all at the same part of the machine. */
const SLOWEST = [
  'lab/broken.test.ts',
  'commands/command.test.ts',
  'lab/broken-trust.test.ts',
  'journeys/finding.test.ts',
  'lab/lab.test.ts',
  'page/map.test.ts',
  'journeys/rover.test.ts',
  'page/axe.test.ts',
  'store/sqlite/kill.test.ts',
  'commands/push.test.ts',
  'package/package.test.ts',
  'page/live.test.ts',
  'store/sqlite/faults.test.ts',
  'store/sqlite/damaged-database.test.ts',
];

/** Slow files begin first, so that no worker is left with one when the other has nothing more to do. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = SLOWEST.findIndex((path) => moduleId.endsWith(`/test/${path}`));
  return place < 0 ? SLOWEST.length : place;
}
