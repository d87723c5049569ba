import { createHash } from 'node:crypto';
import {
  type CallContext,
  ConfigurationError,
  type HttpReply,
  type ListedMigration,
  type MigrationReading,
  MigrationStatusError,
  mapState,
  ProviderRequestError,
  ProviderResponseError,
  type PushMessage,
  PushRefusedError,
  type ReadContext,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import type { AdapterHarness, HarnessContext } from '../src/harness.ts';
import {
  type ReadingOrigin,
  type ReferenceAdapter,
  type ReferenceFaults,
  type ReferenceJob,
  type ReferenceRef,
  referenceStates,
  signMessage,
} from './reference-adapter.ts';

/** An adapter, or how it is shown to the kit, with one thing broken. */
export interface Mutant {
  /** What is broken. */
  readonly title: string;
  readonly faults?: ReferenceFaults;
  readonly harness?: (harness: AdapterHarness<ReferenceRef>) => AdapterHarness<ReferenceRef>;
  /** More generated cases than usual, for what shows in few of them. */
  readonly cases?: number;
}

type Reading = MigrationReading<ReferenceJob>;
type Members = { readonly [Name in keyof ReferenceAdapter]?: unknown };
type Listed = AsyncGenerator<ListedMigration<ReferenceJob, ReferenceRef>, void, undefined>;

/** Other members in the place of the adapter's own, of whatever kind. */
function members(change: (adapter: ReferenceAdapter, context: HarnessContext) => Members): ReferenceFaults {
  return {
    adapter: (adapter, context) => ({
      ...adapter,
      ...(change(adapter, context) as Partial<ReferenceAdapter>),
    }),
  };
}

function getStatus(
  change: (
    read: (ref: ReferenceRef, context?: ReadContext) => Promise<Reading>,
    ref: ReferenceRef,
    context: ReadContext,
    made: HarnessContext,
  ) => Promise<unknown>,
): ReferenceFaults {
  return members((adapter, made) => ({
    getStatus: (ref: ReferenceRef, context: ReadContext = {}) =>
      change(adapter.getStatus, ref, context, made),
  }));
}

/** Another reading, where it comes from a status or a batch. */
function reading(
  change: (reading: Reading, origin: ReadingOrigin) => unknown,
  vias = ['status', 'batch'],
): ReferenceFaults {
  return {
    reading: (read, origin) => (vias.includes(origin.via) ? (change(read, origin) as Reading) : read),
  };
}

function statusError(change: (error: ProviderRequestError, reply: HttpReply) => unknown): ReferenceFaults {
  return {
    error: (error, reply) =>
      ProviderRequestError.isInstance(error) ? (change(error, reply) as MigrationStatusError) : error,
  };
}

function list(
  change: (
    inner: (filter?: unknown, context?: CallContext) => Listed,
    filter: unknown,
    context: CallContext,
  ) => Listed,
): ReferenceFaults {
  return members((adapter) => ({
    list: (filter?: unknown, context: CallContext = {}) => change(adapter.list as never, filter, context),
  }));
}

function start(
  change: (
    inner: ReferenceAdapter['start'],
    input: unknown,
    context: CallContext,
    made: HarnessContext,
  ) => Promise<unknown>,
): ReferenceFaults {
  return members((adapter, made) => ({
    start: (input: unknown, context: CallContext = {}) => change(adapter.start, input, context, made),
  }));
}

function cancel(
  change: (inner: ReferenceAdapter['cancel'], ref: ReferenceRef, context: CallContext) => Promise<unknown>,
): ReferenceFaults {
  return members((adapter) => ({
    cancel: (ref: ReferenceRef, context: CallContext = {}) => change(adapter.cancel, ref, context),
  }));
}

type Push = ReferenceAdapter['parsePush'];

function parsePush(
  change: (
    inner: Push,
    message: PushMessage,
    context: Parameters<Push>[1],
    made: HarnessContext,
  ) => Promise<unknown>,
): ReferenceFaults {
  return members((adapter, made) => ({
    parsePush: (message: PushMessage, context: Parameters<Push>[1]) =>
      change(adapter.parsePush, message, context, made),
  }));
}

type Batch = ReferenceAdapter['getStatuses'];

function batch(
  change: (
    inner: Batch,
    refs: readonly ReferenceRef[],
    context: Parameters<Batch>[1],
    adapter: ReferenceAdapter,
  ) => Promise<unknown>,
): ReferenceFaults {
  return members((adapter) => ({
    getStatuses: (refs: readonly ReferenceRef[], context?: Parameters<Batch>[1]) =>
      change(adapter.getStatuses, refs, context, adapter),
  }));
}

function rebuild(
  error: ProviderRequestError,
  change: Partial<ConstructorParameters<typeof ProviderRequestError>[0]>,
): ProviderRequestError {
  const { provider = 'reference', code, failure, message, httpStatus, retryAfterMs } = error;
  return new ProviderRequestError({ provider, code, failure, message, httpStatus, retryAfterMs, ...change });
}

function isTransient(error: unknown): boolean {
  return ProviderRequestError.isInstance(error) && error.failure === 'transient';
}

/** Signs a message anew with the adapter's own secret, so that it is taken. */
function resign({ headers, body }: PushMessage, { secret }: HarnessContext, signedBody = body): PushMessage {
  const id = headers.get('reference-id') ?? `unsigned${body.length}`;
  const wallTime = Number(headers.get('reference-time') ?? Date.now());
  return { headers: new Headers(signMessage({ id, body: signedBody, wallTime, secret })), body: signedBody };
}

async function* eachOf<Item>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void, undefined> {
  for (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function toUrl(input: RequestInfo | URL): URL {
  return new URL(input instanceof Request ? input.url : input);
}

const unreadable = () =>
  new ProviderResponseError({ provider: 'reference', path: '$', message: 'unreadable' });

/** At least one broken adapter for every audit, by the id of the audit that it fails. It fails no other. */
export const mutants: Readonly<Record<string, readonly Mutant[]>> = {
  'K-01': [
    {
      title: 'lists without claiming it',
      faults: members(({ capabilities }) => ({ capabilities: { ...capabilities, list: false } })),
    },
    { title: 'claims pushes and takes none', faults: members(() => ({ parsePush: undefined })) },
  ],
  'K-02': [
    {
      title: 'claims no progress and shows some',
      faults: members(({ capabilities }) => ({ capabilities: { ...capabilities, progress: 'none' } })),
    },
  ],
  'K-03': [{ title: 'is not shown how it cancels', harness: ({ cancel: _cancel, ...harness }) => harness }],
  'K-04': [
    { title: 'is of another version', faults: members(() => ({ specVersion: 2 })) },
    {
      title: 'claims a progress of a kind that there is not',
      faults: members(({ capabilities }) => ({ capabilities: { ...capabilities, progress: 'lots' } })),
    },
  ],
  'R-01': [
    {
      title: 'forgets what is awaited',
      faults: members(({ parseRef }) => ({
        parseRef: (value: unknown) => ({ jobId: parseRef(value).jobId }),
      })),
    },
  ],
  'R-02': [
    {
      title: 'leaves ids as they are in the key',
      faults: members(({ parseRef }) => ({
        key(value: unknown) {
          const { jobId, awaiting } = parseRef(value);
          return `reference/${jobId}${awaiting === 'copy' ? '/copy' : ''}`;
        },
      })),
    },
  ],
  'R-03': [
    {
      title: 'encodes slashes but not percent signs',
      faults: members(({ key }) => ({ key: (ref: ReferenceRef) => key(ref).replaceAll('%25', '%') })),
    },
    {
      title: 'counts the times that it is asked for a key',
      faults: members(({ key }) => ({ key: numberedKey(key) })),
    },
  ],
  'R-04': [
    {
      title: 'makes a text of an id that is none',
      faults: members(({ parseRef }) => ({
        parseRef: (value: unknown) =>
          parseRef(isRecord(value) ? { ...value, jobId: String(value.jobId) } : value),
      })),
    },
    {
      title: 'does not say which field is wrong',
      faults: members(({ parseRef }) => ({
        parseRef(value: unknown) {
          try {
            return parseRef(value);
          } catch {
            throw new ConfigurationError({
              provider: 'reference',
              option: 'ref',
              message: 'reference: no ref',
            });
          }
        },
      })),
    },
  ],
  'R-05': [
    {
      title: 'asks first and checks then',
      faults: getStatus(async (read, ref, context, { baseUrl }) => {
        if (!isRecord(ref)) await fetch(`${baseUrl}/jobs/${ref}`);
        return read(ref, context);
      }),
    },
  ],
  'R-06': [
    {
      title: 'makes the lane of the credential',
      faults: members((_adapter, { secret }) => ({
        lane: () => createHash('sha256').update(secret).digest('hex'),
      })),
    },
    {
      title: 'puts the credential into the lane',
      faults: members((_adapter, { secret }) => ({ lane: () => `lane#${secret}` })),
    },
  ],
  'R-07': [
    {
      title: 'leaves what is awaited out of the key',
      faults: members(({ key }) => ({ key: (ref: ReferenceRef) => key(ref).replace(/\/copy$/, '') })),
    },
  ],
  'R-08': [
    {
      title: 'gives each migration a lane of its own',
      faults: members(({ lane, key }) => ({ lane: (ref: ReferenceRef) => `${lane(ref)}#${key(ref)}` })),
    },
  ],
  'R-09': [
    {
      title: 'puts the credential into the key',
      faults: { keyParts: (parts, secret) => [...parts, secret] },
    },
  ],
  'S-01': [
    {
      title: 'takes one word for another',
      faults: reading((read) => (read.nativeState === 'HELD' ? { ...read, state: 'running' } : read)),
    },
    {
      title: 'loses the reason of a failure',
      faults: reading((read) =>
        read.issues ? { ...read, issues: [{ severity: 'error', message: 'failed' }] } : read,
      ),
    },
  ],
  'S-02': [
    {
      title: 'takes an unknown word for running',
      faults: {
        toState: (word) =>
          /^[A-Z_]+$/.test(word) && !Object.hasOwn(referenceStates, word)
            ? 'running'
            : mapState(referenceStates, word),
      },
    },
    {
      title: 'loses a word that it does not know',
      faults: reading((read) => (read.state === 'unknown' ? { ...read, nativeState: 'unknown' } : read)),
    },
  ],
  'S-03': [
    {
      title: 'reads the same answer in another way the second time',
      faults: members(({ getStatus: read }) => ({ getStatus: forgetful(read) })),
    },
  ],
  'S-04': [
    {
      title: 'has a state of its own invention in its table',
      faults: members(({ states }) => ({ states: { ...states, HELD: 'on_hold' } })),
    },
  ],
  'S-05': [
    {
      title: 'looks words up without asking whose they are',
      faults: {
        toState: (word) =>
          word in referenceStates
            ? Object.hasOwn(referenceStates, word)
              ? mapState(referenceStates, word)
              : 'running'
            : 'unknown',
      },
    },
  ],
  'S-06': [
    {
      title: 'takes a missing word for the end',
      faults: {
        jobSchema: z.looseObject({ status: z.nullable(z.string()) }),
        ...reading((read, { job }) => (job.status === null ? { ...read, state: 'succeeded' } : read)),
      },
    },
  ],
  'S-07': [
    {
      title: 'documents another state than its table has',
      faults: members(({ states }) => ({ states: { ...states, HELD: 'pending' } })),
    },
  ],
  'S-08': [
    {
      title: 'writes the native word in another way',
      faults: reading((read) => (read.nativeState === 'HELD' ? { ...read, nativeState: 'Held' } : read)),
    },
    {
      title: 'is not shown with one of its words',
      harness: (harness) => ({
        ...harness,
        samples: harness.samples.filter(({ label }) => label !== 'held'),
      }),
    },
  ],
  'M-01': [
    { title: 'has a field that the model does not have', faults: reading((read) => ({ ...read, eta: 5 })) },
    {
      title: 'writes a time as people do',
      faults: reading((read) => (read.startedAt ? { ...read, startedAt: '28 April 2026' } : read)),
    },
    {
      title: 'has an issue of a severity that there is not',
      faults: reading((read) =>
        read.state === 'canceled' ? { ...read, issues: [{ severity: 'fatal', message: 'canceled' }] } : read,
      ),
    },
  ],
  'M-02': [
    {
      title: 'has an undefined field in its native',
      faults: reading((read) => ({ ...read, native: { ...read.native, note: undefined } })),
    },
    {
      title: 'has a function in its native',
      faults: reading((read) => ({ ...read, native: { ...read.native, refresh: unreadable } })),
    },
    {
      title: 'has a BigInt in its native',
      faults: reading((read) => ({ ...read, native: { ...read.native, bytes: 1n } })),
    },
  ],
  'M-03': [
    {
      title: 'hands the same object out again and again',
      faults: members(({ getStatus: read }) => ({ getStatus: recycling(read) })),
    },
  ],
  'M-04': [
    {
      title: 'makes a zero of a count that is missing',
      faults: reading((read, { job }) =>
        job.status === 'RUNNING'
          ? { ...read, progress: { ...read.progress, completed: job.processed ?? 0 } }
          : read,
      ),
    },
  ],
  'M-05': [
    {
      title: 'has more than 100 percent',
      faults: reading((read) =>
        read.progress?.percent ? { ...read, progress: { completed: 120, total: 400, percent: 104 } } : read,
      ),
    },
    {
      title: 'divides nothing by nothing',
      faults: reading((read) =>
        read.nativeState === 'HELD' ? { ...read, progress: { completed: Number.NaN } } : read,
      ),
    },
    {
      title: 'has more done than there is',
      faults: reading((read) =>
        read.nativeState === 'HELD' ? { ...read, progress: { completed: 9, total: 5 } } : read,
      ),
    },
  ].map((mutant, index) => (index === 0 ? { ...mutant, harness: withoutExpectedProgress } : mutant)),
  'M-06': [
    {
      title: 'has an issue without words',
      faults: reading((read) =>
        read.state === 'canceled' ? { ...read, issues: [{ severity: 'error', message: ' ' }] } : read,
      ),
    },
  ],
  'M-07': [
    {
      title: 'ends before it begins',
      faults: reading((read) =>
        read.finishedAt && read.startedAt
          ? { ...read, startedAt: read.finishedAt, finishedAt: read.startedAt }
          : read,
      ),
    },
  ],
  'M-08': [
    {
      title: 'gives all parts the same name',
      faults: reading((read) =>
        read.parts ? { ...read, parts: read.parts.map((part) => ({ ...part, name: 'task' })) } : read,
      ),
    },
  ],
  'M-09': [
    {
      title: 'tidies up what the provider said',
      faults: reading((read) => ({ ...read, native: { ...read.native, status: 'tidy' } })),
    },
    {
      title: 'keeps only what it knows',
      faults: reading((read) => ({ ...read, native: { status: read.native?.status, extra: 1 } })),
    },
  ],
  'H-01': [
    { title: 'repeats a request that failed', faults: { fetch: retryingFetch } },
    {
      title: 'asks twice',
      faults: getStatus(async (read, ref, context) => {
        await read(ref, context);
        return read(ref, context);
      }),
    },
  ],
  'H-02': [
    {
      title: 'takes a 401 for an accident',
      faults: statusError((error) =>
        error.httpStatus === 401 ? rebuild(error, { code: 'server_error', failure: 'transient' }) : error,
      ),
    },
    {
      title: 'takes a 403 for a wrong request',
      faults: statusError((error) =>
        error.httpStatus === 403
          ? rebuild(error, { code: 'invalid_request', failure: 'invalid_request' })
          : error,
      ),
    },
  ],
  'H-03': [
    {
      title: 'takes an unknown migration for an error',
      faults: getStatus(async (read, ref, context) => {
        const read1 = await read(ref, context);
        if (read1.state === 'not_found')
          throw new ProviderRequestError({
            provider: 'reference',
            code: 'invalid_request',
            failure: 'invalid_request',
            message: 'no such job',
          });
        return read1;
      }),
    },
  ],
  'H-04': [
    {
      title: 'takes seconds for milliseconds',
      faults: statusError((error) =>
        error.retryAfterMs === 7000 ? rebuild(error, { retryAfterMs: 7 }) : error,
      ),
    },
    {
      title: 'does not know a 429',
      faults: statusError((error) =>
        error.httpStatus === 429 ? rebuild(error, { failure: 'transient', code: 'server_error' }) : error,
      ),
    },
  ],
  'H-05': [
    {
      title: 'gives up at a 502',
      faults: statusError((error) =>
        error.httpStatus === 502
          ? rebuild(error, { code: 'invalid_request', failure: 'invalid_request' })
          : error,
      ),
    },
    {
      title: 'takes a 500 for a failed migration',
      faults: {
        readingOfError: (reply) =>
          reply.status === 500 ? { state: 'failed', nativeState: 'HTTP 500', native: null } : undefined,
      },
    },
    {
      title: 'lets a refused connection through as it comes',
      faults: getStatus((read, ref, context) =>
        read(ref, context).catch((error: unknown) => {
          throw ProviderRequestError.isInstance(error) && /ECONNREFUSED/.test(error.message)
            ? new TypeError('fetch failed')
            : error;
        }),
      ),
    },
  ],
  'H-06': [
    {
      title: 'takes a page for a migration that goes on',
      faults: getStatus((read, ref, context) =>
        read(ref, context).catch((error: unknown) => {
          if (ProviderResponseError.isInstance(error) && error.path === '$' && /html/.test(error.message))
            return { state: 'running', nativeState: '', native: null };
          throw error;
        }),
      ),
    },
    {
      title: 'names no place',
      faults: getStatus((read, ref, context) =>
        read(ref, context).catch((error: unknown) => {
          if (!ProviderResponseError.isInstance(error)) throw error;
          throw new ProviderResponseError({
            provider: 'reference',
            path: '',
            message: 'reference: not as documented',
          });
        }),
      ),
    },
  ],
  'H-07': [
    {
      title: 'refuses a field that it does not know',
      faults: reading((read, { job }) => {
        if (Object.hasOwn(job, 'notDocumentedByAnybody')) throw unreadable();
        return read;
      }),
    },
  ],
  'H-08': [
    {
      title: 'cannot read the date of a 429',
      faults: statusError((error, { headers }) =>
        headers.get('retry-after')?.includes('GMT') ? rebuild(error, { retryAfterMs: undefined }) : error,
      ),
    },
  ],
  'H-09': [
    { title: 'calls every error transient', faults: members(() => ({ classify: () => 'transient' })) },
    {
      title: 'has no class for a foreign error',
      faults: members(({ classify }) => ({
        classify: (error: unknown) => (MigrationStatusError.isInstance(error) ? classify(error) : undefined),
      })),
    },
    {
      title: 'throws at an error that is none',
      faults: members(({ classify }) => ({
        classify: (error: unknown) =>
          Reflect.has(error as object, 'failure') ? classify(error) : 'transient',
      })),
    },
  ],
  'H-10': [
    {
      title: 'takes any 404 for the word of the provider',
      faults: {
        readingOfError: (reply) =>
          reply.status === 404 ? { state: 'not_found', nativeState: 'HTTP 404', native: null } : undefined,
      },
    },
  ],
  'H-11': [
    {
      title: 'drops the seconds that come with a status',
      faults: getStatus(async (read, ref, context) => {
        const found = await read(ref, context);
        return found.retryAfterMs === 7000 ? without(found, 'retryAfterMs') : found;
      }),
    },
  ],
  'H-12': [
    {
      title: 'drops the date that comes with a status',
      faults: getStatus(async (read, ref, context) => {
        const { retryAfterMs, ...rest } = await read(ref, context);
        return retryAfterMs === undefined || retryAfterMs === 7000
          ? { ...rest, ...(retryAfterMs && { retryAfterMs }) }
          : rest;
      }),
    },
  ],
  'H-13': [
    {
      title: 'refuses null where nothing is fine',
      faults: reading((read, { job }) => {
        if (job.processed === null) throw unreadable();
        return read;
      }),
    },
  ],
  'H-14': [
    {
      title: 'does not say which HTTP status it was',
      faults: statusError((error) => rebuild(error, { httpStatus: undefined })),
    },
    {
      title: 'speaks for another provider',
      faults: statusError((error) => rebuild(error, { provider: 'another' })),
    },
  ],
  'H-15': [
    {
      title: 'asks again after a 409',
      faults: statusError((error) =>
        error.httpStatus === 409 ? rebuild(error, { code: 'server_error', failure: 'transient' }) : error,
      ),
    },
  ],
  'H-16': [
    {
      title: 'drops the rate limit',
      faults: getStatus(async (read, ref, context) => without(await read(ref, context), 'rateLimit')),
    },
  ],
  'H-17': [{ title: 'follows every redirect', faults: { fetch: endlessFetch } }],
  'A-01': [
    {
      title: 'rejects with a reason of its own',
      faults: getStatus(async (read, ref, context) => {
        if (context.signal?.aborted) throw new Error('aborted');
        return read(ref, context);
      }),
    },
    { title: 'starts although it was given up', faults: start((inner, input) => inner(input)) },
    { title: 'cancels although it was given up', faults: cancel((inner, ref) => inner(ref)) },
    { title: 'reads a batch although it was given up', faults: batch((inner, refs) => inner(refs)) },
  ],
  'A-02': [
    {
      title: 'takes an abort for an outage',
      faults: getStatus((read, ref, context) => {
        context.signal?.throwIfAborted();
        return read(ref, context).catch((error: unknown) => {
          if (!context.signal?.aborted) throw error;
          throw new ProviderRequestError({
            provider: 'reference',
            code: 'unreachable',
            failure: 'transient',
            message: 'cut',
          });
        });
      }),
    },
  ],
  'A-03': [
    {
      title: 'leaves a timer behind',
      faults: getStatus(async (read, ref, context) => {
        setTimeout(() => {}, 700);
        return read(ref, context);
      }),
    },
  ],
  'A-04': [
    {
      title: 'only looks away when it is given up',
      faults: getStatus(async (read, ref, { signal, ...context }) => {
        signal?.throwIfAborted();
        const aborted = Promise.withResolvers<never>();
        const onAbort = () => aborted.reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
        const work = read(ref, context);
        work.catch(() => {});
        return Promise.race([work, aborted.promise]).finally(() =>
          signal?.removeEventListener('abort', onAbort),
        );
      }),
    },
  ],
  'A-05': [
    {
      title: 'keeps listening',
      faults: getStatus((read, ref, context) => {
        context.signal?.addEventListener('abort', () => {});
        return read(ref, context);
      }),
    },
  ],
  'X-01': [
    {
      title: 'repeats what the provider said',
      faults: statusError((error, { text }) => rebuild(error, { message: `reference: ${text}` })),
    },
    {
      title: 'keeps what was answered as the cause',
      faults: statusError((error, { text }) => rebuild(error, { cause: new Error(text) })),
    },
    {
      title: 'keeps the headers of an answer',
      faults: statusError((error, { headers }) =>
        Object.assign(error, { headers: Object.fromEntries(headers) }),
      ),
    },
  ],
  'X-02': [
    {
      title: 'leaves ids as they are in the path',
      faults: { request: (request, { jobId }) => ({ ...request, path: `/jobs/${jobId}` }) },
    },
    {
      title: 'encodes ids as URI, not as a part of one',
      faults: { request: (request, { jobId }) => ({ ...request, path: `/jobs/${encodeURI(jobId)}` }) },
    },
  ],
  'X-03': [{ title: 'takes its credential along to another origin', faults: { fetch: trustingFetch } }],
  'X-04': [
    {
      title: 'sets a timer when it is made',
      faults: members(() => {
        setTimeout(() => {}, 100);
        return {};
      }),
    },
    {
      title: 'asks something when it is made',
      faults: members(() => {
        fetch('http://127.0.0.1:65535').catch(() => {});
        return {};
      }),
    },
  ],
  'X-05': [
    {
      title: 'puts its credential into the query',
      faults: {
        request: (request, _ref, secret) => ({
          ...request,
          query: [...(request.query ?? []), ['key', secret]],
        }),
      },
    },
  ],
  'X-06': [
    {
      title: 'puts its credential into a message',
      faults: reading((read, { secret }) => ({ ...read, message: `read with ${secret}` })),
    },
  ],
  'X-07': [{ title: 'reads whatever comes', faults: { fetch: greedyFetch } }],
  'N-01': [
    {
      title: 'leaves a memo with a date in it',
      faults: reading((read) => (read.memo ? { ...read, memo: { cursor: 'c17', at: new Date(0) } } : read)),
    },
  ],
  'N-02': [
    {
      title: 'cannot take its own memo back',
      faults: getStatus(async (read, ref, context) => {
        if (isRecord(context.memo) && context.memo.cursor === 'c17') throw unreadable();
        return read(ref, context);
      }),
    },
  ],
  'N-03': [
    {
      title: 'trusts a memo of any kind',
      faults: getStatus(async (read, ref, context) => {
        if (context.memo !== undefined)
          Object.keys(context.memo as object)
            .at(0)
            ?.trim();
        return read(ref, context);
      }),
    },
    {
      title: 'takes a memo that is none of its own for the end',
      faults: getStatus(async (read, ref, context) => {
        const read1 = await read(ref, context);
        return typeof context.memo === 'string' ? { ...read1, state: 'succeeded' } : read1;
      }),
    },
  ],
  'N-04': [
    {
      title: 'puts its credential into a memo',
      faults: reading((read, { secret }) =>
        read.memo ? { ...read, memo: { cursor: 'c17', key: secret } } : read,
      ),
    },
  ],
  'C-01': [
    {
      title: 'asks for the same migration, whichever it is asked for',
      faults: { request: (request) => ({ ...request, path: '/jobs/latest' }) },
    },
    {
      title: 'answers all that ask at once alike',
      faults: members(({ getStatus: read }) => ({ getStatus: sharing(read) })),
    },
  ],
  'B-01': [
    {
      title: 'pairs records with refs by their order',
      faults: {
        pickJob: (jobs, { jobId }, index, count) =>
          Object.keys(jobs).length === count ? Object.values(jobs)[index] : jobs[jobId],
      },
    },
  ],
  'B-02': [
    {
      title: 'refuses a ref that is given twice',
      faults: batch(async (inner, refs, context, { key }) => {
        if (new Set(refs.map((ref) => key(ref))).size < refs.length)
          throw new ConfigurationError({ provider: 'reference', option: 'refs', message: 'twice' });
        return inner(refs, context);
      }),
    },
  ],
  'B-03': [
    {
      title: 'rejects everything for one record',
      faults: batch(async (inner, refs, context) => {
        const readings = await inner(refs, context);
        for (const read of readings.values()) if (MigrationStatusError.isInstance(read)) throw read;
        return readings;
      }),
    },
    {
      title: 'takes a malformed record for a failed migration',
      faults: batch(
        async (inner, refs, context) =>
          new Map(
            [...(await inner(refs, context))].map(([key, read]) => [
              key,
              MigrationStatusError.isInstance(read)
                ? { state: 'failed', nativeState: '', native: null }
                : read,
            ]),
          ),
      ),
    },
  ],
  'B-04': [
    {
      title: 'leaves out what is left out',
      faults: batch(
        async (inner, refs, context) =>
          new Map(
            [...(await inner(refs, context))].filter(
              ([, read]) => MigrationStatusError.isInstance(read) || read.state !== 'not_found',
            ),
          ),
      ),
    },
  ],
  'B-05': [
    {
      title: 'splits up what is too much',
      faults: batch(async (inner, refs, context) =>
        refs.length > 12
          ? new Map([...(await inner(refs.slice(0, 12), context)), ...(await inner(refs.slice(12), context))])
          : inner(refs, context),
      ),
    },
  ],
  'B-06': [
    {
      title: 'refuses to read nothing',
      faults: batch(async (inner, refs, context) => {
        if (refs.length === 0)
          throw new ConfigurationError({ provider: 'reference', option: 'refs', message: 'none' });
        return inner(refs, context);
      }),
    },
  ],
  'B-07': [
    {
      title: 'takes two requests for what fits into one',
      faults: batch(async (inner, refs, context) =>
        refs.length > 10 && refs.length <= 12
          ? new Map([...(await inner(refs.slice(0, 6), context)), ...(await inner(refs.slice(6), context))])
          : inner(refs, context),
      ),
    },
  ],
  'B-08': [
    {
      title: 'makes an error for each ref of an outage',
      faults: batch((inner, refs, context, { key }) =>
        inner(refs, context).catch((error: unknown) => {
          if (!isTransient(error)) throw error;
          return new Map(refs.map((ref) => [key(ref), error]));
        }),
      ),
    },
    {
      title: 'repeats a batch that failed',
      faults: batch((inner, refs, context) =>
        inner(refs, context).catch((error: unknown) =>
          isTransient(error) ? inner(refs, context) : Promise.reject(error),
        ),
      ),
    },
  ],
  'B-09': [
    {
      title: 'leaves the progress out in a batch',
      faults: reading((read) => without(read, 'progress'), ['batch']),
    },
  ],
  'B-10': [
    {
      title: 'counts one character too few',
      faults: members(({ urlLengthOf }) => ({ urlLengthOf: (ref: ReferenceRef) => urlLengthOf(ref) - 1 })),
    },
  ],
  'B-11': [
    {
      title: 'drops the seconds that come with a batch',
      faults: reading((read) => without(read, 'retryAfterMs'), ['batch']),
    },
  ],
  'L-01': [
    {
      title: 'lists the first twice',
      faults: list(async function* (inner, filter, context) {
        let isFirst = true;
        for await (const item of inner(filter, context)) {
          yield item;
          if (isFirst) yield item;
          isFirst = false;
        }
      }),
    },
    {
      title: 'drops the last',
      faults: list(async function* (inner, filter, context) {
        for await (const item of inner(filter, context)) if (!item.key.endsWith('three')) yield item;
      }),
    },
    { title: 'ends at an empty page', faults: { isPageSeen: (page, seen) => page === 3 || seen.has(page) } },
  ],
  'L-02': [
    {
      title: 'reads all pages first',
      faults: list(async function* (inner, filter, context) {
        yield* eachOf(await collect(inner(filter, context)), context.signal);
      }),
    },
  ],
  'L-03': [
    {
      title: 'goes on after an abort',
      faults: list(async function* (inner, filter, { signal }) {
        signal?.throwIfAborted();
        yield* inner(filter);
      }),
    },
  ],
  'L-04': [
    {
      title: 'asks for the first page at once',
      faults: list((inner, filter, context) => {
        const items = inner(filter, context);
        const first = items.next();
        first.catch(() => {});
        return (async function* () {
          const { done, value } = await first;
          if (done || value === undefined) return;
          yield value;
          yield* items;
        })();
      }),
    },
  ],
  'L-05': [
    {
      title: 'lists refs that have another key',
      faults: list(async function* (inner, filter, context) {
        for await (const item of inner(filter, context)) yield { ...item, ref: { jobId: 'another' } };
      }),
    },
    {
      title: 'lists readings that are none of the model',
      faults: reading((read) => ({ ...read, startedAt: 'yesterday' }), ['list']),
    },
  ],
  'L-06': [
    {
      title: 'takes an outage for the end of the list',
      faults: list(async function* (inner, filter, context) {
        try {
          yield* inner(filter, context);
        } catch (error) {
          if (!isTransient(error)) throw error;
        }
      }),
    },
    {
      title: 'repeats a page that failed',
      faults: list(async function* (inner, filter, context) {
        try {
          yield* inner(filter, context);
        } catch (error) {
          if (!isTransient(error)) throw error;
          yield* inner(filter, context);
        }
      }),
    },
  ],
  'L-07': [{ title: 'takes any filter', faults: list((inner, _filter, context) => inner({}, context)) }],
  'L-08': [{ title: 'walks in a circle', faults: { isPageSeen: () => false } }],
  'L-09': [
    {
      title: 'takes an unreadable page for the end of the list',
      faults: list(async function* (inner, filter, context) {
        try {
          yield* inner(filter, context);
        } catch (error) {
          if (!ProviderResponseError.isInstance(error)) throw error;
        }
      }),
    },
  ],
  'T-01': [
    {
      title: 'gives the ref of another',
      faults: start(async (inner, input, context) => ({
        ...(await inner(input, context)),
        jobId: 'another',
      })),
    },
    {
      title: 'does not take the answer to a start',
      faults: start(async (inner, input, context) => {
        await inner(input, context);
        throw unreadable();
      }),
    },
  ],
  'T-02': [
    {
      title: 'starts twice',
      faults: start(async (inner, input, context) => {
        await inner(input, context);
        return inner(input, context);
      }),
    },
  ],
  'T-03': [
    {
      title: 'starts again after an outage',
      faults: start((inner, input, context) =>
        inner(input, context).catch((error: unknown) =>
          isTransient(error) ? inner(input, context) : Promise.reject(error),
        ),
      ),
    },
    {
      title: 'makes a ref of an outage',
      faults: start((inner, input, context) =>
        inner(input, context).catch((error: unknown) =>
          isTransient(error) ? { jobId: 'perhaps' } : Promise.reject(error),
        ),
      ),
    },
  ],
  'T-04': [
    {
      title: 'makes a text of a source that is none',
      faults: start((inner, input, context) =>
        inner(isRecord(input) ? { source: String(input.source) } : input, context),
      ),
    },
  ],
  'T-05': [
    {
      title: 'gives a ref with a hole in it',
      faults: start(async (inner, input, context) => ({
        ...(await inner(input, context)),
        awaiting: undefined,
      })),
    },
    {
      title: 'gives a ref that it does not take',
      faults: start(async (inner, input, context) => ({ ...(await inner(input, context)), more: 'x' })),
    },
  ],
  'T-06': [
    {
      title: 'makes up a ref where it cannot read the answer',
      faults: start((inner, input, context) =>
        inner(input, context).catch((error: unknown) => {
          if (ProviderResponseError.isInstance(error)) return { jobId: 'latest' };
          throw error;
        }),
      ),
    },
  ],
  'T-07': [
    {
      title: 'puts its credential into the ref',
      faults: start(async (inner, input, context, { secret }) => ({
        ...(await inner(input, context)),
        region: secret,
      })),
    },
  ],
  'E-01': [
    {
      title: 'gives something back',
      faults: cancel((inner, ref, context) => inner(ref, context).then(() => ({ ok: true }))),
    },
  ],
  'E-02': [
    {
      title: 'cancels twice',
      faults: cancel(async (inner, ref, context) => {
        await inner(ref, context);
        return inner(ref, context);
      }),
    },
  ],
  'E-03': [
    {
      title: 'cancels again after an outage',
      faults: cancel((inner, ref, context) =>
        inner(ref, context).catch((error: unknown) =>
          isTransient(error) ? inner(ref, context) : Promise.reject(error),
        ),
      ),
    },
    {
      title: 'is silent about an outage',
      faults: cancel((inner, ref, context) =>
        inner(ref, context).catch((error: unknown) =>
          isTransient(error) ? undefined : Promise.reject(error),
        ),
      ),
    },
  ],
  'E-04': [
    {
      title: 'is silent about what is no ref',
      faults: cancel(async (inner, ref, context) => (isRecord(ref) ? inner(ref, context) : undefined)),
    },
  ],
  'E-05': [
    {
      title: 'is silent about a refusal',
      faults: cancel((inner, ref, context) =>
        inner(ref, context).catch((error: unknown) =>
          ProviderRequestError.isInstance(error) && error.httpStatus === 409
            ? undefined
            : Promise.reject(error),
        ),
      ),
    },
  ],
  'P-01': [
    {
      title: 'takes a failure for work',
      faults: reading(
        (read) => (read.state === 'failed' ? { ...without(read, 'issues'), state: 'running' } : read),
        ['push'],
      ),
    },
    {
      title: 'passes everything over',
      faults: parsePush(async (inner, message, context) => {
        await inner(message, context);
        return undefined;
      }),
    },
  ],
  'P-02': [
    {
      title: 'checks the meaning of a body, not its characters',
      faults: parsePush((inner, message, context) =>
        inner({ ...message, body: message.body.replace(/\s+\}$/, '}') }, context),
      ),
    },
  ],
  'P-03': [
    {
      title: 'takes a message without a signature',
      faults: parsePush((inner, message, context, made) =>
        inner(message.headers.has('reference-signature') ? message : resign(message, made), context),
      ),
    },
  ],
  'P-04': [
    {
      title: 'takes a digest for a signature',
      faults: parsePush((inner, message, context, made) => {
        const resigned = resign(message, made);
        const isSame = resigned.headers.get('reference-digest') === message.headers.get('reference-digest');
        return inner(isSame ? resigned : message, context);
      }),
    },
  ],
  'P-05': [
    {
      title: 'takes a message of any age',
      faults: parsePush((inner, message, context) =>
        inner(message, { ...context, wallTime: Number(message.headers.get('reference-time')) || undefined }),
      ),
    },
    {
      title: 'does not say that a message is old',
      faults: parsePush((inner, message, context) =>
        inner(message, context).catch((error: unknown) => {
          if (!PushRefusedError.isInstance(error) || error.code !== 'stale_message') throw error;
          throw new PushRefusedError({
            provider: 'reference',
            code: 'invalid_signature',
            message: 'reference: old',
          });
        }),
      ),
    },
  ],
  'P-06': [
    {
      title: 'takes a message again',
      faults: parsePush((inner, message, context, made) => {
        const { headers, body } = resign(message, made);
        const isOwn = headers.get('reference-signature') === message.headers.get('reference-signature');
        if (!isOwn) return inner(message, context);
        const wallTime = Number(message.headers.get('reference-time'));
        return inner(
          {
            headers: new Headers(
              signMessage({ id: `${Math.random()}`, body, wallTime, secret: made.secret }),
            ),
            body,
          },
          context,
        );
      }),
    },
  ],
  'P-07': [
    {
      title: 'refuses a message about something else',
      faults: parsePush(async (inner, message, context) => {
        const status = await inner(message, context);
        if (status === undefined && message.body.includes('invoice')) throw unreadable();
        return status;
      }),
    },
  ],
  'P-08': [
    {
      title: 'trips over a signed body of another shape',
      faults: parsePush((inner, message, context) =>
        inner(message, context).catch((error: unknown) => {
          throw ProviderResponseError.isInstance(error) ? new TypeError('undefined is not an object') : error;
        }),
      ),
    },
  ],
  'P-09': [
    {
      title: 'gives a status under another key',
      faults: parsePush(async (inner, message, context) => {
        const status = await inner(message, context);
        return status && { ...status, key: `${status.key}/pushed` };
      }),
    },
    {
      title: 'gives a status without the time of the look',
      faults: parsePush(async (inner, message, context) => {
        const status = await inner(message, context);
        return status && { ...status, observedAt: 'now' };
      }),
    },
  ],
  'P-10': [
    {
      title: 'repeats the message that it refuses',
      faults: parsePush((inner, message, context) =>
        inner(message, context).catch((error: unknown) => {
          if (!PushRefusedError.isInstance(error)) throw error;
          throw new PushRefusedError({
            provider: 'reference',
            code: error.code,
            message: `refused: ${message.body}`,
          });
        }),
      ),
    },
  ],
  'G-01': [
    {
      title: 'trips over tasks that are no list',
      cases: 320,
      faults: reading((read, { job }) => {
        if (job.tasks !== undefined && job.tasks !== null && !Array.isArray(job.tasks))
          throw new TypeError('tasks.map is not a function');
        return read;
      }),
    },
  ],
  'G-02': [
    {
      title: 'takes a missing total for the end',
      cases: 320,
      faults: reading((read, { job }) =>
        typeof job.processed === 'number' && typeof job.total !== 'number'
          ? { ...read, state: 'succeeded' }
          : read,
      ),
    },
  ],
  'G-03': [
    {
      title: 'hands on a time that is none',
      cases: 320,
      faults: reading((read, { job }) =>
        typeof job.createdAt === 'string' ? { ...read, createdAt: job.createdAt } : read,
      ),
    },
  ],
  'G-04': [
    {
      title: 'makes a number of what is none',
      cases: 320,
      faults: reading((read, { job }) =>
        typeof job.processed === 'string' ? { ...read, native: { ...job, processed: Number.NaN } } : read,
      ),
    },
  ],
  'G-05': [
    {
      title: 'repeats a value that it cannot read',
      cases: 320,
      faults: reading((read, { job }) => {
        if (typeof job.processed !== 'string') return read;
        throw new ProviderResponseError({
          provider: 'reference',
          path: '$.processed',
          message: `reference: ${job.processed} is no number`,
        });
      }),
    },
  ],
  'G-06': [
    {
      title: 'takes a 402 for a failed migration',
      faults: {
        readingOfError: (reply) =>
          reply.status === 402 ? { state: 'failed', nativeState: 'HTTP 402', native: null } : undefined,
      },
    },
    {
      title: 'takes a 410 for a migration that was called off',
      faults: {
        readingOfError: (reply) =>
          reply.status === 410 ? { state: 'canceled', nativeState: 'HTTP 410', native: null } : undefined,
      },
    },
  ],
};

function without<Value extends object>(value: Value, field: keyof Value): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
}

function withoutExpectedProgress(harness: AdapterHarness<ReferenceRef>): AdapterHarness<ReferenceRef> {
  return {
    ...harness,
    samples: harness.samples.map((sample) => ({ ...sample, expect: { state: sample.expect.state } })),
  };
}

function numberedKey(key: (ref: ReferenceRef) => string): (ref: ReferenceRef) => string {
  let count = 0;
  return (ref) => {
    if (ref.jobId !== 'b') return key(ref);
    count += 1;
    return `${key(ref)}${count}`;
  };
}

function forgetful(read: ReferenceAdapter['getStatus']): ReferenceAdapter['getStatus'] {
  let last = '';
  return async (ref, context) => {
    const found = await read(ref, context);
    const text = JSON.stringify([ref, found]);
    const isRepeated = text === last;
    last = text;
    return isRepeated ? { ...found, message: 'as before' } : found;
  };
}

function recycling(read: ReferenceAdapter['getStatus']): ReferenceAdapter['getStatus'] {
  const shared = new Map<string, Reading>();
  return async (ref, context) => {
    const found = await read(ref, context);
    const own = shared.get(ref.jobId) ?? found;
    shared.set(ref.jobId, own);
    if (own === found) return own;
    for (const name of Object.keys(own)) Reflect.deleteProperty(own, name);
    return Object.assign(own, found);
  };
}

function sharing(read: ReferenceAdapter['getStatus']): ReferenceAdapter['getStatus'] {
  let current: Promise<Reading> | undefined;
  return (ref, context) => {
    current ??= read(ref, context).finally(() => {
      current = undefined;
    });
    return current;
  };
}

async function retryingFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const { pathname } = toUrl(input);
  const isOneJob = init?.method === 'GET' && pathname.startsWith('/jobs/');
  return response.status === 503 && isOneJob ? fetch(input, init) : response;
}

async function endlessFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let response = await fetch(input, init);
  for (let hop = 0; response.status === 307 && hop < 60; hop += 1) {
    const target = new URL(response.headers.get('location') ?? '', toUrl(input));
    if (target.origin !== toUrl(input).origin) break;
    response = await fetch(target, init);
  }
  return response;
}

async function greedyFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status !== 200) return response;
  const text = await response.text();
  return new Response(text.slice(0, 1_000_000), { headers: response.headers });
}

async function trustingFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const location = response.headers.get('location') ?? '';
  const target = URL.parse(location);
  const isElsewhere =
    target?.hostname === '127.0.0.1' && target.port !== '1' && target.pathname === '/elsewhere';
  return isElsewhere ? fetch(target, { headers: init?.headers ?? {} }) : response;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
