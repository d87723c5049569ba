import type { StateTable } from '@migration-status/core/adapter';
import { type Checked, refuse } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import { toId, toWord } from './read-values.ts';
import type { JsonPointer, RestDescription, RestId } from './rest-description.ts';

/** The record of one migration, as far as everything depends on it: it has a word, and the id that it should have. */
export interface RestRecord {
  /** The record itself, untouched; null where only the HTTP status counts. */
  readonly native: unknown;
  /** The word for the state. */
  readonly word: string;
  /** Undefined where the description knows of none. */
  readonly id: string | undefined;
}

/** Where the id of a record stands, with nothing left open. */
export interface WholeRestId {
  readonly pointer: JsonPointer;
  readonly field: string;
  readonly type: 'text' | 'number';
  readonly ignoreCase: boolean;
}

/** Where the id of a record stands; undefined where the description does not say it. */
export function toRestId({ reading, ref }: RestDescription): WholeRestId | undefined {
  if (reading.id === undefined) return undefined;
  const described: RestId = typeof reading.id === 'string' ? { pointer: reading.id } : reading.id;
  return {
    pointer: described.pointer,
    field: described.field ?? ref.at(-1) ?? '',
    type: described.type ?? 'text',
    ignoreCase: described.ignoreCase ?? false,
  };
}

/** A record must have its id and its word; everything else may be there or not. */
export function checkRecord(value: unknown, description: RestDescription): Checked<RestRecord> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse([], 'object');
  const id = readId(value, toRestId(description));
  if (id !== undefined && !('value' in id)) return id;
  const word = readWord(value, description);
  if (!('value' in word)) return word;
  return { value: { native: value, word: word.value, id: id?.value } };
}

/** The same for what stands at a pointer of a body. */
export function checkRecordAt(
  body: unknown,
  pointer: JsonPointer,
  description: RestDescription,
): Checked<RestRecord> {
  const checked = checkRecord(valueAt(body, pointer), description);
  return 'value' in checked ? checked : refuse([...toPath(pointer), ...checked.path], checked.expected);
}

/** Whether an id is the one that was meant. */
export function isSameId(one: string, other: string, ignoreCase: boolean): boolean {
  return one === other || (ignoreCase && one.toLowerCase() === other.toLowerCase());
}

function readId(record: object, restId: WholeRestId | undefined): Checked<string> | undefined {
  if (restId === undefined) return undefined;
  const { pointer, type } = restId;
  const value = valueAt(record, pointer);
  const path = toPath(pointer);
  if (type === 'number') {
    const id = toId(value);
    return id === undefined ? refuse(path, 'a whole number') : { value: id };
  }
  if (typeof value !== 'string') return refuse(path, 'string');
  return value === '' ? refuse(path, 'a non-empty string') : { value };
}

/** With an outcome the word is a pair; an outcome that does not fit is not one, so no end is made of the first word alone. */
function readWord(record: object, { reading, states }: RestDescription): Checked<string> {
  const word = readWordAt(record, reading.state, states);
  if (!('value' in word) || reading.outcome === undefined) return word;
  const outcome = valueAt(record, reading.outcome);
  if (outcome === undefined || outcome === null || outcome === '') return toLoneWord(word.value);
  const second = toWord(outcome);
  if (second === undefined) return refuse(toPath(reading.outcome), 'string');
  return { value: `${word.value}/${second}` };
}

/** A word that has a slash of its own must not be taken for a pair: it is given as one without an outcome. */
function toLoneWord(word: string): Checked<string> {
  return { value: word.includes('/') ? `${word}/` : word };
}

/** Numbers and booleans are words where the table has words like them; elsewhere the provider means something else by them. */
function readWordAt(record: object, pointer: JsonPointer, states: StateTable): Checked<string> {
  const value = valueAt(record, pointer);
  const kinds = toWordKinds(states);
  const word = toWord(value);
  return word !== undefined && kinds.has(typeof value)
    ? { value: word }
    : refuse(toPath(pointer), [...kinds].join(' or '));
}

function toWordKinds(states: StateTable): ReadonlySet<string> {
  const words = Object.keys(states).map((word) => word.split('/')[0] ?? '');
  const isBoolean = words.some((word) => word === 'true' || word === 'false');
  const isNumber = words.some((word) => /^-?\d+$/.test(word));
  const isText = words.some((word) => !/^(?:true|false|-?\d+)$/.test(word));
  return new Set([
    ...(isText || !(isBoolean || isNumber) ? ['string'] : []),
    ...(isBoolean ? ['boolean'] : []),
    ...(isNumber ? ['number'] : []),
  ]);
}
