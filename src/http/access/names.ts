import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Whether a Host header calls this hub by a name of its own. A page from elsewhere that has pointed its own name at this
 * machine (DNS rebinding) calls it by that name; an IP address is nobody's to point.
 * @param header undefined when there is none (HTTP/1.0)
 * @param names more that it goes by
 */
export function isOurName(header: string | undefined, names: readonly string[]): boolean {
  const name = hostName(header);
  if (name === undefined || name === 'localhost' || isIP(name) !== 0) return true;
  const own = hostname().toLowerCase();
  return name === own || name === `${own}.local` || names.some((one) => one.toLowerCase() === name);
}

/** The name in a Host header, its port and brackets left out. */
function hostName(header: string | undefined): string | undefined {
  return header
    ?.replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether what a browser sends comes from a page of ours: of the same host and port (Fetch, `Origin`; Fetch Metadata, W3C). */
export function isSameOrigin(headers: {
  host: string | undefined;
  origin: string | undefined;
  site: string | undefined;
}): boolean {
  const { host, origin, site } = headers;
  if (site === 'cross-site') return false;
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  return url !== null && host !== undefined && url.host === host.toLowerCase();
}
