import { useSignal } from '@preact/signals';
import type { ArgumentInfo } from '../../src/hub/arguments.ts';
import { t } from '../lang/lang.ts';
import { boardNamed } from '../state/boards.ts';
import { run, type Told } from '../state/commands.ts';
import { reportedBy } from '../state/reported.ts';
import { role } from '../state/socket.ts';
import { Argument } from './argument.tsx';

interface SwitchProps {
  board: string;
  command: string;
  arg: string;
  info: ArgumentInfo;
}

/** A command that takes nothing but on or off. It shows what the board said last, whoever switched it, and that it does not know. */
export function Switch({ board, command, arg, info }: SwitchProps) {
  const told = useSignal<Told | undefined>(undefined);
  const pressed = useSignal<{ value: boolean; after: number } | undefined>(undefined);
  const reported = () => reportedBy(boardNamed(board)?.card.value, command, arg);
  const isPressed = pressed.value !== undefined && (reported()?.at ?? 0) <= pressed.value.after;
  const value = isPressed ? pressed.value?.value : reported()?.value;
  const press = async (wanted: boolean) => {
    pressed.value = { value: wanted, after: Number.POSITIVE_INFINITY };
    told.value = { state: 'sending', text: t('sending') };
    told.value = await run(board, command, { [arg]: wanted });
    // Done: it stands until the board has said something newer.
    pressed.value = told.value.state === 'done' ? { value: wanted, after: reported()?.at ?? 0 } : undefined;
  };
  return (
    <form class="control" aria-label={command} onSubmit={(event) => event.preventDefault()}>
      <h3>{command}</h3>
      <Argument
        id={`${command}-${arg}`}
        name={arg}
        info={info}
        value={value}
        disabled={role.value !== 'operator' || told.value?.state === 'sending'}
        onChange={(wanted) => void press(wanted === true)}
      />
      <p class={`outcome is-${told.value?.state ?? 'none'}`} role="status">
        {told.value?.text ?? (value === undefined ? t('stateUnknown') : '')}
      </p>
    </form>
  );
}
