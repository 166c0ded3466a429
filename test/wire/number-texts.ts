/** Random texts of numbers, the same ones each time. */

/** A generator of numbers in [0, 1), the same ones each time. Source: Vigna's and Steele's SplitMix, in 32 bits (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** The text of some number as a program may write it: short and long decimals, any double, exponents at the edges. */
export function numberText(next: () => number): string {
  const below = (end: number) => Math.floor(next() * end);
  const some = (count: number) => Array.from({ length: count }, () => below(10)).join('');
  const sign = next() < 0.3 ? '-' : '';
  const whole = () => (next() < 0.3 ? '0' : `${1 + below(9)}${some(below(next() < 0.8 ? 7 : 21))}`);
  const kind = next();
  if (kind < 0.35) return `${sign}${whole()}.${some(1 + below(next() < 0.8 ? 8 : 20))}`;
  if (kind < 0.5) return sign + whole();
  if (kind < 0.6) return `${sign}0.${'0'.repeat(below(25))}${some(1 + below(17))}`;
  if (kind < 0.8) {
    const exponent = below(next() < 0.7 ? 26 : 330);
    const fraction = next() < 0.5 ? `.${some(1 + below(17))}` : '';
    return `${sign}${whole()}${fraction}${next() < 0.5 ? 'e' : 'E'}${['', '+', '-'][below(3)]}${exponent}`;
  }
  bits.setUint32(0, below(2 ** 32));
  bits.setUint32(4, below(2 ** 32));
  const double = bits.getFloat64(0);
  if (!Number.isFinite(double)) return '-0';
  return kind < 0.9 ? String(double) : double.toPrecision(1 + below(21));
}
