import type { ComponentChildren } from 'preact';
import { go } from '../state/route.ts';

/** A link within the page: no load, and everything that browsers do with links else. */
export function Link({
  to,
  class: name,
  isHere = false,
  children,
}: {
  to: string;
  class?: string;
  /** Whether it leads to what is shown now. */
  isHere?: boolean;
  children: ComponentChildren;
}) {
  return (
    <a
      href={to}
      class={name ?? ''}
      aria-current={isHere ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
