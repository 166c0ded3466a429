/**
 * A chunk that cannot be trusted: a bit flipped, a part is missing, or it was written by something else. Nothing of
 * it is served. The message says what was found, for a person who looks after the store.
 */
export class DamagedChunk extends Error {
  constructor(what: string) {
    super(`A chunk of stored samples is damaged: ${what}.`);
    this.name = 'DamagedChunk';
  }
}
