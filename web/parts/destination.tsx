import { useSignal } from '@preact/signals';
import type { Place } from '../../src/hub/scenes/messages.ts';
import { t } from '../lang/lang.ts';

/** Sends to a place without a map: by keyboard, or to the centimetre. */
export function Destination({ disabled, onSend }: { disabled: boolean; onSend(place: Place): void }) {
  const x = useSignal(Number.NaN);
  const y = useSignal(Number.NaN);
  const isPlace = Number.isFinite(x.value) && Number.isFinite(y.value);
  return (
    <form
      class="destination"
      aria-label={t('sendTo')}
      onSubmit={(event) => {
        event.preventDefault();
        if (isPlace) onSend([x.value, y.value]);
      }}
    >
      {[['x', x] as const, ['y', y] as const].map(([name, value]) => (
        <label key={name}>
          {name} (m)
          <input
            type="number"
            step="any"
            disabled={disabled}
            onInput={({ currentTarget }) => {
              value.value = currentTarget.valueAsNumber;
            }}
          />
        </label>
      ))}
      <button type="submit" disabled={disabled || !isPlace}>
        {t('send')}
      </button>
    </form>
  );
}
