/** The rows of signed lines (test/trailers.json), for every end that signs or checks them. */
import { readFileSync } from 'node:fs';

export interface HandshakeRow {
  name: string;
  /** Hex. */
  key: string;
  board: string;
  nonceOfBoard: string;
  nonceOfHub: string;
  /** What comes of them, hex. */
  id: string;
  proof: string;
  session: string;
}

export interface LineRow {
  name: string;
  /** The session's key, hex. */
  session: string;
  direction: 'b' | 'h';
  counter: number;
  payload: string;
  line: string;
}

export interface DatagramRow {
  name: string;
  /** Null: a session without a key. */
  session: string | null;
  direction: 'bd' | 'hd';
  /** Of the session. */
  id: string;
  counter: number;
  payload: string;
  datagram: string;
}

export interface OtherRow {
  name: string;
  kind: 'line' | 'datagram';
  input: string;
}

export const trailers: {
  handshakes: HandshakeRow[];
  lines: LineRow[];
  datagrams: DatagramRow[];
  others: OtherRow[];
} = JSON.parse(readFileSync(new URL('../trailers.json', import.meta.url), 'utf8'));
