import { describeCertificate, readCertificate } from '../transport/certificate.ts';
import { runningHub } from './hub-file.ts';

/** What a board's /kiteline.json needs for a hub with TLS. */
export interface TlsPart {
  /** Its "tls". */
  tls: { cert: string };
  /** The port for "hub", where the hub is running. */
  port: number | undefined;
}

/**
 * Of the hub that runs with this data folder, or else of the certificate that is kept there; undefined where there is no TLS.
 * @throws KitelineError USAGE when the folder's files may not be read
 */
export async function tlsPart(data: string): Promise<TlsPart | undefined> {
  const running = await runningHub(data);
  if (running) return running.tls && { tls: { cert: running.tls.cert }, port: running.tls.port };
  const kept = await readCertificate(data);
  return kept && { tls: { cert: describeCertificate(kept.cert).der }, port: undefined };
}
