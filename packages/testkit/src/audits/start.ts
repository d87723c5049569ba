import { isDeepStrictEqual } from 'node:util';
import { type AuditDefinition, type AuditResult, fail, skip } from '../audit.ts';
import type { StartHarness } from '../harness.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { type Scene, toAnswer } from '../scene.ts';
import { findRepeated, isRequestError } from './http.ts';
import { isRefusal, isRefusalOf, listWrongFields } from './refs.ts';
import { reveals } from './security.ts';

/** How a migration is started. */
export const startAudits: readonly AuditDefinition[] = [
  {
    id: 'T-01',
    name: 'MUST give the ref of what it has started',
    check: (scene) =>
      onStart(scene, async function* ({ expect = {} }, start) {
        const outcome = await start();
        if ('error' in outcome)
          return yield fail(`the start became ${describeOutcome(outcome)}`, outcome.error);
        const ref = new Map<string, unknown>(Object.entries(Object(outcome.value)));
        const field = Object.entries(expect).find(
          ([name, value]) => !isDeepStrictEqual(ref.get(name), value),
        );
        if (field) yield fail(`the ref has another "${field[0]}"`, outcome.value);
      }),
  },
  {
    id: 'T-02',
    name: 'MUST send a start once',
    check: (scene) =>
      onStart(scene, async function* (_harness, start) {
        await start();
        if (findRepeated(scene.server.requests)) yield fail('the request was sent twice');
      }),
  },
  {
    id: 'T-03',
    name: 'MUST report a start that failed, and never repeat it by itself',
    check: (scene) =>
      onStart(scene, async function* ({ input }) {
        for (const failure of [{ status: 503 }, 'reset'] as const) {
          scene.server.play(() => failure);
          const outcome = await settle(async () => scene.adapter.start?.(input));
          if (!isRequestError(outcome, ['transient']))
            yield fail(`a start that failed became ${describeOutcome(outcome)}`, evidenceOf(outcome));
          if (findRepeated(scene.server.requests)) yield fail('the request was repeated after a failure');
        }
      }),
  },
  {
    id: 'T-04',
    name: 'MUST refuse what cannot be started with a ConfigurationError that names the field, and send nothing',
    check: (scene) =>
      onStart(scene, async function* ({ input }) {
        scene.server.play(() => ({ status: 503 }));
        for (const wrong of [7, 'text', null, []]) {
          const outcome = await settle(async () => scene.adapter.start?.(wrong));
          if (!isRefusal(outcome) || scene.server.requests.length > 0)
            yield fail(`${JSON.stringify(wrong)} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
        for (const [field, wrong] of listWrongFields(input)) {
          const outcome = await settle(async () => scene.adapter.start?.(wrong));
          if (!isRefusalOf(outcome, field) || scene.server.requests.length > 0)
            yield fail(`a wrong "${field}" became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'T-05',
    name: 'MUST give a ref that survives JSON, and that it takes back',
    check: (scene) =>
      onStart(scene, async function* (_harness, start) {
        const outcome = await start();
        if ('error' in outcome) return;
        const ref: unknown = JSON.parse(JSON.stringify(outcome.value));
        const parsed = await settle(() => scene.adapter.parseRef(ref));
        if (!isDeepStrictEqual(ref, outcome.value) || 'error' in parsed)
          yield fail(`the ref of a start became ${describeOutcome(parsed)}`, outcome.value);
      }),
  },
  {
    id: 'T-06',
    name: 'MUST NOT make up a ref where the provider gave no answer to a start that can be read',
    check: (scene) =>
      onStart(scene, async function* ({ input }) {
        for (const text of ['<h1>Bad gateway</h1>', '42', '{"cut":']) {
          scene.server.play(() => ({ text }));
          const outcome = await settle(async () => scene.adapter.start?.(input));
          if (!('error' in outcome)) yield fail(`the body ${text} became a ref`, outcome.value);
        }
      }),
  },
  {
    id: 'T-07',
    name: 'MUST NOT put a credential into the ref of a start',
    check: (scene) =>
      onStart(scene, async function* (_harness, start) {
        const outcome = await start();
        if ('value' in outcome && reveals(outcome.value, scene.secret))
          yield fail('the ref reveals a credential', outcome.value);
      }),
  },
];

/** Runs a check of a start, where the adapter offers it. */
async function* onStart(
  scene: Scene,
  check: (
    harness: StartHarness,
    start: () => Promise<Outcome<unknown>>,
  ) => AsyncGenerator<AuditResult, void, undefined>,
): AsyncGenerator<AuditResult, void, undefined> {
  const { adapter, harness, server } = scene;
  const { start } = harness;
  if (adapter.start === undefined) yield skip('the adapter offers no "start"');
  else if (start === undefined) yield skip('the harness has no "start", as K-03 tells');
  else {
    yield* check(start, () => {
      server.play((request) => toAnswer(start.reply, request, undefined));
      return settle(async () => adapter.start?.(start.input));
    });
  }
}
