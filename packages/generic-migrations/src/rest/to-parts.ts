import {
  formatJsonPath,
  type MigrationPart,
  type MigrationProgress,
  mapState,
  ProviderResponseError,
  parseBody,
  type StateTable,
} from '@migration-status/core/adapter';
import { type Checked, refuse, toSchema } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import type { Page } from './read-page.ts';
import { checkPage } from './read-page.ts';
import { readProgress, toId, toText, toWord } from './read-values.ts';
import type { RestParts } from './rest-description.ts';

/** What the parts of a migration say. */
export interface PartsSaid {
  readonly parts?: readonly MigrationPart[];
  readonly progress?: MigrationProgress;
}

/** The parts in the record of a migration; nothing where they are not, or one of them has another shape. */
export function readParts(record: unknown, described: RestParts, states: StateTable): PartsSaid {
  const page = checkPage(record, described, undefined);
  if (!('value' in page)) return {};
  const parts = page.value.items.map((item) => checkPart(item, described, states));
  const read = parts.flatMap((part) => ('value' in part ? [part.value] : []));
  return read.length < parts.length ? {} : toSaid(read, described);
}

/**
 * The parts on a page of their own. Throws a `ProviderResponseError` when one of them has another shape, or when the page does
 * not hold all of them: what is said of some would be taken for all.
 */
export function toPartsOfPage(
  page: Page,
  hasNext: boolean,
  described: RestParts,
  states: StateTable,
  provider: string,
): PartsSaid {
  const { items, path, total = items.length, pageSize } = page;
  const isFull = page.total === undefined && items.length === pageSize;
  if (hasNext || items.length < total || isFull) {
    const place = formatJsonPath(path);
    const message = `${provider}: expected all ${described.countAs ?? 'parts'} at ${place}, got the first ${items.length} of them`;
    throw new ProviderResponseError({ provider, path: place, message });
  }
  const schema = toSchema((item) => checkPart(item, described, states));
  return toSaid(
    items.map((item, index) => parseBody(schema, item, { provider, path: [...path, index] })),
    described,
  );
}

type NamelessPart = Omit<MigrationPart, 'name'> & { readonly name: string | undefined };

function checkPart(item: unknown, described: RestParts, states: StateTable): Checked<NamelessPart> {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return refuse([], 'object');
  const { state: pointer } = described;
  const value = pointer === undefined ? undefined : valueAt(item, pointer);
  const word = pointer === undefined ? undefined : toWord(value);
  if (pointer !== undefined && word === undefined) return refuse(toPath(pointer), 'string');
  const progress = readProgress(item, described.progress);
  const message = described.message === undefined ? undefined : toText(valueAt(item, described.message));
  return {
    value: {
      name: toId(valueAt(item, described.name)),
      ...(word !== undefined && { state: mapState(described.states ?? states, word), nativeState: word }),
      ...(progress && { progress }),
      ...(message !== undefined && { message }),
    },
  };
}

/** Names are unique: of several parts with one name the first is shown. */
function toSaid(all: readonly NamelessPart[], { countAs }: RestParts): PartsSaid {
  const named = new Map<string, MigrationPart>();
  for (const { name, ...said } of all) {
    if (name !== undefined && !named.has(name)) named.set(name, { name, ...said });
  }
  const progress = countAs === undefined || all.length === 0 ? undefined : countParts(all, countAs);
  return { ...(named.size > 0 && { parts: [...named.values()] }), ...(progress && { progress }) };
}

/** Those that have ended, however they did, of all. A part with an unknown word has not ended. */
function countParts(parts: readonly NamelessPart[], unit: string): MigrationProgress {
  const count = (...states: readonly unknown[]) => parts.filter(({ state }) => states.includes(state)).length;
  const failed = count('failed', 'canceled');
  const completed = count('succeeded', 'partially_succeeded') + failed;
  return { completed, total: parts.length, failed, unit };
}
