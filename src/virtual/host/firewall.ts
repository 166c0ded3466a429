/** A firewall of this computer, which drops without a word what boards send to it; the answers to what it sends itself pass. */
export interface Firewall {
  /** The ports that it drops; all unless told. */
  ports?: readonly number[];
}

/** Whether it lets a board in at a port. */
export const lets = (firewall: Firewall | undefined, port: number): boolean =>
  firewall === undefined || (firewall.ports !== undefined && !firewall.ports.includes(port));
