import type { Operation } from './operation.ts';
import { operations } from './operations/operations.ts';

const paths = Map.groupBy(operations, ({ path }) => path);

/** What can be done with a path, for the header `Allow`; undefined where there is nothing of that path. */
export function allowedAt(path: string): string | undefined {
  const methods = [...paths]
    .filter(([described]) => isAt(path, described))
    .flatMap(([, all]) => all.map(methodsOf));
  return methods.length > 0 ? [...new Set(methods.flat())].sort().join(', ') : undefined;
}

const methodsOf = ({ method }: Operation): string[] =>
  method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()];

function isAt(path: string, described: string): boolean {
  const parts = path.split('/');
  const wanted = described.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((one, at) => one === parts[at] || (one.startsWith('{') && parts[at] !== ''))
  );
}
