import type { JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { type Skips, skip } from './reasons.ts';
import { MAX_TIME, put, type Sample, type Value } from './sample.ts';

/** RFC 8428 section 4.5.1: letters, digits and `- : . / _`, beginning with a letter or digit. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;

/** RFC 8428 section 4.5.3: a time below 2**28 seconds is relative to now. */
const ABSOLUTE_FROM = 2 ** 28;

/** The highest version that RFC 8428 (section 4.4) defines. */
const VERSION = 10;

const TEXT_FIELDS = ['bn', 'bu', 'n', 'u', 'vs', 'vd'];
const NUMBER_FIELDS = ['bt', 'bv', 'bs', 'bver', 'v', 's', 't', 'ut'];

/**
 * Resolves a SenML pack (RFC 8428 section 4.6): base fields apply from their record on, records of one time become one
 * sample. A sum `s` becomes the metric `NAME.sum` with the unit `UNITs`, data `vd` stays base64url text.
 * @returns undefined when the pack as a whole is not allowed: a field of a wrong type, a version above 10, a
 *   field ending in `_` (must be understood, section 4.4)
 */
export function senmlOf(records: readonly JsonObject[], skips: Skips): Sample[] | undefined {
  const samples: Sample[] = [];
  const byTime = new Map<number, Sample>();
  const base = { name: '', time: 0, unit: '', value: 0, sum: 0 };
  let metrics = 0;
  for (const record of records) {
    if (!isAllowed(record)) return undefined;
    base.name = text(record, 'bn') ?? base.name;
    base.unit = text(record, 'bu') ?? base.unit;
    base.time = number(record, 'bt') ?? base.time;
    base.value = number(record, 'bv') ?? base.value;
    base.sum = number(record, 'bs') ?? base.sum;

    const entries = entriesOf(record, base);
    if (entries.length === 0) continue; // base fields only
    const name = base.name + (text(record, 'n') ?? '');
    const unit = text(record, 'u') ?? base.unit;
    const time = base.time + (number(record, 't') ?? 0);
    if (!NAME.test(name)) {
      skip(skips, 'BAD_NAME');
      continue;
    }
    if (!(Math.abs(time * 1000) <= MAX_TIME)) {
      skip(skips, 'BAD_VALUE');
      continue;
    }
    for (const [suffix, value] of entries) {
      if (++metrics > limits.metrics) {
        skip(skips, 'TOO_MANY_METRICS');
        continue;
      }
      const sample = sampleAt(time, name + suffix, byTime, samples);
      const reason = put(sample.values, name + suffix, value);
      if (reason) skip(skips, reason);
      if (reason || !unit) continue;
      sample.units ??= new Map();
      sample.units.set(name + suffix, suffix ? `${unit}s` : unit);
    }
  }
  return samples.filter((sample) => sample.values.size > 0);
}

function entriesOf(record: JsonObject, base: { value: number; sum: number }): [string, Value][] {
  const entries: [string, Value][] = [];
  const v = number(record, 'v');
  const plain =
    text(record, 'vs') ?? text(record, 'vd') ?? (Object.hasOwn(record, 'vb') ? record.vb : undefined);
  if (v !== undefined) entries.push(['', base.value + v]);
  else if (typeof plain === 'string' || typeof plain === 'boolean') entries.push(['', plain]);
  const s = number(record, 's');
  if (s !== undefined) entries.push(['.sum', base.sum + s]);
  return entries;
}

/** The sample of this time that does not have the metric yet: a metric twice at one time is two samples. */
function sampleAt(time: number, name: string, byTime: Map<number, Sample>, samples: Sample[]): Sample {
  const known = byTime.get(time);
  if (known && !known.values.has(name)) return known;
  const sample: Sample = { values: new Map() };
  const ms = Math.round(time * 1000);
  if (time >= ABSOLUTE_FROM) sample.t = ms;
  else if (ms !== 0) sample.relative = ms;
  byTime.set(time, sample);
  samples.push(sample);
  return sample;
}

/** A null stands where a bare NaN was, or was written: the field is then absent. */
function isAllowed(record: JsonObject): boolean {
  for (const field of Object.keys(record)) {
    const value = record[field];
    if (field.endsWith('_')) return false;
    if (value === null) continue;
    if (TEXT_FIELDS.includes(field) && typeof value !== 'string') return false;
    if (NUMBER_FIELDS.includes(field) && typeof value !== 'number') return false;
    if (field === 'vb' && typeof value !== 'boolean') return false;
  }
  return (number(record, 'bver') ?? VERSION) <= VERSION;
}

function text(record: JsonObject, field: string): string | undefined {
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function number(record: JsonObject, field: string): number | undefined {
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  return typeof value === 'number' ? value : undefined;
}
