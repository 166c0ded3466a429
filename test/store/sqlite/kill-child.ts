/**
 * A program that is killed: it opens the store in a folder, audits what is there against what was reported before, and
 * goes on ingesting. Each step is a line on stdout, written at once: what a line says has happened before it.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { Engine } from '../../../src/store/sqlite/engine.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { answersOf, answersOfStore } from './answers.ts';
import { type ChildSetup, WINDOW } from './child-setup.ts';
import { type Hook, interceptDatabase, interceptFiles } from './intercept.ts';
import { limitsOf } from './limits.ts';
import { Workload } from './workload.ts';

/** Then it ends itself in the same way: more than most get to. */
const BATCHES = 100;
const BACKUP_EVERY = 13;
const RETAIN_EVERY = 9;

function tell(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // its reader is behind
    }
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;); // until it has come
}

function crashHook({ crash }: ChildSetup): Hook {
  let operations = 0;
  return (_, run, part) => {
    if (!crash || ++operations < crash.operation) return run();
    if (part) part(crash.share);
    else if (crash.share >= 0.5) run();
    die();
  };
}

async function runEngine(setup: ChildSetup): Promise<void> {
  const { folder, perBatch, logBytes, maxBytes, least, most } = setup;
  const workload = new Workload(perBatch, { areSomeLate: maxBytes === undefined });
  await auditBackup(setup, workload);
  const hook = crashHook(setup);
  tell('opening');
  const engine = new Engine({
    folder,
    readOnly: false,
    limits: limitsOf({ logBytes, maxBytes }),
    clock: systemClock,
    files: setup.crash ? interceptFiles(hook) : systemFiles,
    openDatabase: setup.crash ? interceptDatabase(hook) : openSqlite,
    problem: (problem) => tell(`problem ${problem.message}`),
  });
  tell('opened');
  const audit = maxBytes === undefined ? workload.audit : workload.auditNewest;
  const held = await audit.call(workload, answersOf(engine), least, most);
  tell(`held ${held}`);
  let backup: Promise<void> | undefined;
  for (let n = held + 1; n <= held + BATCHES; n++) {
    const { samples, texts, acks } = workload.batch(n);
    engine.append(samples.parts, texts, acks);
    tell(`committed ${n}`);
    engine.maintain();
    if (n % RETAIN_EVERY === 0) engine.retain();
    if (n % BACKUP_EVERY !== 0 || setup.crash) continue;
    await backup;
    backup = makeBackup(engine, folder, n);
    tell('backing up');
  }
}

const backupFolder = (folder: string, name: string): string => `${folder}-${name}`;

async function makeBackup(engine: Engine, folder: string, n: number): Promise<void> {
  const making = backupFolder(folder, 'making');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  await engine.backup(join(making, 'history.db'));
  const made = backupFolder(folder, `backup-${n}`);
  renameSync(making, made);
  tell(`backup ${n}`);
}

/** A backup of before holds everything that was committed when it was begun. */
async function auditBackup(setup: ChildSetup, workload: Workload): Promise<void> {
  const { folder, maxBytes, most } = setup;
  for (let n = most - (most % BACKUP_EVERY); n > 0; n -= BACKUP_EVERY) {
    const made = backupFolder(folder, `backup-${n}`);
    if (!existsSync(made)) continue;
    const engine = new Engine({
      folder: made,
      readOnly: true,
      limits: limitsOf({ maxBytes }),
      clock: systemClock,
      files: systemFiles,
      openDatabase: openSqlite,
      problem: (problem) => {
        throw problem;
      },
    });
    const audit = maxBytes === undefined ? workload.audit : workload.auditNewest;
    await audit.call(workload, answersOf(engine), n, most);
    engine.close();
    rmSync(made, { recursive: true });
  }
}

async function runThread({ folder, perBatch, least, most }: ChildSetup): Promise<void> {
  const workload = new Workload(perBatch);
  tell('opening');
  // The log is a quarter of what may be kept, and nothing comes near that.
  const store = await openSqliteStore(folder, {
    maxBytes: 4_000_000,
    onProblem: (problem) => tell(`problem ${problem.message}`),
  });
  tell('opened');
  const held = await workload.audit(answersOfStore(store), least, most);
  tell(`held ${held}`);
  const appends: Promise<unknown>[] = [];
  for (let n = held + 1; n <= held + BATCHES; n++) {
    appends.push(store.append(workload.batch(n)).then(() => tell(`committed ${n}`)));
    if (appends.length >= WINDOW) await appends.shift();
  }
  await Promise.all(appends);
}

flushCompileCache(); // for the next: this one does not live to do it at its end
const setup = JSON.parse(process.argv[2] ?? '') as ChildSetup;
await (setup.inThread ? runThread(setup) : runEngine(setup));
tell('done');
die();
