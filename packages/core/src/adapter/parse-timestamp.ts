/** A time as a provider wrote it, in the form of the model. */
export interface ParsedTimestamp {
  /** ISO 8601 in UTC with milliseconds. */
  readonly iso: string;
  /** Whether the text had no zone and the assumed one was used. */
  readonly isZoneAssumed: boolean;
}

const isoTimestamp =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads an ISO 8601 time with or without zone and with up to nine digits of fraction, which is cut to milliseconds. A time
 * without zone would be read in the zone of this machine by `Date`; here it is read in `assumedZone`.
 *
 * @param assumedZone An offset, `Z` or `+02:00`. Default `Z`.
 * @returns undefined for a text that is no such time.
 *
 * @example
 * parseTimestamp('2026-04-28T10:30:00.000000'); // { iso: '2026-04-28T10:30:00.000Z', isZoneAssumed: true }
 */
export function parseTimestamp(text: string, assumedZone = 'Z'): ParsedTimestamp | undefined {
  const match = isoTimestamp.exec(text.trim());
  if (match === null) return undefined;
  const [, date = '', time, fraction = '', zone] = match;
  if (!isCalendarDay(date)) return undefined;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const offset = (zone ?? assumedZone).toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const moment = Date.parse(`${date}T${time}.${milliseconds}${offset}`);
  if (Number.isNaN(moment)) return undefined;
  const iso = new Date(moment).toISOString();
  return hasFourDigitYear(iso) ? { iso, isZoneAssumed: zone === undefined } : undefined;
}

/** Whether a text can be the `assumedZone` of {@link parseTimestamp}. */
export function isZone(text: string): boolean {
  return /^(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(text);
}

/** What {@link isZone} expects, for messages. */
export const zoneExpectation = '"Z" or an offset such as "+02:00"';

/** `Date` rolls February 30 over into March. */
function isCalendarDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

/** An offset can carry the last hour of the year 9999 into one that is written with a sign and six digits. */
function hasFourDigitYear(iso: string): boolean {
  return /^\d{4}-/.test(iso);
}
