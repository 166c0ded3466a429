import type { JsonSchema } from './document.ts';
import { inHtml } from './in-html.ts';

/** A schema with a name, and its members. */
export function schemaHtml(name: string, schema: JsonSchema): string {
  const { description } = schema;
  return `<section id="schema-${inHtml(name)}" class="schema"><h3>${inHtml(name)}</h3>
${typeof description === 'string' ? `<p>${inHtml(description)}</p>` : ''}
${'properties' in schema ? membersHtml(schema) : `<p>${typeHtml(schema)}</p>`}
</section>
`;
}

function membersHtml({ properties, required }: JsonSchema): string {
  const needed = Array.isArray(required) ? required : [];
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(([name, member]) => {
    const { description } = member;
    const note = typeof description === 'string' ? `, ${inHtml(description)}` : '';
    return `<dt><code>${inHtml(name)}${needed.includes(name) ? '' : '?'}</code><dd>${typeHtml(member)}${note}`;
  });
  return `<dl>${rows.join('')}</dl>`;
}

/** What a value is, in a line: `number`, `Board[]`, `"done" | "failed"`; names are links. */
export function typeHtml(schema: JsonSchema): string {
  const { $ref, anyOf, enum: choices, type, items, prefixItems, additionalProperties, properties } = schema;
  if (typeof $ref === 'string') {
    const name = inHtml($ref.split('/').at(-1) ?? '');
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if ('const' in schema) return literal(schema.const);
  if (Array.isArray(choices)) return choices.map(literal).join(' | ');
  if (Array.isArray(anyOf)) return anyOf.map(typeHtml).join(' | ');
  if (Array.isArray(prefixItems)) return `[${prefixItems.map(typeHtml).join(', ')}]`;
  if (type === 'array') return `${typeHtml((items ?? {}) as JsonSchema)}[]`;
  if (properties) return inline(properties as Record<string, JsonSchema>);
  if (type === 'object')
    return isSchema(additionalProperties) ? `{ …: ${typeHtml(additionalProperties)} }` : 'object';
  return Array.isArray(type) ? type.map(String).join(' | ') : String(type ?? 'any');
}

const inline = (properties: Record<string, JsonSchema>): string =>
  `{ ${Object.entries(properties)
    .map(([name, member]) => `${inHtml(name)}: ${typeHtml(member)}`)
    .join(', ')} }`;

const literal = (value: unknown): string => `<code>${inHtml(JSON.stringify(value))}</code>`;

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
