import type { MigrationProgress } from '@migration-status/core';

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A duration in its largest unit: `40 s`, `3 min`. */
export function toDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const [name, size] = units.find(([, inSeconds]) => seconds >= inSeconds) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${name}`;
}

/** How long ago a time was: `40 s ago`. */
export function toAgo(time: string, now: number): string {
  const ageMs = now - Date.parse(time);
  return ageMs < 5_000 ? 'just now' : `${toDuration(ageMs)} ago`;
}

/** A time as people write it where they are, to the second. */
export function toClockTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Progress in words: `37 %`, `1,204 of 3,250 users`, `1,204 users`; empty where nothing is known. */
export function toProgressWords(progress: MigrationProgress | undefined): string {
  const { percent, completed, total, failed, unit } = progress ?? {};
  const counts =
    completed !== undefined && total !== undefined
      ? `${completed.toLocaleString()} of ${total.toLocaleString()}`
      : (completed ?? total)?.toLocaleString();
  const counted = counts === undefined ? undefined : [counts, unit].filter(Boolean).join(' ');
  const share = percent === undefined ? undefined : `${Math.round(percent)} %`;
  const missed = failed ? `${failed.toLocaleString()} failed` : undefined;
  return [share, counted, missed].filter(Boolean).join(', ');
}
