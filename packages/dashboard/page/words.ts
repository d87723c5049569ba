/** A time as people write it where they are, to the second. */
export function toClockTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The same for where there is little room: without the day, if that is today. */
export function toShortTime(time: string): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleDateString(undefined, { dateStyle: 'medium' });
}
