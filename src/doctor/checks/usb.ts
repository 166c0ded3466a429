/** Of a board at a serial port: the port, what is on the board, and its Wi-Fi. */
import type { Network } from '../../board/wifi-scan.ts';
import { say } from '../../language.ts';
import { type Check, check } from '../check.ts';
import type { UsbFacts } from '../facts.ts';
import { isOlder } from '../versions.ts';
import { FLASH, HEAP, WEAK_DBM } from './limits.ts';
import {
  flashSentence,
  heapSentence,
  keySentence,
  libraryHow,
  librarySentence,
  weakSentence,
} from './sentences.ts';

/** 202 and the reasons that most access points give in its place: the ends of a handshake that never came (ESP-IDF's wifi_err_reason_t). */
const WRONG_PASSWORD = [202, 204, 15];
/** MHz, from which on it is not the band of a plain ESP32. */
const FIVE_GHZ = 4_900;
/** How routers call the network of their other band. */
const CALLED_FIVE = /5\s*g(hz)?\b/i;
const LISTED = 5; // networks that a sentence names

export const usbChecks: Check[] = [
  check({
    id: 'serial-port',
    hop: 'computer',
    of: 'usb',
    look: ({ failed }) => failed?.message,
    sentence: (message) => ({
      what: message ?? '',
      how: say('The port was opened, and a prompt asked for.', '已打开串口并请求提示符。'),
      todo: say(
        'Do what that says, and call the doctor again. A cable that only charges has no port at all.',
        '请按提示处理后重新运行 doctor。只能充电的线不会出现串口。',
      ),
    }),
  }),
  check({
    id: 'no-library',
    hop: 'board',
    of: 'usb',
    look: ({ info, library }) => (info ? library === undefined || undefined : 'unknown'),
    sentence: () => ({
      what: say('It has no board library.', '它没有板端库。'),
      how: say(
        'import kiteline was tried on it: ImportError.',
        '在板子上试过 import kiteline：ImportError。',
      ),
      todo: say(
        '"kiteline setup" writes it, with the settings; "kiteline push FOLDER" brings it with a program. Plain sockets do without.',
        '“kiteline setup”写入库和设置；“kiteline push 文件夹”随程序带上。只用普通套接字则不需要。',
      ),
    }),
  }),
  check({
    id: 'library-old',
    hop: 'board',
    of: 'usb',
    look: ({ library, newest }) =>
      library === undefined
        ? 'unknown'
        : isOlder(library, newest)
          ? { its: library, library: newest }
          : undefined,
    sentence: (evidence) => librarySentence(evidence, libraryHow.asked()),
  }),
  check({
    id: 'no-settings',
    hop: 'board',
    of: 'usb',
    look: ({ info, settings }) =>
      info ? (!settings || settings.isBroken ? { settings } : undefined) : 'unknown',
    sentence: ({ settings }) => ({
      what: settings
        ? say('Its /kiteline.json is no JSON.', '它的 /kiteline.json 不是 JSON。')
        : say(
            'It has no /kiteline.json: neither name nor Wi-Fi nor hub.',
            '它没有 /kiteline.json：没有名称、Wi-Fi 和中枢。',
          ),
      how: say('The file was read.', '已读取该文件。'),
      todo: say(
        '"kiteline setup" writes it. A program that gives all of it to Board() does without.',
        '“kiteline setup”会写入它。如果程序把这些都交给 Board()，则不需要。',
      ),
    }),
  }),
  check({
    id: 'key-refused',
    hop: 'board',
    of: 'usb',
    look({ info, settings }, { hub }) {
      const keys = hub?.keys;
      const name = settings?.name;
      if (!info || !keys || name === undefined) return 'unknown';
      const entry = keys.find(({ board }) => board === name);
      if (!entry) return undefined; // an open name
      const has = settings?.keyId;
      return has !== undefined && entry.keys.some(({ id }) => id === has) ? undefined : { name, has };
    },
    sentence: ({ name, has }) => keySentence(name, has),
  }),
  check({
    id: 'heap-low',
    hop: 'board',
    of: 'usb',
    look: ({ info }) => (info ? (info.heapFree < HEAP ? info.heapFree : undefined) : 'unknown'),
    sentence: (free) => heapSentence({ free }),
  }),
  check({
    id: 'flash-full',
    hop: 'board',
    of: 'usb',
    look: ({ info }) => (info ? (info.flashFree < FLASH ? info.flashFree : undefined) : 'unknown'),
    sentence: flashSentence,
  }),
  check({
    id: 'wrong-password',
    hop: 'wifi',
    of: 'usb',
    look: (usb) => joinedOr(usb, ({ status }) => WRONG_PASSWORD.includes(status)),
    sentence: ({ ssid, status }) => ({
      what: say(`${ssid} refuses the password that the board has.`, `${ssid} 拒绝了板子里的密码。`),
      how: say(
        `The board tried to join it just now: status ${status}. It hears it well.`,
        `板子刚刚尝试加入：状态 ${status}。信号没有问题。`,
      ),
      todo: say(
        'Correct "password" in /kiteline.json ("kiteline setup" asks for it anew). Some routers say the same to devices that they do not admit.',
        '改正 /kiteline.json 中的 "password"（“kiteline setup”会重新询问）。有些路由器对不允许的设备也这样回答。',
      ),
    }),
  }),
  check({
    id: 'five-ghz',
    hop: 'wifi',
    of: 'usb',
    look: (usb, { computer }) =>
      unheard(usb, (ssid) => {
        const here = computer.wifi?.filter((network) => network.ssid === ssid) ?? [];
        return here.length > 0 ? here.every(({ mhz }) => mhz > FIVE_GHZ) : CALLED_FIVE.test(ssid);
      }),
    sentence: (evidence) => ({
      what: say(
        `${evidence.ssid} is a 5 GHz network: this chip hears 2.4 GHz only.`,
        `${evidence.ssid} 是 5 GHz 网络：这款芯片只支持 2.4 GHz。`,
      ),
      how: CALLED_FIVE.test(evidence.ssid)
        ? say(
            `The board scanned and does not hear it, and its name says so. ${hearsText(evidence)}`,
            `板子扫描后没有搜到它，名称也说明如此。${hearsText(evidence)}`,
          )
        : say(
            `The board scanned and does not hear it; this computer hears it, at 5 GHz alone. ${hearsText(evidence)}`,
            `板子扫描后没有搜到它；本机搜到了，但只在 5 GHz。${hearsText(evidence)}`,
          ),
      todo: say(
        'Switch 2.4 GHz on at the router, or give the board the router\'s other network ("kiteline setup").',
        '在路由器上打开 2.4 GHz，或让板子使用路由器的另一个网络（“kiteline setup”）。',
      ),
    }),
  }),
  check({
    id: 'wifi-unheard',
    hop: 'wifi',
    of: 'usb',
    look: (usb, { computer }) =>
      unheard(usb, (ssid) => {
        const here = computer.wifi?.filter((network) => network.ssid === ssid) ?? [];
        return here.length > 0 ? here.some(({ mhz }) => mhz <= FIVE_GHZ) : !CALLED_FIVE.test(ssid);
      }),
    sentence: (evidence) => ({
      what: say(`The board does not hear ${evidence.ssid}.`, `板子没有搜到 ${evidence.ssid}。`),
      how: say(`It scanned just now. ${hearsText(evidence)}`, `它刚刚扫描过。${hearsText(evidence)}`),
      todo: say(
        'Is the router on and near, the name spelled so (letters count), and 2.4 GHz switched on? An ESP32 does not hear 5 GHz.',
        '路由器开着吗、够近吗？名称（区分大小写）对吗？2.4 GHz 打开了吗？ESP32 搜不到 5 GHz。',
      ),
    }),
  }),
  check({
    id: 'wifi-refused',
    hop: 'wifi',
    of: 'usb',
    look: (usb) => joinedOr(usb, ({ status }) => !WRONG_PASSWORD.includes(status) && status !== 201),
    sentence: ({ ssid, status }) => ({
      what: say(`${ssid} does not let the board in.`, `${ssid} 不让板子加入。`),
      how: say(`The board tried just now: status ${status}.`, `板子刚刚尝试过：状态 ${status}。`),
      todo: say(
        'Set the router to WPA2 or WPA2/WPA3, and look whether it admits new devices (filters, a limit of stations).',
        '把路由器设为 WPA2 或 WPA2/WPA3，并检查它是否允许新设备（过滤、数量限制）。',
      ),
    }),
  }),
  check({
    id: 'weak-signal',
    hop: 'wifi',
    of: 'usb',
    look({ heard, settings }) {
      const known = heard?.filter(({ ssid }) => settings?.wifi.some((wifi) => wifi.ssid === ssid)) ?? [];
      if (known.length === 0) return 'unknown';
      const rssi = Math.max(...known.map((network) => network.rssi));
      return rssi < WEAK_DBM ? rssi : undefined;
    },
    sentence: weakSentence,
  }),
];

