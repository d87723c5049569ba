import { type Checked, refuse } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import { toId, toText } from './read-values.ts';
import type { RestBatch, RestDescription } from './rest-description.ts';
import { toRestId } from './rest-record.ts';

/** The records of many migrations in one answer. */
export interface BatchRecords {
  /** The record of an id, and where it stands. */
  find(id: string): { readonly record: unknown; readonly path: readonly PropertyKey[] } | undefined;
  /** Where the first record stands that does not say whose it is; undefined where all do. */
  readonly nameless: readonly PropertyKey[] | undefined;
}

/** Finds the records in an answer: a list of them, or an object that has them by id. */
export function checkBatchRecords(
  body: unknown,
  batch: RestBatch,
  description: RestDescription,
): Checked<BatchRecords> {
  const items = valueAt(body, batch.items);
  const path = toPath(batch.items);
  const restId = toRestId(description);
  const normalize = (id: string) => (restId?.ignoreCase ? id.toLowerCase() : id);
  if (typeof items !== 'object' || items === null) return refuse(path, 'an array, or an object');
  if (!Array.isArray(items)) {
    const places = new Map(
      Object.keys(items)
        .map((name) => [normalize(name), name] as const)
        .reverse(),
    );
    const pathOf = (place: string) => [...path, place];
    return { value: { find: createFinder(items, places, normalize, pathOf), nameless: undefined } };
  }
  if (restId === undefined) return refuse(path, 'an object with the records by id');
  const readId = restId.type === 'number' ? toId : toText;
  const ids = items.map((item) => readId(valueAt(item, restId.pointer)));
  const named = ids.flatMap((id, place) =>
    id === undefined ? [] : [[normalize(id), String(place)] as const],
  );
  const nameless = ids.indexOf(undefined);
  const pathOf = (place: string) => [...path, Number(place)];
  return {
    value: {
      find: createFinder(items, new Map(named.reverse()), normalize, pathOf),
      nameless: nameless < 0 ? undefined : [...path, nameless, ...toPath(restId.pointer)],
    },
  };
}

/** Of several records with one id the first counts. */
function createFinder(
  items: object,
  places: ReadonlyMap<string, string>,
  normalize: (id: string) => string,
  pathOf: (place: string) => readonly PropertyKey[],
): BatchRecords['find'] {
  return (id) => {
    const place = places.get(normalize(id));
    return place === undefined ? undefined : { record: Reflect.get(items, place), path: pathOf(place) };
  };
}
