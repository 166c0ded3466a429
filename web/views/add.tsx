import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { Arrival } from '../parts/arrival.tsx';
import { Link } from '../parts/link.tsx';
import { Snippet } from '../parts/snippet.tsx';
import { type NewBoard, PROGRAM, settingsText, type Wifi, withKey, withoutKey } from '../state/adding.ts';
import { role } from '../state/socket.ts';

/** Units of a board's name, as the hub takes them. */
const LONGEST_NAME = 64;

/** From a name to a board that is there: its key, its settings, its program, and whether it has come. */
export function Add() {
  const made = useSignal<NewBoard | undefined>(undefined);
  const wifi = useSignal<Wifi>({ ssid: '', password: '' });
  return (
    <>
      <div class="title">
        <Link to="/" class="back">
          ‹ {t('back')}
        </Link>
        <h1 tabIndex={-1}>{t('addBoard')}</h1>
      </div>
      {made.value ? (
        <Steps board={made.value} wifi={wifi.value} onBack={() => (made.value = undefined)} />
      ) : (
        <Names
          wifi={wifi.value}
          onWifi={(given) => (wifi.value = given)}
          onMade={(board) => (made.value = board)}
        />
      )}
    </>
  );
}

interface NamesProps {
  wifi: Wifi;
  onWifi(wifi: Wifi): void;
  onMade(board: NewBoard): void;
}

function Names({ wifi, onWifi, onMade }: NamesProps) {
  const name = useSignal('');
  const failed = useSignal('');
  const isViewer = role.value === 'viewer';
  const given = name.value.trim();
  const go = async (make: (name: string) => Promise<NewBoard>) => {
    failed.value = '';
    try {
      onMade(await make(given));
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form
      class="settings"
      onSubmit={(event) => {
        event.preventDefault();
        if (given !== '') void go(isViewer ? withoutKey : withKey);
      }}
    >
      <p>{t('addHow')}</p>
      <label for="name">{t('name')}</label>
      <input
        id="name"
        type="text"
        required
        maxLength={LONGEST_NAME}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="greenhouse"
        value={name.value}
        onInput={({ currentTarget }) => {
          name.value = currentTarget.value;
        }}
      />
      <label for="ssid">{t('wifiName')}</label>
      <input
        id="ssid"
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={wifi.ssid}
        onInput={({ currentTarget }) => onWifi({ ...wifi, ssid: currentTarget.value })}
      />
      <label for="password">{t('wifiPassword')}</label>
      <input
        id="password"
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={wifi.password}
        onInput={({ currentTarget }) => onWifi({ ...wifi, password: currentTarget.value })}
      />
      <p class="hint">{t('wifiStays')}</p>
      <button type="submit" disabled={given === '' || isViewer}>
        {t('makeKey')}
      </button>
      <p class="hint">{t(isViewer ? 'viewerKeys' : 'keyWhy')}</p>
      <button type="button" class="second" disabled={given === ''} onClick={() => void go(withoutKey)}>
        {t('noKey')}
      </button>
      <p class="hint">{t('noKeyWhy')}</p>
      <p class="outcome is-failed" role="alert">
        {failed.value}
      </p>
      <p class="hint">
        {t('orSetup')} <code>kiteline setup</code>
      </p>
    </form>
  );
}

function Steps({ board, wifi, onBack }: { board: NewBoard; wifi: Wifi; onBack(): void }) {
  useEffect(() => document.querySelector<HTMLElement>('main h1')?.focus(), []);
  const run = board.key === undefined ? `--name "${board.name}"` : '--key kiteline.json';
  return (
    <>
      <Arrival board={board} />
      <ol class="steps">
        <li>
          <h2>{t('stepSettings')}</h2>
          {board.key !== undefined && <p>{t('keyOnce')}</p>}
          {board.hub === undefined && <p>{t('hubUnknown')}</p>}
          <Snippet label="kiteline.json" text={settingsText(board, wifi)} file="kiteline.json" />
        </li>
        <li>
          <h2>{t('stepProgram')}</h2>
          <Snippet label="main.py" text={PROGRAM} file="main.py" />
        </li>
        <li>
          <h2>{t('stepOnto')}</h2>
          <p>{t('byUsb')}</p>
          <Snippet label={t('commands')} text={usbText(board)} />
          <details>
            <summary>{t('byPrompt')}</summary>
            <Snippet
              label={t('prompt')}
              text={`import mip\nmip.install("kiteline", index="${board.mip}")\n`}
            />
          </details>
          <details>
            <summary>{t('noBoardAtHand')}</summary>
            <Snippet label={t('commands')} text={`kiteline board run main.py ${run}\n`} />
          </details>
        </li>
      </ol>
      <button type="button" class="second" onClick={onBack}>
        {t('anotherName')}
      </button>
    </>
  );
}

const usbText = ({ mip }: NewBoard): string =>
  [
    'pip install mpremote',
    `mpremote mip install --index ${mip} kiteline`,
    'mpremote cp kiteline.json :kiteline.json',
    'mpremote cp main.py :main.py',
    'mpremote reset',
    '',
  ].join('\n');