type Attempt = NonNullable<UsbFacts['joined']>[number];

/** The first attempt of that kind, where no Wi-Fi let the board in. */
function joinedOr(
  { joined, heard }: UsbFacts,
  is: (one: Attempt) => boolean,
): Attempt | undefined | 'unknown' {
  if (!joined || joined.length === 0) return 'unknown';
  if (joined.some(({ address }) => address !== undefined)) return undefined;
  return joined.find((one) => heard?.some(({ ssid }) => ssid === one.ssid) && is(one));
}

interface Unheard {
  ssid: string;
  heard: readonly Network[];
}

/** The first Wi-Fi of the settings that is not heard and is like that, where none let the board in. */
function unheard(
  { joined, heard = [] }: UsbFacts,
  is: (ssid: string) => boolean,
): Unheard | undefined | 'unknown' {
  if (!joined || joined.length === 0) return 'unknown';
  if (joined.some(({ address }) => address !== undefined)) return undefined;
  const missing = joined.find((one) => !heard.some(({ ssid }) => ssid === one.ssid) && is(one.ssid));
  return missing && { ssid: missing.ssid, heard };
}

function hearsText({ heard }: Unheard): string {
  if (heard.length === 0)
    return say('It hears no Wi-Fi at all: look at its antenna.', '它什么 Wi-Fi 都没有搜到：请检查天线。');
  const names = heard.slice(0, LISTED).map(({ ssid, rssi }) => `${ssid} (${rssi} dBm)`);
  return say(`It hears ${names.join(', ')}.`, `它搜到 ${names.join('、')}。`);
}
