import type { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import type { FailureClass } from '../model/failure-class.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { classifyFailure } from './classify-failure.ts';
import type { AdapterCapabilities, MigrationAdapter, ReadContext, StateTable } from './contract.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import type { HttpReply } from './http-reply.ts';
import { toMigrationKey } from './migration-key.ts';
import { parseBody } from './parse-body.ts';
import { parseOptions } from './parse-options.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import type { StandardSchema } from './standard-schema.ts';

/** What a request is made from, besides the ref. */
export interface RequestContext {
  /** What the last reading left as `memo`. */
  readonly memo: unknown;
  /** The wall clock at the time of the read, epoch milliseconds. */
  readonly wallTime: number;
}

/** What the mapping of a body is told besides the body. */
export interface MappingContext<Ref> extends RequestContext {
  readonly ref: Ref;
  /** The body as it came, before the schema looked at it; keep (a part of) it as `native`. */
  readonly native: unknown;
  /** The answer around the body, where its HTTP status or a header says something. */
  readonly reply: Pick<HttpReply, 'status' | 'headers'>;
}

/**
 * Stands in for the schema of an answer whose body says nothing, or that has none: the HTTP status is all. The body is not
 * looked at, `toReading` gets undefined for it, and `native` is null.
 */
export const noBody: StandardSchema<undefined> = {
  '~standard': {
    version: 1,
    vendor: 'migration-status',
    validate: () => ({ value: undefined }),
  },
};

/** An adapter in the common case: one request, one schema, one state table. */
export interface AdapterDefinition<Native, Ref, Body> {
  /** The provider's name: lower case, the first part of every key. */
  readonly provider: string;
  readonly states: StateTable;
  readonly http: HttpClient;
  readonly refSchema: StandardSchema<Ref>;
  /** The parts of the key after the provider; they are encoded and joined. */
  readonly toKeyParts: (ref: Ref) => readonly string[];
  /** The account, when several at one origin have limits of their own. A name, never a credential. */
  readonly account?: string | undefined;
  readonly capabilities?: Partial<AdapterCapabilities>;
  readonly toRequest: (ref: Ref, context: RequestContext) => HttpRequest;
  /** What a 2xx answer must look like; {@link noBody} where only its HTTP status counts. */
  readonly schema: StandardSchema<Body>;
  /** Pure: a body that fits the schema → what it says. */
  readonly toReading: (body: Body, context: MappingContext<Ref>) => MigrationReading<Native>;
  /**
   * Pure: what an answer outside 2xx says about the migration; undefined when it says nothing. Default: a 404 that is no
   * page of markup is `not_found`. A reading without a `memo` leaves the last one as it is.
   */
  readonly toReadingOfError?: (reply: HttpReply, ref: Ref) => MigrationReading<Native> | undefined;
  /** Pure: the error that an answer outside 2xx amounts to. Default: by its HTTP status. */
  readonly toError?: (reply: HttpReply) => MigrationStatusError;
  /** Default: the class that the error carries. */
  readonly classify?: (error: unknown) => FailureClass;
}

/**
 * Writes an adapter from its parts. Spread the result to add what else the provider offers (`start`, `list`).
 *
 * @example
 * const states = { QUEUED: 'pending', RUNNING: 'running', DONE: 'succeeded', ERROR: 'failed' } as const;
 *
 * export function createAcmeAdapter({ apiKey }: { apiKey: string }) {
 *   return defineAdapter({
 *     provider: 'acme',
 *     states,
 *     http: createHttpClient({
 *       provider: 'acme',
 *       baseUrl: 'https://api.acme.example',
 *       credentials: { authorization: `Bearer ${apiKey}` },
 *     }),
 *     refSchema: z.object({ jobId: z.string() }),
 *     toKeyParts: ({ jobId }) => [jobId],
 *     toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
 *     schema: z.object({ status: z.string() }),
 *     toReading: ({ status }, { native }) => ({ state: mapState(states, status), nativeState: status, native }),
 *   });
 * }
 */
export function defineAdapter<Native, Ref, Body>(
  definition: AdapterDefinition<Native, Ref, Body>,
): MigrationAdapter<Native, Ref> {
  const { provider, http, schema, toReading } = definition;
  const toReadingOfError = definition.toReadingOfError ?? toNotFoundReading;
  const isNoBody = Object.is(schema, noBody);
  const lane = definition.account === undefined ? http.origin : `${http.origin}#${definition.account}`;

  const parseRef = (value: unknown) =>
    parseOptions(definition.refSchema, value, { provider, subject: `${provider} ref` });

  async function getStatus(given: Ref, context: ReadContext = {}): Promise<MigrationReading<Native>> {
    const ref = parseRef(given);
    const { memo, wallTime = Date.now() } = context;
    const reply = await http.send(definition.toRequest(ref, { memo, wallTime }), context.signal);
    if (!reply.isOk) {
      const reading = toReadingOfError(reply, ref);
      if (reading === undefined) throw definition.toError?.(reply) ?? reply.toError();
      return withHints(memo === undefined ? reading : { memo, ...reading }, reply);
    }
    const native = isNoBody ? null : reply.json();
    const body = isNoBody ? parseBody(schema, null, { provider }) : reply.parse(schema);
    return withHints(toReading(body, { ref, native, memo, wallTime, reply }), reply);
  }

  return Object.freeze({
    specVersion: 1,
    provider,
    states: Object.freeze({ ...definition.states }),
    capabilities: Object.freeze({
      progress: 'none',
      maxBatchSize: 1,
      list: false,
      start: false,
      cancel: false,
      push: false,
      ...definition.capabilities,
    }),
    parseRef,
    key: (ref: Ref) => toMigrationKey(provider, definition.toKeyParts(parseRef(ref))),
    lane: () => lane,
    getStatus,
    classify: definition.classify ?? classifyFailure,
  });
}

/**
 * Adds to a reading what the answer's headers say about the next read and the rate limit, unless it says something about
 * that itself.
 */
export function withHints<Reading extends MigrationReading>(
  reading: Reading,
  { headers, rateLimit }: Pick<HttpReply, 'headers' | 'rateLimit'>,
): Reading {
  const retryAfterMs = reading.retryAfterMs ?? parseRetryAfter(headers.get('retry-after'));
  const isSilent = rateLimit === undefined && retryAfterMs === undefined;
  if (isSilent) return reading;
  return {
    ...reading,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(rateLimit && !reading.rateLimit && { rateLimit }),
  };
}

/** The default of `toReadingOfError`: a 404 says that the provider does not know the ref, unless something else answers for it. */
export function toNotFoundReading(reply: HttpReply): MigrationReading<never> | undefined {
  if (reply.status !== 404 || reply.isMarkup) return undefined;
  return { state: 'not_found', nativeState: 'HTTP 404', native: null };
}
