/** What the facts mean. */
import type { Check, Finding } from './check.ts';
import { HOPS } from './check.ts';
import { boardChecks } from './checks/board.ts';
import { computerChecks } from './checks/computer.ts';
import { hubChecks } from './checks/hub.ts';
import { networkChecks } from './checks/network.ts';
import { usbChecks } from './checks/usb.ts';
import type { Facts } from './facts.ts';

export const CHECKS: readonly Check[] = [
  ...computerChecks,
  ...hubChecks,
  ...networkChecks,
  ...usbChecks,
  ...boardChecks,
];

export interface Diagnosis {
  /** The nearest hop first. */
  findings: Finding[];
  /** Ids of checks that could look, and of those that could not. */
  looked: string[];
  notLooked: string[];
}

export function diagnose(facts: Facts, checks: readonly Check[] = CHECKS): Diagnosis {
  const findings: Finding[] = [];
  const looked = new Set<string>();
  for (const one of checks) {
    const found = one.run(facts);
    if (!found) continue;
    looked.add(one.id);
    findings.push(...found);
  }
  findings.sort((a, b) => HOPS.indexOf(a.hop) - HOPS.indexOf(b.hop));
  const notLooked = [...new Set(checks.map(({ id }) => id))].filter((id) => !looked.has(id));
  return { findings, looked: [...looked], notLooked };
}
