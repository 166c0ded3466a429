import type { Command } from 'commander';
import { say } from '../language.ts';
import { addHubOptions } from './hub-client.ts';
import type { SetupOptions } from './setup/setup.ts';
import { addUsbOptions } from './usb.ts';

/** `kiteline setup` */
export function addSetup(program: Command): void {
  const command = program
    .command('setup')
    .description(
      say('From a board at the USB to its first sample in the hub', '从 USB 上的板子到中枢收到第一个采样'),
    )
    .option('--name <NAME>', say('what the board is to be called', '板子的名称'))
    .option('--ssid <SSID>', say('the Wi-Fi that it joins', '要加入的 Wi-Fi'))
    .option(
      '--password <TEXT>',
      say(
        'its password (others on this computer may see it; or in KITELINE_WIFI_PASSWORD)',
        'Wi-Fi 密码（本机其他用户可能看到；也可放在 KITELINE_WIFI_PASSWORD）',
      ),
    )
    .option(
      '--program <FILE>',
      say('its main.py (a first one unless told)', '它的 main.py（默认放入一个入门程序）'),
    )
    .option('--no-program', say('leave its main.py as it is', '不改动它的 main.py'))
    .option('--backup <FOLDER>', say('first copy all its files there', '先把它的所有文件复制到这里'))
    .option('-y, --yes', say('replace files that are there', '直接替换已有的文件'))
    .option(
      '--new-key',
      say(
        'the name has a key: give it another, and shut out who has the old one',
        '名称已有密钥：换新密钥，旧密钥立即失效',
      ),
    );
  addHubOptions(addUsbOptions(command))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline setup
  kiteline setup --name greenhouse --ssid workshop --password secret123 --yes
  kiteline setup --backup old-files --port COM3

${say(
  'A hub must be running (kiteline up). What is not told is asked; without a terminal it must be told.\nNothing is written onto the board before it has joined the Wi-Fi and reached the hub.',
  '需要正在运行的中枢（kiteline up）。没有写明的会询问；没有终端时必须写明。\n板子加入 Wi-Fi 并连到中枢之前，不会写入任何内容。',
)}`,
    )
    .action(async (options: SetupOptions) => {
      const { setup } = await import('./setup/setup.ts');
      await setup(options);
    });
}
