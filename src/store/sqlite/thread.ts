/** The store's thread: an engine, and a question at a time. */
import { setImmediate as afterAnswers } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { setLanguage } from '../../language.ts';
import { bucketColumnsOf, columnsOf } from './answers.ts';
import { openSqlite } from './database.ts';
import { Engine } from './engine.ts';
import { systemFiles } from './files.ts';
import type { FromThread, Question, ThreadSetup, Trouble } from './messages.ts';

/** Between looks at what has become too old. */
const RETAIN_MS = 10 * 60_000;

const port = parentPort;
if (!port) throw new Error('this file is a thread of the store');
const tell = (message: FromThread) => port.postMessage(message);
const { language, ...setup } = (workerData as { setup: ThreadSetup }).setup;
setLanguage(language);

const underWay = new Set<Promise<unknown>>(); // checks and backups

const engine = open();
if (engine) {
  let isClosed = false;
  // A round at a time: what is appended meanwhile comes in between.
  const retain = () => {
    if (!isClosed && engine.retain()) setImmediate(retain);
  };
  const timer = setInterval(retain, RETAIN_MS);
  setImmediate(retain);
  port.on('message', async ({ number, question }: { number: number; question: Question }) => {
    try {
      const value = await answer(engine, question);
      tell({ number, value, counts: engine.counts });
    } catch (error) {
      tell({ number, failed: troubleOf(error), counts: engine.counts });
    }
    if (question.ask === 'append' && engine.maintain()) setImmediate(retain); // after the answer: nobody waits for it
    if (question.ask !== 'close') return;
    isClosed = true;
    clearInterval(timer);
    port.close();
  });
  tell({ opened: true, counts: engine.counts });
}

function open(): Engine | undefined {
  try {
    return new Engine({
      ...setup,
      clock: systemClock,
      files: systemFiles,
      openDatabase: openSqlite,
      problem: (problem) => tell({ problem: troubleOf(problem) }),
    });
  } catch (error) {
    tell({ failedToOpen: troubleOf(error) });
    return undefined;
  }
}

function answer(store: Engine, question: Question): unknown {
  switch (question.ask) {
    case 'append':
      return store.append(question.samples, question.texts, question.acks);
    case 'query':
      return columnsOf(store.query(question.board, question.metric, question.range));
    case 'buckets':
      return bucketColumnsOf(
        store.buckets(question.board, question.metric, question.from, question.to, question.count),
      );
    case 'texts':
      return store.texts(question.board, question.limit);
    case 'latest':
      return store.latest(question.board);
    case 'series':
      return store.series(question.board);
    case 'acks':
      return store.acks(question.board);
    case 'boards':
      return store.boards();
    case 'info':
      return store.info();
    case 'check':
      return counted(store.check());
    case 'backup':
      return counted(store.backup(question.file));
    case 'close':
      return Promise.allSettled(underWay)
        .then(() => afterAnswers())
        .then(() => store.close());
  }
}

/** The files are not closed before it is over. */
function counted<T>(work: Promise<T>): Promise<T> {
  underWay.add(work);
  return work.finally(() => underWay.delete(work));
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof KitelineError) return { code: error.code, message: error.message };
  return {
    code: 'STORE_FAILED',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
