import { type JsonPath, listNodes } from './json-tree.ts';

/**
 * Where in a body the state is read from: the fields of the given names, or, without names, those that hold the provider's
 * word. None where the state comes from elsewhere, as from the HTTP status.
 */
export function statePathsOf(
  json: unknown,
  nativeState: string,
  stateFields: readonly string[] | undefined,
): readonly JsonPath[] {
  const nodes = listNodes(json).filter(({ path, value }) => {
    const name = path.at(-1);
    return stateFields === undefined
      ? value === nativeState
      : typeof name === 'string' && stateFields.includes(name);
  });
  return nodes.map(({ path }) => path);
}
