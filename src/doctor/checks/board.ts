/** Of boards, as the hub sees them and as they answer it. */
import { say } from '../../language.ts';
import { type Check, check } from '../check.ts';
import { boardReport } from '../report.ts';
import { isOlder } from '../versions.ts';
import { lastingText } from '../words.ts';
import { awaySentence, refusedSentence } from './absent.ts';
import { FLASH, HEAP, PIECE, WEAK_DBM } from './limits.ts';
import { flashSentence, heapSentence, libraryHow, librarySentence, weakSentence } from './sentences.ts';

/** Milliseconds, the median of several answers. In a LAN it is 2 to 10; a radio in power save wakes each 102 ms. */
const DOZING_MS = 40;
const LEAST_PINGS = 4;
const CLOCK_MS = 60_000;
/** A clock before that has never been set: chips count from 2000. 2020-01-01, seconds. */
const SET_AFTER = 1_577_836_800;
/** From 1970 to 2000, milliseconds: what a program is off by that takes one epoch for the other. */
const EPOCHS_MS = 946_684_800_000;
const DAY_MS = 86_400_000;

export const boardChecks: Check[] = [
  check({
    id: 'key-refused',
    hop: 'board',
    of: 'boards',
    look: ({ refused }) => refused,
    sentence: refusedSentence,
  }),
  check({
    id: 'board-away',
    hop: 'board',
    of: 'boards',
    look(board, { usb }) {
      const { info, refused } = board;
      if (refused || (info && info.presence?.state !== 'lost')) return undefined;
      return { ...board, isAtUsb: usb?.settings?.name === board.name };
    },
    sentence: awaySentence,
  }),
  check({
    id: 'library-old',
    hop: 'board',
    of: 'boards',
    look({ info, examination, library }) {
      const its = /^kiteline (\S+)$/.exec(info?.session?.library ?? '')?.[1];
      if (!info?.session || !its) return 'unknown'; // another program that speaks the protocol
      const isMute = examination !== undefined && !examination.report && !examination.silent;
      return isOlder(its, library) || isMute ? { its, library, isMute } : undefined;
    },
    sentence: ({ its, library, isMute }) =>
      librarySentence({ its, library }, isMute ? libraryHow.mute() : libraryHow.said()),
  }),
  check({
    id: 'board-silent',
    hop: 'board',
    of: 'boards',
    look: ({ examination }) => (examination ? examination.silent || undefined : 'unknown'),
    sentence: () => ({
      what: say(
        'It is online and does not answer: something in its program holds everything up.',
        '它在线却不回答：程序中有什么挡住了其他一切。',
      ),
      how: say('It was asked $doctor and had 3 s.', '已发送 $doctor 请求并等待 3 秒。'),
      todo: say(
        'Look for a long loop or time.sleep() in a plain function: make it async, with await asyncio.sleep_ms(…).',
        '检查普通函数里的长循环或 time.sleep()：改为 async 函数，并使用 await asyncio.sleep_ms(…)。',
      ),
    }),
  }),
  check({
    id: 'weak-signal',
    hop: 'wifi',
    of: 'boards',
    look({ info, examination }) {
      const rssi = boardReport(examination?.report).rssi ?? info?.session?.rssi;
      return rssi === undefined ? 'unknown' : rssi < WEAK_DBM ? rssi : undefined;
    },
    sentence: weakSentence,
  }),
  check({
    id: 'power-save',
    hop: 'wifi',
    of: 'boards',
    look({ examination }) {
      const { pm, rssi } = boardReport(examination?.report);
      // One that has another link, as USB, has no signal.
      if (
        pm === undefined ||
        rssi === undefined ||
        !examination ||
        examination.roundTrips.length < LEAST_PINGS
      )
        return 'unknown';
      const usual = examination.roundTrips.toSorted((a, b) => a - b)[examination.roundTrips.length >> 1] ?? 0;
      return pm !== 0 && usual >= DOZING_MS ? { pm, usual, pings: examination.roundTrips.length } : undefined;
    },
    sentence: ({ pm, usual, pings }) => ({
      what: say(
        `It answers only after ${Math.round(usual)} ms: its Wi-Fi sleeps between two beacons.`,
        `它要 ${Math.round(usual)} 毫秒后才回答：它的 Wi-Fi 在两次信标之间休眠。`,
      ),
      how: say(
        `Its power save is on (pm=${pm}), and that was the median of ${pings} pings.`,
        `省电模式已开启（pm=${pm}），这是 ${pings} 次 ping 的中位数。`,
      ),
      todo: say(
        'For quick commands: network.WLAN().config(pm=network.WLAN.PM_NONE) in main.py; it takes more current. While a control steers, the library does it by itself.',
        '需要快速响应时，在 main.py 中写 network.WLAN().config(pm=network.WLAN.PM_NONE)；耗电会增加。操控期间板端库会自动这样做。',
      ),
    }),
  }),
  check({
    id: 'heap-low',
    hop: 'board',
    of: 'boards',
    look({ examination }) {
      const { heapFree, systemFree, systemLargest } = boardReport(examination?.report);
      if (heapFree === undefined) return 'unknown';
      if (heapFree < HEAP) return { free: heapFree };
      return systemLargest !== undefined && systemLargest < PIECE
        ? { system: systemFree ?? 0, piece: systemLargest }
        : undefined;
    },
    sentence: heapSentence,
  }),
  check({
    id: 'flash-full',
    hop: 'board',
    of: 'boards',
    look({ examination }) {
      const { flashFree } = boardReport(examination?.report);
      return flashFree === undefined ? 'unknown' : flashFree < FLASH ? flashFree : undefined;
    },
    sentence: flashSentence,
  }),
  check({
    id: 'clock-wrong',
    hop: 'board',
    of: 'boards',
    look({ info, latest, examination }, { computer, hub }) {
      const now = computer.now + (hub?.aheadMs ?? 0);
      const newest = Math.max(...latest.map(({ at }) => at));
      const from = info?.lastSeen ?? now;
      if (newest > now + CLOCK_MS) return { dated: newest };
      if (latest.length > 0 && Math.abs(from - newest - EPOCHS_MS) < DAY_MS)
        return { dated: newest, isEpoch: true };
      const { clock } = boardReport(examination?.report);
      if (clock === undefined) return latest.length > 0 ? undefined : 'unknown';
      const off = clock * 1_000 - now;
      return clock > SET_AFTER && Math.abs(off) > CLOCK_MS ? { off } : undefined;
    },
    sentence: ({ dated, isEpoch, off = 0 }) => ({
      what:
        dated !== undefined
          ? say(
              `Its newest sample is dated ${dayOf(dated)}: it gives a wrong time with its samples.`,
              `它最新采样的日期是 ${dayOf(dated)}：它随采样给出的时间不对。`,
            )
          : say(
              `Its clock is ${lastingText(Math.abs(off))} ${off > 0 ? 'ahead' : 'behind'}.`,
              `它的时钟${off > 0 ? '快' : '慢'}了 ${lastingText(Math.abs(off))}。`,
            ),
      how: isEpoch
        ? say(
            'That is 30 years before it came: time.time() of this chip counts from 2000, $t and send(t=…) from 1970.',
            '比到达时间早 30 年：该芯片的 time.time() 从 2000 年算起，而 $t 和 send(t=…) 从 1970 年算起。',
          )
        : say('Compared with the time of the hub.', '与中枢的时间比较得知。'),
      todo: say(
        "Leave the time out of send(), or give board.now(). Board(rtc=True) sets the chip's own clock by the hub.",
        'send() 不写时间，或使用 board.now()。Board(rtc=True) 会按中枢校准芯片时钟。',
      ),
    }),
  }),
];

const dayOf = (at: number): string =>
  Math.abs(at) < 8.64e15 ? new Date(at).toISOString().slice(0, 10) : String(at);
