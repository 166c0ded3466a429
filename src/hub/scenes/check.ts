import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { isName } from '../../wire/index.ts';
import type { Place, SceneOptions, ScenePose } from './messages.ts';

/** Cells along a side: what a page's canvas takes on every phone, 50 m at 5 cm. */
const MOST_CELLS = 1_024;
/** Of a board's name. */
const NAME_LENGTH = 64;
/** Places of a path. */
const MOST_PLACES = 4_096;

/** @throws KitelineError BAD_ARGUMENT */
export function checkedOptions(board: string, options: SceneOptions): Required<SceneOptions> {
  const { cell, width, height, x = 0, y = 0 } = options;
  if (!isName(board, NAME_LENGTH)) {
    throw wrong(
      `A map is of a board: its name has 1 to ${NAME_LENGTH} characters.`,
      `地图属于某块板子：名称为 1 到 ${NAME_LENGTH} 个字符。`,
    );
  }
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= MOST_CELLS;
  if (!isSide(width) || !isSide(height) || !(cell > 0) || ![cell, x, y].every(Number.isFinite)) {
    throw wrong(
      `The map of ${board} needs a width and a height of 1 to ${MOST_CELLS} cells, and the metres of a cell and of its corner as numbers.`,
      `${board} 的地图需要 1 到 ${MOST_CELLS} 格的宽和高，以及以米为单位的格子边长和左下角位置。`,
    );
  }
  return { cell, width, height, x, y };
}

/** A copy to the millimetre. @throws KitelineError BAD_ARGUMENT */
export function checkedPath(path: readonly Place[]): Place[] {
  if (path.length <= MOST_PLACES) return path.map(checkedPlace);
  throw wrong(
    `A path on a map has at most ${MOST_PLACES} places.`,
    `地图上的路径最多有 ${MOST_PLACES} 个点。`,
  );
}

/** A copy to the millimetre. @throws KitelineError BAD_ARGUMENT */
export function checkedPlace([x, y]: Place): Place {
  return [checkedNumber(x), checkedNumber(y)];
}

/** A copy to the millimetre and the milliradian. @throws KitelineError BAD_ARGUMENT */
export function checkedPose({ x, y, heading, range, cone }: ScenePose): ScenePose {
  return {
    x: checkedNumber(x),
    y: checkedNumber(y),
    heading: checkedNumber(heading),
    ...(range !== undefined && { range: checkedNumber(range) }),
    ...(cone !== undefined && { cone: checkedNumber(cone) }),
  };
}

/** @throws KitelineError BAD_ARGUMENT for a cell that there is not, or a value that is none */
export function checkCell(index: number, value: number, cells: number): void {
  if (
    Number.isInteger(index) &&
    index >= 0 &&
    index < cells &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= 100
  )
    return;
  throw wrong(
    `Cell ${index} cannot be ${value}: cells are 0 to ${cells - 1}, their values whole percents, 0 for unknown.`,
    `格子 ${index} 不能是 ${value}：格子编号为 0 到 ${cells - 1}，值为整数百分比，0 表示未知。`,
  );
}

function checkedNumber(value: number): number {
  if (Number.isFinite(value)) return Math.round(value * 1_000) / 1_000;
  throw wrong(
    `${value} is no place on a map: metres and radians are numbers.`,
    `${value} 不是地图上的位置：米和弧度应为数字。`,
  );
}

const wrong = (english: string, chinese: string) => new KitelineError('BAD_ARGUMENT', say(english, chinese));
