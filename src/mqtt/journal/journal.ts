import type { Qos } from '../packet/types.ts';
import type { ClientSession, SessionJournal } from '../session.ts';
import type { Retained } from '../topics/retained.ts';

/** Where sessions that are not clean, and retained messages, outlive the hub. */
export interface Journal extends SessionJournal {
  /** As it was when it was opened. */
  readonly sessions: Iterable<ClientSession>;
  readonly retained: Iterable<Retained>;
  opened(session: ClientSession): void;
  forgot(session: ClientSession): void;
  subscribed(session: ClientSession, filter: string, qos: Qos): void;
  unsubscribed(session: ClientSession, filter: string): void;
  retains(message: Retained): void;
  /** Resolves when all of it until now is on disk: whether it is. Undefined when there is nothing to wait for. */
  flush(): Promise<boolean> | undefined;
  close(): Promise<void>;
}
