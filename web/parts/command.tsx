import { useSignal } from '@preact/signals';
import type { ArgumentInfo } from '../../src/hub/arguments.ts';
import type { CommandStatus } from '../../src/hub/presence-info.ts';
import type { Json } from '../../src/wire/index.ts';
import { t } from '../lang/lang.ts';
import { run, type Told } from '../state/commands.ts';
import { role } from '../state/socket.ts';
import { Argument, firstValue } from './argument.tsx';
import { Switch } from './switch.tsx';

interface CommandProps {
  board: string;
  command: string;
  /** Without `args` it takes what it is given. */
  status: CommandStatus;
}

/** One command: a switch of its own where all it takes is on or off, else its fields and a button; and what became of the last press. */
export function Command({ board, command, status }: CommandProps) {
  const [[arg, info] = [], ...more] = Object.entries(status.args ?? {});
  return arg !== undefined && info?.type === 'bool' && !info.optional && more.length === 0 ? (
    <Switch board={board} command={command} arg={arg} info={info} />
  ) : (
    <CommandForm board={board} command={command} status={status} />
  );
}

function CommandForm({ board, command, status: { args, last } }: CommandProps) {
  const names = Object.keys(args ?? {});
  const entered = useSignal<Record<string, Json | undefined>>({});
  const told = useSignal<Told | undefined>(undefined);
  const disabled = role.value !== 'operator';
  // What was entered here, else what it ran with last, else what its argument begins with.
  const givenOf = (name: string): Json | undefined => {
    if (Object.hasOwn(entered.value, name)) return entered.value[name];
    return last?.args[name] ?? firstValue(args?.[name] as ArgumentInfo);
  };
  const press = async () => {
    told.value = { state: 'sending', text: t('sending') };
    const given = args ? Object.fromEntries(names.map((name) => [name, givenOf(name)])) : entered.value;
    told.value = await run(board, command, given);
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
          info={args?.[name] as ArgumentInfo}
          value={givenOf(name)}
          disabled={disabled}
          onChange={(value) => {
            entered.value = { ...entered.value, [name]: value };
          }}
        />
      ))}
      {args === undefined && (
        <details>
          <summary>{t('withArguments')}</summary>
          <Argument
            id={`${command}-args`}
            name={t('argumentsJson')}
            info={{ type: 'json', optional: true }}
            value={undefined}
            disabled={disabled}
            onChange={(value) => {
              entered.value =
                typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
            }}
          />
        </details>
      )}
      <button type="submit" disabled={disabled || told.value?.state === 'sending'}>
        {t('run')}
      </button>
      <p class={`outcome is-${told.value?.state ?? 'none'}`} role="status">
        {told.value?.text}
      </p>
    </form>
  );
}
