import { readFile } from 'node:fs/promises';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import { type Certificate, describeCertificate, keepCertificate } from '../../transport/certificate.ts';
import type { TlsKeys } from '../../transport/tls-gate.ts';
import { TLS_PORT } from './tls-port.ts';

export interface TlsOptions {
  /** Port; true for the usual one. */
  tls?: number | true;
  /** Files, PEM: both or none. */
  tlsCert?: string;
  tlsKey?: string;
}

/** What to listen on. */
export interface OpenTls extends TlsKeys {
  host: string;
  /** Undefined where TLS is for MQTT alone. */
  port: number | undefined;
  certificate: Certificate;
  /** What a person should know, once the hub has said where it is: programs read that from its first lines. */
  notes: string[];
}

/** When a chip's clock begins that nobody has set. */
const CHIP_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * What to listen on with TLS; undefined where that is not wanted.
 * @throws KitelineError BAD_ARGUMENT, NOT_FOUND (a file), USAGE (the data folder)
 */
export async function openTls(
  options: TlsOptions & { host: string; data: string; name?: string; mqttTls?: number | true },
): Promise<OpenTls | undefined> {
  const { tls, mqttTls, tlsCert, tlsKey, host, data, name = 'kiteline' } = options;
  if (tls === undefined && mqttTls === undefined) {
    if (tlsCert !== undefined || tlsKey !== undefined) throw onlyWithTls();
    return undefined;
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw bothOrNone();
  const notes: string[] = [];
  const keys =
    tlsCert !== undefined && tlsKey !== undefined
      ? { cert: await read(tlsCert), key: await read(tlsKey) }
      : await keepCertificate(data, name, (sentence) => notes.push(sentence));
  return {
    host,
    port: tls === undefined ? undefined : tls === true ? TLS_PORT : tls,
    ...keys,
    notes,
    certificate: describeCertificate(keys.cert),
  };
}

/** Where it listens, by what boards know it, and what is wrong with that. */
export function tlsLines({ certificate, notes }: OpenTls, at: HostPort | undefined): string[] {
  if (!at) return [];
  const { fingerprint, validFrom, validTo } = certificate;
  const where = formatHostPort(at.host, at.port);
  const lines = [
    ...notes,
    say(
      `listening on tls ${where}, certificate SHA-256 ${fingerprint}`,
      `正在监听 tls ${where}，证书 SHA-256 ${fingerprint}`,
    ),
  ];
  if (validFrom.getTime() > CHIP_EPOCH_MS) {
    const day = validFrom.toISOString().slice(0, 10);
    lines.push(
      say(
        `This certificate is valid from ${day} only: a board whose clock is not set lives in the year 2000 and refuses it. Let its program call ntptime.settime() first, or leave --tls-cert out.`,
        `此证书自 ${day} 起才有效：未校准时钟的板子处于 2000 年，会拒绝它。请让板上程序先调用 ntptime.settime()，或不使用 --tls-cert。`,
      ),
    );
  }
  if (validTo.getTime() < Date.now()) {
    const day = validTo.toISOString().slice(0, 10);
    lines.push(say(`This certificate expired on ${day}.`, `此证书已于 ${day} 过期。`));
  }
  return lines;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'NOT_FOUND',
      say(`${path} cannot be read (${code}).`, `无法读取 ${path}（${code}）。`),
      { cause },
    );
  }
}

const onlyWithTls = (): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      '--tls-cert and --tls-key are for a hub with TLS: add --tls.',
      '--tls-cert 和 --tls-key 用于启用 TLS 的中枢：请加上 --tls。',
    ),
  );

const bothOrNone = (): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      'A certificate needs its key, and a key its certificate: give both --tls-cert and --tls-key, or neither.',
      '证书与密钥必须成对：请同时给出 --tls-cert 和 --tls-key，或都不给。',
    ),
  );
