import {
  type AdapterCapabilities,
  createHttpClient,
  defineAdapter,
  type MappingContext,
  type MigrationReading,
  noBody,
  type ReadContext,
  type StandardSchema,
} from '@migration-status/core/adapter';
import { type Checked, toSchema } from './checked.ts';
import { pathValueExpectation } from './path-value.ts';
import { withParts } from './read-parts.ts';
import { type RefFields, type RestAccount, toReadingOfAsked, toRequest } from './rest-account.ts';
import type { RestDescription } from './rest-description.ts';
import { type CheckedRestOptions, createRefSchema, toCredentials } from './rest-options.ts';
import { checkRecordAt, type RestRecord } from './rest-record.ts';
import type { RestReader, RestRef } from './rest-types.ts';
import { saysNotFound, toError, toReadingOfError } from './to-failure.ts';

/**
 * Makes what reads one migration at a time, out of a description and options that are checked already. What else is described is
 * added to it, so that nobody bundles what an API has not.
 *
 * @param refExpectation What is expected of the fields of a ref, for messages.
 */
export function createRestReader<Description extends RestDescription>(
  given: Description,
  options: CheckedRestOptions,
  refExpectation?: string,
): { readonly account: RestAccount; readonly reader: RestReader<RestRef<Description>> };
export function createRestReader(
  given: RestDescription,
  options: CheckedRestOptions,
  refExpectation: string = pathValueExpectation,
): { readonly account: RestAccount; readonly reader: RestReader<RefFields> } {
  const description = { ...given, states: { ...given.states, ...options.states } };
  const { provider } = description;
  const baseUrl = (options.baseUrl ?? given.baseUrl ?? '').replace(/\/+$/, '');
  const http = createHttpClient({
    provider,
    baseUrl,
    ...toCredentials(given.auth, options),
    ...(given.headers && { headers: given.headers }),
    timeoutMs: options.timeoutMs,
    fetch: options.fetch,
  });
  const account: RestAccount = {
    description,
    http,
    baseUrl,
    assumedZone: given.reading.assumedZone ?? 'Z',
    toKeyParts: createKeyParts(given, baseUrl),
  };
  const parts = toRequestedParts(description, options);

  const adapter = defineAdapter<unknown, RefFields, RestAnswer>({
    provider,
    states: description.states,
    http,
    account: options.account,
    capabilities: toCapabilities(description, parts !== undefined),
    refSchema: createRefSchema(given.ref, refExpectation),
    toKeyParts: account.toKeyParts,
    toRequest: (ref) => toRequest(description.status, new Map(Object.entries(ref))),
    schema: createAnswerSchema(description),
    toReading: (answer, context) => toReadingOfAnswer(answer, context, account),
    toReadingOfError: (reply) => toReadingOfError(reply, description),
    toError: (reply) => toError(reply, description),
  });

  async function getStatus(ref: RefFields, context: ReadContext = {}): Promise<MigrationReading> {
    const reading = await adapter.getStatus(ref, context);
    if (parts === undefined || reading.state === 'not_found') return reading;
    return withParts(reading, ref, account, parts, context.signal);
  }

  return { account, reader: { ...adapter, getStatus } };
}

/** What an answer of 2xx says: the record of the migration, or that there is none. */
type RestAnswer = RestRecord | { readonly notFound: string } | undefined;

function createAnswerSchema(description: RestDescription): StandardSchema<RestAnswer> {
  const { reading, status, notFound = {} } = description;
  if (reading.state === 'http_status') return noBody;
  return toSchema((body): Checked<RestAnswer> => {
    const said = saysNotFound(body, notFound);
    return said === undefined
      ? checkRecordAt(body, status.record ?? '', description)
      : { value: { notFound: said } };
  });
}

function toReadingOfAnswer(
  answer: RestAnswer,
  { ref, reply }: MappingContext<RefFields>,
  account: RestAccount,
): MigrationReading {
  if (answer === undefined) {
    return toReadingOfAsked({ native: null, word: String(reply.status), id: undefined }, ref, account);
  }
  if ('notFound' in answer) return { state: 'not_found', nativeState: answer.notFound, native: null };
  return toReadingOfAsked(answer, ref, account);
}

/** Where every adapter of a provider has a base URL of its own, ids of one host say nothing at another. */
function createKeyParts({ ref, key = ref, baseUrl: known }: RestDescription, baseUrl: string) {
  const host = known === undefined ? [new URL(baseUrl).host] : [];
  return (fields: RefFields) => [...host, ...key.map((field) => fields[field] ?? '')];
}

function toRequestedParts({ parts }: RestDescription, options: CheckedRestOptions) {
  if (parts?.path === undefined || options.parts !== true) return undefined;
  return { ...parts, path: parts.path };
}

function toCapabilities(
  { reading, parts, list, batch, start, cancel }: RestDescription,
  asksForParts: boolean,
): Partial<AdapterCapabilities> {
  const { percent, completed, total, failed } = reading.progress ?? {};
  const isShown = parts !== undefined && (parts.path === undefined || asksForParts);
  const isCounted = [completed, total, failed].some((pointer) => pointer !== undefined);
  const counts = isCounted || (isShown && parts.countAs !== undefined);
  const other = percent === undefined ? 'none' : 'percent';
  return {
    progress: counts ? 'counts' : other,
    maxBatchSize: batch?.max ?? 1,
    list: list !== undefined,
    start: start !== undefined,
    cancel: cancel !== undefined,
  };
}
