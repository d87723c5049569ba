/** All three forms of an HTTP date. `Sun Nov  6 08:49:37 1994` names no zone and means GMT. */
const httpDate = /^[a-z]{3,9},? [\w -]+ \d{2}:\d{2}:\d{2} (?:GMT|\d{4})$/i;

/**
 * Reads a `Retry-After` header: seconds (`120`) or an HTTP date (`Wed, 21 Oct 2026 07:28:00 GMT`).
 *
 * @param header The value of the header; null when it is absent.
 * @param wallTime The wall clock in epoch milliseconds, which a date is compared with. Default `Date.now()`.
 * @returns Milliseconds from now, 0 for a moment that has passed; undefined when there is no header or nothing can be read
 *   from it.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 *
 * @example
 * parseRetryAfter('3'); // 3000
 */
export function parseRetryAfter(header: string | null, wallTime: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  if (!httpDate.test(text)) return undefined;
  const moment = Date.parse(/GMT$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - wallTime);
}
