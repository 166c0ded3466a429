import type { Operation } from '../operation.ts';
import { boardOperations } from './boards.ts';
import { dataOperations } from './data.ts';
import { fileOperations } from './files.ts';
import { settingOperations } from './settings.ts';

/** Everything that the HTTP API does; test/http/api.test.ts holds it against the routes. */
export const operations: readonly Operation[] = [
  ...boardOperations,
  ...dataOperations,
  ...settingOperations,
  ...fileOperations,
];
