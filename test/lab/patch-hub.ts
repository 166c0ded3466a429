/**
 * Loaded before a lab's hub (`node --import`): breaks it, by putting other words in place of some in its source. What is to
 * be replaced stands in this module's own address; see breaking.ts.
 */
import { registerHooks } from 'node:module';
import type { Patch } from './breaking.ts';

const patches = JSON.parse(new URL(import.meta.url).searchParams.get('patches') ?? '[]') as Patch[];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const mine = patches.filter(({ file }) => url.endsWith(file));
    if (mine.length === 0) return loaded;
    let source = String(
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array),
    );
    for (const { from, to } of mine) source = source.replace(from, () => to);
    return { ...loaded, source };
  },
});
