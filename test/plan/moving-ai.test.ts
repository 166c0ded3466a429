import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCKED,
  formatMap,
  formatScenarios,
  gridOf,
  LAND,
  mapOf,
  parseMap,
  parseScenarios,
  type Scenario,
  scaleMap,
  WATER,
} from '../../src/plan/index.ts';
import { grids } from './maps.ts';

const MAP = 'type octile\nheight 2\nwidth 7\nmap\n.GSW@OT\n.......\n';

/** What a reading says; the map itself is looked at elsewhere. */
const said = (text: string) => {
  const reading = parseMap(text);
  return reading.ok ? 'ok' : `${reading.problem} ${reading.line}`;
};

describe('a .map file', () => {
  it('means land, water and what is blocked', () => {
    const reading = parseMap(MAP);
    if (!reading.ok) throw new Error(reading.problem);
    const { cells } = gridOf(reading.map);
    expect([...cells.subarray(0, 7)]).toEqual([LAND, LAND, LAND, WATER, BLOCKED, BLOCKED, BLOCKED]);
    expect(formatMap(reading.map)).toBe(MAP);
  });

  it.each([
    ['as others write it', MAP.replaceAll('\n', '\r\n'), 'ok'],
    ['width first', MAP.replace('height 2\nwidth 7', 'width 7\nheight 2'), 'ok'],
    ['no end of line', MAP.trimEnd(), 'ok'],
    ['empty lines after', `${MAP}\n\n`, 'ok'],
    ['nothing', '', 'type 1'],
    ['another type', MAP.replace('octile', 'hex'), 'type 1'],
    ['no height', MAP.replace('height 2\n', ''), 'size 3'],
    ['two heights', MAP.replace('width 7', 'height 7'), 'size 3'],
    ['no number', MAP.replace('7', 'seven'), 'size 3'],
    ['no cell', MAP.replace('7', '0'), 'size 3'],
    ['a negative size', MAP.replace('7', '-7'), 'size 3'],
    ['more than can be', MAP.replace('7', '999999999'), 'size 3'],
    ['a promise that it does not keep', MAP.replace('7', '8000').replace('height 2', 'height 8000'), 'row 4'],
    ['a row too short', MAP.replace('GSW', 'GS'), 'row 5'],
    ['a row too long', MAP.replace('GSW', 'GSWW'), 'row 5'],
    ['a row too few', MAP.replace('.......\n', '        '), 'row 6'],
    ['a row too many', `${MAP}.......\n`, 'more 7'],
    ['a letter of its own', MAP.replace('GSW', 'GXW'), 'letter 5'],
    ['a letter beyond ASCII', MAP.replace('GSW', 'Gß海'), 'letter 5'],
    ['no map', MAP.replace('map', ''), 'no-map 4'],
  ])('with %s', (_, text, expected) => {
    expect(said(text)).toBe(expected);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(grids(20), (grid) => {
        const reading = parseMap(formatMap(mapOf(grid)));
        if (!reading.ok) throw new Error(reading.problem);
        expect(gridOf(reading.map).cells).toEqual(grid.cells);
      }),
    );
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      'type octile\n',
      'height 3\n',
      'width 3\n',
      'map\n',
      '...\n',
      '.@T\n',
      '\r',
      '\0',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          expect(typeof parseMap(text).ok).toBe('boolean');
          expect(typeof parseScenarios(text).ok).toBe('boolean');
        },
      ),
    );
  });

  it('is scaled by the nearest cell', () => {
    const reading = parseMap('type octile\nheight 2\nwidth 2\nmap\n.@\nTW\n');
    if (!reading.ok) throw new Error(reading.problem);
    expect(formatMap(scaleMap(reading.map, 4, 3))).toBe(
      'type octile\nheight 3\nwidth 4\nmap\n..@@\n..@@\nTTWW\n',
    );
    expect(formatMap(scaleMap(scaleMap(reading.map, 6, 8), 2, 2))).toBe(formatMap(reading.map));
    expect(() => scaleMap(reading.map, 0, 4)).toThrow(RangeError);
  });
});

const LINE = '3\tmaps/dao/arena.map\t49\t40\t1\t11\t48\t39\t70.12489168';

const scenarios = fc.array(
  fc.record({
    bucket: fc.nat(999),
    map: fc.constantFrom('arena.map', 'maps/dao/arena.map', 'a name with spaces.map'),
    width: fc.constant(512),
    height: fc.constant(300),
    start: fc.tuple(fc.nat(511), fc.nat(299)),
    goal: fc.tuple(fc.nat(511), fc.nat(299)),
    length: fc.tuple(fc.nat(500), fc.nat(500)).map(([n, m]) => Number((n + m * Math.SQRT2).toFixed(8))),
  }),
);

const problemOf = (text: string) => {
  const reading = parseScenarios(text);
  return reading.ok ? reading.scenarios : `${reading.problem} ${reading.line}`;
};

describe('a .scen file', () => {
  it('has a way to be planned in each line', () => {
    const expected: Scenario = {
      bucket: 3,
      map: 'maps/dao/arena.map',
      width: 49,
      height: 40,
      start: [1, 11],
      goal: [48, 39],
      length: 70.12489168,
    };
    expect(problemOf(`version 1\n${LINE}\n`)).toEqual([expected]);
    expect(problemOf(`version 1.0\r\n${LINE}\r\n\r\n`)).toEqual([expected]);
    expect(problemOf(`version 1.0\n${LINE.replaceAll('\t', '  ')}`)).toEqual([expected]);
  });

  it.each([
    ['no version', LINE, 'version 1'],
    ['another version', `version 2\n${LINE}`, 'version 1'],
    ['a field too few', `version 1\n${LINE}\n${LINE.replace('\t49', '')}`, 'fields 3'],
    ['a field too many', `version 1\n${LINE}\t1`, 'fields 2'],
    ['a coordinate that is none', `version 1\n${LINE.replace('11', '1.5')}`, 'fields 2'],
    ['a negative coordinate', `version 1\n${LINE.replace('11', '-1')}`, 'fields 2'],
    ['a length that is none', `version 1\n${LINE.replace('70.12489168', 'NaN')}`, 'fields 2'],
    ['a start outside', `version 1\n${LINE.replace('11', '40')}`, 'outside 2'],
    ['a goal outside', `version 1\n${LINE.replace('48', '49')}`, 'outside 2'],
  ])('with %s', (_, text, expected) => {
    expect(problemOf(text)).toBe(expected);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(scenarios, (all) => {
        expect(problemOf(formatScenarios(all))).toEqual(all);
      }),
    );
  });
});
