import type * as z from 'zod';

/** English, and Chinese. */
export type Words = readonly [en: string, zh: string];

export type TagName =
  | 'boards'
  | 'samples'
  | 'commands'
  | 'controls'
  | 'history'
  | 'alerts'
  | 'maps'
  | 'live'
  | 'access'
  | 'keys'
  | 'library'
  | 'hub';

/** A parameter in the query. */
export interface Query {
  name: string;
  words: Words;
  schema?: object;
  required?: true;
  example?: string;
}

/** A body that is no JSON of ours: its media types, and what it is. */
export interface OtherBody {
  types: readonly string[];
  words: Words;
  example?: string;
}

/** One thing that the HTTP API does. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/api/v1/boards/{name}`. */
  path: string;
  tag: TagName;
  summary: Words;
  /** What else one should know. */
  more?: Words;
  query?: readonly Query[];
  /** A schema, by which the request is read, too. */
  body?: z.ZodType | OtherBody;
  /** Bytes of the body, at most. */
  most?: number;
  /** What is answered when all is well: JSON by a schema, or the media type of something else. Nothing: 204. */
  answer?: z.ZodType | OtherBody;
  /** What else may be answered. */
  also?: { status: number; answer: z.ZodType };
  /** 200 unless told. */
  status?: number;
  /** Other answers, each a problem (RFC 9457). */
  problems?: readonly number[];
}

export const range: readonly Query[] = [
  {
    name: 'from',
    words: [
      'included: ISO 8601, milliseconds since 1970 UTC, now, or a span before now such as -1h',
      '起点（含）：ISO 8601、1970 年以来的毫秒数、now，或 -1h 这样的时间长度',
    ],
    example: '-1h',
  },
  { name: 'to', words: ['not included', '终点（不含）'], example: 'now' },
];

export const json = (words: Words): OtherBody => ({ types: ['application/json'], words });
