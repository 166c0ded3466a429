import type { Air } from './air.ts';

/** What a board's sockets know of the board. */
export interface BoardNetwork {
  name: string;
  address: string;
  /** False where the address is 127.0.0.1, shared with everybody. */
  own: boolean;
  air: Air;
  /** The radio carries bytes now. */
  flowing(): boolean;
  /** Milliseconds until it wakes, where it sleeps between beacons. */
  asleep(): number;
  hasAddress(): boolean;
  /** Its network keeps it apart from this computer. */
  isApart(): boolean;
  /** Whether anything from it arrives there. */
  reaches(host: string, port: number): boolean;
  /** What the board's clock says, ms since 1970. */
  now(): number;
  /** The address of another board of that name in the same air. */
  neighbour(name: string): string | undefined;
  note(code: string, detail: string): void;
}
