/** Where a value stands in a JSON tree. */
export type JsonPath = readonly (string | number)[];

/** A value of a JSON tree, and where it stands. */
export interface JsonNode {
  readonly path: JsonPath;
  readonly value: unknown;
}

/** All values of a tree, its root first. It works through a list, because a tree may be deeper than the stack. */
export function listNodes(root: unknown): readonly JsonNode[] {
  const nodes: JsonNode[] = [{ path: [], value: root }];
  for (const { path, value } of nodes) {
    if (Array.isArray(value))
      nodes.push(...value.map((child, index) => ({ path: [...path, index], value: child })));
    else if (isJsonObject(value))
      nodes.push(...Object.entries(value).map(([key, child]) => ({ path: [...path, key], value: child })));
  }
  return nodes;
}

/** A copy of the tree with another value in one place. */
export function replaceAt(root: unknown, path: JsonPath, replacement: unknown): unknown {
  return changeAt(root, path, () => [replacement]);
}

/** A copy of the tree without the value in one place; null when it is the whole tree. */
export function dropAt(root: unknown, path: JsonPath): unknown {
  return path.length === 0 ? null : changeAt(root, path, () => []);
}

/** A copy of the tree with one more field in the object that stands there. */
export function extendAt(root: unknown, path: JsonPath, name: string, added: unknown): unknown {
  return changeAt(root, path, (value) => [
    isJsonObject(value) ? Object.fromEntries([...Object.entries(value), [name, added]]) : value,
  ]);
}

/** Whether a value is an object with fields, and no list. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether one path leads through the place of the other. */
export function isOnTheWay(path: JsonPath, other: JsonPath): boolean {
  const length = Math.min(path.length, other.length);
  return path.slice(0, length).every((key, index) => key === other[index]);
}

function changeAt(
  value: unknown,
  [key, ...rest]: JsonPath,
  change: (value: unknown) => readonly unknown[],
): unknown {
  if (key === undefined) return change(value)[0];
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const changed = entries.flatMap(([name, child]): (readonly [string, unknown])[] => {
    if (name !== String(key)) return [[name, child]];
    if (rest.length === 0) return change(child).map((next) => [name, next]);
    return [[name, changeAt(child, rest, change)]];
  });
  return Array.isArray(value) ? changed.map(([, child]) => child) : Object.fromEntries(changed);
}
