/** What the doctor has found out, before anybody says what it means. Where something could not be asked, it is absent. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { BoardInfo as UsbBoardInfo } from '../board/info.ts';
import type { Network } from '../board/wifi-scan.ts';
import type { HubHealth } from '../http/doctor.ts';
import type { WhereAnswer } from '../http/where.ts';
import type { BoardInfo } from '../hub/boards.ts';
import type { Examination } from '../hub/examination.ts';
import type { KeyInfo } from '../hub/keys.ts';
import type { RefusedMessage } from '../hub/refusals.ts';
import type { LatestValue } from '../store/store.ts';
import type { HostPort } from '../transport/address.ts';

export interface Facts {
  computer: ComputerFacts;
  /** No hub was found: with what sentence. */
  noHub?: { message: string };
  hub?: HubFacts;
  boards?: readonly BoardFacts[];
  usb?: UsbFacts;
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

/** Of a board at a serial port. */
export interface UsbFacts {
  port: string;
  /** Why nothing more is known. */
  failed?: { code: string; message: string };
  info?: UsbBoardInfo;
  /** Of the library on it; absent: it has none. */
  library?: string;
  newest: string;
  /** What its /kiteline.json says; absent: there is none. */
  settings?: BoardSettings;
  heard?: readonly Network[];
  /** What came of the Wi-Fis of its settings, in their order, to the first that let it in. */
  joined?: readonly { ssid: string; address?: string; status: number }[];
  way?: WayFacts;
}

export interface BoardSettings {
  /** It is no JSON object. */
  isBroken?: boolean;
  name?: string;
  hub?: string;
  /** Called so in the hub's list; the key itself is not kept here. */
  keyId?: string;
  wifi: readonly { ssid: string; password: string }[];
}

/** The way from the board to the hub and back, as far as it was gone. */
export interface WayFacts {
  address: string;
  mask: string;
  gateway: string;
  /** Each place of the hub that was tried: the error that the board got, by its name (`ECONNREFUSED`); empty for a connection. */
  tries: readonly { at: HostPort; error: string }[];
  /** The board reached another port of this computer, opened for that; absent where it reached the hub, or the hub is elsewhere. */
  toHere?: boolean;
  /** This computer reached a port of the board. */
  toBoard?: boolean;
  /** What the board got for the hub's mDNS name; null: nothing. Absent where it was not asked. */
  mdns?: string | null;
}
