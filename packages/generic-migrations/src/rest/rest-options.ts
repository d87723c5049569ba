import {
  baseUrlExpectation,
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  type MigrationState,
  migrationStates,
  type StandardSchema,
  timeoutMsExpectation,
  toBasicAuthorization,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import { isPathValue, pathValueExpectation } from './path-value.ts';
import type { RestAuth, RestDescription, RestInputType, RestStart } from './rest-description.ts';
import { isStatusWord, statusWordsExpectation } from './status-word.ts';
import { listPlaceholders } from './url-template.ts';

/** The options of an adapter, whatever its description. */
export interface CheckedRestOptions extends CommonAdapterOptions {
  readonly baseUrl?: string | undefined;
  readonly states?: Readonly<Record<string, MigrationState>> | undefined;
  readonly parts?: boolean | undefined;
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly apiKey?: string | undefined;
}

const text = z.string().check(z.minLength(1, 'a non-empty string'));
const headerValue = z.string().check(z.refine(isHeaderValue, headerValueExpectation));
const baseUrl = z.string().check(z.refine(isBaseUrl, baseUrlExpectation));
const count = z
  .number()
  .check(z.refine((value) => Number.isSafeInteger(value) && value > 0, 'a whole number above 0'));

/** The schema of the options that a description asks for; any other is refused. */
export function createOptionsSchema({
  baseUrl: known,
  auth = 'none',
  parts,
  reading,
}: RestDescription): StandardSchema<CheckedRestOptions> {
  const isWord = (word: string) => reading.state !== 'http_status' || isStatusWord(word);
  const common = z.strictObject({
    baseUrl: known === undefined ? baseUrl : z.optional(baseUrl),
    states: z.optional(
      z
        .record(z.string(), z.enum(migrationStates))
        .check(z.refine((states) => Object.keys(states).every(isWord), statusWordsExpectation)),
    ),
    parts: z.optional(
      z
        .boolean()
        .check(z.refine(() => parts?.path !== undefined, 'left out: there is no request for the parts')),
    ),
    account: z.optional(text),
    timeoutMs: z.optional(z.number().check(z.refine(isTimeoutMs, timeoutMsExpectation))),
    fetch: z.optional(z.custom<typeof fetch>(isFetch, fetchExpectation)),
  });
  if (auth === 'none') return common;
  if (auth === 'bearer') return z.extend(common, { token: headerValue });
  if (auth === 'basic') return z.extend(common, { user: text, password: text });
  return z.extend(common, { apiKey: headerValue });
}

/** The headers that carry the credentials, and what of them has to stay out of errors besides. */
export function toCredentials(
  auth: RestAuth | undefined,
  { token = '', user = '', password = '', apiKey = '' }: CheckedRestOptions,
): { readonly credentials: Readonly<Record<string, string>>; readonly secrets?: readonly string[] } {
  if (auth === undefined || auth === 'none') return { credentials: {} };
  if (auth === 'bearer') return { credentials: { authorization: `Bearer ${token}` } };
  if (auth !== 'basic') return { credentials: { [auth.header]: apiKey } };
  return { credentials: { authorization: toBasicAuthorization(user, password) }, secrets: [password] };
}

/** The schema of a ref. */
export function createRefSchema(
  fields: readonly string[],
  expectation: string,
): StandardSchema<Readonly<Record<string, string>>> {
  const value = z.string().check(z.refine(isPathValue, expectation));
  return z.strictObject(Object.fromEntries(fields.map((field) => [field, value])));
}

/** The schema of what a list is asked with. */
export function createFilterSchema({
  path = '',
  filter = [],
  paging,
}: NonNullable<RestDescription['list']>): StandardSchema<Readonly<Record<string, unknown>>> {
  const value = z.string().check(z.refine(isPathValue, pathValueExpectation));
  return z.strictObject({
    ...Object.fromEntries(listPlaceholders(path).map((name) => [name, value])),
    ...Object.fromEntries(filter.map((name) => [name, z.optional(z.string())])),
    ...(paging?.size && { pageSize: z.optional(count) }),
    ...(paging && { maxPages: z.optional(count) }),
  });
}

/** The schema of what a start is given. */
export function createInputSchema({
  input = {},
}: RestStart): StandardSchema<Readonly<Record<string, unknown>>> {
  return z.strictObject(
    Object.fromEntries(Object.entries(input).map(([name, type]) => [name, toInputSchema(type)])),
  );
}

function toInputSchema(type: RestInputType) {
  const schema = inputSchemas[type.replace('?', '')] ?? json;
  return type.endsWith('?') ? z.optional(schema) : schema;
}

const json = z.json();
const inputSchemas: Readonly<Record<string, z.ZodMiniType>> = {
  string: text,
  secret: text,
  number: z.number(),
  boolean: z.boolean(),
  list: z.array(json),
  object: z.record(z.string(), json),
  json,
};
