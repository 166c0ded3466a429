import { useSignal } from '@preact/signals';
import type { ArgumentInfo } from '../../src/hub/arguments.ts';
import type { Json } from '../../src/wire/index.ts';
import { t } from '../lang/lang.ts';
import { run, type Told } from '../state/commands.ts';
import { role } from '../state/socket.ts';
import { Argument, firstValue } from './argument.tsx';

interface CommandProps {
  board: string;
  command: string;
  args: Record<string, ArgumentInfo>;
  /** It has announced no arguments, and takes what it is given. */
  takesAnything: boolean;
}

/** One command: a switch of its own where all it takes is on or off, else its fields and a button; and what became of the last press. */
export function CommandForm({ board, command, args, takesAnything }: CommandProps) {
  const names = Object.keys(args);
  const values = useSignal<Record<string, Json | undefined>>(
    Object.fromEntries(names.map((name) => [name, firstValue(args[name] as ArgumentInfo)])),
  );
  const told = useSignal<Told | undefined>(undefined);
  const disabled = role.value !== 'operator';
  const isSwitch = names.length === 1 && args[names[0] as string]?.type === 'bool';
  const press = async (): Promise<Told['state']> => {
    told.value = { state: 'sending', text: t('sending') };
    told.value = await run(board, command, values.value);
    return told.value.state;
  };
  const set = async (name: string, value: Json | undefined) => {
    const before = values.value;
    values.value = { ...before, [name]: value };
    if (!isSwitch) return;
    const state = await press();
    // A switch shows what the board was told to do and does; of an unknown end nobody can say.
    if (state === 'failed' || state === 'expired') values.value = before;
  };
  return (
    <form
      class="control"
      aria-label={command}
      onSubmit={(event) => {
        event.preventDefault();
        void press();
      }}
    >
      <h3>{command}</h3>
      {names.map((name) => (
        <Argument
          key={name}
          id={`${command}-${name}`}
          name={name}
          info={args[name] as ArgumentInfo}
          value={values.value[name]}
          disabled={disabled || (isSwitch && told.value?.state === 'sending')}
          onChange={(value) => void set(name, value)}
        />
      ))}
      {takesAnything && (
        <details>
          <summary>{t('withArguments')}</summary>
          <Argument
            id={`${command}-args`}
            name={t('argumentsJson')}
            info={{ type: 'json', optional: true }}
            value={undefined}
            disabled={disabled}
            onChange={(value) => {
              values.value =
                typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
            }}
          />
        </details>
      )}
      {!isSwitch && (
        <button type="submit" disabled={disabled || told.value?.state === 'sending'}>
          {t('run')}
        </button>
      )}
      <p class={`outcome is-${told.value?.state ?? 'none'}`} role="status">
        {told.value?.text}
      </p>
    </form>
  );
}
