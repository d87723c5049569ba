/**
 * A duration for people, in its two largest units: `40 s`, `3 min 12 s`, `2 h 5 min`, `4 d 1 h`. Less than a second, and what
 * is no duration, is `0 s`.
 *
 * @param unitCount How many units, from the largest one on. Default 2.
 *
 * @example
 * describeDuration(192_000); // '3 min 12 s'
 * describeDuration(192_000, 1); // '3 min'
 */
export function describeDuration(durationMs: number, unitCount = 2): string {
  const seconds = Number.isFinite(durationMs) ? Math.max(0, Math.floor(durationMs / 1000)) : 0;
  const first = units.findIndex(({ inSeconds }) => seconds >= inSeconds);
  if (first < 0) return '0 s';
  let left = seconds;
  const parts = units.slice(first, first + unitCount).map(({ name, inSeconds }) => {
    const count = Math.floor(left / inSeconds);
    left -= count * inSeconds;
    return { count, name };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ count, name }) => `${count} ${name}`)
    .join(' ');
}

const units = [
  { name: 'd', inSeconds: 86_400 },
  { name: 'h', inSeconds: 3_600 },
  { name: 'min', inSeconds: 60 },
  { name: 's', inSeconds: 1 },
] as const;
