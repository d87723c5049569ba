/**
 * Whether an HTTP status can be the word for a state. A provider that refuses or fails says nothing about the migration, whatever a
 * table says.
 */
export function isStatusWord(word: string): boolean {
  return /^[234]\d\d$/.test(word) && !['401', '403', '408', '425', '429'].includes(word);
}

/** What {@link isStatusWord} expects, for messages. */
export const statusWordExpectation =
  'an HTTP status that is neither a refusal (401, 403, 408, 425, 429) nor an outage (5xx)';

/** The same of a whole table. */
export const statusWordsExpectation =
  'a table of HTTP statuses that are neither refusals (401, 403, 408, 425, 429) nor outages (5xx)';
