/** Certificates as mbedTLS takes them on the chip: what it reads, whether a server's will do, and in which words it says no. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Certificates of a chain: a longer one is nobody's (MBEDTLS_X509_MAX_INTERMEDIATE_CA is 8, and the two ends). */
export const LONGEST = 10;

/**
 * The certificates in what a program gave to load_verify_locations: DER, or any number in PEM.
 * @throws when there is none
 */
export function parseCertificates(bytes: Uint8Array): X509Certificate[] {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('-----BEGIN ')) return [new X509Certificate(bytes)];
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new Error('no certificate');
  return found.map((pem) => new X509Certificate(pem));
}

/** Certificate and key of a client, as node:tls takes them. */
export interface OwnCertificate {
  cert: string;
  key: string;
}

/**
 * Reads what a program gave to load_cert_chain, each in PEM or DER.
 * @throws TypeError with the text of the chip's ValueError
 */
export function parseOwn(cert: Uint8Array, key: Uint8Array): OwnCertificate {
  const secret = parseKey(key);
  if (!secret) throw new TypeError('invalid key');
  let chain: X509Certificate[];
  try {
    chain = parseCertificates(cert);
  } catch (cause) {
    throw new TypeError('invalid cert', { cause });
  }
  if (!chain[0]?.checkPrivateKey(secret)) throw new TypeError('invalid key');
  return { cert: chain.join(''), key: String(secret.export({ type: 'pkcs8', format: 'pem' })) };
}

function parseKey(bytes: Uint8Array): KeyObject | undefined {
  const key = Buffer.from(bytes);
  const ways = [
    { key, format: 'pem' },
    { key, format: 'der', type: 'pkcs8' },
    { key, format: 'der', type: 'sec1' },
    { key, format: 'der', type: 'pkcs1' },
  ] as const;
  for (const way of ways) {
    try {
      return createPrivateKey(way);
    } catch {
      // in the next way, perhaps
    }
  }
}

/**
 * What speaks against a server, in the words of mbedtls_x509_crt_verify_info; empty for nothing.
 * @param chain what the server sent, its own certificate first
 * @param hostname whom the program expects
 * @param now what the board's clock says, ms since 1970
 */
export function objections(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  hostname: string,
  now: number,
): string[] {
  const [own] = chain;
  if (!own) return ['The certificate was not present'];
  const path = pathOf(own, chain, roots);
  const found: string[] = [];
  if (path.all.some(({ validTo }) => Date.parse(validTo) < now))
    found.push('The certificate validity has expired');
  if (!names(own, hostname))
    found.push('The certificate Common Name (CN) does not match with the expected CN');
  if (!path.trusted) found.push('The certificate is not correctly signed by the trusted CA');
  if (path.all.some(({ validFrom }) => Date.parse(validFrom) > now))
    found.push('The certificate validity starts in the future');
  return found;
}

const names = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;

/** From the server's certificate to one that is trusted, if there is a way; those on it whose dates count. */
function pathOf(
  own: X509Certificate,
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): { all: X509Certificate[]; trusted: boolean } {
  const all = [own];
  // The very certificate that is trusted needs no signature.
  if (roots.some(({ raw }) => raw.equals(own.raw))) return { all, trusted: true };
  for (let child = own; all.length < LONGEST; ) {
    const root = roots.find((one) => signed(child, one));
    if (root) return { all: [...all, root], trusted: true };
    const next = chain.find((one) => !all.includes(one) && signed(child, one));
    if (!next) break;
    all.push(next);
    child = next;
  }
  return { all, trusted: false };
}

const signed = (child: X509Certificate, by: X509Certificate): boolean =>
  by.ca && child.checkIssued(by) && child.verify(by.publicKey);
