import { t } from '../lang/lang.ts';
import type { Replay } from '../map/replay.ts';

const SPEEDS = [1, 2, 4, 8];

/** A run of before, and the knobs of whoever looks at it. */
export function Player({ replay, onClose }: { replay: Replay; onClose(): void }) {
  const at = replay.at.value;
  const isPlaying = replay.isPlaying.value;
  return (
    <fieldset class="player" aria-label={t('replay')}>
      <button type="button" onClick={() => (isPlaying ? replay.pause() : replay.play())}>
        {t(isPlaying ? 'pause' : 'play')}
      </button>
      <input
        type="range"
        aria-label={t('moment')}
        aria-valuetext={clock(at)}
        min={0}
        max={replay.length}
        step={100}
        value={at}
        onInput={({ currentTarget }) => {
          replay.pause();
          replay.seek(currentTarget.valueAsNumber);
        }}
      />
      <span class="clock">
        {clock(at)} / {clock(replay.length)}
      </span>
      <select
        aria-label={t('speed')}
        value={replay.speed.value}
        onChange={({ currentTarget }) => {
          replay.speed.value = Number(currentTarget.value);
        }}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
      <button type="button" class="second" onClick={onClose}>
        {t('toNow')}
      </button>
      {replay.run.cut > 0 && <p>{t('runCut')}</p>}
    </fieldset>
  );
}

/** Minutes and seconds. */
const clock = (ms: number): string => {
  const s = Math.round(ms / 1_000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
};
