import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ConfigurationError } from '@migration-status/core/adapter';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import type { FixtureAnswer, FixtureRequest } from '../harness.ts';
import { isJsonObject } from '../json-tree.ts';
import { oddIds } from '../odd-ids.ts';
import { hasOneMigration, oneMigration } from '../one-migration.ts';
import { settle } from '../outcome.ts';
import { describeOutcome, listReadSamples } from '../read-outcomes.ts';
import { ordinaryId, type Scene } from '../scene.ts';
import { traceWork } from '../trace-timers.ts';
import { waitUntil } from '../wait-until.ts';
import { findOpenSample } from './http.ts';

/** What keeps credentials and addresses apart. */
export const securityAudits: readonly AuditDefinition[] = [
  {
    id: 'X-01',
    name: 'MUST NOT reveal a credential in an error, also where the provider repeats it',
    async *check(scene) {
      const { secret, server, adapter, ref } = scene;
      const said = {
        message: `bad key ${secret}`,
        error: { message: secret, status: secret },
        detail: secret,
      };
      const answers: FixtureAnswer[] = [400, 401, 403, 404, 409, 429, 500, 503].flatMap(
        (status): FixtureAnswer[] => [
          { status, json: said, headers: { 'x-echo': secret } },
          { status, text: secret },
        ],
      );
      const unreadable: readonly FixtureAnswer[] = [
        ...answers,
        { text: `<p>${secret}` },
        { json: secret },
        { text: `{"a":"${secret}` },
      ];
      for (const answer of unreadable) {
        server.play(() => answer);
        const outcome = await settle(() => adapter.getStatus(ref));
        if ('error' in outcome && reveals(outcome.error, secret))
          yield fail(`the error of HTTP ${answer.status ?? 200} reveals a credential`, outcome.error);
      }
      for (const location of [`http://127.0.0.1:1/${secret}`, `//${secret}`, `http://${secret}`]) {
        server.play(() => ({ status: 302, headers: { location } }));
        const outcome = await settle(() => adapter.getStatus(ref));
        if ('error' in outcome && reveals(outcome.error, secret))
          yield fail('the error of a redirect reveals a credential', outcome.error);
      }
    },
  },
  {
    id: 'X-02',
    name: 'MUST encode the ids in its requests, so that none leads to another place',
    async *check(scene) {
      if (hasOneMigration(scene.harness)) return yield skip(oneMigration);
      const plain = await requestsFor(scene, ordinaryId);
      for (const id of oddIds) {
        const { requests, error } = await requestsFor(scene, id);
        if (requests.length === 0 && ConfigurationError.isInstance(error)) continue;
        const fault = requests
          .map((request, index) => placeFaultOf(request, plain.requests[index], id))
          .find((found) => found !== undefined);
        if (fault)
          yield fail(
            `the id ${JSON.stringify(id)} ${fault}`,
            requests.map(({ url, body }) => ({ url, body })),
          );
      }
    },
  },
  {
    id: 'X-03',
    name: 'MUST NOT send a credential to another origin that it is redirected to',
    async *check({ openServer, server, adapter, ref, secret }) {
      const other = await openServer();
      for (const status of [301, 302, 303, 307, 308]) {
        other.play(() => ({ status: 503 }));
        server.play(() => ({ status, headers: { location: `${other.origin}/elsewhere` } }));
        await settle(() => adapter.getStatus(ref));
        const told = other.requests.find((request) => reveals(request, secret));
        if (told) yield fail(`after HTTP ${status} another origin was sent a credential`, told);
      }
    },
  },
  {
    id: 'X-04',
    name: 'MUST do nothing over the network, and set no timer, when it is made',
    async *check({ harness, server, secret }) {
      server.play(() => ({ status: 503 }));
      const tracer = await traceWork(async () => {
        const adapter = harness.create({ baseUrl: server.origin, secret });
        const ref = adapter.parseRef(harness.toRef(ordinaryId));
        adapter.key(ref);
        adapter.lane(ref);
      });
      await sleep(5);
      const { operations, pendingTimers } = tracer.look();
      tracer.end();
      if (server.requests.length > 0 || operations.length > 0)
        yield fail('something went over the network before the first call', operations);
      if (pendingTimers > 0) yield fail(`${pendingTimers} timers were set before the first call`);
    },
  },
  {
    id: 'X-05',
    name: 'MUST NOT put a credential into a URL',
    async *check(scene) {
      const { sample, ref } = await findOpenSample(scene);
      await scene.read(sample.reply, { ref });
      const told = scene.server.requests.find(({ url }) => reveals(url, scene.secret));
      if (told) yield fail('the URL of a request reveals a credential', told.url);
    },
  },
  {
    id: 'X-06',
    name: 'MUST NOT put a credential into a reading',
    async *check(scene) {
      for (const { sample, ref } of await listReadSamples(scene)) {
        const outcome = await scene.read(sample.reply, { ref });
        if (!('value' in outcome)) continue;
        const { memo: _memo, ...said } = outcome.value;
        if (reveals(said, scene.secret))
          yield fail(`the sample "${sample.label}" reveals a credential`, outcome.value);
      }
    },
  },
  {
    id: 'X-07',
    name: 'MUST NOT read a body without end',
    async *check({ server, adapter, ref }) {
      server.play(() => 'endless');
      const outcome = await settle(() => adapter.getStatus(ref));
      await waitUntil(() => server.openRequests === 0);
      if ('value' in outcome || server.cutRequests === 0)
        yield fail(`a body of 48 MiB was not given up, and became ${describeOutcome(outcome)}`);
    },
  },
];

