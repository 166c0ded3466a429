import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ArgumentInfo } from '../../src/hub/arguments.ts';
import type { ControlStatus } from '../../src/hub/controls.ts';
import type { Json, JsonObject } from '../../src/wire/index.ts';
import { leaseEnd, t } from '../lang/lang.ts';
import { role } from '../state/socket.ts';
import { Hand } from '../state/steering.ts';
import { Argument, firstValue } from './argument.tsx';
import { Joystick } from './joystick.tsx';

interface SteeringProps {
  board: string;
  control: string;
  status: ControlStatus;
}

/** One control: a joystick where it takes two numbers that go both ways, else its fields, which steer from the first change until they are stopped. */
export function Steering({ board, control, status }: SteeringProps) {
  const hand = useMemo(() => new Hand(board, control), [board, control]);
  const disabled = role.value !== 'operator';
  const args = status.args ?? {};
  const pair = pairOf(args);
  const trouble = hand.trouble.value;
  const isHeld = trouble?.code === 'HELD';
  const ended = status.ended;
  const says = hand.isSteering.value
    ? t('youSteer', { ms: status.lease })
    : (trouble?.message ??
      (status.holder
        ? t('heldBy', { who: status.holder })
        : ended
          ? t('endedBecause', { why: leaseEnd(ended, board) })
          : t('nobodySteers')));
  return (
    <fieldset class="control" aria-label={control}>
      <h3>{control}</h3>
      {pair ? (
        <Joystick
          label={control}
          disabled={disabled}
          onMove={(x, y) => hand.steer(setpointOf(pair, args, x, y))}
          onLetGo={() => hand.letGo()}
        />
      ) : (
        <Fields args={args} control={control} hand={hand} disabled={disabled} />
      )}
      <p class="outcome" role="status">
        {says}
      </p>
      {isHeld && !disabled && (
        <button type="button" onClick={() => hand.steer(stillOf(args), true)}>
          {t('takeOver')}
        </button>
      )}
      {hand.isSteering.value && (
        <button type="button" class="stop" onClick={() => hand.letGo()}>
          {t('stop')}
        </button>
      )}
    </fieldset>
  );
}

function Fields({
  args,
  control,
  hand,
  disabled,
}: {
  args: Record<string, ArgumentInfo>;
  control: string;
  hand: Hand;
  disabled: boolean;
}) {
  const values = useSignal<Record<string, Json | undefined>>({});
  // What is not steered stands still, whatever it was set to before.
  const shown = hand.isSteering.value ? values.value : stillOf(args);
  const set = (name: string, value: Json | undefined) => {
    values.value = { ...shown, [name]: value };
    hand.steer(given(values.value));
  };
  return (
    <>
      {Object.entries(args).map(([name, info]) => (
        <Argument
          key={name}
          id={`${control}-${name}`}
          name={name}
          info={info}
          value={shown[name]}
          disabled={disabled}
          onChange={(value) => set(name, value)}
        />
      ))}
    </>
  );
}

/** The arguments for "forward" and "to the right"; `left` and `right` are two wheels. */
type Pair = { forward: string; right: string; areWheels: boolean };

function pairOf(args: Record<string, ArgumentInfo>): Pair | undefined {
  const names = Object.keys(args);
  const [first, second] = names;
  if (names.length !== 2 || first === undefined || second === undefined) return undefined;
  if (!names.every((name) => goesBothWays(args[name] as ArgumentInfo))) return undefined;
  if (names.includes('left') && names.includes('right'))
    return { forward: 'left', right: 'right', areWheels: true };
  const right = names.find((name) => /turn|steer|angular|yaw|pan|^x$|^w$/i.test(name)) ?? first;
  return { forward: right === first ? second : first, right, areWheels: false };
}

const goesBothWays = ({ type, min, max }: ArgumentInfo): boolean =>
  (type === 'int' || type === 'float') && (min ?? 0) < 0 && (max ?? 0) > 0;

function setpointOf(
  { forward, right, areWheels }: Pair,
  args: Record<string, ArgumentInfo>,
  x: number,
  y: number,
): JsonObject {
  const [f, r] = areWheels ? [y + x, y - x] : [y, x];
  return {
    [forward]: scaled(args[forward] as ArgumentInfo, f),
    [right]: scaled(args[right] as ArgumentInfo, r),
  };
}

/** −1 to 1, onto what the argument takes. */
function scaled({ type, min = -1, max = 1 }: ArgumentInfo, share: number): number {
  const bound = Math.min(Math.max(share, -1), 1);
  const value = bound < 0 ? -bound * min : bound * max;
  return type === 'int' ? Math.round(value) : Math.round(value * 1_000) / 1_000;
}

const stillOf = (args: Record<string, ArgumentInfo>): JsonObject =>
  given(Object.fromEntries(Object.entries(args).map(([name, info]) => [name, firstValue(info)])));

const given = (values: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
