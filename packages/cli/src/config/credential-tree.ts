import type { CredentialSource, CredentialTree } from './config.ts';

/** One credential of a tree: the path of the option that it is for, and where it is read from. */
export interface CredentialLeaf {
  readonly path: readonly string[];
  readonly source: CredentialSource;
}

/** Whether a value says where credentials are read from, and holds none itself. */
export function isCredentialTree(value: unknown): value is CredentialTree {
  if (!isPlainObject(value) || isCredentialSource(value)) return false;
  return Object.values(value).every((entry) => isCredentialSource(entry) || isCredentialTree(entry));
}

/** Whether a value is `{ env }` or `{ file }`. */
export function isCredentialSource(value: unknown): value is CredentialSource {
  if (!isPlainObject(value)) return false;
  const [[kind, name] = [], ...others] = Object.entries(value);
  const isKind = kind === 'env' || kind === 'file';
  return isKind && others.length === 0 && typeof name === 'string' && name !== '';
}

/** All credentials of a tree, in its order. */
export function listCredentials(
  tree: CredentialTree,
  path: readonly string[] = [],
): readonly CredentialLeaf[] {
  return Object.entries(tree).flatMap(([name, entry]) =>
    isCredentialSource(entry)
      ? [{ path: [...path, name], source: entry }]
      : listCredentials(entry, [...path, name]),
  );
}

/** A source in the words of people. */
export function describeSource(source: CredentialSource): string {
  return 'env' in source ? `the variable ${source.env}` : `the file ${source.file}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
