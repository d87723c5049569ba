import { isDeepStrictEqual } from 'node:util';
import type { ListedMigration } from '@migration-status/core/adapter';
import { type AuditDefinition, type AuditResult, fail, skip } from '../audit.ts';
import type { ListHarness } from '../harness.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { type Scene, toAnswer } from '../scene.ts';
import { findRepeated, isRequestError } from './http.ts';
import { jsonFaultOf, modelFaultOf } from './model.ts';
import { isRefusal } from './refs.ts';

/** More requests than any list of the harness takes. */
const endlessRequests = 30;

/** How an account's migrations are listed. */
export const listAudits: readonly AuditDefinition[] = [
  {
    id: 'L-01',
    name: 'MUST give every migration of every page once, in order, and then end',
    check: (scene) =>
      onList(scene, async function* ({ ids }, list) {
        const keys = ids.map((id) => scene.adapter.key(scene.harness.toRef(id)));
        const outcome = await settle(() => collect(list()));
        const listed = 'value' in outcome ? outcome.value.map(({ key }) => key) : [];
        if (!isDeepStrictEqual(listed, keys))
          yield fail(`expected ${keys.length} migrations, got ${describeList(outcome)}`, {
            expected: keys,
            listed,
          });
      }),
  },
  {
    id: 'L-02',
    name: 'MUST ask for no further page once nobody wants more',
    check: (scene) =>
      onList(scene, async function* (_harness, list) {
        for await (const _item of list()) break;
        if (scene.server.requests.length > 1)
          yield fail(`one migration was wanted, and ${scene.server.requests.length} pages were asked for`);
      }),
  },
  {
    id: 'L-03',
    name: 'MUST stop with the reason of the signal when it is aborted between two migrations',
    check: (scene) =>
      onList(scene, async function* ({ ids }, list) {
        if (ids.length < 2) return yield skip('the harness lists no two migrations');
        const reason = new Error('given up');
        const controller = new AbortController();
        const outcome = await settle(async () => {
          for await (const _item of list(controller.signal)) controller.abort(reason);
        });
        if (!('error' in outcome) || outcome.error !== reason)
          yield fail(`the list became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }),
  },
  {
    id: 'L-04',
    name: 'MUST ask for nothing before the first migration is wanted',
    check: (scene) =>
      onList(scene, async function* (_harness, list) {
        const items = list();
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (scene.server.requests.length > 0) yield fail('a page was asked for before anybody wanted it');
        await items[Symbol.asyncIterator]().return?.();
      }),
  },
  {
    id: 'L-05',
    name: 'MUST list each migration with the key of its ref, and with a reading of the model',
    check: (scene) =>
      onList(scene, async function* (_harness, list) {
        for (const { key, ref, reading } of await collect(list())) {
          if (ref !== undefined && scene.adapter.key(ref) !== key)
            yield fail(`"${key}" is not the key of its ref`, ref);
          const fault = modelFaultOf(reading) ?? jsonFaultOf(reading);
          if (fault) yield fail(`the reading of "${key}" has ${fault}`, reading);
        }
      }),
  },
  {
    id: 'L-06',
    name: 'MUST report a page that fails, and never repeat the request for it by itself',
    check: (scene) =>
      onList(scene, async function* ({ filter }) {
        scene.server.play(() => ({ status: 503 }));
        const outcome = await settle(async () => collect(scene.adapter.list?.(filter) ?? nothing()));
        if (!isRequestError(outcome, ['transient']))
          yield fail(`HTTP 503 became ${describeList(outcome)}`, evidenceOf(outcome));
        if (findRepeated(scene.server.requests)) yield fail('the request was repeated after an HTTP 503');
      }),
  },
  {
    id: 'L-07',
    name: 'MUST refuse what is no filter with a ConfigurationError, and send nothing',
    check: (scene) =>
      onList(scene, async function* () {
        for (const filter of [7, 'text', { fieldThatNoFilterHas: 1 }]) {
          scene.server.play(() => ({ status: 503 }));
          const outcome = await settle(async () => collect(scene.adapter.list?.(filter) ?? nothing()));
          if (!isRefusal(outcome) || scene.server.requests.length > 0)
            yield fail(
              `the filter ${JSON.stringify(filter)} became ${describeList(outcome)}`,
              evidenceOf(outcome),
            );
        }
      }),
  },
  {
    id: 'L-08',
    name: 'MUST end where the provider answers with the same page again and again',
    check: (scene) =>
      onList(scene, async function* ({ filter, pages }) {
        const [page] = pages;
        if (page === undefined) return;
        scene.server.play((request) =>
          request.index < endlessRequests ? toAnswer(page, request, undefined) : { status: 503 },
        );
        await settle(async () => collect(scene.adapter.list?.(filter) ?? nothing()));
        if (scene.server.requests.length > endlessRequests)
          yield fail(`asked for the same page ${endlessRequests} times`);
      }),
  },
  {
    id: 'L-09',
    name: 'MUST report a page that is not the one documented, and not take it for the end',
    check: (scene) =>
      onList(scene, async function* ({ filter }) {
        for (const text of ['', '<h1>Bad gateway</h1>', '42', '{"cut":']) {
          scene.server.play(() => ({ text }));
          const outcome = await settle(async () => collect(scene.adapter.list?.(filter) ?? nothing()));
          if (!('error' in outcome)) yield fail(`the body ${text || '""'} became ${describeList(outcome)}`);
        }
      }),
  },
];

type List = (signal?: AbortSignal) => AsyncIterable<ListedMigration<unknown, unknown>>;

/** Runs a check of a list, where the adapter offers it. */
async function* onList(
  scene: Scene,
  check: (harness: ListHarness, list: List) => AsyncGenerator<AuditResult, void, undefined>,
): AsyncGenerator<AuditResult, void, undefined> {
  const { adapter, harness, server } = scene;
  const { list } = harness;
  if (adapter.list === undefined) yield skip('the adapter offers no "list"');
  else if (list === undefined) yield skip('the harness has no "list", as K-03 tells');
  else {
    yield* check(list, (signal) => {
      server.play((request) => {
        const page = list.pages[request.index];
        return page === undefined ? { status: 503 } : toAnswer(page, request, undefined);
      });
      return adapter.list?.(list.filter, { signal }) ?? nothing();
    });
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

function describeList(outcome: Outcome<readonly unknown[]>): string {
  return 'value' in outcome ? `${outcome.value.length} migrations` : describeOutcome(outcome);
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
