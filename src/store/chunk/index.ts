/** Chunks: points of one series, packed into a blob that is checked whenever it is opened. */
export { DamagedChunk } from './damaged.ts';
export { decodeChunk } from './decode.ts';
export { encodeChunk } from './encode.ts';
export { KIND, MAX_POINTS, MAX_TIME, type PointColumns } from './points.ts';
export { type Summary, summarize } from './summary.ts';
