import type { JsonValue } from './rest-description.ts';
import { expandText, listPlaceholders } from './url-template.ts';

const wholePlaceholder = /^\{(\w+)\}$/;

/** A placeholder of a body, and where in the body it stands. */
interface BodyPlaceholder {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

/** The placeholders in all texts of a body. */
export function listBodyPlaceholders(
  body: JsonValue | undefined,
  path: readonly PropertyKey[] = [],
): readonly BodyPlaceholder[] {
  if (typeof body === 'string') return listPlaceholders(body).map((name) => ({ name, path }));
  if (typeof body !== 'object' || body === null) return [];
  const items: Iterable<readonly [PropertyKey, JsonValue]> = isList(body)
    ? body.entries()
    : Object.entries(body);
  return [...items].flatMap(([place, item]) => listBodyPlaceholders(item, [...path, place]));
}

/**
 * Fills a body. A text that is but one placeholder becomes its value, of whatever kind; an item without a value is left out, as
 * JSON leaves out such a field.
 */
export function fillBody(body: JsonValue, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof body === 'string') return fillText(body, values);
  if (isList(body)) return body.map((item) => fillBody(item, values)).filter((item) => item !== undefined);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, fillBody(value, values)]));
}

function fillText(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const [, name] = wholePlaceholder.exec(text) ?? [];
  if (name !== undefined) return values.get(name);
  return expandText(text, new Map([...values].map(([key, value]) => [key, String(value ?? '')])));
}

/** `Array.isArray` does not tell read-only lists from objects. */
function isList(body: JsonValue): body is readonly JsonValue[] {
  return Array.isArray(body);
}
