import { expect, test } from 'vitest';
import { Dice } from '../../src/lab/dice.ts';
import { plan } from '../../src/lab/plan.ts';
import { EXCHANGE, positions } from '../../src/lab/scenarios/cuts.ts';
import { FILE_BYTES, TEARS, tearsAt } from '../../src/lab/scenarios/flash.ts';
import { scenarios } from '../../src/lab/scenarios/index.ts';

test('a round has every scenario, and every scenario has seeds that follow one another', () => {
  const runs = plan({ runs: 300, seed: 40 });
  const seeds = new Map<string, number[]>();
  for (const { scenario, seed } of runs)
    seeds.set(scenario.name, [...(seeds.get(scenario.name) ?? []), seed]);
  expect([...seeds.keys()].sort()).toEqual(scenarios.map(({ name }) => name).sort());
  for (const list of seeds.values()) expect(list).toEqual(list.map((_, i) => 40 + i));
});

test('a failed run is found again by its scenario and its seed', () => {
  const again = plan({ runs: 1, seed: 43, scenario: 'storm' });
  expect(again.map(({ scenario, seed }) => [scenario.name, seed])).toEqual([['storm', 43]]);
  expect(() => plan({ runs: 1, seed: 1, scenario: 'storms' })).toThrow('There is no scenario "storms"');
});

test('a program of the user is put on boards that have the library alone', () => {
  const runs = plan({ runs: 300, seed: 40, main: 'pass' });
  expect(runs.filter(({ scenario }) => scenario.name.startsWith('mqtt'))).toEqual([]);
  expect(() => plan({ runs: 1, seed: 1, scenario: 'mqtt-cuts', main: 'pass' })).toThrow('--program');
});

test('a seed writes the same script every time, and another one another', () => {
  for (const { name, write } of scenarios) {
    const scriptOf = (seed: number) => JSON.stringify(write(new Dice(seed, name), seed));
    expect(scriptOf(5)).toBe(scriptOf(5));
    expect(scriptOf(5)).not.toBe(scriptOf(6));
  }
});

test('the sweeps come past every byte of an exchange in 2,000 runs', () => {
  const runs = plan({ runs: 2_000, seed: 12_345 });
  for (const direction of ['from-board', 'to-board'] as const) {
    const of = runs.filter(({ scenario }) => scenario.name === `cut-${direction}`);
    const seen = new Set(of.flatMap(({ seed }) => positions(direction, seed)));
    expect(seen.size).toBe(EXCHANGE[direction]);
  }
});

test('the power goes after every byte of a file of samples, and of what is done to it, in the runs of consecutive seeds', () => {
  const seen = new Set(Array.from({ length: FILE_BYTES / TEARS }, (_, i) => tearsAt(77 + i)).flat());
  expect(seen.size).toBe(FILE_BYTES);
});

test('every scenario is told of in both languages, in one line', async () => {
  const { setLanguage, language } = await import('../../src/language.ts');
  const before = language();
  try {
    for (const { describe } of scenarios) {
      setLanguage('en');
      const english = describe();
      setLanguage('zh');
      expect(describe()).toMatch(/^(?=.*\p{Script=Han})[^\n]+$/u);
      expect(english).toMatch(/^[^\n\p{Script=Han}]+$/u);
    }
  } finally {
    setLanguage(before);
  }
});
