/**
 * What the wire takes. Each number with its unit and its reason; PROTOCOL.md carries the same table.
 */
export const limits = {
  /** Bytes of one message, its LF and CR not counted. 8 KiB: what a board with 110 KB of heap can still build and hold twice. */
  lineBytes: 8192,
  /** Bytes of a datagram that we send. 1200: below every MTU that a VPN or a tunnel leaves (QUIC's figure, RFC 9000 section 14). */
  datagramBytes: 1200,
  /** UTF-16 units of a metric's name after flattening. Names are stored per series: this bounds what one name can cost. */
  nameLength: 128,
  /** Metrics in one sample or SenML pack. More than a control cabinet has; bounds what one line can make the store do. */
  metrics: 256,
  /** Levels of objects and arrays in a sample, the outermost counted. Bounds the recursion that flattens them. */
  depth: 8,
  /** UTF-16 units of a boot id (`$boot`). */
  bootLength: 64,
  /** Milliseconds of silence that end an unframed text. Longer than a gap inside one `send`, shorter than a person notices. */
  quietMs: 20,
  /**
   * Times 20 ms that an unfinished UTF-8 character is waited for. 25 are half a second, above TCP's first
   * retransmission; after it the bytes come out as they are, or text in another encoding would hang for ever.
   */
  quietRounds: 25,
} as const;
