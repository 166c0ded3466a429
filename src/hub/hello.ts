import { isIP } from 'node:net';
import { BOOTS_PER_BOARD } from '../store/store.ts';
import { isName, isObject, type Json, type JsonObject, limits } from '../wire/index.ts';
import { type ArgumentInfo, argumentOf, isText, own, UNIT_LENGTH } from './arguments.ts';
import { type ProgramInfo, programInfoOf } from './programs/info.ts';

export const helloLimits = {
  /** UTF-16 units of a board's name, of a boot id, of what speaks and of a unit. */
  name: 64,
  boot: limits.bootLength,
  library: 64,
  unit: UNIT_LENGTH,
  /** Of why it started. A sentence. */
  reset: 200,
  /** Other boot ids: with the session's own as many as a store keeps numbers of. */
  boots: BOOTS_PER_BOARD - 1,
  /** Commands that a board announces. More than a person looks through; metrics are as many as a sample has. */
  commands: 64,
  metrics: limits.metrics,
  /** Controls that a board announces: more than its timers and a person's hands. */
  controls: 16,
  /** Milliseconds of a lease. Below, renewing it is all that the air carries; above, it is no control that stops by itself. */
  lease: { least: 50, most: 60_000 },
} as const;

/** Argument → what it can be; a command without `args` takes what it is given. */
export interface CommandInfo {
  args?: Record<string, ArgumentInfo>;
}

/** A control that a board announces: what its setpoints are, and how long one holds. */
export interface ControlInfo extends CommandInfo {
  /** Milliseconds that a setpoint holds, if no newer one comes. */
  lease: number;
}

/** What a board says of itself. */
export interface Hello {
  board: string;
  boot: string;
  library: string | undefined;
  boots: string[];
  /** Milliseconds. */
  keepalive: number | undefined;
  dropped: { samples: number; logs: number };
  reset: string | undefined;
  commands: Record<string, CommandInfo> | undefined;
  controls: Record<string, ControlInfo> | undefined;
  /** Metric → unit. */
  units: ReadonlyMap<string, string> | undefined;
  program: ProgramInfo | undefined;
}

/** Reads the parameters of a hello. @returns what is wrong with them as a sentence, for the program at the other end */
export function helloOf(params: Json[] | JsonObject | undefined): Hello | string {
  try {
    return new Reading(params).hello();
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    throw error;
  }
}

/** What a field must be is said where it is read; it ends the reading. */
class Wrong extends Error {}

class Reading {
  readonly #params: JsonObject;

  constructor(params: Json[] | JsonObject | undefined) {
    if (!isObject(params)) throw new Wrong('hello takes its parameters by name');
    this.#params = params;
  }

  hello(): Hello {
    const boot = this.#boot('boot', this.#get('boot'));
    return {
      board: this.#board(),
      boot,
      boots: this.#boots(boot),
      library: this.#text('library', helloLimits.library),
      keepalive: this.#keepalive(),
      dropped: this.#dropped(),
      reset: this.#text('reset', helloLimits.reset),
      commands: this.#commands(),
      controls: this.#controls(),
      units: this.#units(),
      program: programInfoOf(this.#get('program')),
    };
  }

  /** Null is as good as nothing: MicroPython's json writes None so. */
  #get(field: string): Json | undefined {
    return own(this.#params, field);
  }

  #board(): string {
    const name = this.#get('board');
    const fault = boardNameFault(name);
    if (fault !== undefined) throw new Wrong(fault);
    return name as string;
  }

