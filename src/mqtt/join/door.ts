/** What speaks through a broker needs no more of it than this, whichever it is: one that was joined, or the hub's own. */
export interface MqttDoor {
  /** Publishes with QoS 1. While there is no broker it may be lost: whoever needs it there says it again when `connected` is told. */
  publish(topic: string, payload: string, options: { retain: boolean }): void;
  /** One topic, without wildcards. @returns ends it */
  subscribe(
    filter: string,
    told: (topic: string, payload: Uint8Array, retained: boolean) => void,
  ): () => void;
  /** Tells of each time that the broker is there, from now on; at once where it is. @returns ends it */
  onConnected(told: () => void): () => void;
}
