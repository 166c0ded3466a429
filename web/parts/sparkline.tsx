import type { Trail } from '../state/trail.ts';

/** The course of a value without axes: where it has been, beside what it is. */
export function Sparkline({ trail }: { trail: Trail }) {
  const [first, last] = [trail[0], trail.at(-1)];
  if (!first || !last || trail.length < 2) return <svg class="sparkline" aria-hidden="true" />;
  const values = trail.map(([, value]) => value);
  const least = Math.min(...values);
  const height = Math.max(...values) - least;
  const points = trail.map(([t, value]) => {
    const x = ((t - first[0]) / (last[0] - first[0] || 1)) * 100;
    const y = height === 0 ? 14 : 27 - ((value - least) / height) * 26;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="sparkline" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
