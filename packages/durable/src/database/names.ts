import { ConfigurationError } from '@migration-status/core';

/** Checks the name of a schema, which goes into statements as it is. */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) return schema;
  const message = '"schema" must be a name of at most 40 lower-case letters, digits and underscores';
  throw new ConfigurationError({ option: 'schema', message });
}

/** Where the tables of pg-boss are. */
export function toJobSchema(schema: string): string {
  return `${schema}_jobs`;
}

/** The channel on which processes wake each other. */
export function toChannel(schema: string): string {
  return `${schema}_news`;
}
