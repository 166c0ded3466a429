import { expect, test } from 'vitest';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { type Commit, encodeFrame } from '../../../src/store/sqlite/frame.ts';
import { Log } from '../../../src/store/sqlite/log.ts';
import { Workload } from './workload.ts';

const workload = new Workload(2);

/** A commit as text, to be compared. */
const textOf = ({ number, samples, texts, acks }: Commit): string => {
  const bytes = ({ buffer, byteOffset, byteLength }: Uint8Array | Float64Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('hex');
  return JSON.stringify([number, bytes(samples.words), bytes(samples.strings), samples.layouts, texts, acks]);
};

function commitOf(number: number): Commit {
  const { samples, texts, acks } = workload.batch(number);
  return { number, samples: samples.parts, texts, acks };
}

const EMPTY = {
  samples: { words: new Float64Array(), strings: new Uint8Array(), layouts: [] },
  texts: [],
  acks: [],
};

/** A log file as the store writes it: what the database had, and the commits from there on. */
function fileOf(base: number, commits: readonly Commit[]): { bytes: Buffer; ends: Set<number> } {
  const ends = new Set([0]);
  let bytes: Buffer = Buffer.alloc(0);
  for (const commit of [{ ...EMPTY, number: base }, ...commits]) {
    bytes = Buffer.concat([bytes, ...encodeFrame(commit)]);
    ends.add(bytes.length);
  }
  return { bytes, ends };
}

/** Replays files that are in memory only. */
function replay(files: Record<string, Buffer>, after = 0) {
  const log = new Log(
    {
      ...systemFiles,
      list: () => Object.keys(files),
      size: (path) => files[path.slice(-'log-00000001.klog'.length)]?.length ?? 0,
      read: (path) => files[path.slice(-'log-00000001.klog'.length)] ?? Buffer.alloc(0),
    },
    'nowhere',
  );
  const commits: string[] = [];
  const sentences: string[] = [];
  const last = log.replay(
    after,
    (commit) => commits.push(textOf(commit)),
    (sentence) => sentences.push(sentence),
  );
  return { commits, sentences, last };
}

const COMMITS = Array.from({ length: 6 }, (_, i) => commitOf(i + 1));
const TEXTS = COMMITS.map(textOf);
const { bytes: FILE, ends: ENDS } = fileOf(0, COMMITS);
const NAME = 'log-00000001.klog';

/** Those that are there are as they were and in order. */
function expectSome(found: string[]): void {
  expect(found).toEqual(TEXTS.filter((text) => found.includes(text)));
}

test('a whole log gives every commit, and nothing to tell', () => {
  expect(replay({ [NAME]: FILE })).toEqual({ commits: TEXTS, sentences: [], last: 6 });
  expect(replay({ [NAME]: FILE }, 4)).toEqual({ commits: TEXTS.slice(4), sentences: [], last: 6 });
  expect(replay({ [NAME]: FILE }, 9)).toEqual({ commits: [], sentences: [], last: 9 });
});

test('a log that ends anywhere gives what is whole before, and tells of the rest', () => {
  for (let length = 0; length <= FILE.length; length++) {
    const { commits, sentences } = replay({ [NAME]: FILE.subarray(0, length) });
    const whole = [...ENDS].filter((end) => end <= length).length - 2;
    expect(commits).toEqual(TEXTS.slice(0, Math.max(0, whole)));
    expect(sentences.length).toBe(ENDS.has(length) ? 0 : 1);
  }
});

test('a log that ends anywhere, with another behind it, tells what is missing between them', () => {
  const next = fileOf(6, [commitOf(7)]).bytes;
  for (let length = 0; length < FILE.length; length++) {
    const { commits, sentences, last } = replay({
      [NAME]: FILE.subarray(0, length),
      'log-00000002.klog': next,
    });
    expect(commits.at(-1)).toBe(textOf(commitOf(7)));
    expect(sentences.length).toBeGreaterThan(0);
    expect(last).toBe(7);
  }
});

test('any bit of any byte: what is served is what was stored, and what is not is told', () => {
  for (let at = 0; at < FILE.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const bytes = Buffer.from(FILE);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      const { commits, sentences } = replay({ [NAME]: bytes });
      expectSome(commits);
      expect(commits.length).toBeGreaterThanOrEqual(COMMITS.length - 1);
      expect(sentences).toHaveLength(1);
    }
  }
});

test('a stretch of rubbish, and one that is cut out: the rest is served, and the gap is told', () => {
  for (let from = 0; from < FILE.length; from += 37) {
    for (const length of [1, 8, 100, 500]) {
      const to = Math.min(FILE.length, from + length);
      const rubbish = Buffer.from(FILE).fill(0xa5, from, to);
      const cut = Buffer.concat([FILE.subarray(0, from), FILE.subarray(to)]);
      for (const bytes of [rubbish, cut]) {
        const { commits, sentences } = replay({ [NAME]: bytes });
        expectSome(commits);
        if (commits.length < TEXTS.length && to < FILE.length) expect(sentences.length).toBeGreaterThan(0);
      }
    }
  }
});

test.each([2 ** 53, 2 ** 52, 1e6, Number.NaN, 3.5])(
  'what a board sent and looks like commit %d is none where the commit around it was cut off',
  (number) => {
    const [one, two, three] = COMMITS as [Commit, Commit, Commit];
    const forged = Buffer.concat(encodeFrame({ ...commitOf(5), number }));
    const strings = Buffer.concat([Buffer.from('a string'), forged, Buffer.alloc(100)]);
    const around = { ...three, samples: { ...three.samples, strings } };
    const { bytes } = fileOf(0, [one, two, around]);
    expect(replay({ [NAME]: bytes }).commits).toHaveLength(3);
    const { commits, last, sentences } = replay({ [NAME]: bytes.subarray(0, bytes.length - 8) });
    expect(commits).toEqual(TEXTS.slice(0, 2));
    expect(last).toBe(2);
    expect(sentences).toEqual([expect.stringContaining('no whole commit')]);
  },
);

test('a log whose first frame is damaged is read, and those before it are missed', () => {
  const { bytes } = fileOf(1_000, [commitOf(1_001)]);
  bytes[9] = 0xff;
  const { commits, sentences } = replay({ [NAME]: bytes });
  expect(commits).toEqual([textOf(commitOf(1_001))]);
  expect(sentences).toHaveLength(1);
});

test('a database that has less than it had when the log was begun is told of', () => {
  const bytes = fileOf(6, [commitOf(7)]).bytes;
  expect(replay({ [NAME]: bytes }, 6).sentences).toEqual([]);
  expect(replay({ [NAME]: bytes }, 5).sentences).toMatchObject([/commits from 6 to 6 are neither/]);
  expect(replay({ [NAME]: fileOf(6, []).bytes }, 0).sentences).toMatchObject([
    /commits from 1 to 6 are neither/,
  ]);
});

test('files in a folder that are no log are left alone', () => {
  const foreign = { 'log-1.txt': FILE, 'xlog-00000002.klog': FILE, 'notes.klog': FILE };
  expect(replay({ ...foreign, [NAME]: FILE }).commits).toEqual(TEXTS);
});
