import { pointerSegments } from '@hyperjump/json-pointer';
import type { JsonPointer } from './rest-description.ts';

/** Whether a text is a JSON Pointer. */
export function isJsonPointer(text: string): boolean {
  try {
    return [...pointerSegments(text)].length >= 0;
  } catch {
    return false;
  }
}

/** What {@link isJsonPointer} expects, for messages. */
export const jsonPointerExpectation = 'a JSON Pointer such as "/job/status", or "" for the whole';

/**
 * What stands at a pointer; undefined where it leads nowhere. Only what a value has itself counts, so that `__proto__` and
 * `length` are names like any other. The library's own lookup throws where a pointer leads nowhere, which is common here, and
 * takes `1x` for an index.
 */
export function valueAt(root: unknown, pointer: JsonPointer): unknown {
  let value = root;
  for (const segment of pointerSegments(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    if (Array.isArray(value) && !isIndex(segment)) return undefined;
    value = Reflect.get(value, segment);
  }
  return value;
}

/** A pointer as a path, for errors. */
export function toPath(pointer: JsonPointer): readonly PropertyKey[] {
  return Array.from(pointerSegments(pointer), (segment) => (isIndex(segment) ? Number(segment) : segment));
}

/** One pointer or several as a list. */
export function toPointers(
  pointers: JsonPointer | readonly JsonPointer[] | undefined,
): readonly JsonPointer[] {
  if (pointers === undefined) return [];
  return typeof pointers === 'string' ? [pointers] : pointers;
}

function isIndex(segment: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(segment);
}
