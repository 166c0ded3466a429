import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { isUnfinished } from '../../../src/store/sqlite/log.ts';
import { type ChildSetup, WINDOW } from './child-setup.ts';
import { openEngine } from './engines.ts';
import { randomOf } from './random.ts';
import { Workload } from './workload.ts';

const KILLS = Number(process.env.KITELINE_KILLS ?? 200);
const SEED = Number(process.env.KITELINE_SEED ?? Date.now() % 1_000_000);
/** Folders that are worked in at the same time: on two cores one more makes none of them wait for the disk. */
const LANES = 3;
/** Then it begins in a new folder: what is stored is audited after each, and grows. */
const KILLS_PER_FOLDER = 10;
const CHILD = join(import.meta.dirname, 'kill-child.ts');

const root = mkdtempSync(join(tmpdir(), 'kiteline-kill-'));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

type Random = () => number;
const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));

/** At which line of the child it is killed, and how long after it. */
function momentOf(random: Random): { line: RegExp; times: number; after: number } {
  const kind = random();
  if (kind < 0.15) return { line: /^opening/, times: 1, after: between(random, 0, 12) };
  if (kind < 0.2) return { line: /^opened/, times: 1, after: between(random, 0, 5) };
  if (kind < 0.25) return { line: /^backing up/, times: 1, after: between(random, 0, 3) };
  return { line: /^committed/, times: between(random, 1, 40), after: between(random, 0, 2) };
}

interface Folder {
  setup: ChildSetup;
  workload: Workload;
}

function newFolder(name: string, random: Random): Folder {
  const isGivingUp = random() < 0.25;
  const perBatch = isGivingUp ? between(random, 100, 300) : between(random, 1, 60);
  const setup: ChildSetup = {
    folder: join(root, name),
    inThread: !isGivingUp && random() < 0.35,
    perBatch,
    logBytes: Math.floor(2_000 * 10 ** (2 * random())),
    maxBytes: isGivingUp ? between(random, 200_000, 400_000) : undefined,
    least: 0,
    most: 0,
  };
  mkdirSync(setup.folder);
  return { setup, workload: new Workload(perBatch, { areSomeLate: !isGivingUp }) };
}

/** Starts the child, kills it, and takes down what it had reported. @returns what it said */
async function killOnce({ setup }: Folder, random: Random, inFlight: number): Promise<string[]> {
  const crash =
    !setup.inThread && random() < 0.4 ? { operation: between(random, 1, 200), share: random() } : undefined;
  const moment = momentOf(random);
  const told = { ...setup, most: setup.least + inFlight, ...(crash && { crash }) };
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(told)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') },
    },
  );
  children.add(child);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  const closed = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  const lines: string[] = [];
  let seen = 0;
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const number = Number(/^(?:held|committed) (\d+)$/.exec(line)?.[1] ?? 0);
    setup.least = Math.max(setup.least, number);
    if (crash || !moment.line.test(line) || ++seen !== moment.times) continue;
    void wait(moment.after).then(() => child.kill('SIGKILL'));
  }
  const signal = await closed;
  children.delete(child);
  if (signal !== 'SIGKILL') throw new Error(`it ended by itself after "${lines.at(-1)}":\n${stderr}`);
  const bad = lines.find((line) => line.startsWith('problem') && !isUnfinished(line));
  if (bad) throw new Error(bad);
  return lines;
}

/** What is left after the last kill, closed in peace and opened once more. */
async function auditFolder({ setup, workload }: Folder, inFlight: number): Promise<void> {
  const most = setup.least + inFlight;
  const audit = setup.maxBytes === undefined ? workload.audit : workload.auditNewest;
  for (let i = 0; i < 2; i++) {
    const { engine, answers } = openEngine(setup.folder, { limits: { maxBytes: setup.maxBytes } });
    await audit.call(workload, answers, setup.least, most);
    engine.close();
  }
  expect(readdirSync(setup.folder).filter((name) => name.startsWith('damaged'))).toEqual([]);
}

test(
  `nothing that was committed is lost or doubled by ${KILLS} kills at any moment (KITELINE_KILLS, seed ${SEED})`,
  async () => {
    let left = KILLS;
    const counts = { kills: 0, committed: 0, opening: 0, inThread: 0, givingUp: 0 };
    const lane = async (number: number) => {
      for (let count = 0; left > 0; count++) {
        const seed = SEED + 1_000 * number + count;
        const random = randomOf(seed);
        const folder = newFolder(`${number}-${count}`, random);
        const inFlight = folder.setup.inThread ? WINDOW : 1;
        try {
          for (let kill = 0; kill < KILLS_PER_FOLDER && left-- > 0; kill++) {
            const lines = await killOnce(folder, random, inFlight);
            counts.kills++;
            if (!lines.some((line) => line.startsWith('opened'))) counts.opening++;
            if (folder.setup.inThread) counts.inThread++;
            if (folder.setup.maxBytes !== undefined) counts.givingUp++;
          }
          await auditFolder(folder, inFlight);
          counts.committed += folder.setup.least;
        } catch (error) {
          left = 0;
          throw new Error(`seed ${seed}, ${JSON.stringify(folder.setup)}: ${(error as Error).message}`);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    expect(counts.kills).toBe(KILLS);
    // It met what it is there for; seen: about 20 batches a kill, a tenth of them while opening.
    expect(counts.committed).toBeGreaterThan(KILLS);
    for (const count of [counts.opening, counts.inThread, counts.givingUp]) expect(count).toBeGreaterThan(0);
  },
  120_000 + 1_000 * KILLS,
);
