import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Language } from '../../language.ts';
import { roleFor } from '../access/guard.ts';
import type { Role } from '../access/tokens.ts';
import { titleOf } from '../problem.ts';
import type { Operation, OtherBody, Words } from './operation.ts';
import { operations } from './operations/operations.ts';
import { Problem } from './schemas/words.ts';
import { tags } from './tags.ts';

/** What is read of the document here; it has more, by the OpenAPI Specification 3.1. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: object };
}

export interface ApiOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  /** Who may ask for it: an extension of ours. */
  'x-role': Role | 'anyone';
  security: object[];
  parameters?: ApiParameter[];
  requestBody?: { required: true; description?: string; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

export interface ApiParameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: string;
}

export type Content = Record<string, { schema?: JsonSchema; example?: unknown }>;

/** A JSON Schema of draft 2020-12, as far as it is shown. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

const documents = new Map<Language, ApiDocument>();

/** The document in a language: made once. */
export function apiDocument(language: Language): ApiDocument {
  const made = documents.get(language) ?? make(language);
  documents.set(language, made);
  return made;
}

function make(language: Language): ApiDocument {
  const say = ([en, zh]: Words): string => (language === 'zh' ? zh : en);
  const paths: ApiDocument['paths'] = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation, say) };
  return {
    openapi: '3.1.0',
    info: { title: 'Kiteline', version: version(), description: say(ABOUT) },
    tags: tags.map(([name, words]) => ({ name, description: say(words) })),
    paths,
    components: {
      schemas: schemas(language),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

type Say = (words: Words) => string;

function operationOf(operation: Operation, say: Say): ApiOperation {
  const { path, tag, summary, more, body, most } = operation;
  const role = roleOf(operation);
  const parameters = [...inPath(path), ...inQuery(operation, say)];
  const limit = most === undefined ? undefined : say([`At most ${most} bytes.`, `最多 ${most} 字节。`]);
  const description = [more && say(more), limit].filter(Boolean).join(' ');
  return {
    operationId: idOf(operation),
    summary: say(summary),
    ...(description && { description }),
    tags: [tag],
    'x-role': role,
    security: role === 'anyone' ? [] : [{ token: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true as const, content: contentOf(body) } }),
    responses: responsesOf(operation, say),
  };
}

/** `getApiV1BoardsName` */
const idOf = ({ method, path }: Operation): string =>
  method +
  path.replace(/\/$/, '/slash').replaceAll(/[/{}.-]+(.)?/g, (_, next: string = '') => next.toUpperCase());

/** Whoever may ask; what no guard stands before is open to everybody. */
export const roleOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): Role | 'anyone' =>
  path.startsWith('/api') && !/\/sign-(in|out)$/.test(path) ? roleFor(method.toUpperCase(), path) : 'anyone';

const inPath = (path: string): ApiParameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: { type: 'string' },
  }));

const inQuery = ({ query = [] }: Operation, say: Say): ApiParameter[] =>
  query.map(({ name, words, schema, required, example }) => ({
    name,
    in: 'query' as const,
    required: required ?? false,
    description: say(words),
    schema: { type: 'string', ...schema },
    ...(example !== undefined && { example }),
  }));

function responsesOf(operation: Operation, say: Say): ApiOperation['responses'] {
  const { answer, also, status = answer ? 200 : 204, problems = [] } = operation;
  const codes = new Set([...problems, ...(roleOf(operation) === 'anyone' ? [] : [401, 403, 421]), 500]);
  const refusals = [...codes]
    .sort((a, b) => a - b)
    .map((code) => [
      code,
      { description: titleOf(code), content: { 'application/problem+json': refTo(Problem) } },
    ]);
  const well = {
    description: answer && isOther(answer) ? say(answer.words) : titleOf(status),
    ...(answer && { content: contentOf(answer) }),
  };
  return {
    [status]: well,
    ...(also && {
      [also.status]: { description: titleOf(also.status), content: contentOf(also.answer) },
    }),
    ...Object.fromEntries(refusals),
  };
}

const isOther = (body: z.ZodType | OtherBody): body is OtherBody => 'types' in body;

function contentOf(body: z.ZodType | OtherBody): Content {
  if (!isOther(body)) return { 'application/json': refTo(body) };
  const { types, example } = body;
  return Object.fromEntries(types.map((type) => [type, example === undefined ? {} : { example }]));
}

const SCHEMAS = '#/components/schemas/';

const refTo = (schema: z.ZodType) => ({
  schema: { $ref: `${SCHEMAS}${z.globalRegistry.get(schema)?.id}` },
});

/** Every schema that has a name. Requests and answers have members that are not named here in later releases. */
function schemas(language: Language): Record<string, JsonSchema> {
  const all = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `${SCHEMAS}${id}`,
  });
  return Object.fromEntries(
    Object.entries(all.schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [
      id,
      inOneLanguage(schema, language) as JsonSchema,
    ]),
  );
}

/** Keeps of what was told in both languages the one that is asked for. */
function inOneLanguage(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((one) => inOneLanguage(one, language));
  if (typeof value !== 'object' || value === null) return value;
  const { zh, ...rest } = value as { zh?: unknown };
  const own = typeof zh === 'string' ? (language === 'zh' ? { ...rest, description: zh } : rest) : value;
  return Object.fromEntries(Object.entries(own).map(([key, one]) => [key, inOneLanguage(one, language)]));
}

const version = (): string =>
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;

const ABOUT: Words = [
  'The HTTP API of a Kiteline hub. Send "Authorization: Bearer TOKEN"; "kiteline access" makes and revokes tokens. A viewer looks on, an operator does everything. Times are milliseconds since 1970 UTC. Errors are application/problem+json (RFC 9457). What is under /api/v1 stays as it is; members may come to be added.',
  'Kiteline 中枢的 HTTP API。请发送“Authorization: Bearer 令牌”；用“kiteline access”创建和撤销令牌。观察者只能查看，操作员可进行一切操作。时间为 1970 年以来的毫秒数（UTC）。错误为 application/problem+json（RFC 9457）。/api/v1 下的接口保持不变，以后可能增加成员。',
];
