/**
 * Builds the page into dist/web, where the hub looks for it. Run by `npm start` and `npm run kiteline` in a clone, where it does
 * nothing as long as nothing in web/ is newer; `--anew` builds it whatever there is.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SOURCES = ['web', 'src/wire', 'src/hub/scenes', 'package-lock.json'];

/** @param folder where it goes; dist/web unless told */
export async function buildPage(folder = join(root, 'dist/web')): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: join(root, 'web/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
}

function newestIn(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function isStale(): boolean {
  const built = join(root, 'dist/web/index.html');
  if (!existsSync(built)) return true;
  return Math.max(...SOURCES.map((source) => newestIn(join(root, source)))) > statSync(built).mtimeMs;
}

if (import.meta.main && (process.argv.includes('--anew') || isStale())) {
  // A clone without its development dependencies has no Vite, and a hub without the page is one all the same.
  await buildPage().catch((error: unknown) => {
    console.error(`kiteline: the page could not be built: ${error instanceof Error ? error.message : error}`);
  });
}
