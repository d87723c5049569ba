import { createHmac } from 'node:crypto';
import {
  type BatchReadContext,
  type CallContext,
  ConfigurationError,
  createHttpClient,
  defineAdapter,
  type HttpReply,
  type HttpRequest,
  type ListedMigration,
  type MigrationAdapter,
  type MigrationReading,
  type MigrationState,
  type MigrationStatus,
  MigrationStatusError,
  mapState,
  ProviderResponseError,
  type PushMessage,
  PushRefusedError,
  parseBody,
  parseOptions,
  parseTimestamp,
  type StandardSchema,
  toMigrationStatus,
  toNotFoundReading,
  withHints,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import type { HarnessContext } from '../src/harness.ts';

/** The address of a job; `awaiting` tells whether its copy or its switch is awaited. */
export interface ReferenceRef {
  readonly jobId: string;
  readonly awaiting?: 'copy' | 'switch' | undefined;
  readonly region?: string | undefined;
}

/** A job as the made-up provider describes it. */
export type ReferenceJob = Readonly<Record<string, unknown>> & { readonly status: string | null };

/** On which way a job came. */
export type Via = 'status' | 'batch' | 'list' | 'push';

/** What a reading was made of. */
export interface ReadingOrigin {
  readonly job: ReferenceJob;
  readonly via: Via;
  readonly secret: string;
  readonly headers: Headers;
}

/** What can be broken inside the reference adapter; what can be broken from outside is broken by `adapter`. */
export interface ReferenceFaults {
  readonly toState?: (word: string) => MigrationState;
  readonly jobSchema?: StandardSchema<ReferenceJob>;
  /** Changes what was read. */
  readonly reading?: (
    reading: MigrationReading<ReferenceJob>,
    origin: ReadingOrigin,
  ) => MigrationReading<ReferenceJob>;
  /** Changes what an error answer says about a job. */
  readonly readingOfError?: (reply: HttpReply) => MigrationReading<never> | undefined;
  /** Changes the error that an answer about one job amounts to. */
  readonly error?: (error: MigrationStatusError, reply: HttpReply) => MigrationStatusError;
  /** Changes the request for one job. */
  readonly request?: (
    request: HttpRequest & { readonly path: string },
    ref: ReferenceRef,
    secret: string,
  ) => HttpRequest;
  readonly fetch?: typeof fetch;
  readonly keyParts?: (parts: readonly string[], secret: string) => readonly string[];
  /** What the answer to a batch says about one of the refs. */
  readonly pickJob?: (
    jobs: Readonly<Record<string, unknown>>,
    ref: ReferenceRef,
    index: number,
    count: number,
  ) => unknown;
  /** Whether a list ends before a page of this number. */
  readonly isPageSeen?: (page: number, seen: ReadonlySet<number>) => boolean;
  /** Changes the whole adapter. */
  readonly adapter?: (
    adapter: ReferenceAdapter,
    context: HarnessContext,
  ) => MigrationAdapter<unknown, ReferenceRef>;
}

/** An adapter with everything that the contract knows. */
export type ReferenceAdapter = Required<MigrationAdapter<ReferenceJob, ReferenceRef>>;

/** The words of the made-up provider. `COPIED` waits for somebody to ask for the switch. */
export const referenceStates = Object.freeze({
  QUEUED: 'pending',
  RUNNING: 'running',
  COPIED: 'awaiting_input',
  HELD: 'paused',
  DONE: 'succeeded',
  DONE_WITH_ERRORS: 'partially_succeeded',
  FAILED: 'failed',
  CANCELED: 'canceled',
} as const);

const id = z.string().check(z.minLength(1, 'a non-empty string'));

const refSchema: StandardSchema<ReferenceRef> = z.strictObject({
  jobId: id.check(
    z.refine((value) => value !== '.' && value !== '..' && value.isWellFormed(), 'the id of a job'),
  ),
  awaiting: z.optional(z.enum(['copy', 'switch'], '"copy" or "switch"')),
  region: z.optional(id),
});

export const referenceJobSchema: StandardSchema<ReferenceJob> = z.looseObject({ status: z.string() });

const batchSchema: StandardSchema<{ readonly jobs: Readonly<Record<string, unknown>> }> = z.object({
  jobs: z.custom<Readonly<Record<string, unknown>>>(isObject, 'object'),
});

const pageSchema: StandardSchema<{
  readonly jobs: readonly unknown[];
  readonly next?: number | null | undefined;
}> = z.object({
  jobs: z.array(z.unknown()),
  next: z.optional(z.nullable(z.number())),
});

const listedSchema: StandardSchema<{ readonly id: string }> = z.looseObject({ id });
const filterSchema: StandardSchema<{ readonly project?: string | undefined }> = z.strictObject({
  project: z.optional(id),
});
const inputSchema: StandardSchema<{ readonly source: string }> = z.strictObject({ source: id });
const startedSchema: StandardSchema<{ readonly id: string }> = z.object({ id });
const eventSchema: StandardSchema<{ readonly type: string; readonly job?: unknown }> = z.object({
  type: z.string(),
  job: z.optional(z.unknown()),
});

const maxBatchSize = 12;
const provider = 'reference';

/** Makes the adapter that every audit passes, with the given faults. */
export function createReferenceAdapter(
  context: HarnessContext,
  faults: ReferenceFaults = {},
): MigrationAdapter<unknown, ReferenceRef> {
  const { baseUrl, secret } = context;
  const toState = faults.toState ?? ((word: string) => mapState(referenceStates, word));
  const jobSchema = faults.jobSchema ?? referenceJobSchema;
  const http = createHttpClient({
    provider,
    baseUrl,
    credentials: { authorization: `Bearer ${secret}` },
    ...(faults.fetch && { fetch: faults.fetch }),
  });
  const takenMessages = new Set<string>();

  function toReading(
    body: ReferenceJob,
    via: Via,
    reply: Pick<HttpReply, 'headers' | 'rateLimit'>,
    ref: ReferenceRef,
  ) {
    const reading = withHints(readJob(body, toState, ref), reply);
    return faults.reading?.(reading, { job: body, via, secret, headers: reply.headers }) ?? reading;
  }

  const base = defineAdapter<ReferenceJob, ReferenceRef, ReferenceJob>({
    provider,
    states: referenceStates,
    http,
    capabilities: { progress: 'counts', maxBatchSize, list: true, start: true, cancel: true, push: true },
    refSchema,
    toKeyParts: ({ jobId, awaiting }) => {
      const parts = [jobId, ...(awaiting === 'copy' ? ['copy'] : [])];
      return faults.keyParts?.(parts, secret) ?? parts;
    },
    toRequest: (ref, { memo }) => {
      const cursor = toCursor(memo);
      const request = {
        path: `/jobs/${encodeURIComponent(ref.jobId)}`,
        ...(cursor !== undefined && { query: [['after', cursor]] as const }),
      };
      return faults.request?.(request, ref, secret) ?? request;
    },
    schema: jobSchema,
    toReading: (_body, { native, reply, ref }) =>
      toReading(toJob(native, jobSchema), 'status', { headers: reply.headers, rateLimit: undefined }, ref),
    toReadingOfError: (reply) => faults.readingOfError?.(reply) ?? toNotFoundReading(reply),
    toError: (reply) => {
      const error = reply.toError();
      return faults.error?.(error, reply) ?? error;
    },
  });

  async function getStatuses(given: readonly ReferenceRef[], { signal }: BatchReadContext = {}) {
    const refs = given.map((ref) => base.parseRef(ref));
    const unique = [...new Map(refs.map((ref) => [base.key(ref), ref])).values()];
    if (unique.length === 0) return new Map();
    if (given.length > maxBatchSize) {
      const message = `reference getStatuses: "refs" must be at most ${maxBatchSize}`;
      throw new ConfigurationError({ provider, option: 'refs', message });
    }
    const reply = await http.send(
      { path: '/jobs', query: unique.map(({ jobId }) => ['id', jobId] as const) },
      signal,
    );
    if (!reply.isOk) throw reply.toError();
    const { jobs } = reply.parse(batchSchema);
    const pickJob =
      faults.pickJob ??
      ((all: Readonly<Record<string, unknown>>, { jobId }: ReferenceRef) =>
        Object.hasOwn(all, jobId) ? all[jobId] : undefined);
    return new Map<string, MigrationReading<ReferenceJob> | MigrationStatusError>(
      unique.map((ref, index) => {
        const job = pickJob(jobs, ref, index, unique.length);
        return [base.key(ref), readingOrError(() => readOne(job, reply, ref))] as const;
      }),
    );
  }

  function readOne(job: unknown, reply: HttpReply, ref: ReferenceRef): MigrationReading<ReferenceJob> {
    if (job === undefined) return { state: 'not_found', nativeState: 'missing', native: null };
    return toReading(toJob(job, jobSchema), 'batch', reply, ref);
  }

  function urlLengthOf({ jobId }: ReferenceRef): number {
    return new URLSearchParams([['id', jobId]]).toString().length + 1;
  }

  function list(filter: unknown = {}, { signal }: CallContext = {}) {
    parseOptions(filterSchema, filter, { provider, subject: 'reference list' });
    return listPages(signal);
  }

  async function* listPages(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ListedMigration<ReferenceJob, ReferenceRef>, void, undefined> {
    const seen = new Set<string>();
    const pages = new Set<number>();
    let page: number | null | undefined = 1;
    while (typeof page === 'number' && !(faults.isPageSeen?.(page, pages) ?? pages.has(page))) {
      pages.add(page);
      const reply: HttpReply = await http.send({ path: '/jobs', query: [['page', String(page)]] }, signal);
      if (!reply.isOk) throw reply.toError();
      const body = reply.parse(pageSchema);
      for (const item of body.jobs) {
        signal?.throwIfAborted();
        const { id: jobId } = parseBody(listedSchema, item, { provider });
        if (seen.has(jobId)) continue;
        seen.add(jobId);
        const ref = { jobId };
        yield {
          key: base.key(ref),
          ref,
          reading: toReading(
            toJob(item, jobSchema),
            'list',
            { headers: new Headers(), rateLimit: undefined },
            ref,
          ),
        };
      }
      page = body.next;
    }
  }

  async function start(input: unknown, { signal }: CallContext = {}): Promise<ReferenceRef> {
    const json = parseOptions(inputSchema, input, { provider, subject: 'reference start' });
    const reply = await http.send({ method: 'POST', path: '/jobs', json }, signal);
    if (!reply.isOk) throw reply.toError();
    return { jobId: reply.parse(startedSchema).id };
  }

  async function cancel(ref: ReferenceRef, { signal }: CallContext = {}): Promise<void> {
    const { jobId } = base.parseRef(ref);
    const reply = await http.send({ method: 'DELETE', path: `/jobs/${encodeURIComponent(jobId)}` }, signal);
    if (!reply.isOk) throw reply.toError();
  }

  async function parsePush(
    { headers, body }: PushMessage,
    { wallTime = Date.now() }: { readonly wallTime?: number | undefined } = {},
  ): Promise<MigrationStatus<ReferenceJob, ReferenceRef> | undefined> {
    const [messageId, time, signature] = ['id', 'time', 'signature'].map(
      (name) => headers.get(`reference-${name}`) ?? '',
    );
    const expected = signMessage({ id: messageId ?? '', wallTime: Number(time), body, secret })[
      'reference-signature'
    ];
    if (signature !== expected) throw toRefusal('invalid_signature', 'the signature does not fit');
    if (Math.abs(wallTime - Number(time)) > 300_000)
      throw toRefusal('stale_message', 'the message is too old or too new');
    if (takenMessages.has(messageId ?? '')) throw toRefusal('repeated_message', 'the message came before');
    takenMessages.add(messageId ?? '');
    const event = parseBody(eventSchema, parseJson(body), { provider });
    if (event.type !== 'job.updated') return undefined;
    const { id: jobId } = parseBody(listedSchema, event.job, { provider, path: ['job'] });
    const ref = { jobId };
    const reading = toReading(
      toJob(event.job, jobSchema),
      'push',
      { headers: new Headers(), rateLimit: undefined },
      ref,
    );
    return toMigrationStatus(reading, {
      provider,
      key: base.key(ref),
      ref,
      observedAt: new Date(wallTime).toISOString(),
    });
  }

  const adapter: ReferenceAdapter = {
    ...base,
    getStatuses,
    urlLengthOf,
    list,
    start,
    cancel,
    parsePush,
  };
  return faults.adapter?.(adapter, context) ?? adapter;
}

/** The headers that the made-up provider sends with a message. */
export function signMessage(message: {
  readonly id: string;
  readonly body: string;
  readonly wallTime: number;
  readonly secret: string;
}): Readonly<Record<string, string>> {
  const { id: messageId, body, wallTime, secret } = message;
  const signature = createHmac('sha256', secret).update(`${messageId}.${wallTime}.${body}`).digest('base64');
  return {
    'reference-id': messageId,
    'reference-time': String(wallTime),
    'reference-signature': signature,
    'reference-digest': createHmac('sha256', 'everybody').update(body).digest('base64'),
  };
}

function readJob(
  job: ReferenceJob,
  toState: (word: string) => MigrationState,
  ref: ReferenceRef,
): MigrationReading<ReferenceJob> {
  const word = job.status ?? '';
  const mapped = toState(word);
  const counts = {
    completed: numberIn(job.processed),
    total: numberIn(job.total),
    percent: numberIn(job.percent),
  };
  const known = Object.entries(counts).filter(([, value]) => value !== undefined);
  const times = (['createdAt', 'startedAt', 'finishedAt'] as const).flatMap((field) => {
    const value = job[field];
    const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
    return time ? [[field, time.iso] as const] : [];
  });
  const tasks = Array.isArray(job.tasks) ? job.tasks.filter(isObject) : [];
  const parts = tasks.flatMap(({ name, status }) =>
    typeof name === 'string' && typeof status === 'string'
      ? [{ name, state: mapState(referenceStates, status), nativeState: status }]
      : [],
  );
  const reason = isObject(job.error) && typeof job.error.message === 'string' ? job.error.message : undefined;
  return {
    state: ref.awaiting === 'copy' && word === 'COPIED' ? 'succeeded' : mapped,
    nativeState: word,
    ...(known.length > 0 && { progress: Object.fromEntries(known) }),
    ...(parts.length > 0 && { parts }),
    ...(reason !== undefined && { issues: [{ severity: 'error', message: reason || 'no reason given' }] }),
    ...Object.fromEntries(times),
    ...(typeof job.cursor === 'string' && { memo: { cursor: job.cursor } }),
    native: job,
  };
}

function toJob(value: unknown, schema: StandardSchema<ReferenceJob>): ReferenceJob {
  parseBody(schema, value, { provider });
  return isJob(value) ? value : { status: null };
}

function isJob(value: unknown): value is ReferenceJob {
  return isObject(value);
}

function toCursor(memo: unknown): string | undefined {
  return isObject(memo) && typeof memo.cursor === 'string' ? memo.cursor : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProviderResponseError({ provider, path: '$', message: 'reference: expected JSON at $' });
  }
}

function toRefusal(
  code: 'invalid_signature' | 'stale_message' | 'repeated_message',
  message: string,
): PushRefusedError {
  return new PushRefusedError({ provider, code, message: `reference: ${message}` });
}

function readingOrError(
  read: () => MigrationReading<ReferenceJob>,
): MigrationReading<ReferenceJob> | MigrationStatusError {
  try {
    return read();
  } catch (error) {
    if (MigrationStatusError.isInstance(error)) return error;
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
