import type { Context } from 'hono';

/** A page of another site can send a form or text with no question asked, but must ask before it sends JSON (Fetch, CORS). */
export const isJson = (c: Context): boolean =>
  /^application\/json\b/i.test(c.req.header('content-type') ?? '');

/** The members of a body that is a JSON object; nobody has looked at what they are. Undefined for any other body. */
export async function membersIn(c: Context): Promise<Partial<Record<string, unknown>> | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? body : undefined;
}

/** What says what a body has in it; zod's, which only the hub loads. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** The value as the schema has it; undefined where it is something else. */
export function readAs<T>(schema: Schema<T>, value: unknown): T | undefined {
  const read = schema.safeParse(value);
  return read.success ? read.data : undefined;
}
