/**
 * What a key costs: a signed line beside an unsigned one, on the hub and on the board, in the same run and in turn.
 *
 *   npm run -s bench:signing
 */
import { cpus } from 'node:os';
import { table } from './figures.ts';
import { boardRows } from './signing/board.ts';
import { hubRows } from './signing/hub.ts';

console.log(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}; medians (least to most)`,
);
table(await hubRows());
console.log();
table(await boardRows());
