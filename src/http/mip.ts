import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort } from '../transport/address.ts';
import { ownEndOf } from './sender.ts';

/** The board library, beside src/ and dist/ alike. */
const LIBRARY = join(import.meta.dirname, '../../micropython/kiteline');
/** Its bytecode, which `npm run build` makes; a clone that was not built has none. */
const BYTECODE = join(import.meta.dirname, '../micropython/kiteline');
/** The format of that, as mip asks for it: MicroPython 1.19 and later. */
const FORMAT = '6';

/** What of a package's manifest is read here (MicroPython's docs/reference/packages.rst). */
interface Manifest {
  version?: string;
  /** Destination on the board, and where it comes from. */
  urls?: [string, string][];
}

/**
 * A package for MicroPython's `mip`, for boards that reach the hub and no internet:
 * `mip.install("http://192.168.1.5:8080/mip/kiteline")`. Only what its manifest names is served.
 * @param at the path of the routes
 */
export function mipRoutes(at: string, folder = LIBRARY): Hono {
  const app = new Hono();

  app.get('/package.json', async (c) => {
    const manifest = await read(folder);
    const base = `http://${hostOf(c)}${at}/`;
    // mip before MicroPython 1.25 knows no sources relative to the manifest (micropython-lib PR 975).
    const urls = manifest.urls?.map(([to, from]) => [to, isRelative(from) ? base + from : from]);
    return c.json({ ...manifest, ...(urls && { urls }) });
  });

  app.get('/:file{.+}', async (c, next) => {
    const { urls = [] } = await read(folder);
    const file = c.req.param('file');
    // By name, so that no path can lead out of the folder.
    if (!urls.some(([, from]) => from === file && isRelative(from))) return next();
    const bytes = await readFile(join(folder, file));
    const type = file.endsWith('.py') ? 'text/x-python; charset=utf-8' : 'application/octet-stream';
    return c.body(bytes, 200, { 'Content-Type': type });
  });
  return app;
}

/**
 * The same package for `mip.install("kiteline", index="http://192.168.1.5:8080/mip")`. An index is told which bytecode the
 * board reads: a board of our format gets that, which it need not compile; any other, and `mpy=False`, the source.
 * @param at the path of the index; the source is at `at/kiteline`
 */
export function mipIndex(at: string, folder = LIBRARY, bytecode = BYTECODE): Hono {
  const app = new Hono();

  app.get('/package/:format/kiteline/:version{.+\\.json}', async (c, next) => {
    const manifest = await read(folder);
    const version = c.req.param('version').slice(0, -'.json'.length);
    if (version !== 'latest' && version !== manifest.version) return next();
    const names = c.req.param('format') === FORMAT ? await bytecodeIn(bytecode) : [];
    const base = `http://${hostOf(c)}${at}`;
    const urls = manifest.urls?.map(([to, from]) => {
      const compiled = asBytecode(from);
      if (names.includes(compiled)) return [asBytecode(to), `${base}/${FORMAT}/kiteline/${compiled}`];
      return [to, isRelative(from) ? `${base}/kiteline/${from}` : from];
    });
    return c.json({ ...manifest, ...(urls && { urls }) });
  });

  app.get(`/${FORMAT}/kiteline/:file`, async (c, next) => {
    const file = c.req.param('file');
    if (!(await bytecodeIn(bytecode)).includes(file)) return next();
    return c.body(await readFile(join(bytecode, file)), 200, { 'Content-Type': 'application/octet-stream' });
  });
  return app;
}

const asBytecode = (path: string): string => path.replace(/\.py$/, '.mpy');

async function bytecodeIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.mpy'));
  } catch {
    return []; // not built
  }
}

async function read(folder: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch (cause) {
    throw new KitelineError(
      'NOT_FOUND',
      say('This hub has no board library beside it.', '这个中枢没有附带板子库。'),
      { cause },
    );
  }
}

const isRelative = (source: string): boolean => !/^[a-z]+:/i.test(source);

/** As whoever asks has called us: it can reach that. HTTP/1.0 has no Host header, and MicroPython's `requests` leaves the port out of it. */
export function hostOf(c: Context): string {
  const { host, port } = ownEndOf(c);
  const called = c.req.header('host');
  if (called === undefined) return formatHostPort(host, port);
  return /:\d+$/.test(called) ? called : `${called}:${port}`;
}
