/** The course of a value without axes: where it has been, beside what it is. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return <svg class="sparkline" aria-hidden="true" />;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const height = most - least || 1;
  const points = values.map(
    (value, i) =>
      `${((i / (values.length - 1)) * 100).toFixed(1)},${(28 - ((value - least) / height) * 26 - 1).toFixed(1)}`,
  );
  return (
    <svg class="sparkline" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
