import { type Command, Option } from 'commander';
import { portNamed } from '../board/port-name.ts';
import { KitelineError } from '../errors.ts';
import { checkHubName } from '../hub/home.ts';
import { say } from '../language.ts';
import { brokerUrl } from '../mqtt/join/broker-url.ts';
import { parseDuration } from '../times.ts';
import { parsePort } from '../transport/address.ts';
import { addAccessOptions } from './access-options.ts';
import { DATA_FOLDER } from './hub-file.ts';
import { parseCount } from './numbers.ts';
import { parseSize } from './sizes.ts';
import { MQTT_PORT, MQTT_TLS_PORT } from './up/mqtt-port.ts';
import { TLS_PORT } from './up/tls-port.ts';
import type { UpOptions } from './up/up.ts';
import { baudOf } from './usb.ts';

type Options = Omit<UpOptions, 'app'>;

/** `kiteline up [APP.ts]` */
export function addUp(program: Command): void {
  const port = (text: string): number => parsePort(text);
  const command = program
    .command('up')
    .description(say('Start the hub: boards send to it, you watch it', '启动中枢：板子向它发送，你来观看'))
    .argument(
      '[APP]',
      say(
        'a TypeScript or JavaScript file: export default (hub) => { … }',
        'TypeScript 或 JavaScript 文件：export default (hub) => { … }',
      ),
    )
    .option('--tcp <PORT>', say('for TCP; 0 asks the system', 'TCP 端口；0 表示由系统选择'), port, 9000)
    .option('--udp <PORT>', say('for UDP', 'UDP 端口'), port, 9000)
    .option(
      '--tls [PORT]',
      say(
        `for TCP with TLS, ${TLS_PORT} unless told; for boards that have the certificate`,
        `带 TLS 的 TCP 端口，默认 ${TLS_PORT}；供持有证书的板子使用`,
      ),
      port,
    )
    .option(
      '--tls-cert <FILE>',
      say('PEM; one of its own, kept with the data, unless told', 'PEM 证书；默认自动生成并与数据一起保存'),
    )
    .option('--tls-key <FILE>', say("the certificate's key, PEM", '证书的密钥，PEM'))
    .option(
      '--mqtt [PORT]',
      say(
        `a broker for MQTT 3.1.1 as well, ${MQTT_PORT} unless told; also by WebSocket, at /mqtt of the HTTP port`,
        `同时启动 MQTT 3.1.1 代理，默认端口 ${MQTT_PORT}；也可通过 HTTP 端口的 /mqtt 使用 WebSocket`,
      ),
      port,
    )
    .option(
      '--mqtt-tls [PORT]',
      say(
        `the same with TLS, ${MQTT_TLS_PORT} unless told, with the certificate of --tls`,
        `带 TLS 的 MQTT，默认端口 ${MQTT_TLS_PORT}，使用 --tls 的证书`,
      ),
      port,
    )
    .addOption(
      new Option(
        '--mqtt-open <FROM>',
        say('from where MQTT clients without a password are let in', '允许哪里的 MQTT 客户端不用密码连接'),
      )
        .choices(['local', 'private', 'none'])
        .default('local'),
    )
    .option('--http <PORT>', say('for HTTP', 'HTTP 端口'), port, 8080)
    .option(
      '--host <ADDRESS>',
      say('where to listen; :: is IPv6 and IPv4', '监听地址；:: 表示 IPv6 和 IPv4'),
      '0.0.0.0',
    )
    .option(
      '--reply <TEXT>',
      say(
        "what a TCP peer's text is answered with when the app does not answer",
        '应用没有回答时，对 TCP 文本的回答',
      ),
      'ok',
    )
    .option('--encoding <NAME>', say('of text that is no UTF-8, e.g. gbk', '非 UTF-8 文本的编码，例如 gbk'))
    .option(
      '--origin <NAME...>',
      say('names that browsers call the page by, beside its addresses', '除地址外，浏览器访问网页所用的名称'),
    )
    .option('--data <DIR>', say("the hub's folder", '中枢的数据文件夹'), DATA_FOLDER)
    .option(
      '--keep <AGE>',
      say(
        'how long the history is kept, e.g. 30d (as long as it fits unless told)',
        '历史数据保留多久，例如 30d（默认只受大小限制）',
      ),
      parseDuration,
    )
    .option(
      '--max-size <SIZE>',
      say(
        'of the history on disk, e.g. 500MB; then the oldest goes (2GB unless told)',
        '磁盘上历史数据的大小上限，例如 500MB；超出时删除最旧的（默认 2GB）',
      ),
      parseSize,
    )
    .option(
      '--memory',
      say(
        'keep the history in memory only, and lose it with the hub',
        '历史数据只保存在内存中，中枢结束时丢失',
      ),
    )
    .option(
      '--name <NAME>',
      say('boards find this hub as NAME.local', '板子通过 NAME.local 找到此中枢'),
      checkHubName,
      'kiteline',
    )
    .option('--no-mdns', say('do not tell the network the name', '不在网络中公布名称'))
    .option(
      '--dial <URL>',
      say(
        'reach a board that listens, tcp://HOST:PORT; again for each',
        '连接处于监听状态的板子 tcp://主机:端口；可重复使用',
      ),
      (url: string, others: string[]) => [...others, url],
      [] as string[],
    )
    .option(
      '--serial <PORT>',
      say(
        'a board at a serial port, e.g. /dev/ttyUSB0, COM3, rfc2217://HOST:PORT; again for each',
        '连接在串口上的板子，例如 /dev/ttyUSB0、COM3、rfc2217://主机:端口；可重复使用',
      ),
      (port: string, others: string[]) => [...others, portNamed(port)],
      [] as string[],
    )
    .option('--baud <SPEED>', say('of serial ports, 115200 unless told', '串口速率，默认 115200'), baudOf)
    .option(
      '--mqtt-url <URL>',
      say(
        'join an MQTT broker, both ways: mqtt://HOST, mqtt://USER:PASSWORD@HOST:1883, mqtts://HOST',
        '加入已有的 MQTT 代理，双向互通：mqtt://主机、mqtt://用户:密码@主机:1883、mqtts://主机',
      ),
      (url: string) => brokerUrl(url).href,
    )
    .option(
      '--home-assistant [PREFIX]',
      say(
        'tell Home Assistant of every board through that broker, under homeassistant/ unless told',
        '通过该代理把每块板子告知 Home Assistant，默认前缀 homeassistant/',
      ),
      prefixOf,
    )
    .option(
      '--virtual <N>',
      say('start N virtual thermometers that send to this hub', '启动 N 个向本中枢发送数据的虚拟温度计'),
      (text) => parseCount(text, 0, 100),
      0,
    );
  addAccessOptions(command)
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline up
  kiteline up greenhouse.ts --reply received
  kiteline up --tcp 9100 --udp 9100 --http 0
  kiteline up --virtual 3
  kiteline up --tls
  kiteline up --mqtt --mqtt-open private
  kiteline up --serial /dev/ttyUSB0
  kiteline up --mqtt-url mqtt://192.168.1.20 --home-assistant
  kiteline up --name workshop --dial tcp://192.168.1.50:9000
  kiteline up --keep 30d --max-size 500MB
  kiteline up --allow 203.0.113.0/24 --open-boards none

${say('An app:', '应用示例：')}
  export default (hub) => {
    hub.on('text', ({ board, text }) => \`\${board}, you said \${text}\`);
    hub.on('sample', ({ board, values }) => console.log(board, values.get('temp')));
  };`,
    )
    .action(async (app: string | undefined, options: Options) => {
      const { up } = await import('./up/up.ts');
      await up({ ...options, ...(app !== undefined && { app }) });
    });
}

/** @throws KitelineError BAD_ARGUMENT for what can be no beginning of topics */
function prefixOf(prefix: string): string {
  if (/^[^+#/\s]+(\/[^+#/\s]+)*$/.test(prefix)) return prefix;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${prefix}" cannot be where Home Assistant looks: levels of a topic, as homeassistant.`,
      `“${prefix}”不能作为 Home Assistant 的前缀：应为主题层级，例如 homeassistant。`,
    ),
  );
}
