/** What the radio does to traffic, in both directions. */
export interface Weather {
  /** Share of datagrams lost, 0 to 1. A lost TCP segment comes 200 ms late instead, as a retransmission would. */
  loss: number;
  /** Share of datagrams that come twice, 0 to 1. */
  duplicate: number;
  /** Share of datagrams that step aside until the next one of their direction has passed, or for 50 ms. */
  reorder: number;
  /** Milliseconds that everything is late. */
  delayMs: number;
  /** Further milliseconds at random. Datagrams may overtake each other, bytes of a stream do not. */
  jitterMs: number;
  /**
   * Bytes of a stream pass in pieces of at most so many, each a delivery of its own: what the board has not read yet holds
   * up the next piece, and each piece to the other side is one write in its own turn of the event loop. 0: as they come.
   */
  slice: number;
  /**
   * Milliseconds from one beacon of the access point to the next, 102 with most: what comes on a stream to a board whose power save is on
   * (`pm`, as it is at first) waits for one. 0: radios never sleep.
   */
  beaconMs: number;
}

export const CALM: Readonly<Weather> = {
  loss: 0,
  duplicate: 0,
  reorder: 0,
  delayMs: 0,
  jitterMs: 0,
  slice: 0,
  beaconMs: 0,
};
