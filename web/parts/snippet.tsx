import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../lang/lang.ts';

/** Milliseconds that a button says what it did. */
const SAID_MS = 2_000;

/** Text to take along: by a button, by hand, and as a file where it is one. */
export function Snippet({ label, text, file }: { label: string; text: string; file?: string }) {
  const place = useRef<HTMLPreElement>(null);
  const isCopied = useSignal(false);
  const copy = async () => {
    if (!place.current || !(await copied(text, place.current))) return;
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, SAID_MS);
  };
  return (
    <figure class="snippet">
      <figcaption>
        <span>{label}</span>
        <button
          type="button"
          class="second"
          onClick={() => void copy()}
          aria-label={`${t('copy')}: ${label}`}
        >
          {t(isCopied.value ? 'copied' : 'copy')}
        </button>
        {file !== undefined && (
          <button
            type="button"
            class="second"
            onClick={() => save(file, text)}
            aria-label={`${t('save')}: ${label}`}
          >
            {t('save')}
          </button>
        )}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard to be scrolled (WCAG 2.1.1) */}
      <pre ref={place} tabIndex={0}>
        {text}
      </pre>
      <span class="unseen" role="status">
        {isCopied.value ? t('copied') : ''}
      </span>
    </figure>
  );
}

/** Over plain HTTP, as a hub in one's own network is, browsers have no `navigator.clipboard`. */
async function copied(text: string, place: HTMLElement): Promise<boolean> {
  if (isSecureContext) {
    const isDone = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    if (isDone) return true;
  }
  getSelection()?.selectAllChildren(place);
  return document.execCommand('copy');
}

function save(file: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
