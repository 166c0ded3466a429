import type { Cut } from '../../virtual/index.ts';
import type { HubFault } from '../faults.ts';
import type { Fault } from '../script.ts';

/** The faults that boards by MQTT meet. */
export type MqttFault = HubFault | Extract<Fault, { do: 'access-point-gone' }>;

/** A board that speaks MQTT alone, and somebody who publishes for it: both with QoS 1. */
export interface MqttScript {
  /** What the board publishes, and milliseconds between. */
  count: number;
  everyMs: number;
  /** The same of what is published for it. */
  forBoard: number;
  forBoardMs: number;
  /** Of its connections, the first to the last of these. */
  cuts: readonly Cut[];
  /** Each after so many acknowledgements that the board got. */
  strikes: readonly { after: number; fault: MqttFault }[];
}
