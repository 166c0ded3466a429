/** The Wi-Fi that a board joins: chosen from what the board itself hears, and tried before anything is written. */
import { password as askPassword, select } from '@clack/prompts';
import { type Joined, joinWifi } from '../../board/join.ts';
import type { RawRepl } from '../../board/raw-repl.ts';
import { BoardError } from '../../board/repl-error.ts';
import { bars, type Network, scanWifi, securityText } from '../../board/wifi-scan.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { answered, missing, output } from '../questions.ts';
import { isTypedTo, printable, tell } from '../terminal.ts';

export interface Wifi {
  ssid: string;
  password: string;
}

export interface WifiOptions {
  ssid?: string;
  password?: string;
}

const OPEN = 0;
const ENTERPRISE = 5;
const LISTED = 6; // networks that a sentence names

/**
 * @returns the network that the board is in now
 * @throws KitelineError USAGE when it is not let in, BAD_ARGUMENT for a flag that is missing
 */
export async function chooseWifi(repl: RawRepl, given: WifiOptions): Promise<Wifi> {
  tell(say('The board listens for Wi-Fi …', '板子正在扫描 Wi-Fi ……'));
  const networks = await scanWifi(repl).catch((error) => {
    throw error instanceof BoardError && error.traceback.includes('ImportError') ? noWifi(error) : error;
  });
  for (;;) {
    if (given.ssid === undefined && !isTypedTo()) throw missing('--ssid', heardText(networks));
    const ssid = await answered<string>(given.ssid, '--ssid', () => pick(networks));
    const network = networks.find((one) => one.ssid === ssid);
    if (!network) tell(unheard(ssid, networks));
    if (network?.security === ENTERPRISE) throw enterprise(ssid);
    const password = network?.security === OPEN ? '' : await passwordOf(ssid, given);
    tell(say(`It joins ${printable(ssid)} …`, `正在加入 ${printable(ssid)} ……`));
    const joined = await joinWifi(repl, ssid, password);
    if (joined.address !== undefined) {
      tell(
        say(
          `It is in ${printable(ssid)} as ${joined.address}.`,
          `已加入 ${printable(ssid)}，地址 ${joined.address}。`,
        ),
      );
      return { ssid, password };
    }
    const why = refusedText(ssid, joined, network);
    if (given.password !== undefined || !isTypedTo()) throw new KitelineError('USAGE', why);
    tell(why);
  }
}

const pick = (networks: readonly Network[]): Promise<string | symbol> => {
  if (networks.length === 0) throw noneHeard();
  return select({
    message: say('Which Wi-Fi?', '加入哪个 Wi-Fi？'),
    options: networks.map(({ ssid, rssi, security }) => ({
      value: ssid,
      label: `${bars(rssi)} ${printable(ssid)}`,
      hint: `${rssi} dBm, ${securityText(security)}`,
    })),
    showInstructions: false,
    output,
  });
};

function passwordOf(ssid: string, given: WifiOptions): Promise<string> {
  return answered<string>(given.password ?? process.env.KITELINE_WIFI_PASSWORD, '--password', () =>
    askPassword({
      message: say(`The password of ${printable(ssid)}`, `${printable(ssid)} 的密码`),
      mask: '', // not even its length
      output,
    }),
  );
}

function unheard(ssid: string, networks: readonly Network[]): string {
  const names = networks.slice(0, LISTED).map((one) => printable(one.ssid));
  return say(
    `The board does not hear ${printable(ssid)}${names.length > 0 ? `; it hears ${names.join(', ')}` : ' or any other Wi-Fi'}. An ESP32 hears 2.4 GHz only. It is tried all the same: it may be hidden.`,
    `板子没有搜到 ${printable(ssid)}${names.length > 0 ? `；搜到的有 ${names.join('、')}` : '，也没有搜到其他 Wi-Fi'}。ESP32 只支持 2.4 GHz。它可能是隐藏网络，仍会尝试。`,
  );
}

function refusedText(ssid: string, { status }: Joined, network: Network | undefined): string {
  const name = printable(ssid);
  // STAT_WRONG_PASSWORD, and the reasons that most access points give in place of it (handshake and authentication timeouts).
  if ([202, 204, 15].includes(status)) {
    return say(
      `${name} refuses the password. Nothing was written onto the board; try again.`,
      `${name} 拒绝了密码。没有向板子写入任何内容，请重试。`,
    );
  }
  if (!network) {
    return say(
      `There is no ${name} in reach of the board: is it 2.4 GHz, and spelled so? Nothing was written.`,
      `板子附近没有 ${name}：它是 2.4 GHz 吗？名称写对了吗？没有写入任何内容。`,
    );
  }
  if (network.rssi < -80) {
    return say(
      `The board was not let into ${name}: the signal is weak there (${network.rssi} dBm). Move it closer and try again.`,
      `板子未能加入 ${name}：信号很弱（${network.rssi} dBm）。请靠近路由器后重试。`,
    );
  }
  return say(
    `The board was not let into ${name} (status ${status}): a wrong password, or a router that lets no more in. Nothing was written.`,
    `板子未能加入 ${name}（状态 ${status}）：密码错误，或路由器不再接纳设备。没有写入任何内容。`,
  );
}

const enterprise = (ssid: string): KitelineError =>
  new KitelineError(
    'USAGE',
    say(
      `${printable(ssid)} asks each user for a name and a certificate (WPA2-Enterprise), which MicroPython does not speak: take another Wi-Fi.`,
      `${printable(ssid)} 需要用户名和证书（WPA2 企业版），MicroPython 不支持：请换一个 Wi-Fi。`,
    ),
  );

/** For whoever writes the flag next. */
function heardText(networks: readonly Network[]): string {
  const names = networks.slice(0, LISTED).map((one) => printable(one.ssid));
  if (names.length === 0) return say('The board hears no Wi-Fi.', '板子没有搜到 Wi-Fi。');
  return say(`The board hears ${names.join(', ')}.`, `板子搜到的有 ${names.join('、')}。`);
}

const noWifi = (cause: unknown): KitelineError =>
  new KitelineError(
    'USAGE',
    say(
      'This board has no Wi-Fi. "kiteline up --serial PORT" takes what it says over the cable.',
      '这块板子没有 Wi-Fi。“kiteline up --serial 串口”可以通过数据线接收它的内容。',
    ),
    { cause },
  );

const noneHeard = (): KitelineError =>
  new KitelineError(
    'USAGE',
    say(
      'The board hears no Wi-Fi at all. An ESP32 hears 2.4 GHz only; is its antenna covered or missing?',
      '板子没有搜到任何 Wi-Fi。ESP32 只支持 2.4 GHz；天线是否被遮挡或没有接？',
    ),
  );
