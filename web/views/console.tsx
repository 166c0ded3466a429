import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { Log } from '../parts/log.tsx';
import { boards } from '../state/boards.ts';
import { ask, role, subscribe } from '../state/socket.ts';

/** Talks to a peer by text. */
export function Console() {
  const to = useSignal('');
  const text = useSignal('');
  const newline = useSignal(true);
  const told = useSignal('');
  const names = boards.value.map(({ name }) => name);
  const chosen = to.value || names[0] || '';
  useEffect(() => (chosen === '' ? undefined : subscribe(`board:${chosen}`)), [chosen]);
  const send = async () => {
    const answer = await ask({ line: { board: chosen, text: text.value + (newline.value ? '\n' : '') } });
    told.value = answer.ok ? `${t('sent')}: ${text.value}` : answer.message;
    if (answer.ok) text.value = '';
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('console')}</h1>
      <p>{t('consoleHow')}</p>
      <form
        class="console"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label for="to">{t('to')}</label>
        <select
          id="to"
          value={chosen}
          onChange={({ currentTarget }) => {
            to.value = currentTarget.value;
          }}
        >
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <label for="line">{t('line')}</label>
        <input
          id="line"
          type="text"
          autocomplete="off"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <label class="inline">
          <input
            type="checkbox"
            checked={newline.value}
            onChange={({ currentTarget }) => {
              newline.value = currentTarget.checked;
            }}
          />{' '}
          {t('newline')}
        </label>
        <button type="submit" disabled={role.value !== 'operator' || chosen === ''}>
          {t('send')}
        </button>
        <p class="outcome" role="status">
          {told.value}
        </p>
      </form>
      {chosen !== '' && <Log key={chosen} name={chosen} />}
    </>
  );
}
