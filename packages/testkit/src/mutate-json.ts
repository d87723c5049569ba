import { dropAt, extendAt, isJsonObject, type JsonPath, listNodes, replaceAt } from './json-tree.ts';
import { pick, type Random } from './seeded-random.ts';

/** A body with one thing in it changed. */
export interface Mutation {
  readonly json: unknown;
  /** Where. */
  readonly path: JsonPath;
  /** What: `null`, `dropped`. */
  readonly change: string;
  /** Whether something was added that nobody has documented, and all that was there is as it was. */
  readonly isAddition: boolean;
}

const oddNumbers = [-1, 0, 0.5, 101, 1e21, 1e308, -1e308, 2 ** 53 + 2, 5e-324];

const oddTexts = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '1e999',
  '-1',
  '2026-02-30T25:61:61Z',
  '9999-12-31T23:59:59.999+14:00',
  '<script>alert(1)</script>',
  '\u001b[31mred',
  '\u0000',
  '\ud800',
  '🚚',
  '../..',
  'x'.repeat(20_000),
];

const oddNames = ['__proto__', 'constructor', 'toJSON', 'then', 'length', 'x'.repeat(300), ''];

const otherKinds: readonly unknown[] = [true, 7, 'text', [], {}, [[]], [null], { a: { b: null } }];

/** Changes one thing in a body; the same numbers make the same change. `told` is one more text that may be put in. */
export function mutateJson(json: unknown, random: Random, told: string): Mutation {
  const nodes = listNodes(json);
  const { path, value } = pick(nodes, random);
  const kind = Math.floor(random() * 8);
  const replace = (replacement: unknown, change: string): Mutation => ({
    json: replaceAt(json, path, replacement),
    path,
    change,
    isAddition: false,
  });
  if (kind === 0) return { json: dropAt(json, path), path, change: 'dropped', isAddition: false };
  if (kind === 1) return replace(null, 'null');
  if (kind === 2) return replaceBy(pick(oddNumbers, random));
  if (kind === 3) return replaceBy(random() < 0.3 ? told : pick(oddTexts, random));
  if (kind === 4) return replaceBy(pick(otherKinds, random));
  if (kind === 5) return replace(nest(value, 60), 'nested 60 deep');
  if (kind === 6 && Array.isArray(value))
    return replace(Array.from({ length: 50 }, () => value).flat(), 'repeated');
  return addField();

  function replaceBy(replacement: unknown): Mutation {
    return replace(replacement, (JSON.stringify(replacement) ?? '').slice(0, 40));
  }

  function addField(): Mutation {
    const places = nodes.filter((node) => isJsonObject(node.value));
    const place = places.length === 0 ? undefined : pick(places, random);
    if (place === undefined) return replaceBy(pick(otherKinds, random));
    const name = pick(oddNames, random);
    const isNew = isJsonObject(place.value) && !Object.hasOwn(place.value, name);
    const added = pick<unknown>([7, 'text', told, null, { a: [] }, nest('deep', 60)], random);
    const change = `with ${JSON.stringify(name.slice(0, 20))}`;
    return { json: extendAt(json, place.path, name, added), path: place.path, change, isAddition: isNew };
  }
}

function nest(value: unknown, depth: number): unknown {
  return depth === 0 ? value : [nest(value, depth - 1)];
}
