/** What is said of boards that are not there, or not let in. */

import type { RefusedReason } from '../../hub/reasons.ts';
import type { RefusedMessage } from '../../hub/refusals.ts';
import { say } from '../../language.ts';
import type { Sentences } from '../check.ts';
import type { BoardFacts } from '../facts.ts';

const clockOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);

export function refusedSentence({ reason, board, address, at }: RefusedMessage): Sentences {
  return {
    what: WHAT[reason]?.() ?? say(`The hub keeps it out (${reason}).`, `中枢拒绝了它（${reason}）。`),
    how: say(
      `The hub refused it at ${clockOf(at)}; it came from ${address}.`,
      `中枢于 ${clockOf(at)} 拒绝了它；来自 ${address}。`,
    ),
    todo: say(
      `If it is your board: "kiteline boards rotate ${board}" (or add) makes a key for its /kiteline.json, or "kiteline setup" writes one by USB. "kiteline boards open ${board}" lets the name go without a key.`,
      `如果这是您的板子：“kiteline boards rotate ${board}”（或 add）生成密钥，写入它的 /kiteline.json；也可用“kiteline setup”通过 USB 写入。“kiteline boards open ${board}”可让该名称不再需要密钥。`,
    ),
  };
}

const WHAT: Partial<Record<RefusedReason, () => string>> = {
  NO_PROOF: () =>
    say(
      'The hub refuses it: the name has a key, and the board has none.',
      '中枢拒绝了它：该名称有密钥，而板子没有。',
    ),
  UNKNOWN_KEY: () =>
    say('The hub refuses its key: it is not valid here.', '中枢拒绝了它的密钥：该密钥在此无效。'),
  BAD_SIGNATURE: () =>
    say(
      'The hub ended its session: a line came that the board had not signed.',
      '中枢结束了它的会话：收到了不是由它签名的内容。',
    ),
};

/** @param board `isAtUsb`: it is plugged in and was asked itself */
export function awaySentence({ name, info, isAtUsb }: BoardFacts & { isAtUsb: boolean }): Sentences {
  const { presence } = info ?? {};
  return {
    what: presence
      ? say(
          `It is not online, since ${clockOf(presence.since)}.`,
          `它自 ${clockOf(presence.since)} 起不在线。`,
        )
      : say(`The hub has heard nothing of ${name}.`, `中枢没有收到过 ${name} 的任何消息。`),
    how: presence
      ? say(
          `The hub lost it (${presence.said ?? presence.why ?? '?'}); its last address was ${info?.address}.`,
          `中枢与它失去连接（${presence.said ?? presence.why ?? '?'}）；最后的地址是 ${info?.address}。`,
        )
      : say('It is not in the list of boards since the hub was started.', '中枢启动以来的板子列表中没有它。'),
    todo: isAtUsb
      ? programText()
      : say(
          'Has it power, and is its name spelled so? Plug it in by USB and call "kiteline doctor --port PORT": that shows how far it gets.',
          '它通电了吗？名称写对了吗？用 USB 连接后运行“kiteline doctor --port 串口”：可看出它走到了哪一步。',
        ),
  };
}

const programText = (): string =>
  say(
    'It is plugged in here. If nothing else is found, its program is the reason: "kiteline repl" and Ctrl-D show what it does.',
    '它就插在这里。如果没有发现其他问题，原因就在它的程序：“kiteline repl”后按 Ctrl-D 可看到它在做什么。',
  );
