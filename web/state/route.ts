import { signal } from '@preact/signals';

/** The path that is shown. */
export const path = signal(location.pathname);

addEventListener('popstate', () => {
  path.value = location.pathname;
});

export function go(to: string): void {
  if (to === location.pathname) return;
  history.pushState(null, '', to);
  path.value = to;
  scrollTo(0, 0);
  // So that whoever does not see the page hears that it is another one.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus());
}

export const boardPath = (name: string): string => `/board/${encodeURIComponent(name)}`;

export const mapPath = (name: string): string => `${boardPath(name)}/map`;

/** Whether it is a board's map that is shown; a slash of a name stands as %2F. */
export const isMap = (of: string): boolean => /^\/board\/.+\/map$/.test(of);

export function boardIn(of: string): string | undefined {
  const encoded = /^\/board\/(.+?)(?:\/map)?$/.exec(of)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
