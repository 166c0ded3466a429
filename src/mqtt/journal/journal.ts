import { join } from 'node:path';
import { type Alarm, type Clock, systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { Qos } from '../packet/types.ts';
import type { ClientSession, Delivery, SessionJournal } from '../session.ts';
import type { Retained } from '../topics/retained.ts';
import { type JournalFile, SystemJournalFile } from './file.ts';
import { decodeRecord, encodeRecord, type Head } from './record.ts';
import { JournalState, recordsOf } from './state.ts';

const NAME = 'mqtt.klog';

export const journalLimits = {
  /** Bytes after which it is written anew, as what there is now; or four times what that was. */
  leastBytes: 16 * 1024 * 1024,
  /** Milliseconds that something which nobody waits for may be in memory alone. */
  lazyMs: 200,
} as const;

/** Bytes that are written at a time when it is written anew. */
const BLOCK = 1024 * 1024;

export interface JournalOptions {
  clock?: Clock;
  file?: JournalFile;
  /** Told of what is damaged, or cannot be written. */
  told?: (error: KitelineError) => void;
}

/**
 * Opens what a folder keeps of MQTT: sessions that are not clean, and retained messages.
 * @throws KitelineError STORE_FAILED when it cannot be read or written
 */
export async function openJournal(folder: string, options: JournalOptions = {}): Promise<Journal> {
  const path = join(folder, NAME);
  const { file = new SystemJournalFile(path), told = () => {} } = options;
  try {
    const bytes = await file.read();
    const state = new JournalState();
    let at = 0;
    for (let next = decodeRecord(bytes, at); next; next = decodeRecord(bytes, at)) {
      state.apply(next.record);
      at = next.end;
    }
    if (at < bytes.length) told(unfinished(path, bytes.length - at));
    const journal = new Journal(path, file, state, options);
    await journal.begin();
    return journal;
  } catch (error) {
    throw failed(path, error);
  }
}

/** Sessions that are not clean, and retained messages, over a restart: an append-only file, written anew when it has grown. */
export class Journal implements SessionJournal {
  /** As it was when it was opened. */
  readonly sessions: readonly ClientSession[];
  readonly retained: readonly Retained[];
  readonly #path: string;
  readonly #file: JournalFile;
  readonly #clock: Clock;
  readonly #told: (error: KitelineError) => void;
  readonly #numbers = new Map<ClientSession, number>();
  #lastNumber = 0;
  #pending: Buffer[] = [];
  #bytes = 0; // of the file, with what is pending
  #most: number = journalLimits.leastBytes;
  #writing: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined; // of what is pending, behind what is being written
  #lazy: Alarm | undefined;
  #isTrouble = false;
  #retainedNow: () => Iterable<Retained>;

  /** Use `openJournal`. */
  constructor(path: string, file: JournalFile, state: JournalState, options: JournalOptions) {
    this.#path = path;
    this.#file = file;
    this.#clock = options.clock ?? systemClock;
    this.#told = options.told ?? (() => {});
    this.sessions = state.sessions();
    this.retained = [...state.retained.values()];
    this.#retainedNow = () => this.retained;
    for (const session of this.sessions) this.#numbers.set(session, ++this.#lastNumber);
  }

  /** Writes it anew. @throws the system's error */
  async begin(): Promise<void> {
    await this.#anew();
  }

  /** @param retained what is retained at the time of asking */
  attach(retained: () => Iterable<Retained>): void {
    this.#retainedNow = retained;
  }

  opened(session: ClientSession): void {
    this.#numbers.set(session, ++this.#lastNumber);
    this.#add(['session', this.#lastNumber, session.clientId, session.owner]);
  }

  forgot(session: ClientSession): void {
    this.#of(session, (number) => ['forgot', number]);
    this.#numbers.delete(session);
  }

  subscribed(session: ClientSession, filter: string, qos: Qos): void {
    this.#of(session, (number) => ['subscribed', number, filter, qos]);
  }

  unsubscribed(session: ClientSession, filter: string): void {
    this.#of(session, (number) => ['unsubscribed', number, filter]);
  }

  queued(session: ClientSession, { message, qos, retain, number: which }: Delivery): void {
    const { topic, payload } = message;
    this.#of(session, (number) => ['queued', number, which, topic, message.qos, qos, retain], payload);
  }

  sent(session: ClientSession, delivery: Delivery, id: number): void {
    this.#of(session, (number) => ['sent', number, delivery.number, id]);
  }

  released(session: ClientSession, delivery: Delivery): void {
    this.#of(session, (number) => ['released', number, delivery.number]);
  }

  done(session: ClientSession, delivery: Delivery): void {
    this.#of(session, (number) => ['done', number, delivery.number]);
  }

  received(session: ClientSession, id: number): void {
    this.#of(session, (number) => ['received', number, id]);
  }

  settled(session: ClientSession, id: number): void {
    this.#of(session, (number) => ['settled', number, id]);
  }

  retains({ topic, payload, qos }: Retained): void {
    this.#add(['retained', topic, qos], payload);
  }

  /** Resolves when all of it until now is on disk, or could not be written: whether it is. Undefined when nothing is to be waited for. */
  flush(): Promise<boolean> | undefined {
    if (this.#pending.length === 0 && !this.#isTrouble) return this.#writing;
    if (!this.#writing) return this.#write();
    this.#next ??= this.#writing.then(() => this.#write());
    return this.#next;
  }

  async close(): Promise<void> {
    for (let work = this.flush(); work && (await work); ) work = this.flush();
    this.#lazy?.cancel();
    await this.#file.close();
  }

  #of(session: ClientSession, head: (number: number) => Head, payload?: Uint8Array): void {
    const number = this.#numbers.get(session);
    if (number !== undefined) this.#add(head(number), payload);
  }

  #add(head: Head, payload?: Uint8Array): void {
    const record = encodeRecord(head, payload);
    this.#pending.push(record);
    this.#bytes += record.length;
    this.#lazy ??= this.#clock.alarm(journalLimits.lazyMs, () => {
      this.#lazy = undefined;
      void this.flush();
    });
  }

  #write(): Promise<boolean> {
    this.#next = undefined;
    const parts = this.#pending;
    this.#pending = [];
    // After a failure as well: what is in the file then is not known.
    const work = this.#bytes > this.#most || this.#isTrouble ? this.#anew() : this.#file.append(parts);
    const writing = work.then(
      () => {
        this.#isTrouble = false;
        return true;
      },
      (error: unknown) => {
        if (!this.#isTrouble) this.#told(failed(this.#path, error));
        this.#isTrouble = true;
        return false;
      },
    );
    this.#writing = writing;
    void writing.then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    return writing;
  }

  /** As all of it is at this moment, what is pending included. */
  async #anew(): Promise<void> {
    this.#pending = [];
    const parts: Buffer[] = [];
    let block: Buffer[] = [];
    let size = 0;
    this.#bytes = 0;
    const put = (record: Buffer) => {
      block.push(record);
      size += record.length;
      this.#bytes += record.length;
      if (size < BLOCK) return;
      parts.push(Buffer.concat(block));
      block = [];
      size = 0;
    };
    for (const { topic, payload, qos } of this.#retainedNow())
      put(encodeRecord(['retained', topic, qos], payload));
    for (const [session, number] of this.#numbers)
      for (const record of recordsOf(session, number)) put(record);
    parts.push(Buffer.concat(block));
    this.#most = Math.max(journalLimits.leastBytes, 4 * this.#bytes);
    await this.#file.replace(parts);
  }
}

function unfinished(path: string, bytes: number): KitelineError {
  return new KitelineError(
    'STORE_FAILED',
    say(
      `${path}: the last ${bytes} bytes are no whole record and are left out: a write that was cut off, or damage.`,
      `${path}：末尾的 ${bytes} 字节不是完整的记录，被跳过：可能是写入被中断，也可能已损坏。`,
    ),
  );
}

function failed(path: string, cause: unknown): KitelineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KitelineError(
    'STORE_FAILED',
    say(
      `${path}, where MQTT sessions are kept, cannot be read or written: ${why}. What was to be kept is not acknowledged.`,
      `保存 MQTT 会话的 ${path} 无法读写：${why}。需要保存的内容不会被确认。`,
    ),
    { cause },
  );
}
