import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { WebhookInfo } from '../../src/hub/alerts/rule.ts';
import { t } from '../lang/lang.ts';
import { readWebhook, setWebhook, testWebhook, troubleText } from '../state/alerts.ts';
import { role } from '../state/socket.ts';
import { ago } from '../state/time.ts';

/** Where alerts are posted to, and whether they get through. Where it is only an operator sees. */
export function WebhookForm({ info }: { info: WebhookInfo }) {
  const isOperator = role.value === 'operator';
  return (
    <section aria-labelledby="webhook">
      <h2 id="webhook">{t('webhook')}</h2>
      <p>{t('webhookHow')}</p>
      {isOperator && <Address isSet={info.isSet} />}
      <p class="hint">{standing(info)}</p>
      {info.trouble && (
        <p class="outcome is-failed">
          {ago(info.trouble.at)}: {troubleText(info.trouble)}
        </p>
      )}
    </section>
  );
}

function Address({ isSet }: { isSet: boolean }) {
  const url = useSignal('');
  const told = useSignal<{ text: string; isGood: boolean }>({ text: '', isGood: true });
  useEffect(() => {
    void readWebhook().then(
      (kept) => (url.value = kept),
      () => {}, // the banner says that the hub does not answer
    );
  }, [isSet]);
  const tell = async (what: Promise<string | undefined>, done: string) => {
    const why = await what;
    told.value = { text: why ?? done, isGood: why === undefined };
  };
  return (
    <form
      class="settings"
      onSubmit={(event) => {
        event.preventDefault();
        void tell(setWebhook(url.value.trim()), t('saved'));
      }}
    >
      <label for="webhook-url">{t('webhookUrl')}</label>
      <input
        id="webhook-url"
        type="text"
        inputMode="url"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="http://homeassistant.local:8123/api/webhook/kiteline"
        value={url.value}
        onInput={({ currentTarget }) => (url.value = currentTarget.value)}
      />
      <p class="hint">{t('webhookSecret')}</p>
      <div class="actions">
        <button type="submit">{t('saveWebhook')}</button>
        <button
          type="button"
          class="second"
          disabled={!isSet}
          onClick={() => void tell(testWebhook(), t('hookTook'))}
        >
          {t('testWebhook')}
        </button>
      </div>
      <p class={told.value.isGood ? 'outcome is-done' : 'outcome is-failed'} role="status">
        {told.value.text}
      </p>
    </form>
  );
}

function standing({ isSet, waiting, posted, failed, dropped }: WebhookInfo): string {
  if (!isSet) return t('hookNone');
  const lost = failed + dropped;
  return t(lost > 0 ? 'hookCountsLost' : 'hookCounts', { posted, waiting, lost });
}
