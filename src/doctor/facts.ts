/** What the doctor has found out, before anybody says what it means. Where something could not be asked, it is absent. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { HubHealth } from '../http/doctor.ts';
import type { WhereAnswer } from '../http/where.ts';
import type { BoardInfo } from '../hub/boards.ts';
import type { Examination } from '../hub/examination.ts';
import type { KeyInfo } from '../hub/keys.ts';
import type { RefusedMessage } from '../hub/refusals.ts';
import type { LatestValue } from '../store/store.ts';

export interface Facts {
  computer: ComputerFacts;
  /** No hub was found: with what sentence. */
  noHub?: { message: string };
  hub?: HubFacts;
  boards?: readonly BoardFacts[];
}

export interface ComputerFacts {
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** Sentences of ports that a hub could not have; absent while one runs. */
  ports?: readonly string[];
  /** Milliseconds since 1970 UTC, by its clock. */
  now: number;
  /** Of the data folder; absent where a hub tells of its own. */
  disk?: { folder: string; free: number; size: number };
  /** The Wi-Fis that it hears, where the system tells. */
  wifi?: readonly { ssid: string; mhz: number }[];
}

export interface HubFacts {
  url: string;
  where: WhereAnswer;
  health: HubHealth;
  /** Milliseconds that its clock is ahead of this computer's. */
  aheadMs: number;
  /** Whether it is on this computer. */
  isHere: boolean;
  /** Whether anybody answers in the network to its mDNS name; absent where it tells none, or nothing could be asked. */
  mdns?: boolean;
  /** Only an operator is told. */
  keys?: readonly KeyInfo[];
}

/** Of one board, through the hub. */
export interface BoardFacts {
  name: string;
  /** Absent: the hub has not heard of it. */
  info?: BoardInfo;
  /** When it was kept out last, unless it was let in since. */
  refused?: RefusedMessage;
  latest: readonly LatestValue[];
  /** Absent: it is not online, or may not be asked. */
  examination?: Examination;
  /** Of the library that comes with this package. */
  library: string;
}
