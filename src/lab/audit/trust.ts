/** Promise 5, with keys: whoever lacks the key learns nothing but a board's name, the id of its key, and a random number. */
import { say } from '../../language.ts';
import type { BoardRecord } from '../record.ts';
import { type Breach, some } from './breach.ts';

/** What may be in a question to whoever answers, and in the beginning of a proof. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  $where: ['board', 'home'],
  $prove: ['board', 'key', 'nonce'],
};

/** What an impostor was told beyond that. */
export function auditLeaks({ name, leaked = [] }: BoardRecord): Breach[] {
  const more = leaked.filter((line) => !isOpen(line, name));
  if (more.length === 0) return [];
  const shown = some(
    more.map((line) => JSON.stringify(line.slice(0, 120))),
    3,
  );
  return [
    {
      kind: 'leaked',
      count: more.length,
      sentence: say(`${name} told an impostor ${shown}.`, `${name} 向冒充者透露了 ${shown}。`),
    },
  ];
}

function isOpen(line: string, name: string): boolean {
  try {
    const { jsonrpc: _, id: __, method, params, ...more } = JSON.parse(line);
    const allowed = OPEN[method];
    if (!allowed || Object.keys(more).length > 0 || params.board !== name) return false;
    const isHex = (value: unknown, length: number) =>
      value === undefined || new RegExp(`^[0-9a-f]{${length}}$`).test(String(value));
    return (
      Object.keys(params).every((key) => allowed.includes(key)) &&
      isHex(params.key, 8) &&
      isHex(params.nonce, 32) &&
      isHex(params.home, 16)
    );
  } catch {
    return false;
  }
}
