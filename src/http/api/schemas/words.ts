import * as z from 'zod';
import type { JsonObject } from '../../../wire/index.ts';

/** What a schema says in both languages; document.ts keeps the one that is asked for. */
export const told = (description: string, zh: string) => ({ description, zh });

/** A member that may be left out. */
export const maybe = <S extends z.ZodType>(schema: S) => z.exactOptional(schema);

/** An answer of the type `T`, by a name of its own in the document: the compiler asks for every member, and for no other. */
export const described = <T>(id: string, shape: Record<keyof T, z.ZodType>): z.ZodObject =>
  z.object(shape).meta({ id });

/** An object with names of its own, such as metrics; the schema of what stands under each. */
export const named = (schema: z.ZodType) => z.record(z.string(), schema);

export const time = () => z.number().meta(told('milliseconds since 1970 UTC', '毫秒，自 1970 年起（UTC）'));

export const millis = () => z.number().meta(told('milliseconds', '毫秒'));

export const text = () => z.string();

/** A natural number, or 0. */
export const count = () => z.int().min(0);

/** What a board measures. */
export const Value = z.union([z.number(), z.string(), z.boolean()]).meta({ id: 'Value' });

/** What JSON has. */
export const anything = () => z.unknown();

/** An object whose members nobody has looked at: none of them is lost or changed, whatever it is called. */
export const members = () =>
  z
    .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
    .meta({ type: 'object' });

/** An error (RFC 9457). */
export const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta(told("the status's name", '状态的名称')),
    status: z.int(),
    detail: z.string().meta(told('what to do, a sentence', '该怎么做，一句话')),
    code: z.string().meta(told('stable, for programs', '稳定的代码，供程序使用')),
  })
  .meta({ id: 'Problem' });
