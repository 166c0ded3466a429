import { type Command, InvalidArgumentError } from 'commander';
import { WHENS, type When } from '../hub/alerts/rule.ts';
import { say } from '../language.ts';
import { parseDuration } from '../times.ts';
import type { WebhookOptions } from './alerts/webhook.ts';
import { addHubOptions } from './hub-client.ts';
import type { HubOptions } from './hub-file.ts';

/** `kiteline alerts [add|remove|webhook]` */
export function addAlerts(program: Command): void {
  const alerts = program
    .command('alerts')
    .description(say('Rules for values that somebody should know of', '需要提醒的数值：告警规则'))
    .enablePositionalOptions()
    .option('--json', say('one JSON object a line', '每行一个 JSON 对象'));
  addHubOptions(alerts)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline alerts
  kiteline alerts add greenhouse temp above 30 --for 1m
  kiteline alerts add cellar temp below -2
  kiteline alerts add greenhouse temp silent 5m
  kiteline alerts remove 3f9a1c22
  kiteline alerts webhook http://homeassistant.local:8123/api/webhook/kiteline
  kiteline alerts webhook --test

${say(
  'A rule that fires is quiet again when it was calm for ten seconds. The webhook gets a POST with JSON when a rule begins to fire and when it ends.',
  '触发的规则平静十秒后解除。规则触发和解除时，Webhook 会收到 JSON 格式的 POST。',
)}`,
    )
    .action(async (options: HubOptions & { json?: boolean }) => {
      const { listAlerts } = await import('./alerts/alerts.ts');
      await listAlerts(options);
    });
  const add = alerts
    .command('add')
    .description(say('Make a rule', '添加规则'))
    .argument('<BOARD>', say("the board's name; it may come later", '板子的名称；可以以后才出现'))
    .argument('<METRIC>', say('the metric, e.g. temp', '指标，例如 temp'))
    .argument('<WHEN>', say('above, below or silent', 'above（高于）、below（低于）或 silent（静默）'), when)
    .argument('<VALUE>', say('the bound; for silent a time, e.g. 5m', '界限；silent 时为时间，例如 5m'))
    .option(
      '--for <TIME>',
      say('how long it must be so before the rule fires, e.g. 1m', '持续多久才触发，例如 1m'),
      parseDuration,
    );
  addHubOptions(add).action(
    async (board, metric, is: When, value, { for: holdMs, ...hub }: HubOptions & { for?: number }) => {
      const { addRule } = await import('./alerts/alerts.ts');
      await addRule({ board, metric, when: is, holdMs }, value, hub);
    },
  );
  const remove = alerts
    .command('remove')
    .description(say('Take a rule away', '删除规则'))
    .argument('<ID>', say('as "kiteline alerts" lists it', '“kiteline alerts”所列的编号'));
  addHubOptions(remove).action(async (id: string, options: HubOptions) => {
    const { removeRule } = await import('./alerts/alerts.ts');
    await removeRule(id, options);
  });
  const hook = alerts
    .command('webhook')
    .description(say('Where alerts are posted to', '告警发送到哪里'))
    .argument('[URL]', say('from now on; shows what is set unless told', '今后的地址；不写则显示当前设置'))
    .option('--off', say('post nowhere', '不再发送'))
    .option(
      '--test',
      say('post something now, and say whether it got through', '立即发送测试，并报告是否成功'),
    );
  addHubOptions(hook).action(async (url: string | undefined, options: HubOptions & WebhookOptions) => {
    const { webhook } = await import('./alerts/webhook.ts');
    await webhook(url, options);
  });
}

function when(text: string): When {
  const known = WHENS.find((one) => one === text);
  if (known) return known;
  throw new InvalidArgumentError(say('it is above, below or silent.', '应为 above、below 或 silent。'));
}
