import { signal } from '@preact/signals';
import { locale, t } from '../lang/lang.ts';

/** Milliseconds by which two clocks may differ and be taken for one: what a slow link makes of it. */
const SAME_MS = 2_000;

let aheadMs = 0; // the hub's clock, of the browser's

/** Now by the hub's clock, in milliseconds since 1970: that is what everything else is timed by. */
export const hubNow = (): number => Date.now() + aheadMs;

/** The same, as often as what is said of it changes. */
export const now = signal(hubNow());

/** What the hub says that it is now. */
export function learnTime(hub: number): void {
  const ahead = hub - Date.now();
  aheadMs = Math.abs(ahead) > SAME_MS ? ahead : 0;
  now.value = hubNow();
}

setInterval(() => {
  now.value = hubNow();
}, 5_000);

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** How long ago, in words: "5 minutes ago". @param at milliseconds since 1970 */
export function ago(at: number): string {
  const seconds = Math.round((now.value - at) / 1_000);
  if (seconds < 5) return t('justNow');
  const [unit, size] = UNITS.find(([, one]) => seconds >= one) ?? UNITS[3];
  return new Intl.RelativeTimeFormat(locale.value).format(-Math.floor(seconds / size), unit);
}

export const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(locale.value, {
    timeStyle: 'medium',
    dateStyle: isOtherDay(at) ? 'short' : undefined,
  } as Intl.DateTimeFormatOptions).format(at);

const isOtherDay = (at: number): boolean =>
  new Date(at).toDateString() !== new Date(now.value).toDateString();

/** A length of time: "10 min". */
export const spanText = (count: number, unit: (typeof UNITS)[number][0]): string =>
  new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay: 'short' }).format(count);

/** Milliseconds in the largest unit that they are a whole number of: "90 sec", "5 min". */
export function lengthText(ms: number): string {
  const [unit, size] = UNITS.find(([, seconds]) => ms % (seconds * 1_000) === 0) ?? UNITS[3];
  return spanText(ms / size / 1_000, unit);
}

/** A value as a person reads it: three to four significant digits, units of SenML as one writes them. */
export function valueText(value: unknown, unit?: string): string {
  if (typeof value === 'boolean') return t(value ? 'on' : 'off');
  if (typeof value !== 'number') return String(value);
  const digits = Number.isInteger(value)
    ? { maximumFractionDigits: 0 }
    : { maximumSignificantDigits: Math.abs(value) >= 1_000 ? 6 : 4 };
  return (
    new Intl.NumberFormat(locale.value, digits).format(value) +
    (unit === undefined ? '' : ` ${unitText(unit)}`)
  );
}

export const unitText = (unit: string): string => UNIT_SIGNS[unit] ?? unit;

/** RFC 8428's names, where people write another sign. */
const UNIT_SIGNS: Partial<Record<string, string>> = {
  Cel: '°C',
  '%RH': '%',
  lx: 'lx',
  'm/s2': 'm/s²',
  'rad/s': 'rad/s',
  Ohm: 'Ω',
};
