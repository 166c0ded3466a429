/** Of this computer, and of the disk and clock of the hub's. */
import { say } from '../../language.ts';
import { lanAddresses } from '../../transport/lan.ts';
import { type Check, check } from '../check.ts';
import { bytesText, lastingText } from '../words.ts';

/** Bytes of a disk below which a hub soon cannot write: its log alone takes tens of MB before it is made into chunks. */
const DISK = 100e6;
/** Milliseconds since a store failed: while it does, every commit fails again. */
const LATELY_MS = 600_000;
/** A clock before that was never set: this was written later. 2026-01-01. */
const WRITTEN_MS = 1_767_225_600_000;
/** Clocks that differ by less do not matter. */
const CLOCK_MS = 60_000;

export const computerChecks: Check[] = [
  check({
    id: 'port-taken',
    hop: 'computer',
    of: 'computer',
    look: ({ ports = [] }) => (ports.length > 0 ? ports : undefined),
    sentence: (ports) => ({
      what: ports.join(' '),
      how: say(
        'Each port that "kiteline up" listens at was opened once.',
        '已逐一试开“kiteline up”要监听的端口。',
      ),
      todo: say(
        'Stop that program, or start the hub with other ports; boards must then have the same in their /kiteline.json.',
        '停止该程序，或让中枢使用其他端口；板子的 /kiteline.json 也要相应修改。',
      ),
    }),
  }),
  check({
    id: 'no-lan',
    hop: 'computer',
    of: 'computer',
    look({ interfaces }) {
      const addresses = lanAddresses('0.0.0.0', interfaces);
      const usable = addresses.filter((address) => !address.startsWith('169.254.'));
      return usable.length === 0 ? addresses : undefined;
    },
    sentence: (addresses) => ({
      what: say(
        'This computer has no address in a local network, so no board can reach it.',
        '本机在局域网中没有地址，板子无法连到它。',
      ),
      how:
        addresses.length === 0
          ? say('It has loopback addresses alone.', '只有环回地址。')
          : say(
              `It has ${addresses.join(', ')} alone, which a computer gives itself when no router answers.`,
              `只有 ${addresses.join('、')}，这是路由器没有应答时电脑自己取的地址。`,
            ),
      todo: say(
        'Plug in the network cable, or join the Wi-Fi that the boards are in; flight mode and VPNs may be in the way.',
        '插好网线，或加入板子所在的 Wi-Fi；请检查飞行模式和 VPN。',
      ),
    }),
  }),
  check({
    id: 'disk-full',
    hop: 'computer',
    of: 'computer',
    look({ disk }, { hub }) {
      const its = hub?.health.disk ?? disk;
      if (!its) return 'unknown';
      const { storeFailed, time = 0 } = hub?.health ?? {};
      const failed = storeFailed && time - storeFailed.at < LATELY_MS ? storeFailed : undefined;
      return its.free < DISK || failed ? { ...its, failed } : undefined;
    },
    sentence: ({ folder, free, failed }) => ({
      what:
        free < DISK
          ? say(
              `The disk of the hub's history has only ${bytesText(free)} left.`,
              `中枢历史数据所在磁盘只剩 ${bytesText(free)}。`,
            )
          : say('The hub could not store what came.', '中枢未能保存收到的数据。'),
      how: failed
        ? say(`The store said: ${failed.message}`, `数据存储报告：${failed.message}`)
        : say(`The system says so of ${folder}.`, `系统报告的是 ${folder} 所在磁盘。`),
      todo: say(
        'Make room, or keep less: kiteline up --keep 30d --max-size 500MB. Until then boards keep their samples, as many as fit into their queues.',
        '请腾出空间，或减少保留：kiteline up --keep 30d --max-size 500MB。在此之前板子会在队列容量内保留采样。',
      ),
    }),
  }),
  check({
    id: 'clock-wrong',
    hop: 'computer',
    of: 'computer',
    look({ now }, { hub }) {
      if (now < WRITTEN_MS) return { date: new Date(now).toISOString().slice(0, 10) };
      if (hub && Math.abs(hub.aheadMs) > CLOCK_MS) return { aheadMs: hub.aheadMs };
      return undefined;
    },
    sentence: ({ date, aheadMs = 0 }) => ({
      what:
        date !== undefined
          ? say(`The clock of this computer is wrong: it says ${date}.`, `本机时钟不对：显示 ${date}。`)
          : say(
              `The clocks of this computer and the hub's differ by ${lastingText(Math.abs(aheadMs))}.`,
              `本机与中枢所在电脑的时钟相差 ${lastingText(Math.abs(aheadMs))}。`,
            ),
      how:
        date !== undefined
          ? say('This program was made later than that.', '本程序的制作日期晚于此。')
          : say(
              `The hub was asked its time: it is ${aheadMs > 0 ? 'ahead' : 'behind'}.`,
              `已询问中枢的时间：它${aheadMs > 0 ? '偏快' : '偏慢'}。`,
            ),
      todo: say(
        'Let the system set its clock by the network (NTP): samples get the time of the hub.',
        '请让系统通过网络对时（NTP）：采样使用中枢的时间。',
      ),
    }),
  }),
];
