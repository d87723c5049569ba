import { isObject } from '../model/is-object.ts';

/** Whether a ref says something that the known one of the same key does not; one that only says less is the same address. */
export function saysMore(given: unknown, known: unknown): boolean {
  if (!isObject(given) || !isObject(known)) return JSON.stringify(given) !== JSON.stringify(known);
  return Object.entries(given).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(known, field)),
  );
}
