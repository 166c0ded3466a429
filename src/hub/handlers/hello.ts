import type { Peer } from '../../transport/transport.ts';
import { encodeError, encodeNotification, encodeResult, type Request, RPC } from '../../wire/index.ts';
import { BoardSession } from '../board-session.ts';
import { type Hello, helloOf } from '../hello.ts';
import type { Inside } from '../inside.ts';
import { Presence } from '../presence.ts';
import type { Session } from '../session.ts';

/** Milliseconds: below, a board's answers are all its link carries; above, a board that is gone is not missed for half an hour. */
const KEEPALIVE = { least: 100, most: 600_000 } as const;

/** Makes a connection the session of the board that it names. Until it is answered, what follows on the connection waits. */
export async function handleHello(request: Request, session: Session, inside: Inside): Promise<void> {
  const arrival = ++inside.counts.hellos;
  const refuse = (code: number, sentence: string) => {
    session.drop(session.board, 'BAD_HELLO');
    session.send(encodeError(request.id, code, sentence));
  };
  if (!session.peer.stream) return refuse(RPC.INVALID_REQUEST, 'hello is for connections: say it over TCP');
  if (session.link) return refuse(RPC.INVALID_REQUEST, 'this connection has said hello already');
  // A web page can have a browser post to this port, and must not take a board's place: what a browser says first is HTTP.
  // At a serial port there is no browser, nor behind MQTT, and what a board says before is not its library's.
  if (session.asker.isPlain && session.peer.transport === 'tcp')
    return refuse(RPC.INVALID_REQUEST, 'hello comes before samples and text');
  const hello = helloOf(request.params);
  if (typeof hello === 'string') return refuse(RPC.INVALID_PARAMS, hello);
  if (!hasProved(hello.board, session, inside)) return notProven(hello.board, request, session, inside);

  let stored: Map<string, number>;
  try {
    stored = await storedOf(hello, inside);
  } catch (error) {
    inside.handlers.problem({ what: 'store failed', error });
    return refuse(RPC.INTERNAL, 'the store failed: say hello again later');
  }
  if (session.isClosed) return;
  // Once more: its key may have been revoked meanwhile.
  if (!hasProved(hello.board, session, inside)) return notProven(hello.board, request, session, inside);
  begin(hello, stored, arrival, request, session, inside);
}

/** Whether the connection may be this board's: a closed name takes the proof of a key of it, and who has proved one name is no other. */
function hasProved(board: string, { proof }: Session, { keys }: Inside): boolean {
  if (!proof) return !keys.isClosed(board);
  return proof.board === board && keys.find(board, proof.key) !== undefined;
}

/** Nothing more of the connection is taken: what follows was meant for this board's session. */
function notProven(board: string, { id }: Request, session: Session, { refusals }: Inside): void {
  refusals.refuse('NO_PROOF', board, session.peer);
  const sentence =
    'this name has a key, and this board has not proved it: "key" is missing in its /kiteline.json (a program of its own: say $prove before hello)';
  session.send(encodeError(id, RPC.NOT_PROVEN, sentence, { reason: 'NO_PROOF' }));
  session.stop();
}

/**
 * The highest number that is stored of each boot id of which this hub does not know it already: asked when nothing of them is
 * on its way to the disk that the store would not count yet.
 */
async function storedOf(hello: Hello, inside: Inside): Promise<Map<string, number>> {
  const presenceNow = () => inside.boards.get(hello.board)?.presence;
  for (;;) {
    const presence = presenceNow();
    const forgotten = presence?.forgotten ?? 0;
    if (presence?.hasNumberings([hello.boot, ...hello.boots])) return new Map();
    await inside.intake.allSettled();
    const acks = await inside.store.acks(hello.board);
    const now = presenceNow();
    // Unless a round failed meanwhile.
    if ((now === presence || presence === undefined) && (now?.forgotten ?? 0) === forgotten)
      return new Map(acks.map(({ boot, seq }) => [boot, seq]));
  }
}

function begin(
  hello: Hello,
  stored: ReadonlyMap<string, number>,
  arrival: number,
  request: Request,
  session: Session,
  inside: Inside,
): void {
  const { clock } = inside;
  const newest = inside.boards.get(hello.board)?.presence?.session;
  if (newest && newest.arrival > arrival) {
    // It said hello before the one that is there, and waited longer for the store.
    session.send(encodeNotification('$bye', { why: 'replaced' }));
    session.stop();
    return;
  }
  const board = inside.boards.touch(hello.board, clock.now());
  board.presence ??= new Presence(board, inside);
  const { presence } = board;
  const numberings = presence.numberings([hello.boot, ...hello.boots], stored);
  const link = new BoardSession(
    {
      peer: session.peer,
      proof: session.proof,
      mayBeCommanded: session.proof !== undefined || inside.access.mayCommand(placeOf(session.peer)),
      clock,
      hello,
      keepalive: Math.round(
        Math.min(Math.max(hello.keepalive ?? inside.keepalive, KEEPALIVE.least), KEEPALIVE.most),
      ),
      arrival,
      isHeldBack: () => session.isHeldBack,
      refused: (reason) => presence.refused(reason),
      ended: (link, why) => {
        board.gone(session.peer);
        presence.ended(link, why);
        session.stop();
      },
    },
    numberings,
  );
  session.becomes(link);
  presence.begin(link, hello);
  // By datagram setpoints would leave an encrypted session in the clear; and who is at a serial port may have no network.
  const { secure, transport } = session.peer;
  const udp = secure || transport !== 'tcp' ? undefined : inside.udpPort();
  link.send(
    encodeResult(request.id, {
      session: link.id,
      hub: inside.run,
      home: inside.home,
      time: clock.now(),
      clock: 0,
      keepalive: link.keepalive,
      ...(udp !== undefined && { udp }),
      acks: Object.fromEntries([...numberings].map(([boot, { stored: seq }]) => [boot, seq])),
    }),
  );
  presence.begun(link, hello);
}

/** A serial port has no address, and is as near as this machine itself. */
const placeOf = ({ transport, host }: Peer): string => (transport === 'serial' ? '127.0.0.1' : host);
