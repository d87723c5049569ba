import {
  dropAt,
  extendAt,
  isJsonObject,
  type JsonNode,
  type JsonPath,
  listNodes,
  replaceAt,
} from './json-tree.ts';
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

/** Which of the changes of a body is made. */
export interface Turn {
  /** How many changes of this body there have been before. */
  readonly visit: number;
  /** Shifts the kinds of changes against the places, so that similar bodies are changed in different ways. */
  readonly shift: number;
}

/**
 * Changes one thing in a body: one place after another, and each time that a place has its turn again, in another way.
 *
 * @param told One more text that may be put in.
 */
export function mutateJson(json: unknown, { visit, shift }: Turn, random: Random, told: string): Mutation {
  const nodes = listNodes(json);
  const places = nodes.length > 1 ? nodes.slice(1) : nodes;
  const { path, value } = places[visit % places.length] ?? { path: [], value: json };
  const round = Math.floor(visit / places.length);
  const replaceBy = (replacement: unknown, change = toShortText(replacement)): Mutation => ({
    json: replaceAt(json, path, replacement),
    path,
    change,
    isAddition: false,
  });
  const changes: readonly (() => Mutation)[] = [
    () => ({ json: dropAt(json, path), path, change: 'dropped', isAddition: false }),
    () => replaceBy(null),
    () => replaceBy(pick(oddNumbers, random)),
    () => replaceBy(pick(oddTexts, random)),
    () => replaceBy(told, 'a credential'),
    () => replaceBy(pick(otherKinds, random)),
    () => addField(json, nodes, random, told),
    () =>
      Array.isArray(value) ? replaceBy(repeat(value), 'repeated') : replaceBy(nest(value, 60), 'nested'),
  ];
  const change = changes[(visit + round + shift) % changes.length];
  return change === undefined ? replaceBy(null) : change();
}

function addField(json: unknown, nodes: readonly JsonNode[], random: Random, told: string): Mutation {
  const objects = nodes.filter((node) => isJsonObject(node.value));
  const { path, value } = objects.length === 0 ? { path: [], value: json } : pick(objects, random);
  const name = pick(oddNames, random);
  const added = pick<unknown>([7, 'text', told, null, { a: [] }, nest('deep', 60)], random);
  const isAddition = isJsonObject(value) && !Object.hasOwn(value, name);
  return { json: extendAt(json, path, name, added), path, change: `with ${toShortText(name)}`, isAddition };
}

function repeat(values: readonly unknown[]): readonly unknown[] {
  return Array.from({ length: 50 }, () => values).flat();
}

function toShortText(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, 40);
}

function nest(value: unknown, depth: number): unknown {
  return depth === 0 ? value : [nest(value, depth - 1)];
}
