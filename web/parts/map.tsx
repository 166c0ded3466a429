import { useEffect, useRef } from 'preact/hooks';
import type { Place } from '../../src/hub/scenes/messages.ts';
import type { MapSource } from '../map/source.ts';
import { Stage } from '../map/stage.ts';
import { isDark } from '../state/appearance.ts';

interface MapProps {
  source: MapSource;
  label: string;
  /** Where it was sent just now, as long as that is on its way. */
  target: Place | undefined;
  /** Undefined where a tap does nothing. */
  onTap: ((place: Place) => void) | undefined;
}

/** A map that somebody looks at, and may tap. */
export function MapStage({ source, label, target, onTap }: MapProps) {
  const place = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | undefined>(undefined);
  useEffect(() => {
    const made = new Stage(place.current as HTMLDivElement);
    stage.current = made;
    return () => made.dispose();
  }, []);
  const dark = isDark.value;
  useEffect(() => stage.current?.recolour(dark), [dark]);
  useEffect(() => stage.current && source.drawOn(stage.current), [source]);
  useEffect(() => stage.current?.aim(target), [target]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the form beside it sends to a place by keyboard
    <div
      ref={place}
      class={onTap ? 'stage is-live' : 'stage'}
      role="img"
      aria-label={label}
      onClick={(event) => stage.current && onTap?.(stage.current.placeAt(event.clientX, event.clientY))}
    >
      <canvas />
      <svg class="lines" aria-hidden="true">
        <polyline class="trail" />
        <polyline class="path" />
      </svg>
      <div class="goal" style={{ display: 'none' }} />
      <div class="target" style={{ display: 'none' }} />
      <div class="rover" style={{ display: 'none' }}>
        <svg class="cone" viewBox="-1 -1 2 2" aria-hidden="true">
          <path />
        </svg>
        <svg class="body" viewBox="-10 -10 20 20" aria-hidden="true">
          <circle r="9" />
          <path d="M6.5 0 -3.5 5 -1 0 -3.5-5Z" />
        </svg>
      </div>
      <div class="metre">1 m</div>
    </div>
  );
}
