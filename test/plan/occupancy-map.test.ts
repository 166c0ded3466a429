import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OccupancyMap, type RangeReading } from '../../src/plan/index.ts';

const PLACE = { cell: 0.05, width: 100, height: 80, x: -2.5, y: -2 };
const CONE = Math.PI / 12;

const look = (part: Partial<RangeReading> = {}): RangeReading => ({
  x: 0,
  y: 0,
  heading: 0,
  range: 1,
  ...part,
});

/** Of the cell in which a place lies. */
function at(map: OccupancyMap, x: number, y: number): number {
  const [column, row] = map.cellAt(x, y);
  return row * PLACE.width + column;
}

describe('an occupancy map', () => {
  it('knows nothing at first', () => {
    const map = new OccupancyMap(PLACE);
    expect([map.percent(0), map.isFree(0), map.isOccupied(0)]).toEqual([0, false, false]);
  });

  it('has its lowest row at the bottom', () => {
    const map = new OccupancyMap(PLACE);
    expect(map.cellAt(-2.5, -2)).toEqual([0, 0]);
    expect(map.cellAt(2.49, 1.99)).toEqual([99, 79]);
    expect(map.middleOf(0, 0)[0]).toBeCloseTo(-2.475);
    expect(map.middleOf(0, 0)[1]).toBeCloseTo(-1.975);
  });

  it('takes what one reading looked through for free', () => {
    const map = new OccupancyMap(PLACE);
    map.see(look());
    expect(map.isFree(at(map, 0.5, 0))).toBe(true);
    expect(map.percent(at(map, 0.5, 0))).toBe(27);
  });

  it('leaves alone what is beside the cone, behind the finder and beyond the echo', () => {
    const map = new OccupancyMap(PLACE);
    map.see(look());
    expect([at(map, 0.5, 0.15), at(map, -0.1, 0), at(map, 1.2, 0)].map((index) => map.odds[index])).toEqual([
      0, 0, 0,
    ]);
  });

  it('says which cells a reading touched', () => {
    const map = new OccupancyMap(PLACE);
    const touched = map.see(look());
    expect(touched.length).toBeGreaterThan(20);
    expect(new Set(touched).size).toBe(touched.length);
    map.odds.forEach((odds, index) => {
      expect(odds !== 0).toBe(touched.includes(index));
    });
  });

  it('comes to be sure of a wall near by, and of none far away: its place on the arc is not known', () => {
    const map = new OccupancyMap(PLACE);
    for (let n = 0; n < 50; n++) map.see(look({ range: 0.4 }));
    expect(map.isOccupied(at(map, 0.4, 0))).toBe(true);
    const far = new OccupancyMap(PLACE);
    for (let n = 0; n < 50; n++) far.see(look({ range: 2 }));
    expect(far.odds.some((_, index) => far.isOccupied(index))).toBe(false);
    expect(Math.max(...far.odds)).toBeGreaterThan(0.5);
  });

  it('explains an echo by a wall that it knows, and puts no ghost beside it', () => {
    const map = new OccupancyMap(PLACE);
    // A post at (0.6, 0) from near by, then the cone's edge touches it while it looks past it.
    for (let n = 0; n < 10; n++) map.see(look({ x: 0.3, range: 0.3 }));
    expect(map.isOccupied(at(map, 0.61, 0.01))).toBe(true);
    const beside = at(map, 0.6 * Math.cos(0.2), 0.6 * Math.sin(0.2));
    map.see(look({ heading: 0.12, range: 0.6 }));
    expect(map.odds[beside]).toBeLessThan(0.2);
  });

  it('believes in free space a little where no echo came back', () => {
    const map = new OccupancyMap(PLACE);
    const index = at(map, 0.5, 0);
    for (let n = 0; n < 2; n++) map.seeNothing(look());
    expect(map.isFree(index)).toBe(false);
    map.seeNothing(look());
    expect(map.isFree(index)).toBe(true);
    expect(map.odds[at(map, 1.2, 0)]).toBe(0);
  });

  it('takes a lost echo for lost where it knows a wall', () => {
    const map = new OccupancyMap(PLACE);
    for (let n = 0; n < 3; n++) map.see(look({ range: 0.5 }));
    const wall = map.odds[at(map, 0.51, 0.01)] as number;
    for (let n = 0; n < 3; n++) map.seeNothing(look());
    expect(map.odds[at(map, 0.51, 0.01)]).toBe(wall);
    expect(map.odds[at(map, 0.8, 0)]).toBe(0);
  });

  it('is free where the robot stands', () => {
    const map = new OccupancyMap(PLACE);
    map.clear(0, 0, 0.1);
    expect([at(map, 0, 0), at(map, 0.07, 0), at(map, 0.2, 0)].map((index) => map.isFree(index))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('notices a thing that was put where all was free, and that it was taken away', () => {
    const map = new OccupancyMap(PLACE);
    const index = at(map, 0.5, 0);
    for (let n = 0; n < 20; n++) map.see(look());
    let readings = 0;
    for (; map.isFree(index) && readings < 100; readings++) map.see(look({ range: 0.5 }));
    expect(readings).toBeLessThan(25);
    for (readings = 0; !map.isFree(index) && readings < 100; readings++) map.see(look());
    expect(readings).toBeLessThan(10);
  });

  it('never takes a cell for free that a thing is in, whatever else it sees in an honest room', () => {
    const heading = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    const near = fc.double({ min: -0.4, max: 0.4, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.record({ x: near, y: near, heading }), { maxLength: 60 }), (poses) => {
        const map = new OccupancyMap(PLACE);
        // A post so thin that it is a point, at (0.8, 0.3); far behind it a round wall.
        for (const { x, y, heading } of poses) {
          const [dx, dy] = [0.8 - x, 0.3 - y];
          const off = Math.abs(
            Math.atan2(Math.sin(Math.atan2(dy, dx) - heading), Math.cos(Math.atan2(dy, dx) - heading)),
          );
          map.see({ x, y, heading, range: off <= CONE / 2 ? Math.hypot(dx, dy) : 1.8 });
        }
        const inside = at(map, 0.8, 0.3);
        // Seen by its middle, the cell may be looked through just beside the post.
        if (!poses.some(({ x, y, heading }) => seesMiddleAlone(map, inside, x, y, heading)))
          expect(map.isFree(inside)).toBe(false);
      }),
    );
  });

  it('bears readings from outside of the map and over its edge', () => {
    const map = new OccupancyMap(PLACE);
    for (const reading of [
      look({ x: 50 }),
      look({ x: -2.6, range: 4 }),
      look({ y: 1.9, heading: Math.PI / 2 }),
    ])
      expect(() => map.see(reading)).not.toThrow();
    expect(map.clear(-2.5, -2, 0.2).length).toBeGreaterThan(0);
  });
});

/** Whether the cone holds the cell's middle, but not the post in it. */
function seesMiddleAlone(map: OccupancyMap, index: number, x: number, y: number, heading: number): boolean {
  const off = (toX: number, toY: number) => {
    const angle = Math.atan2(toY - y, toX - x) - heading;
    return Math.abs(Math.atan2(Math.sin(angle), Math.cos(angle)));
  };
  const [middleX, middleY] = map.middleOf(index % PLACE.width, Math.floor(index / PLACE.width));
  return off(middleX, middleY) <= CONE / 2 !== off(0.8, 0.3) <= CONE / 2;
}
