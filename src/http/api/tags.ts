import type { TagName, Words } from './operation.ts';

/** What operations are about, in the order in which they are shown. */
export const tags: readonly (readonly [TagName, Words])[] = [
  ['samples', ['Samples in', '发送采样']],
  ['boards', ['Boards', '板子']],
  ['commands', ['Commands', '命令']],
  ['controls', ['Controls: steering with a lease', '控制：带租约的操纵']],
  ['history', ['History', '历史数据']],
  ['live', ['Live', '实时']],
  ['alerts', ['Alerts', '告警']],
  ['maps', ['Maps', '地图']],
  ['access', ['Tokens', '令牌']],
  ['keys', ['Keys of boards', '板子密钥']],
  ['hub', ['The hub', '中枢']],
  ['library', ['The library for boards', '板端库']],
];
