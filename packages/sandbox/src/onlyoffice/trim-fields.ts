import { isJsonObject } from '../json-body.ts';

/** The field names asked for with `?fields=a,b.c` or `?fields[]=a&fields[]=b.c`. */
export function readFields(query: URLSearchParams): readonly string[] {
  const given = [...query.getAll('fields'), ...query.getAll('fields[]')];
  return given.flatMap((list) => list.split(',')).filter((field) => field !== '');
}

/**
 * Keeps what the dotted paths in `fields` name, with everything below it; a path goes through the items of a
 * list as if there were no list. Without fields everything stays.
 */
export function trimFields(value: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => trimFields(item, fields));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, content]) => {
    if (fields.includes(name)) return [[name, content] as const];
    const below = fields.filter((field) => field.startsWith(`${name}.`));
    if (below.length === 0) return [];
    const deeper = below.map((field) => field.slice(name.length + 1));
    return [[name, trimFields(content, deeper)] as const];
  });
  return Object.fromEntries(kept);
}
