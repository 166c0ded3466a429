import type { Seal, SealFault } from './seal.ts';

/** What a connection has proved. */
export interface Proof {
  /** Whose connection it is. */
  readonly board: string;
  /** The id of the key. */
  readonly key: string;
  /** Signs and checks every line from then on; undefined where what carries the lines has seen to it, as MQTT's password does. */
  readonly seal?: Seal;
}

/** Messages that arrived together: as they came, or what is in them. */
export interface SignedBatch {
  units: readonly Uint8Array[];
  /** Whether `units` are what was signed, up to the first that was not. */
  isOpened?: boolean;
  /** What was wrong with that one. */
  fault?: SealFault;
}

/** Leaves of a batch, from a place on, the payloads of what is signed as it must be, and nothing from the first that is not. */
export function openBatch(batch: SignedBatch, from: number, seal: Seal): void {
  const opened = batch.units.slice(0, from);
  for (let i = from; i < batch.units.length && batch.fault === undefined; i++) {
    const payload = seal.open(batch.units[i] as Uint8Array);
    if (typeof payload === 'string') batch.fault = payload;
    else opened.push(payload);
  }
  batch.units = opened;
  batch.isOpened = true;
}
