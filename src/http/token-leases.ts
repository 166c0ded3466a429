import type { ControlHandle } from '../hub/control/lease.ts';
import type { AccessToken } from './access/tokens.ts';

/** The leases that were taken over HTTP, and by whose token: what a token lets one steer ends with it. */
export class TokenLeases {
  readonly #tokens = new Map<ControlHandle, string>(); // at most as many as boards have controls

  /** Somebody steers: whose token it is that he came with last. */
  took(lease: ControlHandle, { id }: AccessToken): void {
    if (!this.#tokens.has(lease)) void lease.ended.then(() => this.#tokens.delete(lease));
    this.#tokens.set(lease, id);
  }

  /** The token is taken back: its boards stop at once. */
  revoked({ id }: AccessToken): void {
    for (const [lease, token] of this.#tokens) if (token === id) lease.release();
  }
}