/** Whether a credential can be read anywhere in a value: as it is, or in Base64. */
export function reveals(value: unknown, secret: string): boolean {
  const forms = [secret, ...[0, 1, 2].map((shift) => base64Middle(secret, shift))];
  const everything = { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;
  const stack =
    value instanceof Error ? causesOf(value).map(({ stack: text = '', message }) => `${message}${text}`) : [];
  const texts = [typeof value === 'string' ? value : inspect(value, everything), ...stack, toJsonText(value)];
  return forms.some((form) => texts.some((text) => text.includes(form)));
}

/** Base64 of a text looks different by what stands before it; the first and last characters depend on the neighbours. */
function base64Middle(secret: string, shift: number): string {
  return Buffer.from(`${' '.repeat(shift)}${secret}`)
    .toString('base64')
    .slice(shift === 0 ? 0 : 4, -4);
}

function causesOf(error: Error): readonly Error[] {
  return error.cause instanceof Error ? [error, ...causesOf(error.cause)] : [error];
}

function toJsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

async function requestsFor(scene: Scene, id: string) {
  const { harness, adapter, server } = scene;
  const ref = harness.toRef(id);
  server.play(() => ({ status: 503 }));
  const outcome = await settle(() => adapter.getStatus(ref));
  return { requests: server.requests, error: 'error' in outcome ? outcome.error : describeOutcome(outcome) };
}

/** In what a request for an odd id differs from the one for an ordinary id, besides the id. */
function placeFaultOf(
  request: FixtureRequest,
  plain: FixtureRequest | undefined,
  id: string,
): string | undefined {
  if (plain === undefined) return 'makes one more request';
  const swap = (text: string) => text.replaceAll(ordinaryId, id);
  const [url, plainUrl] = [new URL(request.url, request.origin), new URL(plain.url, plain.origin)];
  const segments = url.pathname.split('/').map(decode);
  const expected = plainUrl.pathname.split('/').map((segment) => swap(decode(segment)));
  if (segments.join('\n') !== expected.join('\n')) return `leads to the path ${url.pathname}`;
  const pairs = [...url.searchParams].map((pair) => pair.join('\n'));
  const expectedPairs = [...plainUrl.searchParams].map((pair) => swap(pair.join('\n')));
  if (pairs.join('\n') !== expectedPairs.join('\n')) return `leads to the query ${url.search}`;
  const [body, plainBody] = [parse(request.body), parse(plain.body)];
  if (isJsonObject(plainBody) && toSortedText(body) !== toSortedText(swapIn(plainBody, swap)))
    return 'makes another body';
  return undefined;
}

function swapIn(value: unknown, swap: (text: string) => string): unknown {
  if (typeof value === 'string') return swap(value);
  if (Array.isArray(value)) return value.map((child) => swapIn(child, swap));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [swap(key), swapIn(child, swap)]));
}

function toSortedText(value: unknown): string {
  return inspect(value, { depth: null, sorted: true });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
