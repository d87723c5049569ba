/** A nested object of options. */
export interface OptionTree {
  readonly [name: string]: unknown;
}

/** A copy of a tree with a value at a path; what is in the way of it is replaced. */
export function setAtPath(tree: OptionTree, [name, ...rest]: readonly string[], value: unknown): OptionTree {
  if (name === undefined) return tree;
  const inner = Object.hasOwn(tree, name) ? tree[name] : undefined;
  const next = rest.length === 0 ? value : setAtPath(isTree(inner) ? inner : {}, rest, value);
  return Object.fromEntries([...Object.entries(tree).filter(([key]) => key !== name), [name, next]]);
}

function isTree(value: unknown): value is OptionTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
