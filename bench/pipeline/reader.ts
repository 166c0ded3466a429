/** One reader of the live feed, as a page is: takes what comes, parses it, and counts what it is told that it missed. */
import { get } from 'node:http';
import { answerParent, ownCpu } from '../kit/answers.ts';

export interface ReaderReport {
  samples: number;
  /** Events that the hub dropped for this reader, and said so. */
  missed: number;
  bytes: number;
  /** CPU microseconds. */
  cpu: number;
}

const url = process.argv[2] ?? '';
let samples = 0;
let missed = 0;
let bytes = 0;
let rest = '';

function take(chunk: string): void {
  const text = rest + chunk;
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    if (text.startsWith('data: ', from)) {
      const event = JSON.parse(text.slice(from + 6, end)) as { type: string; count?: number };
      if (event.type === 'sample') samples++;
      else if (event.type === 'lost') missed += event.count ?? 0;
    }
    from = end + 1;
  }
  rest = text.slice(from);
}

get(`${url}/api/v1/live`, (response) => {
  response.setEncoding('utf8');
  response.once('data', () =>
    answerParent({ status: response.statusCode }, () => ({ samples, missed, bytes, cpu: ownCpu() })),
  );
  response.on('data', (chunk: string) => {
    bytes += chunk.length;
    take(chunk);
  });
  response.on('end', () => {});
}).on('error', (error) => {
  console.error(`live feed: ${error.message}`);
  process.exit(1);
});
