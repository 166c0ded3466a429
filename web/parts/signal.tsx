import { t } from '../lang/lang.ts';

/** From which strength on there is one bar more, in dBm. Below the second, Wi-Fi drops out; from the fourth on it is as good as it gets. */
const BARS = [-85, -75, -67, -55] as const;

/** How strongly a board hears its access point. @param rssi dBm */
export function Signal({ rssi }: { rssi: number }) {
  const full = BARS.filter((least) => rssi >= least).length;
  const text = t('signal', { dbm: String(rssi).replace('-', '−') });
  return (
    <span class="signal" title={text}>
      <svg viewBox="0 0 20 16" role="img" aria-label={text}>
        {BARS.map((least, i) => (
          <rect
            key={least}
            x={i * 5}
            y={12 - i * 4}
            width="4"
            height={4 + i * 4}
            rx="1"
            class={i < full ? 'is-full' : ''}
          />
        ))}
      </svg>
    </span>
  );
}
