import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Context } from 'hono';

interface PageFile {
  readonly type: string;
  readonly bodies: { readonly br: Uint8Array; readonly gzip: Uint8Array; readonly identity: Uint8Array };
}

/** The page as it was built, kept in memory and compressed once: some hundred KB. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  /** Use `PageFiles.read`. */
  constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** @returns undefined where the page was not built */
  static async read(folder: string): Promise<PageFiles | undefined> {
    const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = new Map<string, PageFile>();
    for (const entry of names) {
      const path = join(entry.parentPath, entry.name);
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      files.set(`/${relative(folder, path).split(sep).join('/')}`, await compressed(path, type));
    }
    return files.has('/index.html') ? new PageFiles(files) : undefined;
  }

  /** A file of the page; the page itself for the paths that it has views for. Undefined for what there is not. */
  respond(c: Context): Response | undefined {
    const path = VIEWS.test(c.req.path) ? '/index.html' : c.req.path;
    const file = this.#files.get(path);
    if (!file) return undefined;
    const accepts = c.req.header('accept-encoding') ?? '';
    const encoding = /\bbr\b/.test(accepts) ? 'br' : /\bgzip\b/.test(accepts) ? 'gzip' : 'identity';
    const headers: Record<string, string> = {
      'Content-Type': file.type,
      'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      Vary: 'Accept-Encoding, Cookie',
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    };
    return c.body(new Uint8Array(file.bodies[encoding]), 200, headers);
  }
}

/** What the page's own router shows. */
const VIEWS = /^\/(board\/.+|alerts|add|console|settings)?$/;

/** Nothing of anybody else's; styles of elements are set by charts. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const TYPES: Partial<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

async function compressed(path: string, type: string): Promise<PageFile> {
  const identity = await readFile(path);
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(identity), promisify(gzip)(identity)]);
  return { type, bodies: { br, gzip: zipped, identity } };
}
