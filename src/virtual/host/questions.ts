/** What a board's Python modules ask by `_native.call(op, …)`: the cold half of the chip, answered on the main thread. */
import { ErrnoError } from '../errno.ts';
import type { Reply } from '../messages.ts';
import type { BoardSockets } from './sockets.ts';
import type { Station } from './station.ts';
import { TLS_QUESTIONS } from './tls-questions.ts';
import type { Watchdog } from './watchdog.ts';
import { ChipError } from './wlan-settings.ts';

/** Who answers. */
export interface Asked {
  sockets: BoardSockets;
  station: Station;
  watchdog: Watchdog;
  /** Sets what `machine.RTC().memory()` keeps, if given; says what it is. */
  rtcMemory(bytes: number[] | null): number[];
  /** `network.hostname(name)` */
  rename(hostname: string): void;
  /** A static address was set, which a virtual board does not take. */
  keepAddress(): void;
}

type Question = (asked: Asked, ...args: never[]) => unknown;

const QUESTIONS: Record<string, Question> = {
  socket: ({ sockets }, family: number, type: number) => sockets.open(family, type),
  bind: ({ sockets }, slot: number, host: string, port: number) => sockets.bind(slot, host, port),
  listen: ({ sockets }, slot: number, backlog: number) => sockets.listen(slot, backlog),
  accept: ({ sockets }, slot: number) => sockets.accept(slot),
  connect: ({ sockets }, slot: number, host: string, port: number) => sockets.connect(slot, host, port),
  option: ({ sockets }, slot: number, level: number, option: number, value: unknown) =>
    sockets.option(slot, level, option, value),
  resolve: ({ sockets }, host: string) => sockets.resolve(host),
  active: ({ station }, interfaceId: number, up?: boolean) => station.active(interfaceId, up),
  join: ({ station }, ssid: string | null, key: string | null) => station.join(ssid, key),
  leave: ({ station }) => station.leave(),
  scan: ({ station }) => station.scan(),
  config: ({ station }, interfaceId: number, name: string, ...value: unknown[]) =>
    station.config(interfaceId, name, ...value),
  address: ({ station }, interfaceId: number) => station.address(interfaceId),
  dhcp: () => undefined,
  setAddress: (asked) => asked.keepAddress(),
  watchdog: ({ watchdog }, timeoutMs: number) => watchdog.start(timeoutMs),
  rtcMemory: (asked, bytes: number[] | null) => asked.rtcMemory(bytes),
  hostname: (asked, name: string) => asked.rename(name),
  ...TLS_QUESTIONS,
};

/** The answer to one question; an error of the chip becomes the program's OSError. */
export async function answer(asked: Asked, id: number, op: string, args: unknown[]): Promise<Reply> {
  const question = QUESTIONS[op];
  if (!question) throw new Error(`no such question: ${op}`);
  try {
    return { id, value: (await question(asked, ...(args as never[]))) ?? null };
  } catch (error) {
    if (error instanceof ErrnoError) return { id, errno: error.errno };
    if (error instanceof ChipError || error instanceof TypeError) return { id, error: error.message };
    throw error;
  }
}
