import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { choose, language, t } from '../lang/lang.ts';
import { askHub } from '../state/answers.ts';
import { type Appearance, appearance, wear } from '../state/appearance.ts';

const APPEARANCES: readonly Appearance[] = ['auto', 'light', 'dark'];

/** Language, light or dark, who one is. */
export function Settings() {
  const me = useSignal<{ name: string; role: 'operator' | 'viewer' } | undefined>(undefined);
  useEffect(() => {
    void askHub('/api/v1/me').then(async (answer) => {
      if (answer.ok) me.value = await answer.json();
    });
  }, []);
  const leave = async () => {
    await askHub('/api/v1/sign-out', { method: 'POST' });
    location.assign('/');
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('settings')}</h1>
      <form class="settings" onSubmit={(event) => event.preventDefault()}>
        <label for="language">{t('language')}</label>
        <select
          id="language"
          value={language.value}
          onChange={({ currentTarget }) => choose(currentTarget.value === 'zh' ? 'zh' : 'en')}
        >
          <option value="en">English</option>
          <option value="zh">简体中文</option>
        </select>
        <label for="appearance">{t('appearance')}</label>
        <select
          id="appearance"
          value={appearance.value}
          onChange={({ currentTarget }) => wear(currentTarget.value as Appearance)}
        >
          {APPEARANCES.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </form>
      {me.value && <p>{t('signedInAs', { name: me.value.name, role: t(me.value.role) })}</p>}
      <p>
        <a href="/api">{t('httpApi')}</a>
      </p>
      <button type="button" onClick={() => void leave()}>
        {t('signOut')}
      </button>
    </>
  );
}
