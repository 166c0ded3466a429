import type { ArgumentInfo } from '../../src/hub/arguments.ts';
import type { Json } from '../../src/wire/index.ts';
import { unitText } from '../state/time.ts';

interface ArgumentProps {
  id: string;
  name: string;
  info: ArgumentInfo;
  value: Json | undefined;
  disabled: boolean;
  onChange(value: Json | undefined): void;
}

/** What an argument begins with. */
export function firstValue({ type, min, max, choices, optional }: ArgumentInfo): Json | undefined {
  if (optional) return undefined;
  if (choices) return choices[0];
  if (type === 'bool') return false;
  if (type === 'int' || type === 'float')
    return Math.min(Math.max(0, min ?? Number.NEGATIVE_INFINITY), max ?? Number.POSITIVE_INFINITY);
  return type === 'str' ? '' : null;
}

/** A field for one argument, by its type: switch, choice, slider, number, colour, text. */
export function Argument({ id, name, info, value, disabled, onChange }: ArgumentProps) {
  const { type, min, max, unit, choices } = info;
  const label = unit === undefined ? name : `${name} (${unitText(unit)})`;
  const common = { id, disabled };
  const text = typeof value === 'string' ? value : '';
  let field =
    type === 'json' ? (
      // What one types stays as it is: the value that it stands for may be written in other ways.
      <input {...common} type="text" onInput={({ currentTarget }) => onChange(parsed(currentTarget.value))} />
    ) : (
      <input
        {...common}
        type="text"
        value={text}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  if (choices) {
    field = (
      <select
        {...common}
        value={String(value)}
        onChange={({ currentTarget }) => onChange(choices[currentTarget.selectedIndex])}
      >
        {choices.map((choice) => (
          <option key={String(choice)}>{String(choice)}</option>
        ))}
      </select>
    );
  } else if (type === 'bool') {
    field = (
      <input
        {...common}
        type="checkbox"
        role="switch"
        aria-checked={value === true}
        checked={value === true}
        indeterminate={value === undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    );
  } else if (type === 'int' || type === 'float') {
    const step = type === 'int' ? 1 : 'any';
    const isSlider = min !== undefined && max !== undefined;
    const numbered = { ...common, min, max, value: value === undefined ? '' : Number(value) };
    field = (
      <span class="number">
        {isSlider && (
          <input
            {...numbered}
            type="range"
            step={type === 'int' ? 1 : (max - min) / 200}
            onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
          />
        )}
        <input
          {...numbered}
          id={isSlider ? `${id}-number` : id}
          aria-label={label}
          type="number"
          step={step}
          onInput={({ currentTarget }) =>
            onChange(Number.isNaN(currentTarget.valueAsNumber) ? undefined : currentTarget.valueAsNumber)
          }
        />
      </span>
    );
  } else if (type === 'str' && /colou?r/i.test(unit ?? name)) {
    field = (
      <input
        {...common}
        type="color"
        value={text || '#000000'}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  }
  return (
    <div class="argument">
      <label for={id}>{label}</label>
      {field}
    </div>
  );
}

function parsed(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
