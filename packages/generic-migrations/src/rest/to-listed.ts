import { type ListedMigration, toMigrationKey } from '@migration-status/core/adapter';
import { type Checked, refuse } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import { isPathValue } from './path-value.ts';
import { toId, toText } from './read-values.ts';
import type { RefFields, RestAccount } from './rest-account.ts';
import type { RestDescription, RestList } from './rest-description.ts';
import { checkRecord, toRestId } from './rest-record.ts';
import { toRestReading } from './to-rest-reading.ts';

/** An item of a list → the migration that it is. One whose ref could not be asked for has none. */
export function checkListed(
  item: unknown,
  given: ReadonlyMap<string, unknown>,
  described: RestList,
  { description, assumedZone, toKeyParts }: RestAccount,
): Checked<ListedMigration<unknown, RefFields>> {
  const checked = checkRecord(item, description);
  if (!('value' in checked)) return checked;
  const ref: Record<string, string> = {};
  for (const field of description.ref) {
    const value = readField(field, item, checked.value.id, given, described, description);
    if (value === undefined) return refuse(toPath(described.ref?.[field] ?? ''), 'string');
    ref[field] = value;
  }
  return {
    value: {
      key: toMigrationKey(description.provider, toKeyParts(ref)),
      ...(Object.values(ref).every(isPathValue) && { ref }),
      reading: toRestReading(checked.value, description, assumedZone),
    },
  };
}

function readField(
  field: string,
  item: unknown,
  id: string | undefined,
  given: ReadonlyMap<string, unknown>,
  { ref = {} }: RestList,
  description: RestDescription,
): string | undefined {
  const pointer = ref[field];
  if (pointer !== undefined) return toId(valueAt(item, pointer));
  return toRestId(description)?.field === field ? id : toText(given.get(field));
}
