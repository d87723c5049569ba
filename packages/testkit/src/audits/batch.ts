import { isDeepStrictEqual } from 'node:util';
import { isTerminalState } from '@migration-status/core';
import {
  ConfigurationError,
  type MigrationReading,
  MigrationStatusError,
} from '@migration-status/core/adapter';
import { alterJson } from '../alter-reply.ts';
import { type AuditDefinition, type AuditResult, fail, skip } from '../audit.ts';
import type { BatchHarness, BatchItem, FixtureReply, FixtureRequest } from '../harness.ts';
import { replaceAt } from '../json-tree.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf, listReadSamples } from '../read-outcomes.ts';
import { type Scene, toAnswer } from '../scene.ts';
import { statePathsOf } from '../state-paths.ts';
import { findRepeated, isRequestError } from './http.ts';

/** How many refs are read in one request. */
export const batchAudits: readonly AuditDefinition[] = [
  {
    id: 'B-01',
    name: 'MUST give each of many refs its own reading, under its key, whatever the order of the answer',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const items = await batch.listItems();
        for (const order of [items, items.toReversed()]) {
          const outcome = await batch.read(
            items.map(({ ref }) => ref),
            order,
          );
          for (const { ref, expected } of items) {
            const reading = readingOf(outcome, scene.adapter.key(ref));
            if (reading?.state !== expected)
              yield fail(
                `${scene.adapter.key(ref)} became ${describeReading(outcome, reading)}, not ${expected}`,
              );
          }
        }
      }),
  },
  {
    id: 'B-02',
    name: 'MUST read a ref that is given twice as if it were given once',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const [first, second = first] = await batch.listItems();
        if (first === undefined || second === undefined) return;
        const outcome = await batch.read([first.ref, second.ref, first.ref], [first, second]);
        const keys = new Set([first, second].map(({ ref }) => scene.adapter.key(ref)));
        if (!('value' in outcome) || outcome.value.size !== keys.size)
          yield fail(`a ref given twice became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        else if (readingOf(outcome, scene.adapter.key(first.ref))?.state !== first.expected)
          yield fail('a ref given twice has no reading', outcome.value);
      }),
  },
  {
    id: 'B-03',
    name: 'MUST NOT let one malformed record spoil the others',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const [bad, ...good] = await batch.listItems();
        if (bad === undefined) return;
        const broken = { ...bad, reply: withBrokenState(bad.reply, bad.word, scene.harness.stateFields) };
        const items = [broken, ...good];
        const outcome = await batch.read(
          items.map(({ ref }) => ref),
          items,
        );
        for (const { ref, expected } of good) {
          const reading = readingOf(outcome, scene.adapter.key(ref));
          if (reading?.state !== expected)
            yield fail(`beside a malformed record, ${expected} became ${describeReading(outcome, reading)}`);
        }
        const own = 'value' in outcome ? outcome.value.get(scene.adapter.key(bad.ref)) : undefined;
        const isOpen =
          own !== undefined && !MigrationStatusError.isInstance(own) && !isTerminalState(own.state);
        if (!MigrationStatusError.isInstance(own) && !isOpen)
          yield fail('a malformed record became neither an error of its own nor a state that is open', own);
      }),
  },
  {
    id: 'B-04',
    name: 'MUST read a ref that the answer leaves out as not_found',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const [left, ...others] = await batch.listItems();
        if (left === undefined) return;
        const outcome = await batch.read([left.ref, ...others.map(({ ref }) => ref)], others);
        const reading = readingOf(outcome, scene.adapter.key(left.ref));
        if (reading?.state !== 'not_found')
          yield fail(`a ref that was left out became ${describeReading(outcome, reading)}`);
      }),
  },
  {
    id: 'B-05',
    name: 'MUST refuse more refs than it says one request can carry, and send nothing',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const refs = batch.makeRefs(scene.adapter.capabilities.maxBatchSize + 1);
        const outcome = await batch.read(refs, []);
        const isRefused = 'error' in outcome && ConfigurationError.isInstance(outcome.error);
        if (!isRefused || scene.server.requests.length > 0)
          yield fail(`${refs.length} refs became ${describeOutcome(outcome)}`);
      }),
  },
  {
    id: 'B-06',
    name: 'MUST give an empty result for no refs, and send nothing',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const outcome = await batch.read([], []);
        const isEmpty = 'value' in outcome && outcome.value.size === 0;
        if (!isEmpty || scene.server.requests.length > 0)
          yield fail(`no refs became ${describeOutcome(outcome)}`);
      }),
  },
  {
    id: 'B-07',
    name: 'MUST read as many refs as it says in one request',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const samples = await batch.listItems();
        const refs = batch.makeRefs(scene.adapter.capabilities.maxBatchSize);
        const items = refs.flatMap((ref, index) => {
          const sample = samples[index % samples.length];
          return sample ? [{ ...sample, ref }] : [];
        });
        const outcome = await batch.read(refs, items);
        if (!('value' in outcome) || outcome.value.size !== refs.length)
          yield fail(`${refs.length} refs became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        if (scene.server.requests.length !== 1)
          yield fail(`${refs.length} refs took ${scene.server.requests.length} requests`);
      }),
  },
  {
    id: 'B-08',
    name: 'MUST reject as a whole, once, where the whole request fails',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const refs = batch.makeRefs(3);
        scene.server.play(() => ({ status: 503 }));
        const outcome = await settle(async () => scene.adapter.getStatuses?.(refs));
        if (!isRequestError(outcome, ['transient']))
          yield fail(`HTTP 503 became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        if (findRepeated(scene.server.requests)) yield fail('the request was repeated after an HTTP 503');
      }),
  },
  {
    id: 'B-09',
    name: 'MUST read the same in a batch as alone',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const items = await batch.listItems();
        const outcome = await batch.read(
          items.map(({ ref }) => ref),
          items,
        );
        for (const { ref, reply, expected } of items) {
          const alone = await scene.read(reply, { ref });
          const reading = readingOf(outcome, scene.adapter.key(ref));
          const isJudged = 'value' in alone && reading?.state === expected;
          if (isJudged && !isDeepStrictEqual(reading, alone.value))
            yield fail('a migration was read in another way in a batch', { alone: alone.value, reading });
        }
      }),
  },
  {
    id: 'B-10',
    name: 'MUST say by how much a ref makes the URL longer, where it says so',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const { adapter, server } = scene;
        if (adapter.urlLengthOf === undefined) return yield skip('the adapter has no "urlLengthOf"');
        const [one, other] = [scene.harness.toRef('mig/1 ✓'), scene.harness.toRef('mig/2/longer')];
        await batch.read([one], []);
        const alone = server.requests[0]?.url.length ?? 0;
        await batch.read([one, other], []);
        const added = (server.requests[0]?.url.length ?? 0) - alone;
        if (adapter.urlLengthOf(other) !== added)
          yield fail(`a ref adds ${added} characters, and urlLengthOf says ${adapter.urlLengthOf(other)}`);
      }),
  },
  {
    id: 'B-11',
    name: 'MUST hand on to each reading what the headers of the answer ask for',
    check: (scene) =>
      onBatch(scene, async function* (batch) {
        const items = await batch.listItems();
        const outcome = await batch.read(
          items.map(({ ref }) => ref),
          items,
          { 'retry-after': '7' },
        );
        for (const { ref } of items) {
          const reading = readingOf(outcome, scene.adapter.key(ref));
          if (reading !== undefined && reading.retryAfterMs !== 7000)
            yield fail(`expected retryAfterMs to be 7000, got ${reading.retryAfterMs}`);
        }
      }),
  },
];

type Readings = ReadonlyMap<string, MigrationReading | MigrationStatusError>;

interface BatchSample {
  readonly ref: unknown;
  readonly reply: FixtureReply;
  readonly expected: string;
  readonly word: string;
}

interface BatchScene {
  /** Refs of different migrations, with a sample each. */
  listItems(): Promise<readonly BatchSample[]>;
  makeRefs(count: number): readonly unknown[];
  /** One `getStatuses`; the provider knows the items, in their order. */
  read(
    refs: readonly unknown[],
    known: readonly BatchSample[],
    headers?: Readonly<Record<string, string>>,
  ): Promise<Outcome<Readings>>;
}

/** Runs a check of a batch, where the adapter offers it. */
async function* onBatch(
  scene: Scene,
  check: (batch: BatchScene) => AsyncGenerator<AuditResult, void, undefined>,
): AsyncGenerator<AuditResult, void, undefined> {
  const { batch } = scene.harness;
  if (scene.adapter.getStatuses === undefined) yield skip('the adapter offers no "getStatuses"');
  else if (batch === undefined) yield skip('the harness has no "batch", as K-03 tells');
  else yield* check(createBatchScene(scene, batch));
}

function createBatchScene(scene: Scene, batch: BatchHarness): BatchScene {
  const { adapter, harness, server } = scene;
  return {
    async listItems() {
      const samples = (await listReadSamples(scene)).filter(
        ({ sample, reading, answers }) =>
          sample.ref === undefined && reading.state !== 'not_found' && (answers[0]?.status ?? 200) < 300,
      );
      return samples.map(({ sample, reading }, index) => ({
        ref: harness.toRef(`batch${index}`),
        reply: sample.reply,
        expected: reading.state,
        word: reading.nativeState,
      }));
    },
    makeRefs: (count) => Array.from({ length: count }, (_, index) => harness.toRef(`batch${index}`)),
    async read(refs, known, headers = {}) {
      server.play((request) => {
        const answer = batch.toAnswer(
          known.map((item) => toBatchItem(item, request)),
          request,
        );
        return { ...answer, headers: { ...answer.headers, ...headers } };
      });
      return settle(async () => (await adapter.getStatuses?.(refs)) ?? new Map());
    },
  };
}

function toBatchItem({ ref, reply }: BatchSample, request: FixtureRequest): BatchItem {
  return { ref, answer: toAnswer(reply, request, ref) };
}

/** The same answer with a number in the place of the word. */
function withBrokenState(
  reply: FixtureReply,
  word: string,
  stateFields: readonly string[] | undefined,
): FixtureReply {
  return alterJson(reply, (json) =>
    statePathsOf(json, word, stateFields).reduce((left, path) => replaceAt(left, path, 7), json),
  );
}

function readingOf(outcome: Outcome<Readings>, key: string): MigrationReading | undefined {
  const found = 'value' in outcome ? outcome.value.get(key) : undefined;
  return MigrationStatusError.isInstance(found) ? undefined : found;
}

function describeReading(outcome: Outcome<Readings>, reading: MigrationReading | undefined): string {
  if ('error' in outcome) return describeOutcome(outcome);
  return reading?.state ?? 'no reading';
}
