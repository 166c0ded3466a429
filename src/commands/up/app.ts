import { stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';

/** What an app file exports by default. */
export type App<Hub> = (hub: Hub) => void | Promise<void>;

/**
 * Loads an app file.
 * @throws KitelineError NOT_FOUND (no such file), BAD_ARGUMENT (it is no app), USAGE (it has an error, told with its line)
 */
export async function loadApp<Hub>(path: string): Promise<App<Hub>> {
  const file = resolve(path);
  if (!(await stat(file).catch(() => undefined))?.isFile()) {
    throw new KitelineError('NOT_FOUND', say(`There is no file ${path}.`, `没有文件 ${path}。`));
  }
  const quiet = withoutTypelessWarning();
  try {
    const { default: app } = await import(pathToFileURL(file).href);
    if (typeof app === 'function') return app;
  } catch (error) {
    if (error instanceof SyntaxError && /^Unexpected token 'export'|^Cannot use import/.test(error.message)) {
      throw notAModule(file, error);
    }
    throw appError(error, file);
  } finally {
    quiet[Symbol.dispose]();
  }
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${basename(path)} is no app: it needs "export default (hub) => { … }".`,
      `${basename(path)} 不是应用：需要“export default (hub) => { … }”。`,
    ),
  );
}

/** `npm init` writes "type": "commonjs", and then Node takes every .ts and .js near it for CommonJS. */
function notAModule(file: string, cause: SyntaxError): KitelineError {
  const name = basename(file);
  const module = name.replace(/\.[cm]?([jt]s)$/, '.m$1');
  return new KitelineError(
    'USAGE',
    say(
      `Node takes ${name} for CommonJS, because of its name or of "type": "commonjs" in the package.json near it. Rename it to ${module}, or write "type": "module" there.`,
      `Node 把 ${name} 当作 CommonJS，原因是文件名，或附近的 package.json 里写着 "type": "commonjs"。请改名为 ${module}，或在那里写 "type": "module"。`,
    ),
    { cause },
  );
}

/** An error of the person's own program, as a sentence with its file and line. */
export function appError(error: unknown, file: string): KitelineError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const where = placeOf(error) ?? relative(process.cwd(), file);
  return new KitelineError('USAGE', say(`Error in ${where}: ${what}`, `${where} 出错：${what}`), {
    cause: error,
  });
}

/** The first place in the stack that is neither Node's nor ours, as `file.ts:12`. */
export function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !error.stack) return undefined;
  const ours = dirname(dirname(import.meta.dirname)) + sep;
  for (const line of error.stack.split('\n')) {
    const [, url, row] =
      /(?:^|\(|at (?:async )?)((?:file:\/\/)?(?:[A-Za-z]:)?[\\/].*?\.[cm]?[jt]s):(\d+)/.exec(line) ?? [];
    if (!url) continue;
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (path.startsWith(ours) || path.includes(`${sep}node_modules${sep}`)) continue;
    const near = relative(process.cwd(), path);
    return `${near.startsWith('..') ? path : near}:${row}`;
  }
  return undefined;
}

/**
 * Node warns when the package.json near a file does not say that it is a module. A person who writes one file beside
 * their board's program has none, and no use for the warning.
 */
function withoutTypelessWarning(): Disposable {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const [options] = rest;
    const code =
      typeof options === 'object' && options !== null && 'code' in options ? options.code : rest[1];
    if (code === 'MODULE_TYPELESS_PACKAGE_JSON') return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof emitWarning;
  return {
    [Symbol.dispose]() {
      process.emitWarning = emitWarning;
    },
  };
}
