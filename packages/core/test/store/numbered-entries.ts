import type { RowEntry } from '../../src/store/store.ts';
import { toRowEntry } from './sample-entries.ts';

/** The entry of a number: its key, and a text of a length of its own. */
export function toNumberedEntry(number: number): RowEntry {
  const entry = toRowEntry(`acme/${number}`, number);
  return { ...entry, row: { ...entry.row, memo: `${number}é`.repeat((number * 7919) % 400) } };
}
