import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { readPrivate, writePrivate } from '../private-file.ts';
import type { TlsKeys } from './tls-gate.ts';

const FILE = 'tls.pem';

/**
 * Valid for ever in both directions: a chip's clock begins anew with every power on, and its TLS looks at the dates. What
 * makes a board trust this certificate is that it has it, and what ends that is taking it away. The end is RFC 5280's (4.1.2.5).
 */
const FROM = new Date('1970-01-01T00:00:00Z');
const UNTIL = new Date('9999-12-31T23:59:59Z');

/** A certificate as boards need it. */
export interface Certificate {
  /** Base64 of its DER: "tls": {"cert": …} in a board's /kiteline.json. */
  der: string;
  /** SHA-256, as `AB:CD:…`. */
  fingerprint: string;
  validFrom: Date;
  validTo: Date;
}

/**
 * What of it concerns boards; of a chain, the first, which is the server's own.
 * @throws KitelineError BAD_ARGUMENT
 */
export function describeCertificate(pem: string | Buffer): Certificate {
  try {
    const certificate = new X509Certificate(pem);
    return {
      der: certificate.raw.toString('base64'),
      fingerprint: certificate.fingerprint256,
      validFrom: new Date(certificate.validFrom),
      validTo: new Date(certificate.validTo),
    };
  } catch (cause) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        'The certificate for TLS is none: it must be PEM or DER.',
        'TLS 证书无效：必须是 PEM 或 DER 格式。',
      ),
      { cause },
    );
  }
}

/**
 * Makes a certificate that signs itself and no other. EC P-256: a chip checks its signature in a fraction of what RSA takes.
 * @param name the hub's; NAME.local is what mDNS calls it
 */
export async function makeCertificate(name: string): Promise<TlsKeys & { cert: string; key: string }> {
  // Loaded here, for it takes 100 ms and is needed once in the life of a hub.
  const { generate } = await import('selfsigned');
  const host = `${name}.local`;
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: FROM,
    notAfterDate: UNTIL,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: host },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/**
 * The certificate that a data folder keeps, and its key; undefined where there is none.
 * @param tell told when others could read the file
 * @throws KitelineError USAGE when it may not be read
 */
export async function readCertificate(
  folder: string,
  tell: (sentence: string) => void = () => {},
): Promise<TlsKeys | undefined> {
  const path = join(folder, FILE);
  const opened = (mode: string) =>
    tell(
      say(
        `${path}, with the key of this hub's certificate, could be read by others (mode ${mode}); it cannot any more. If somebody may have: remove it, and give the boards the new certificate.`,
        `${path} 含有本中枢证书的密钥，此前可被他人读取（权限 ${mode}），现已收紧。若可能已泄露：请删除它，并把新证书交给各板子。`,
      ),
    );
  try {
    const pem = await readPrivate(path, opened);
    return pem === undefined ? undefined : { cert: pem, key: pem };
  } catch (error) {
    throw cannot('read', path, error);
  }
}

/**
 * The same; made where there is none. Readable for its owner alone, since the key stands in it.
 * @param name the hub's
 * @param tell told when others could read the file
 * @throws KitelineError USAGE when it may not be read or written
 */
export async function keepCertificate(
  folder: string,
  name: string,
  tell?: (sentence: string) => void,
): Promise<TlsKeys> {
  const kept = await readCertificate(folder, tell);
  if (kept) return kept;
  const { cert, key } = await makeCertificate(name);
  const path = join(folder, FILE);
  try {
    await writePrivate(path, `${cert.trim()}\n${key.trim()}\n`);
  } catch (error) {
    throw cannot('write', path, error);
  }
  return { cert, key };
}

function cannot(what: 'read' | 'write', path: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  return new KitelineError(
    'USAGE',
    what === 'read'
      ? say(`${path} cannot be read (${code}).`, `无法读取 ${path}（${code}）。`)
      : say(
          `The hub cannot write ${path} (${code}): choose its folder with --data.`,
          `中枢无法写入 ${path}（${code}）：请用 --data 另选文件夹。`,
        ),
    { cause },
  );
}
