const units = [
  { name: 'd', inSeconds: 86_400 },
  { name: 'h', inSeconds: 3_600 },
  { name: 'm', inSeconds: 60 },
  { name: 's', inSeconds: 1 },
] as const;

/** A duration in its two largest units, for a column: `8s`, `3m12s`, `2h05m`, `4d01h`. */
export function formatDuration(durationMs: number): string {
  const seconds = toSeconds(durationMs);
  const first = units.findIndex(({ inSeconds }) => seconds >= inSeconds);
  const [large, small] = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  if (large === undefined) return '0s';
  const count = `${Math.floor(seconds / large.inSeconds)}${large.name}`;
  if (small === undefined) return count;
  const rest = Math.floor((seconds % large.inSeconds) / small.inSeconds);
  return `${count}${String(rest).padStart(2, '0')}${small.name}`;
}

/** A duration in its largest unit alone, for an age: `8s`, `3m`, `2h`, `4d`. */
export function formatAge(durationMs: number): string {
  const seconds = toSeconds(durationMs);
  const { name, inSeconds } = units.find((unit) => seconds >= unit.inSeconds) ?? units[3];
  return `${Math.floor(seconds / inSeconds)}${name}`;
}

function toSeconds(durationMs: number): number {
  return Number.isFinite(durationMs) ? Math.max(0, Math.floor(durationMs / 1000)) : 0;
}
