import type { FailureClass } from '../model/errors/provider-request-error.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import type { AdapterCapabilities, MigrationAdapter, ReadContext, StateTable } from './contract.ts';
import { classifyFailure } from './failure-class.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import type { HttpReply } from './http-reply.ts';
import { toMigrationKey } from './migration-key.ts';
import { parseOptions } from './parse-options.ts';
import type { StandardSchema } from './standard-schema.ts';

/** What the mapping of a body is told besides the body. */
export interface MappingContext<Ref> {
  readonly ref: Ref;
  /** The body as it came, before the schema looked at it; keep (a part of) it as `native`. */
  readonly native: unknown;
  /** What the last reading left as `memo`. */
  readonly memo: unknown;
  /** The wall clock at the time of the read, epoch milliseconds. */
  readonly wallTime: number;
}

/** An adapter in the common case: one request, one schema, one state table. */
export interface AdapterDefinition<Ref, Body, Native> {
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
  readonly toRequest: (ref: Ref) => HttpRequest;
  readonly schema: StandardSchema<Body>;
  /** Pure: a body that fits the schema → what it says. */
  readonly toReading: (body: Body, context: MappingContext<Ref>) => MigrationReading<Native>;
  /**
   * What an answer outside 2xx says about the migration; undefined when it says nothing, or throw a better error than
   * `reply.toError()`. Default: a 404 is `not_found`.
   */
  readonly toReadingOfError?: (reply: HttpReply, ref: Ref) => MigrationReading<Native> | undefined;
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
export function defineAdapter<Ref, Body, Native>(
  definition: AdapterDefinition<Ref, Body, Native>,
): MigrationAdapter<Ref, Native> {
  const { provider, http, schema, toReading } = definition;
  const toReadingOfError = definition.toReadingOfError ?? toNotFoundReading;
  const lane = definition.account === undefined ? http.origin : `${http.origin}#${definition.account}`;

  async function getStatus(ref: Ref, context: ReadContext = {}): Promise<MigrationReading<Native>> {
    const reply = await http.send(definition.toRequest(ref), context.signal);
    if (!reply.isOk) {
      const reading = toReadingOfError(reply, ref);
      if (reading === undefined) throw reply.toError();
      return reading;
    }
    const { memo, wallTime = Date.now() } = context;
    return toReading(reply.parse(schema), { ref, native: reply.json(), memo, wallTime });
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
    parseRef: (value: unknown) => parseOptions(definition.refSchema, value, `${provider} ref`),
    key: (ref: Ref) => toMigrationKey(provider, definition.toKeyParts(ref)),
    lane: () => lane,
    getStatus,
    classify: definition.classify ?? classifyFailure,
  });
}

/** The default of `toReadingOfError`: a 404 says that the provider does not know the ref. */
export function toNotFoundReading(reply: HttpReply): MigrationReading<never> | undefined {
  return reply.status === 404 ? { state: 'not_found', nativeState: 'HTTP 404', native: null } : undefined;
}
