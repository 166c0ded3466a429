/** Records of the journal: how they lie in its file. */
import { crc32 } from 'node:zlib';
import type { Qos } from '../packet/types.ts';

/** What a record says; a session goes by a number of the journal's own, a message by its session's. */
export type Head =
  | ['session', number, string, string] // which, its client id, its owner
  | ['forgot', number]
  | ['subscribed', number, string, Qos]
  | ['unsubscribed', number, string]
  | ['queued', number, number, string, Qos, Qos, boolean] // which session, which message, topic, its QoS, that of the delivery, retained; its payload is behind it
  | ['sent', number, number, number] // under which packet id
  | ['released', number, number]
  | ['done', number, number]
  | ['received', number, number] // packet id of a QoS 2 message of the client
  | ['settled', number, number]
  | ['retained', string, Qos]; // its payload is behind it; none: it was removed

export interface JournalRecord {
  head: Head;
  payload: Buffer;
}

// Little-endian: bytes of the head and of the payload, CRC32 of all behind it (uint32 each); the head as JSON, the payload.
const HEADER = 12;

export function encodeRecord(head: Head, payload: Uint8Array = NOTHING): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const record = Buffer.allocUnsafeSlow(HEADER + text.length + payload.length);
  record.writeUInt32LE(text.length, 0);
  record.writeUInt32LE(payload.length, 4);
  text.copy(record, HEADER);
  record.set(payload, HEADER + text.length);
  record.writeUInt32LE(crc32(record.subarray(HEADER)), 8);
  return record;
}

/** @returns the record at `at` and where the next one begins; undefined where there is no whole, undamaged one */
export function decodeRecord(file: Buffer, at: number): { record: JournalRecord; end: number } | undefined {
  if (at + HEADER > file.length) return undefined;
  const headEnd = at + HEADER + file.readUInt32LE(at);
  const end = headEnd + file.readUInt32LE(at + 4);
  if (end > file.length || crc32(file.subarray(at + HEADER, end)) !== file.readUInt32LE(at + 8))
    return undefined;
  const head = JSON.parse(file.toString('utf8', at + HEADER, headEnd)) as Head;
  return { record: { head, payload: Buffer.from(file.subarray(headEnd, end)) }, end };
}

const NOTHING = Buffer.alloc(0);
