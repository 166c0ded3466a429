/** Certificates that a hub would not make for itself: of any dates, names and signers. */
import { generate } from 'selfsigned';

/** A certificate and its key in PEM, signed by itself unless a `ca` is told; with an elliptic key unless told. */
export async function certificate(
  name: string,
  options: Parameters<typeof generate>[1] = {},
): Promise<{ cert: string; key: string }> {
  const subject = [{ name: 'commonName', value: name }];
  const made = await generate(subject, { keyType: 'ec', algorithm: 'sha256', ...options });
  return { cert: made.cert, key: made.private };
}

/** Good from the beginning of one year to that of another. */
export const years = (from: number, to: number) => ({
  notBeforeDate: new Date(`${from}-01-01T00:00:00Z`),
  notAfterDate: new Date(`${to}-01-01T00:00:00Z`),
});

/** Also by the clock of a board, which begins in 2000. */
export const ALWAYS = years(1999, 2099);

/** One that may sign others: the `ca` of theirs. */
export const authority = (name: string) =>
  certificate(name, { ...ALWAYS, extensions: [{ name: 'basicConstraints', cA: true }] });
