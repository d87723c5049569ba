import type { SchemaStatus } from '@migration-status/durable';

/**
 * What there is to say of a schema. This package can work with `current`, and with `newer`, which a later version of it has
 * made; not with the others.
 */
export type SchemaVerdict = 'current' | 'newer' | 'missing' | 'outdated' | 'too_new';

export function toSchemaVerdict({ version, expected, isUsable }: SchemaStatus): SchemaVerdict {
  if (isUsable) return version > expected ? 'newer' : 'current';
  if (version === 0) return 'missing';
  return version > expected ? 'too_new' : 'outdated';
}

/** The same in the words of people, with what to do about it. */
export function describeSchema(status: SchemaStatus): string {
  const { version, expected } = status;
  const words: Readonly<Record<SchemaVerdict, string>> = {
    current: `version ${version}, as it should be`,
    newer: `version ${version}, which a later version of this package has made and this one can work with`,
    missing: 'there is none yet: migration-status db migrate',
    outdated: `version ${version} of ${expected}: migration-status db migrate`,
    too_new: `version ${version}, and this package works with ${expected}: it has to be updated`,
  };
  return words[toSchemaVerdict(status)];
}
