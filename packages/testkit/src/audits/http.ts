import { isDeepStrictEqual } from 'node:util';
import { isTerminalState } from '@migration-status/core';
import {
  type MigrationReading,
  ProviderRequestError,
  ProviderResponseError,
} from '@migration-status/core/adapter';
import { alterJson, alterReply, toJson } from '../alter-reply.ts';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import { toBody } from '../fixture-server.ts';
import type { FixtureAnswer, FixtureReply, FixtureRequest } from '../harness.ts';
import { dropAt, extendAt, isJsonObject, type JsonPath, listNodes, replaceAt } from '../json-tree.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf, listReadSamples, type ReadSample } from '../read-outcomes.ts';
import { ordinaryId, type Scene } from '../scene.ts';

const page = '<!doctype html><title>Bad gateway</title><h1>Something else answers here</h1>';

/** How an adapter goes over the network, and what it makes of the answers. */
export const httpAudits: readonly AuditDefinition[] = [
  {
    id: 'H-01',
    name: 'MUST make as many requests for one status as it says, and never repeat one by itself',
    async *check(scene) {
      const expected = scene.harness.requestsPerStatus ?? 1;
      const { sample, ref } = await findOpenSample(scene);
      await scene.read(sample.reply, { ref });
      const made = scene.server.requests.length;
      if (made !== expected) yield fail(`expected ${expected} requests for one status, got ${made}`);
      await scene.read({ status: 503 });
      const repeated = findRepeated(scene.server.requests);
      if (repeated) yield fail(`${repeated.method} ${repeated.url} was sent again after an HTTP 503`);
    },
  },
  {
    id: 'H-02',
    name: 'MUST report HTTP 401 and 403 as refused access that waiting does not mend',
    async *check({ read }) {
      for (const status of [401, 403]) {
        const outcome = await read({ status });
        const isRefusal = isRequestError(outcome, ['unauthorized', 'forbidden']);
        if (!isRefusal) yield fail(`HTTP ${status} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'H-03',
    name: 'MUST read a migration that the provider does not know as not_found, and not as an error',
    async *check({ readSamples }) {
      const samples = (await readSamples()).filter(({ sample }) => sample.expect.state === 'not_found');
      if (samples.length === 0)
        yield fail('no sample shows what the provider says when it does not know one');
      for (const { sample, outcome } of samples)
        if ('error' in outcome || outcome.value.state !== 'not_found')
          yield fail(`the sample "${sample.label}" became ${describeOutcome(outcome)}`, evidenceOf(outcome));
    },
  },
  {
    id: 'H-04',
    name: 'MUST report HTTP 429 as throttled, with the seconds that Retry-After asks for',
    async *check({ read }) {
      const outcome = await read({ status: 429, headers: { 'retry-after': '7' } });
      if (!isRequestError(outcome, ['throttled'])) yield fail(`HTTP 429 became ${describeOutcome(outcome)}`);
      const wait = retryAfterOf(outcome);
      if (wait !== 7000) yield fail(`expected retryAfterMs to be 7000, got ${wait}`, evidenceOf(outcome));
    },
  },
  {
    id: 'H-05',
    name: 'MUST report an outage as a request that may succeed later, and never as an end of the migration',
    async *check(scene) {
      const { read, server, adapter, ref } = scene;
      for (const status of [500, 502, 503, 504])
        for (const text of ['', page]) {
          const outcome = await read({ status, text });
          if (!isRequestError(outcome, ['transient']))
            yield fail(`HTTP ${status} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      server.play(() => 'reset');
      const reset = await settle(() => adapter.getStatus(ref));
      if (!isRequestError(reset, ['transient']))
        yield fail(`a connection that was cut became ${describeOutcome(reset)}`, evidenceOf(reset));
      const gone = await scene.openServer();
      await gone.close();
      const lonely = scene.harness.create({ baseUrl: gone.origin, secret: scene.secret });
      const refused = await settle(() => lonely.getStatus(scene.harness.toRef(ordinaryId, gone.origin)));
      if (!isRequestError(refused, ['transient']))
        yield fail(`a connection that was refused became ${describeOutcome(refused)}`, evidenceOf(refused));
    },
  },
  {
    id: 'H-06',
    name: 'MUST report an answer that is not the one documented as such, and name the place',
    async *check(scene) {
      const isBodyRead = (await listReadSamples(scene)).some(({ reading }) => reading.native !== null);
      if (!isBodyRead) return yield skip('no reading has a native: the body is not looked at');
      const { sample, ref } = await findOpenSample(scene);
      const cut = alterReply(sample.reply, (answer) => ({
        ...answer,
        json: undefined,
        text: toBody(answer).slice(0, -1),
      }));
      const replies = [cut, ...['', page, '"text"', '42', 'true'].map((text): FixtureReply => ({ text }))];
      for (const reply of replies) {
        const outcome = await scene.read(reply, { ref });
        const error = 'error' in outcome ? outcome.error : undefined;
        const body =
          typeof reply === 'function' ? 'a body that was cut' : `the body ${toBody(reply) || '""'}`;
        if (!ProviderResponseError.isInstance(error))
          yield fail(`${body} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        else if (!error.path.startsWith('$') || error.isRetryable)
          yield fail(`the error about ${body} names no place`, error);
      }
    },
  },
  {
    id: 'H-07',
    name: 'SHOULD read an answer with further fields as it does without them',
    async *check(scene) {
      for (const { sample, ref, reading } of await listReadSamples(scene)) {
        const outcome = await scene.read(alterJson(sample.reply, withFurtherFields), { ref });
        if (!isSameReading(reading, outcome))
          yield fail(`the sample "${sample.label}" became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'H-08',
    name: 'MUST understand a Retry-After that is a date',
    async *check({ read }) {
      const wait = retryAfterOf(await read({ status: 429, headers: { 'retry-after': toHttpDate(90_000) } }));
      if (!isAbout(wait, 90_000)) yield fail(`expected retryAfterMs to be about 90000, got ${wait}`);
    },
  },
  {
    id: 'H-09',
    name: 'MUST classify every error: its own as they say, and any other without throwing',
    async *check({ adapter, read }) {
      for (const status of [400, 401, 403, 429, 503]) {
        const outcome = await read({ status });
        if (!('error' in outcome) || !ProviderRequestError.isInstance(outcome.error)) continue;
        const failure = adapter.classify(outcome.error);
        if (failure !== outcome.error.failure)
          yield fail(`the error of HTTP ${status} says ${outcome.error.failure}, classify says ${failure}`);
      }
      for (const error of [new TypeError('unexpected'), 'a text', undefined, null, {}]) {
        const outcome = await settle(() => adapter.classify(error));
        const failure = 'value' in outcome ? outcome.value : undefined;
        if (failure === undefined || !failureClasses.has(failure))
          yield fail('an error of another kind has no class', evidenceOf(outcome));
      }
    },
  },
  {
    id: 'H-10',
    name: 'MUST NOT take the 404 of something else for the word of the provider',
    async *check({ read }) {
      const outcome = await read({ status: 404, text: page });
      if (!('error' in outcome) || !ProviderRequestError.isInstance(outcome.error))
        yield fail(`a page with HTTP 404 became ${describeOutcome(outcome)}`, evidenceOf(outcome));
    },
  },
  {
    id: 'H-11',
    name: 'MUST hand on the seconds of a Retry-After that comes with a status',
    async *check(scene) {
      const wait = retryAfterOf(await readWithHeaders(scene, { 'retry-after': '7' }));
      if (wait !== 7000) yield fail(`expected retryAfterMs to be 7000, got ${wait}`);
    },
  },
  {
    id: 'H-12',
    name: 'MUST hand on the date of a Retry-After that comes with a status',
    async *check(scene) {
      const wait = retryAfterOf(await readWithHeaders(scene, { 'retry-after': toHttpDate(90_000) }));
      if (!isAbout(wait, 90_000)) yield fail(`expected retryAfterMs to be about 90000, got ${wait}`);
    },
  },
  {
    id: 'H-13',
    name: 'SHOULD take null for a field that may be left out',
    async *check(scene) {
      const { sample, ref, reading, answers } = await findLargestSample(scene);
      for (const path of listFieldPaths(answers)) {
        const dropped = await scene.read(
          alterJson(sample.reply, (json) => dropAt(json, path)),
          { ref },
        );
        if (!isSameState(reading, dropped)) continue;
        const nulled = await scene.read(
          alterJson(sample.reply, (json) => replaceAt(json, path, null)),
          { ref },
        );
        if (!isSameState(reading, nulled))
          yield fail(`without ${path.join('.')} all is well, with null it became ${describeOutcome(nulled)}`);
      }
    },
  },
  {
    id: 'H-14',
    name: 'MUST say in an error which provider answered with which HTTP status',
    async *check({ adapter, read }) {
      for (const status of [400, 401, 429, 503]) {
        const outcome = await read({ status });
        const error = 'error' in outcome ? outcome.error : undefined;
        if (!ProviderRequestError.isInstance(error)) continue;
        if (error.provider !== adapter.provider || error.httpStatus !== status)
          yield fail(
            `the error of HTTP ${status} says "${error.provider}" and HTTP ${error.httpStatus}`,
            error,
          );
      }
    },
  },
  {
    id: 'H-15',
    name: 'MUST report a request that the provider rejects as one that repeating does not mend',
    async *check({ read }) {
      for (const status of [400, 409, 422]) {
        const outcome = await read({ status });
        if (
          !('error' in outcome) ||
          !ProviderRequestError.isInstance(outcome.error) ||
          outcome.error.isRetryable
        )
          yield fail(`HTTP ${status} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'H-16',
    name: 'SHOULD hand on what the headers of an answer say about the rate limit',
    async *check(scene) {
      const outcome = await readWithHeaders(scene, { ratelimit: '"default";r=50;t=30' });
      const limit = 'value' in outcome ? outcome.value.rateLimit : undefined;
      if (limit?.remaining !== 50 || limit.resetMs !== 30_000)
        yield fail('expected a rateLimit of 50 requests and 30000 ms', limit ?? describeOutcome(outcome));
    },
  },
  {
    id: 'H-17',
    name: 'MUST NOT follow a redirect without end',
    async *check({ server, adapter, ref }) {
      server.play(({ url, index }) =>
        index < 40 ? { status: 307, headers: { location: url } } : { status: 503 },
      );
      const outcome = await settle(() => adapter.getStatus(ref));
      if ('value' in outcome || server.requests.length > 40)
        yield fail(`followed ${server.requests.length} redirects`, evidenceOf(outcome));
    },
  },
];

const failureClasses: ReadonlySet<string> = new Set([
  'transient',
  'throttled',
  'unauthorized',
  'forbidden',
  'invalid_request',
  'invalid_response',
]);

/** A sample of a migration that goes on, or the first that could be read where there is none. */
export async function findOpenSample(scene: Scene): Promise<ReadSample> {
  const samples = await listReadSamples(scene);
  const sample = samples.find(({ reading }) => !isTerminalState(reading.state)) ?? samples[0];
  if (sample === undefined) throw new Error('no sample could be read');
  return sample;
}

/** A request that was sent before, word for word. */
export function findRepeated(requests: readonly FixtureRequest[]): FixtureRequest | undefined {
  const seen = new Set<string>();
  return requests.find((request) => {
    const text = fingerprintOf(request);
    const isRepeated = seen.has(text);
    seen.add(text);
    return isRepeated;
  });
}

/** What makes a request the one it is. */
export function fingerprintOf({ method, url, body }: FixtureRequest): string {
  return `${method} ${url}\n${body}`;
}

/** Whether a call was rejected as a failed request of one of these classes, as retryable as the class says. */
export function isRequestError(outcome: Outcome<unknown>, failures: readonly string[]): boolean {
  if (!('error' in outcome) || !ProviderRequestError.isInstance(outcome.error)) return false;
  const { failure, isRetryable } = outcome.error;
  return failures.includes(failure) && isRetryable === (failure === 'transient' || failure === 'throttled');
}

function retryAfterOf(outcome: Outcome): number | undefined {
  if ('value' in outcome) return outcome.value.retryAfterMs;
  return ProviderRequestError.isInstance(outcome.error) ? outcome.error.retryAfterMs : undefined;
}

async function readWithHeaders(scene: Scene, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  const { sample, ref } = await findOpenSample(scene);
  const reply = alterReply(sample.reply, (answer) => ({
    ...answer,
    headers: { ...answer.headers, ...headers },
  }));
  return scene.read(reply, { ref });
}

function toHttpDate(fromNowMs: number): string {
  return new Date(Date.now() + fromNowMs).toUTCString();
}

/** A date has whole seconds, and some time goes by. */
function isAbout(value: number | undefined, expected: number): boolean {
  return value !== undefined && value > expected - 30_000 && value <= expected;
}

function withFurtherFields(json: unknown): unknown {
  const objects = listNodes(json).filter(({ value }) => isJsonObject(value));
  return objects.reduce(
    (left, { path }) => extendAt(left, path, 'notDocumentedByAnybody', { any: [1] }),
    json,
  );
}

function isSameReading(reading: MigrationReading, outcome: Outcome): boolean {
  if (!isSameState(reading, outcome) || !('value' in outcome)) return false;
  return isDeepStrictEqual(outcome.value.progress, reading.progress);
}

function isSameState({ state, nativeState, phase }: MigrationReading, outcome: Outcome): boolean {
  if (!('value' in outcome)) return false;
  const other = outcome.value;
  return other.state === state && other.nativeState === nativeState && other.phase === phase;
}

/** Of the samples of a migration that goes on, the one that says most. */
async function findLargestSample(scene: Scene): Promise<ReadSample> {
  const fallback = await findOpenSample(scene);
  const open = (await listReadSamples(scene)).filter(({ reading }) => !isTerminalState(reading.state));
  const sizeOf = ({ answers }: ReadSample) => listFieldPaths(answers).length;
  return open.reduce((largest, sample) => (sizeOf(sample) > sizeOf(largest) ? sample : largest), fallback);
}

/** Where fields stand in what was answered; of very long answers the first. */
function listFieldPaths(answers: readonly FixtureAnswer[]): readonly JsonPath[] {
  const paths = answers.flatMap((answer) => listNodes(toJson(answer)).map(({ path }) => path));
  return paths.filter((path) => typeof path.at(-1) === 'string').slice(0, 60);
}
