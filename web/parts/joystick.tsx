import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lang/lang.ts';

const KEYS: Partial<Record<string, [x: number, y: number]>> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  w: [0, 1],
  s: [0, -1],
  a: [-1, 0],
  d: [1, 0],
};

interface JoystickProps {
  label: string;
  disabled: boolean;
  /** To the right and forward, −1 to 1. */
  onMove(x: number, y: number): void;
  onLetGo(): void;
}

/** A stick that springs back: by a finger, a mouse, or the arrow keys as long as they are held. */
export function Joystick({ label, disabled, onMove, onLetGo }: JoystickProps) {
  const at = useSignal<[number, number]>([0, 0]);
  const held = useRef(new Set<string>());
  const move = (x: number, y: number) => {
    const length = Math.hypot(x, y);
    const [nx, ny] = length > 1 ? [x / length, y / length] : [x, y];
    at.value = [nx, ny];
    onMove(round(nx), round(ny));
  };
  const letGo = () => {
    held.current.clear();
    at.value = [0, 0];
    onLetGo();
  };
  const byPointer = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2);
  };
  const byKeys = () => {
    const [x, y] = [...held.current].reduce<[number, number]>(
      ([ax, ay], key) => [ax + (KEYS[key]?.[0] ?? 0), ay + (KEYS[key]?.[1] ?? 0)],
      [0, 0],
    );
    if (held.current.size === 0) letGo();
    else move(x, y);
  };
  useEffect(() => onLetGo, []);
  const [x, y] = at.value;
  return (
    <div
      class="joystick"
      role="application"
      aria-label={`${label}. ${t('steer')}`}
      aria-disabled={disabled}
      tabIndex={disabled ? -1 : 0}
      onPointerDown={(event) => {
        if (disabled) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        byPointer(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && byPointer(event)}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onLostPointerCapture={letGo}
      onBlur={letGo}
      onKeyDown={(event) => {
        if (disabled || !(event.key in KEYS)) return;
        event.preventDefault();
        if (event.repeat) return;
        held.current.add(event.key);
        byKeys();
      }}
      onKeyUp={(event) => held.current.delete(event.key) && byKeys()}
    >
      <span style={{ transform: `translate(${x * 70}%, ${-y * 70}%)` }} />
    </div>
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;