  #boot(field: string, value: Json | undefined): string {
    if (isText(value, helloLimits.boot)) return value;
    throw new Wrong(`${field}: an id of 1 to ${helloLimits.boot} characters, without control characters`);
  }

  #boots(boot: string): string[] {
    const value = this.#get('boots') ?? [];
    if (!Array.isArray(value) || value.length > helloLimits.boots)
      throw new Wrong(`boots: an array of at most ${helloLimits.boots} boot ids`);
    const boots = new Set(value.map((one) => this.#boot('boots', one)));
    boots.delete(boot);
    return [...boots];
  }

  #text(field: string, longest: number): string | undefined {
    const value = this.#get(field);
    if (value === undefined || value === '') return undefined;
    if (isText(value, longest)) return value;
    throw new Wrong(`${field}: text of at most ${longest} characters, without control characters`);
  }

  #keepalive(): number | undefined {
    const value = this.#get('keepalive');
    if (value === undefined || (typeof value === 'number' && value > 0)) return value;
    throw new Wrong('keepalive: a number of milliseconds');
  }

  #dropped(): { samples: number; logs: number } {
    const counts = droppedOf(this.#get('dropped') ?? {});
    if (counts) return counts;
    throw new Wrong('dropped: an object with whole numbers samples and logs');
  }

  #units(): ReadonlyMap<string, string> | undefined {
    const units = new Map<string, string>();
    for (const [metric, info] of this.#entries('metrics', helloLimits.metrics)) {
      if (!isName(metric, limits.nameLength)) throw new Wrong(`metrics: "${metric}" is not a metric's name`);
      const unit = own(info, 'unit');
      if (unit === undefined || unit === '') continue;
      if (!isText(unit, helloLimits.unit))
        throw new Wrong(`metrics.${metric}.unit: text of at most ${helloLimits.unit} characters`);
      units.set(metric, unit);
    }
    return units.size > 0 ? units : undefined;
  }

  #commands(): Record<string, CommandInfo> | undefined {
    const offers = this.#offers('commands', helloLimits.commands);
    return offers.length === 0
      ? undefined
      : Object.fromEntries(offers.map(({ name, offer }) => [name, offer]));
  }

  #controls(): Record<string, ControlInfo> | undefined {
    const offers = this.#offers('controls', helloLimits.controls);
    if (offers.length === 0) return undefined;
    const { least, most } = helloLimits.lease;
    return Object.fromEntries(
      offers.map(({ name, info, offer }) => {
        const lease = own(info, 'lease');
        if (typeof lease !== 'number' || !(lease >= least && lease <= most))
          throw new Wrong(`controls.${name}.lease: milliseconds, ${least} to ${most}`);
        return [name, { ...offer, lease: Math.floor(lease) }];
      }),
    );
  }

  /** What a board offers by name: each with its arguments, where it says which it takes. */
  #offers(field: 'commands' | 'controls', most: number) {
    return this.#entries(field, most).map(([name, info]) => {
      if (!isText(name, helloLimits.name) || name.startsWith('$'))
        throw new Wrong(
          `${field}: "${name}" is not a ${field === 'commands' ? 'command' : 'control'}'s name`,
        );
      const args = own(info, 'args');
      if (args === undefined) return { name, info, offer: {} };
      if (!isObject(args)) throw new Wrong(`${field}.${name}.args: an object`);
      const infos: Record<string, ArgumentInfo> = Object.fromEntries(
        Object.entries(args).map(([arg, value]) => [arg, this.#argument(`${field}: ${name}.${arg}`, value)]),
      );
      return { name, info, offer: { args: infos } };
    });
  }

  #argument(where: string, value: Json): ArgumentInfo {
    const argument = argumentOf(where, value);
    if (typeof argument === 'string') throw new Wrong(argument);
    return argument;
  }

  #entries(field: string, most: number): [string, JsonObject][] {
    const value = this.#get(field) ?? {};
    if (!isObject(value)) throw new Wrong(`${field}: an object`);
    const entries = Object.entries(value);
    if (entries.length > most) throw new Wrong(`${field}: at most ${most}`);
    return entries.map(([name, info]) => {
      if (!isObject(info)) throw new Wrong(`${field}.${name}: an object`);
      return [name, info];
    });
  }
}

/** What is wrong with a board's name, as a sentence for programs; undefined when nothing is. */
export function boardNameFault(name: Json | undefined): string | undefined {
  if (!isText(name, helloLimits.name))
    return `board: a name of 1 to ${helloLimits.name} characters, without control characters`;
  // Plain peers go by their IP address, and `$` is the protocol's.
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return 'board: a name, not an IP address';
  return name.startsWith('$') ? 'board: a name does not begin with $' : undefined;
}

/** What a board says it had to drop, whole numbers; undefined when that is none. */
export function droppedOf(value: Json): { samples: number; logs: number } | undefined {
  if (!isObject(value)) return undefined;
  const counts = { samples: own(value, 'samples') ?? 0, logs: own(value, 'logs') ?? 0 };
  const isCount = (one: Json): one is number =>
    typeof one === 'number' && Number.isSafeInteger(one) && one >= 0;
  const { samples, logs } = counts;
  return isCount(samples) && isCount(logs) ? { samples, logs } : undefined;
}
