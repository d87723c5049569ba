/** How times of day are told. */
export const clockWords = ['utc', 'local'] as const;

/** The time of day, always with its zone: `12:03:07Z`, or with the offset of where we are: `14:03:07+02:00`. */
export function formatClock(
  at: number,
  { isLocalTime = false }: { readonly isLocalTime?: boolean | undefined },
): string {
  const offsetMinutes = isLocalTime ? -new Date(at).getTimezoneOffset() : 0;
  const time = new Date(at + offsetMinutes * 60_000).toISOString().slice(11, 19);
  return time + (isLocalTime ? toOffset(offsetMinutes) : 'Z');
}

function toOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}
