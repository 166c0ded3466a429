import { expect, it } from 'vitest';
import { BLOCKED, Explorer, Grid, LAND, type Point } from '../../src/plan/index.ts';
import { drawn } from './maps.ts';

const never = () => false;

/** `.` known to be free, `?` unknown, `#` occupied, `+` likely so. */
function explorer(picture: string) {
  const { grid, at } = drawn(picture.replace(/[?+]/g, '#'));
  const rows = picture
    .trim()
    .split('\n')
    .map((row) => row.trim());
  const hoped = new Grid(grid.width, grid.height);
  const letters = rows.join('');
  // Letters mark places: their cells are known.
  [...letters].forEach((letter, index) => {
    grid.cells[index] = /[.a-z]/.test(letter) ? LAND : BLOCKED;
    hoped.cells[index] = letter === '#' ? BLOCKED : LAND;
  });
  const risk = (index: number) => (letters[index] === '+' ? 0.8 : 0);
  return { explorer: new Explorer({ known: grid, hoped, risk }), at };
}

it('drives to the goal itself where all of the way is known', () => {
  const { explorer: one, at } = explorer(`
    s....
    ####.
    g....`);
  expect(one.find(at('s'), at('g'), never)).toEqual(at('g'));
});

it('drives to the last known place on the way that may be the shortest', () => {
  const { explorer: one, at } = explorer(`
    s..f???
    ###????
    ????g??`);
  expect(one.find(at('s'), at('g'), never)).toEqual(at('f'));
});

it('prefers what is known to what is hoped for, if that is not much longer', () => {
  const { explorer: one, at } = explorer(`
    s????????????
    ............g`);
  expect(one.find(at('s'), at('g'), never)).toEqual(at('g'));
});

it('goes around what may be a wall, unless that is the only way', () => {
  const open = explorer(`
    s.a+g
    ..b??
    #####`);
  expect(open.explorer.find(open.at('s'), open.at('g'), never)).toEqual(open.at('b'));
  const closed = explorer(`
    s.a+g
    ...##
    #####`);
  expect(closed.explorer.find(closed.at('s'), closed.at('g'), never)).toEqual(closed.at('a'));
});

it('does not look where it has looked in vain', () => {
  const { explorer: one, at } = explorer(`
    s..a??g
    ...?...
    b......
    ??#####`);
  const tried = (places: Point[]) => (x: number, y: number) => places.some(([a, b]) => a === x && b === y);
  expect(one.find(at('s'), at('g'), tried([at('a')]))).not.toEqual(at('a'));
});

it('says that there is no way: where the goal is walled in, and where all has been tried', () => {
  const walled = explorer(`
    s..##?
    ..?#g#
    ...###`);
  expect(walled.explorer.find(walled.at('s'), walled.at('g'), never)).toBe(undefined);
  const open = explorer('s..??g');
  expect(open.explorer.find(open.at('s'), open.at('g'), () => true)).toBe(undefined);
});

it('looks around where it stands when that is not known itself', () => {
  const { explorer: one } = explorer('????.');
  expect(one.find([1, 0], [4, 0], never)).toEqual([1, 0]);
});

it('cuts no corner', () => {
  const { explorer: one, at } = explorer(`
    s#.
    #g.
    ...`);
  expect(one.find(at('s'), at('g'), never)).toBe(undefined);
});
