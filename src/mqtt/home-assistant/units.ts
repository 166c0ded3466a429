/** Units as Home Assistant writes them, and what is measured in them (its "device class", which takes these units alone). */

/** SenML's symbols (RFC 8428 section 12.1) where Home Assistant has others. */
const SYMBOLS: Record<string, string> = {
  Cel: '°C',
  degC: '°C',
  C: '°C',
  F: '°F',
  '%RH': '%',
  lux: 'lx',
  'm/s2': 'm/s²',
  ohm: 'Ω',
  Ohm: 'Ω',
};

const CLASSES: Record<string, string> = {
  '°C': 'temperature',
  '°F': 'temperature',
  K: 'temperature',
  V: 'voltage',
  mV: 'voltage',
  A: 'current',
  mA: 'current',
  W: 'power',
  kW: 'power',
  lx: 'illuminance',
  Pa: 'pressure',
  hPa: 'pressure',
  kPa: 'pressure',
  bar: 'pressure',
  Hz: 'frequency',
  dBm: 'signal_strength',
  dB: 'signal_strength',
  mm: 'distance',
  cm: 'distance',
  m: 'distance',
  km: 'distance',
  'm/s': 'speed',
  'km/h': 'speed',
  g: 'weight',
  kg: 'weight',
  ms: 'duration',
  s: 'duration',
  min: 'duration',
  h: 'duration',
};

export interface Measured {
  unit_of_measurement?: string;
  device_class?: string;
}

/** @param unit as the board names it */
export function measuredIn(unit: string | undefined): Measured {
  if (unit === undefined || unit === '' || unit === '1') return {};
  const symbol = SYMBOLS[unit] ?? unit;
  const is = unit === '%RH' ? 'humidity' : CLASSES[symbol];
  return { unit_of_measurement: symbol, ...(is !== undefined && { device_class: is }) };
}
