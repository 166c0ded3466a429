/**
 * Builds dist/: JavaScript and type declarations from src/, the files beside them that are not TypeScript, the board library as
 * bytecode, and the rover's app, which the demo runs.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformWithOxc } from 'vite';
import { compileMpy } from './mpy-cross.ts';
import { buildPage } from './web.ts';

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

const library = join(root, 'micropython/kiteline');
const names = readdirSync(library).filter((name) => name.endsWith('.py'));
const bytecode = await compileMpy(
  Object.fromEntries(names.map((name) => [`kiteline/${name}`, readFileSync(join(library, name), 'utf8')])),
);
mkdirSync(join(dist, 'micropython/kiteline'), { recursive: true });
for (const [path, bytes] of Object.entries(bytecode)) {
  writeFileSync(join(dist, 'micropython', path.replace(/\.py$/, '.mpy')), bytes);
}

// Node strips no types of what stands under node_modules, so the demo runs this and not the example itself.
const rover = join(root, 'examples/rover');
mkdirSync(join(dist, 'examples/rover'), { recursive: true });
for (const name of readdirSync(rover).filter((name) => name.endsWith('.ts'))) {
  const { code } = await transformWithOxc(readFileSync(join(rover, name), 'utf8'), name);
  const imported = code.replace(
    /(from\s*["'])(?:\.\.\/\.\.\/src\/(.+)|(\.\/.+))\.ts(["'])/g,
    (_, from, ours, own, end) => `${from}${own ?? `../../${ours}`}.js${end}`,
  );
  writeFileSync(join(dist, 'examples/rover', name.replace(/\.ts$/, '.js')), imported);
}

await buildPage();
