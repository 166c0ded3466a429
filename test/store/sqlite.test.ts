import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { storeSuite } from '../suites/store.ts';
import { storeEdgeSuite } from '../suites/store-edges.ts';

const root = await mkdtemp(join(tmpdir(), 'kiteline-store-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;

storeSuite('sqlite', () => openSqliteStore(join(root, String(folders++))));
storeEdgeSuite('sqlite', () => openSqliteStore(join(root, String(folders++))));
