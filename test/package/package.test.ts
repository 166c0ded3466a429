import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const isWindows = process.platform === 'win32';
const elsewhere = mkdtempSync(join(tmpdir(), 'kiteline-package-'));
const installed = join(elsewhere, 'node_modules/.bin', isWindows ? 'kiteline.cmd' : 'kiteline');

function npm(args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', shell: isWindows });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

const kiteline = (args: string[]) =>
  spawnSync(installed, args, {
    cwd: elsewhere,
    encoding: 'utf8',
    shell: isWindows,
    env: { ...process.env, KITELINE_LANG: 'en' },
  });

/**
 * The packages that ours needs, from this clone: so that the test asks no registry, and installs what the lock file says.
 */
function dependenciesOfThisClone(): Record<string, string> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const names: Record<string, string> = {};
  for (const [path, entry] of Object.entries<{ dev?: boolean }>(packages)) {
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
    if (name && !entry.dev && existsSync(join(root, path))) names[name] = `file:${join(root, path)}`;
  }
  return names;
}

beforeAll(() => {
  const { filename } = JSON.parse(
    npm(['pack', '--json', '--silent', '--pack-destination', elsewhere], root),
  )[0];
  const overrides = dependenciesOfThisClone();
  writeFileSync(
    join(elsewhere, 'package.json'),
    JSON.stringify({ private: true, type: 'module', overrides }),
  );
  npm(
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--offline', join(elsewhere, filename)],
    elsewhere,
  );
}, 180_000);

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

describe('the packed tarball, installed elsewhere', () => {
  it('holds JavaScript and no sources or tests', () => {
    const inside = join(elsewhere, 'node_modules/kiteline');
    expect(existsSync(join(inside, 'dist/cli.js'))).toBe(true);
    // The board library, as source and as bytecode.
    expect(existsSync(join(inside, 'micropython/kiteline/board.py'))).toBe(true);
    expect(existsSync(join(inside, 'dist/micropython/kiteline/board.mpy'))).toBe(true);
    for (const path of ['src', 'test', 'bench', 'dist/cli.ts'])
      expect(existsSync(join(inside, path))).toBe(false);
  });

  it('has every file that its exports name', () => {
    const inside = join(elsewhere, 'node_modules/kiteline');
    const { exports } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
    for (const entry of Object.values<Record<string, string>>(exports)) {
      for (const path of Object.values(entry)) expect(existsSync(join(inside, path)), path).toBe(true);
    }
  });

  it('gives a kiteline command that helps', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(kiteline(['--version']).stdout.trim()).toBe(version);
    const { status, stdout } = kiteline(['listen', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('kiteline listen udp');
  });

  it('says what is wrong in a sentence', () => {
    const { status, stderr } = kiteline(['send', 'tcp', '127.0.0.1', 'x']);
    expect(status).toBe(2);
    expect(stderr).toContain('has no port');
  });

  it('keeps a history on disk, as a library, and shows it', () => {
    const program = `
      import { openSqliteStore } from 'kiteline';
      const store = await openSqliteStore('data/store');
      await store.append({ samples: [{ board: 'shed', at: Date.now(), values: new Map([['temp', 21.5]]) }] });
      await store.close();`;
    writeFileSync(join(elsewhere, 'keep.mjs'), program);
    expect(spawnSync(process.execPath, ['keep.mjs'], { cwd: elsewhere, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const { status, stdout } = kiteline(['history', 'shed', 'temp', '--data', 'data', '--json']);
    expect({ status, value: JSON.parse(stdout).v }).toEqual({ status: 0, value: 21.5 });
  });

  it('has the board library for virtual boards', () => {
    writeFileSync(join(elsewhere, 'library.py'), 'import kiteline\nprint(kiteline.Board().name)\n');
    const { status, stdout } = kiteline(['board', 'run', 'library.py']);
    expect({ status, stdout: stdout.replaceAll('\r', '') }).toEqual({ status: 0, stdout: 'esp32\n' });
  });

  it('has what its demo runs: the rover’s app as JavaScript, its program and its room', () => {
    const inside = join(elsewhere, 'node_modules/kiteline');
    for (const path of ['main.py', 'rooms/flat.map'])
      expect(existsSync(join(inside, 'examples/rover', path)), path).toBe(true);
    writeFileSync(
      join(elsewhere, 'rover.mjs'),
      `import app from './node_modules/kiteline/dist/examples/rover/hub.js';
      import { createHub } from 'kiteline';
      const hub = createHub();
      app(hub);
      await hub.close();`,
    );
    expect(spawnSync(process.execPath, ['rover.mjs'], { cwd: elsewhere, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('gives boards their library', () => {
    const program = `
      import { createHub, serveHttp } from 'kiteline';
      const hub = createHub();
      const http = await serveHttp(hub, { host: '127.0.0.1', port: 0 });
      const { urls } = await (await fetch(http.url + '/mip/kiteline/package.json')).json();
      for (const [, url] of urls) if (!(await fetch(url)).ok) console.error(url);
      console.log(urls.length > 0);
      await http.close();
      await hub.close();`;
    writeFileSync(join(elsewhere, 'library.mjs'), program);
    expect(spawnSync(process.execPath, ['library.mjs'], { cwd: elsewhere, encoding: 'utf8' })).toMatchObject({
      stdout: 'true\n',
      stderr: '',
    });
  });

  it('runs a board program', () => {
    writeFileSync(join(elsewhere, 'main.py'), 'import sys\nprint(sys.platform, 6 * 7)\n');
    const { status, stdout, stderr } = kiteline(['board', 'run', 'main.py']);
    expect({ status, stdout: stdout.replaceAll('\r', ''), stderr }).toMatchObject({
      status: 0,
      stdout: 'esp32 42\n',
    });
  });
});

describe('an older Node', () => {
  const bin = join(root, 'bin/kiteline.cjs');
  const pretending = (version: string, language: string) =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(bin)})`,
      ],
      { encoding: 'utf8', env: { ...process.env, KITELINE_LANG: language } },
    );

  it.each(['0.12.18', '18.20.4', '22.17.1'])('%s is told which one is needed', (version) => {
    const { status, stdout, stderr } = pretending(version, 'en');
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `Kiteline needs Node.js 22.18 or later; this is ${version}. Get it at https://nodejs.org/\n`,
    });
  });

  it('is told in Chinese', () => {
    expect(pretending('20.1.0', 'zh').stderr).toBe(
      'Kiteline 需要 Node.js 22.18 或更新版本，本机为 20.1.0。下载：https://nodejs.org/\n',
    );
  });

  const old = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, isWindows ? 'node.exe' : 'node'))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim() }))
    .find(({ version }) => Number(/^v(\d+)/.exec(version)?.[1]) < 22);

  it.runIf(old)(`is told for real${old ? '' : ' (skipped: no Node below 22 on this machine)'}`, () => {
    const { status, stderr } = spawnSync(old?.path ?? '', [bin], {
      encoding: 'utf8',
      env: { ...process.env, KITELINE_LANG: 'en' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`this is ${old?.version.slice(1)}.`);
  });
});
