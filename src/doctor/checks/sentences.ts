/** What is said of a board, whether it was asked through the hub or by USB. */
import { say } from '../../language.ts';
import type { Sentences } from '../check.ts';
import { bytesText } from '../words.ts';
import { WEAK_DBM } from './limits.ts';

export function weakSentence(rssi: number): Sentences {
  return {
    what: say(
      `Its Wi-Fi signal is weak: ${rssi} dBm, so connections break and answers come late.`,
      `它的 Wi-Fi 信号弱：${rssi} dBm，因此连接会中断、应答会延迟。`,
    ),
    how: say(
      `Its radio measured that; above ${WEAK_DBM} dBm is well.`,
      `由它的无线电测得；高于 ${WEAK_DBM} dBm 为好。`,
    ),
    todo: say(
      'Bring it nearer to the router, turn its antenna away from metal, or take a board with an external antenna.',
      '让它靠近路由器，天线远离金属，或换用带外接天线的板子。',
    ),
  };
}

export function flashSentence(free: number): Sentences {
  return {
    what: say(`Its flash is full: ${bytesText(free)} left.`, `它的闪存已满：剩余 ${bytesText(free)}。`),
    how: say('It said so, os.statvfs("/").', '由 os.statvfs("/") 报告。'),
    todo: say(
      'Remove files ("kiteline repl", then os.remove("NAME")), or give samples less of it: Board(spill=…).',
      '删除文件（“kiteline repl”，然后 os.remove("文件名")），或减少采样所用的空间：Board(spill=…)。',
    ),
  };
}

/** @param few bytes: free ones of MicroPython's heap, or of the system's and its largest piece */
export function heapSentence({
  free,
  system = 0,
  piece = 0,
}: {
  free?: number;
  system?: number;
  piece?: number;
}): Sentences {
  return {
    what:
      free !== undefined
        ? say(
            `Its memory is nearly full: ${bytesText(free)} free.`,
            `它的内存快满了：剩余 ${bytesText(free)}。`,
          )
        : say(
            `The memory of its Wi-Fi is nearly full: ${bytesText(system)} free, the largest piece ${bytesText(piece)}.`,
            `它的 Wi-Fi 内存快满了：剩余 ${bytesText(system)}，最大一块 ${bytesText(piece)}。`,
          ),
    how:
      free !== undefined
        ? say('It said so after a collection, gc.mem_free().', '垃圾回收后由 gc.mem_free() 报告。')
        : say(
            'It said so, esp32.idf_heap_info(); sockets live there.',
            '由 esp32.idf_heap_info() 报告；套接字使用这部分内存。',
          ),
    todo: say(
      'Keep less in lists, a smaller queue (Board(queue=…)), modules as .mpy (mip brings them so), fewer sockets at once.',
      '少在列表中保存数据，缩小队列（Board(queue=…)），模块用 .mpy（mip 即如此安装），减少同时打开的套接字。',
    ),
  };
}

/** How the library's version is known. */
export const libraryHow = {
  mute: () => say('It does not know the question $doctor.', '它不认识 $doctor 这个请求。'),
  said: () => say('It said so when it connected.', '它连接时报告的版本。'),
  asked: () => say('kiteline.__version__ on the board says so.', '由板子上的 kiteline.__version__ 得知。'),
};

export function librarySentence({ its, library }: { its: string; library: string }, how: string): Sentences {
  return {
    what: say(
      `It has an old board library, ${its}; this program brings ${library}.`,
      `它的板端库较旧，为 ${its}；本程序附带 ${library}。`,
    ),
    how,
    todo: say(
      'kiteline push FOLDER brings the new one with your program; or on the board: import mip; mip.install("kiteline", index="http://HUB:8080/mip").',
      'kiteline push 文件夹 会随程序带上新库；或在板子上：import mip; mip.install("kiteline", index="http://中枢地址:8080/mip")。',
    ),
  };
}

/** @param has what its own key is called; undefined: it has none */
export function keySentence(name: string, has: string | undefined): Sentences {
  return {
    what:
      has === undefined
        ? say(
            `${name} needs a key here, and the board has none: the hub refuses it.`,
            `${name} 在此需要密钥，而板子没有：中枢会拒绝它。`,
          )
        : say(
            `The key of the board (${has}) is not valid for ${name}: the hub refuses it.`,
            `板子的密钥（${has}）对 ${name} 无效：中枢会拒绝它。`,
          ),
    how: say(
      'Its /kiteline.json was read, and the hub asked for its list of keys.',
      '已读取它的 /kiteline.json，并向中枢查询密钥列表。',
    ),
    todo: say(
      `"kiteline setup --new-key" gives it one by USB; "kiteline boards open ${name}" lets the name go without.`,
      `“kiteline setup --new-key”通过 USB 写入新密钥；“kiteline boards open ${name}”可让该名称不再需要密钥。`,
    ),
  };
}
