import type { Command } from 'commander';
import { say } from '../language.ts';
import { parseCount } from './numbers.ts';
import type { PlanCommandOptions } from './plan/plan.ts';

/** `kiteline plan MAP SCENARIOS` */
export function addPlan(program: Command): void {
  program
    .command('plan')
    .description(
      say(
        'Plan the scenarios of a grid map and check their lengths',
        '在栅格地图上规划各个场景并核对路径长度',
      ),
    )
    .argument('<MAP>', say('a .map file of the Moving AI Lab', 'Moving AI Lab 的 .map 文件'))
    .argument('<SCENARIOS>', say('its .scen file', '对应的 .scen 文件'))
    .option(
      '--every <N>',
      say('only every Nth scenario, from the first', '每 N 个场景取一个，从第一个开始'),
      (text) => parseCount(text, 1, 1_000_000),
    )
    .option(
      '--out <FILE>',
      say(
        'write the paths, one a line: {"scenario":ROW,"path":[[x,y],…]}; a path is its corner points, none: no way',
        '写出路径，每行一个：{"scenario":行号,"path":[[x,y],…]}；路径为各拐点，空表示无路可走',
      ),
    )
    .option('--json', say('one JSON object in place of the table', '输出一个 JSON 对象而不是表格'))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline plan arena.map arena.map.scen
  kiteline plan arena.map arena.map.scen --every 10 --out paths.jsonl

${say(
  `Rows are counted from 0. A path is optimal when it is legal (eight directions, no corner
cut) and as long as the file says, to a thousandth: some files round.
Exit code 1: a scenario is not.`,
  `行号从 0 开始。路径合法（八个方向、不切角）且长度与文件一致（允许千分之一的误差，因为
有的文件做了舍入）即为最优。退出码 1：有场景不是最优。`,
)}`,
    )
    .action(async (map: string, scenarios: string, options: PlanCommandOptions) => {
      const { planScenarios } = await import('./plan/plan.ts');
      await planScenarios(map, scenarios, options);
    });
}
