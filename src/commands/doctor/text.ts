import type { Finding, Hop } from '../../doctor/check.ts';
import type { Diagnosis } from '../../doctor/diagnose.ts';
import { say } from '../../language.ts';
import { printable, styled } from '../terminal.ts';

/** Checks that want the board at the USB. */
const BY_USB = ['firewall', 'client-isolation', 'different-subnet', 'wrong-password', 'five-ghz'];

const HOP: Record<Hop, () => string> = {
  computer: () => say('This computer', '本机'),
  hub: () => say('The hub', '中枢'),
  network: () => say('The network', '网络'),
  wifi: () => 'Wi-Fi',
  board: () => say('The board', '板子'),
};

/** For a person. */
export function diagnosisLines({ findings, looked, notLooked }: Diagnosis): string[] {
  const blocks = findings.flatMap((finding) => [...findingLines(finding), '']);
  const last =
    findings.length === 0
      ? say(
          `Nothing is wrong, as far as ${looked.length} checks see.`,
          `未发现问题（已做 ${looked.length} 项检查）。`,
        )
      : say(
          `${findings.length} found in ${looked.length} checks.`,
          `${looked.length} 项检查中发现 ${findings.length} 处问题。`,
        );
  return [...blocks, last, ...restLines(notLooked)];
}

function findingLines({ hop, board, what, how, todo }: Finding): string[] {
  const where = board === undefined ? HOP[hop]() : `${HOP[hop]()}, ${printable(board)}`;
  return [
    `${styled('bold', where)}: ${printable(what)}`,
    `  ${say('seen by', '依据')}: ${printable(how)}`,
    `  ${say('to do', '怎么办')}: ${printable(todo)}`,
  ];
}

function restLines(notLooked: readonly string[]): string[] {
  if (!BY_USB.some((id) => notLooked.includes(id))) return [];
  return [
    say(
      'Password, 5 GHz, firewall, separated devices and subnets are seen from the board itself: plug it in, and "kiteline doctor --port PORT".',
      '密码、5 GHz、防火墙、设备隔离和网段要从板子一侧检查：请用 USB 连接，然后运行“kiteline doctor --port 串口”。',
    ),
  ];
}
