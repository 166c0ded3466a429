import type { ApiDocument, ApiOperation, Content } from './document.ts';

/** How one asks for it in a shell. @param base how the hub is called */
export function curlOf(
  method: string,
  path: string,
  operation: ApiOperation,
  { components }: ApiDocument,
  base: string,
): string {
  const { parameters = [], requestBody } = operation;
  const query = parameters.filter(({ required, example }) => required && example !== undefined);
  const asked = query.map(({ name, example }) => `${name}=${example}`).join('&');
  const url = base + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const body = requestBody && exampleOf(requestBody.content, components.schemas);
  const isJson = requestBody !== undefined && 'application/json' in requestBody.content;
  return [
    'curl',
    ...(method === 'get' || (method === 'post' && body) ? [] : [`-X ${method.toUpperCase()}`]),
    `'${url}${asked && `?${asked}`}'`,
    ...(operation['x-role'] === 'anyone' ? [] : ["-H 'Authorization: Bearer TOKEN'"]),
    ...(body && isJson ? ["-H 'Content-Type: application/json'"] : []),
    ...(body ? [`-d '${body}'`] : []),
  ].join(' ');
}

/** What stands for a body: its own example, or that of its schema. */
function exampleOf(content: Content, schemas: ApiDocument['components']['schemas']): string | undefined {
  const [first] = Object.values(content);
  if (typeof first?.example === 'string') return first.example;
  const schema = schemas[String(first?.schema?.$ref).split('/').at(-1) ?? ''];
  const [example] = Array.isArray(schema?.examples) ? schema.examples : [];
  return example === undefined ? undefined : JSON.stringify(example);
}
