/** Builds dist/: JavaScript and type declarations from src/, and the files beside them that are not TypeScript. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });

// Not through the shell: `tsc` is a .cmd file on Windows, which Node starts only with one.
const require = createRequire(import.meta.url);
const manifest = require.resolve('typescript/package.json');
const tsc = join(dirname(manifest), require(manifest).bin.tsc);
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

cpSync(join(root, 'src'), dist, {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || (!path.endsWith('.ts') && !path.includes('__pycache__')),
});
