import type { Command } from 'commander';
import { say } from '../language.ts';
import type { LabCommandOptions } from './lab/lab.ts';
import { parseCount } from './numbers.ts';

/** Enough for every scenario, and the sweeps some times. */
const RUNS = 64;

/** `kiteline lab` */
export function addLab(program: Command): void {
  program
    .command('lab')
    .description(
      say(
        'Break everything that can break between virtual boards and a hub, and audit the promises',
        '破坏虚拟板与中枢之间一切可能出错的环节，并审计各项承诺',
      ),
    )
    .option('--runs <N>', say('how many', '运行次数'), (text) => parseCount(text, 1, 1_000_000), RUNS)
    .option(
      '--seed <S>',
      say('of the first run of each scenario; random unless told', '每个情形第一次运行的种子；默认随机'),
      (text) => parseCount(text, 0, 999_999_999),
    )
    .option('--scenario <NAME>', say('only this one; "list" shows all', '只运行这一个情形；“list”列出全部'))
    .option(
      '--program <FILE>',
      say('your own main.py in place of the lab’s', '用你自己的 main.py 代替实验室的程序'),
    )
    .option('--json', say('one JSON object', '一个 JSON 对象'))
    .option(
      '--lanes <N>',
      say('runs at the same time; twice the cores unless told', '同时运行的数量；默认为核心数的两倍'),
      (text) => parseCount(text, 1, 64),
    )
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline lab
  kiteline lab --scenario list
  kiteline lab --scenario hub-killed --runs 20
  kiteline lab --program main.py --runs 50

${say(
  'Exit code 1: a promise was broken. Each such run is named with the command that repeats it.',
  '退出码 1：有承诺被打破。每个这样的运行都会给出可以重现它的命令。',
)}`,
    )
    .action(async (options: LabCommandOptions) => {
      const { lab } = await import('./lab/lab.ts');
      await lab(options);
    });
}
