import {
  formatJsonPath,
  type HttpClient,
  type HttpRequest,
  type MigrationReading,
  ProviderResponseError,
} from '@migration-status/core/adapter';
import { fillBody } from './body-template.ts';
import { toPath } from './json-pointer.ts';
import type { RestDescription, RestRequest } from './rest-description.ts';
import { isSameId, type RestRecord, toRestId } from './rest-record.ts';
import { toRestReading } from './to-rest-reading.ts';
import { expandPath, expandText } from './url-template.ts';

/** The fields of a ref, by name. */
export type RefFields = Readonly<Record<string, string>>;

/** One account of a described API: what everything that asks it needs. */
export interface RestAccount {
  /** With what the options change. */
  readonly description: RestDescription;
  readonly http: HttpClient;
  /** Where all paths start, without a slash at its end. */
  readonly baseUrl: string;
  readonly assumedZone: string;
  /** The parts of a key after the provider. */
  toKeyParts(ref: RefFields): readonly string[];
}

/**
 * A request as it is described, filled.
 *
 * @param more Added to its query.
 */
export function toRequest(
  { path = '', query = {}, body, method }: Partial<RestRequest>,
  values: ReadonlyMap<string, unknown>,
  more: NonNullable<HttpRequest['query']> = [],
): HttpRequest {
  const texts = new Map([...values].map(([name, value]) => [name, String(value ?? '')]));
  const filled = Object.entries(query).map(([name, value]) => [name, expandText(value, texts)] as const);
  return {
    ...joinQuery(expandPath(path, texts), [...filled, ...more]),
    ...(method !== undefined && { method }),
    ...(body !== undefined && { json: fillBody(body, values) }),
  };
}

/** A path may have a query of its own, which is gone on with. */
function joinQuery(
  path: string,
  query: NonNullable<HttpRequest['query']>,
): Pick<HttpRequest, 'query'> & { readonly path: string } {
  if (query.length === 0) return { path };
  if (!path.includes('?')) return { path, query };
  return { path: `${path}&${new URLSearchParams(query.map(([name, value]) => [name, value]))}` };
}

/** The record of a migration → its reading; throws a `ProviderResponseError` where it is of another one. */
export function toReadingOfAsked(
  record: RestRecord,
  ref: RefFields,
  { description, assumedZone }: RestAccount,
): MigrationReading {
  const restId = toRestId(description);
  const asked = restId && ref[restId.field];
  const isOther = restId && asked !== undefined && !isSameId(record.id ?? '', asked, restId.ignoreCase);
  if (!isOther) return toRestReading(record, description, assumedZone);
  const { provider, status } = description;
  const path = formatJsonPath(toPath(`${status.record ?? ''}${restId.pointer}`));
  const message = `${provider}: expected the migration that was asked for at ${path}, got another`;
  throw new ProviderResponseError({ provider, path, message });
}
