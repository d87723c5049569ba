import fc from 'fast-check';

/** Words that are properties of every object, and so tempt a lookup that does not ask whether they are its own. */
const treacherousWords = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];

/** Any JSON value, with treacherous words among its keys and strings. */
export function anyJsonValue(): fc.Arbitrary<unknown> {
  const key = fc.oneof({ weight: 9, arbitrary: fc.string() }, fc.constantFrom(...treacherousWords));
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('array'), tie('object')),
    leaf: fc.oneof(fc.jsonValue({ maxDepth: 0 }).map(withoutMinusZero), fc.constantFrom(...treacherousWords)),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  })).value;
}

/** JSON can be read as -0, but is never written so: such a value would not come back equal. */
function withoutMinusZero(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

/** Any body that a server or a proxy in front of it may answer with: JSON, text, markup, nothing. */
export function anyBody(): fc.Arbitrary<string> {
  return fc.oneof(
    anyJsonValue().map((value) => JSON.stringify(value)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '<!doctype html><h1>502</h1>', '{"result":', '\uFEFF{}', '[]', 'null'),
  );
}

/** HTTP statuses that come with a body. */
export function anyHttpStatus(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 502, 503),
    fc.integer({ min: 206, max: 599 }).filter((status) => status !== 304),
  );
}

/** A body (parsed JSON) with one to three of its values dropped or replaced by any JSON value. */
export function anyMutationOf(body: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    path: fc.constantFrom(...pathsOf(body)),
    replacement: fc.option(anyJsonValue().map((value) => ({ value }))),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((mutated, { path, replacement }) => changeAt(mutated, path, replacement), body),
    );
}

type Path = readonly string[];

/** The paths of all values in a tree, its root first. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...entries.flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

function changeAt(
  root: unknown,
  [key, ...rest]: Path,
  replacement: { readonly value: unknown } | null,
): unknown {
  if (key === undefined) return replacement?.value ?? null;
  if (typeof root !== 'object' || root === null || !Object.hasOwn(root, key)) return root;
  const isDropped = rest.length === 0 && replacement === null;
  const entries = Object.entries(root).flatMap(([name, child]) => {
    if (name !== key) return [[name, child] as const];
    return isDropped ? [] : [[name, changeAt(child, rest, replacement)] as const];
  });
  return Array.isArray(root) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}
