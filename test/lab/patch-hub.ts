/**
 * Loaded before a lab's hub (`node --import`): breaks it, by putting other words in place of some in its source. What is to
 * be replaced stands in this module's own address; see breaking.ts.
 */
import { registerHooks } from 'node:module';
import type { Patch } from './breaking.ts';

const { file, from, to } = JSON.parse(new URL(import.meta.url).searchParams.get('patch') ?? '{}') as Patch;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    const source = String(
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array),
    );
    return { ...loaded, source: source.replace(from, () => to) };
  },
});
