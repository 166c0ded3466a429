import type { Layout } from '../store/packed.ts';
import { decode, decodeText, type Message, type Samples, type Shape } from '../wire/index.ts';
import type { Asker } from './asker.ts';
import type { BoardSession } from './board-session.ts';
import type { Board } from './boards.ts';
import type { Encoding } from './encoding.ts';
import type { Inside } from './inside.ts';
import type { Sender } from './round.ts';

/** Messages in a row without a form to be remembered, until only every so many-th is looked at: a look costs as much as decoding. */
const FORMLESS = 8;
const LOOK_EVERY = 64;

/** Reads what one peer sends: samples of a form seen before straight into the intake, everything else as messages. */
export class Reader {
  /** What the peer writes in, where that is not UTF-8, so that its answers are too. */
  encoding: Encoding | undefined;
  readonly #inside: Inside;
  readonly #asker: Asker;
  #shape: Shape | undefined; // of its last message that had one, and its layout
  #layout: Layout | undefined;
  #formless = 0;

  /** @param asker of the same peer, who is told what it says */
  constructor(inside: Inside, asker: Asker) {
    this.#inside = inside;
    this.#asker = asker;
  }

  /**
   * The hot path: puts what is of a known form straight into the intake's round.
   * @param sender whose it is, but for the numbered samples of a session
   * @returns the place of the first message that is of none
   */
  scan(
    units: readonly Uint8Array[],
    from: number,
    at: number,
    board: Board,
    sender: Sender,
    session: BoardSession | undefined,
  ): number {
    const { scanner, intake, counts } = this.#inside;
    const { samples } = intake;
    let owner = sender;
    let before = samples.length;
    let i = from;
    for (; i < units.length; i++) {
      const unit = units[i] as Uint8Array;
      const shape = scanner.scan(unit, this.#shape);
      if (shape === undefined) break;
      const layout =
        this.#layout !== undefined && shape === this.#shape ? this.#layout : this.#is(shape, board);
      if (this.encoding !== undefined) this.#showsEncoding(unit);
      if (session !== undefined) {
        const whose = shape.hasSeq ? session.take(scanner.seq, shape.boot) : sender;
        if (whose === undefined) continue;
        if (whose !== owner) {
          if (samples.length > before) intake.took(owner, samples.length - before);
          owner = whose;
          before = samples.length;
        }
        // A number that is taken is acknowledged, also where there is nothing to keep.
        if (shape.hasSeq && shape.metrics.length === 0) intake.took(whose, 0);
      }
      if (shape.metrics.length === 0) continue; // heard of, but nothing to keep
      const time = shape.hasTime ? scanner.t : at;
      if (shape.allNumbers) samples.addNumbers(layout, time, scanner.values);
      else samples.addScanned(layout, time, shape.kinds, scanner.values, scanner.ends, unit);
    }
    if (i > from) this.#asker.isPlain = true;
    counts.messages += i - from;
    board.messages += i - from;
    if (samples.length > before) intake.took(owner, samples.length - before);
    return i;
  }

  /** Any message; what its form is, is remembered. */
  decode(unit: Uint8Array, board: Board): Message {
    const message = decode(unit);
    this.#asker.says(message);
    if (message.kind === 'samples') this.#learn(unit, message, board);
    const { encoding } = this.#inside;
    if (!encoding) return message;
    if (message.kind !== 'text' || message.bytes === undefined) {
      this.#showsEncoding(unit);
      return message;
    }
    this.encoding = encoding;
    return decodeText(encoding.decode(unit));
  }

  #is(shape: Shape, board: Board): Layout {
    this.#shape = shape;
    this.#layout = board.layouts.ofShape(shape);
    return this.#layout;
  }

  /** Of a message in UTF-8. Plain ASCII is the same in both and tells nothing: what the peer was known to write in still holds. */
  #showsEncoding(unit: Uint8Array): void {
    if (this.encoding !== undefined && unit.some((byte) => byte > 0x7f)) this.encoding = undefined;
  }

  #learn(unit: Uint8Array, message: Samples, board: Board): void {
    if (this.#formless >= FORMLESS && this.#formless++ % LOOK_EVERY !== 0) return;
    const shape = this.#inside.scanner.learn(unit, message);
    if (shape) this.#is(shape, board);
    this.#formless = shape ? 0 : this.#formless + 1;
  }
}
