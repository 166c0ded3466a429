import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges of prom-client that are called as counters are: `promtool check metrics` finds fault with them. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

let registry: Registry | undefined;

/** The process's own: memory, processor, how late its event loop is. */
export function processRegistry(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}
