import { ProviderRequestError } from '@migration-status/core/adapter';
import { type AuditDefinition, type AuditResult, fail, skip } from '../audit.ts';
import type { CancelHarness } from '../harness.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { type Scene, toAnswer } from '../scene.ts';
import { findRepeated, isRequestError } from './http.ts';
import { isRefusal } from './refs.ts';

/** How a migration is called off. */
export const cancelAudits: readonly AuditDefinition[] = [
  {
    id: 'E-01',
    name: 'MUST ask the provider to cancel, and resolve with nothing once that is accepted',
    check: (scene) =>
      onCancel(scene, async function* (_harness, cancel) {
        const outcome = await cancel();
        if ('error' in outcome || outcome.value !== undefined)
          yield fail(`the cancel became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        if (scene.server.requests.length === 0) yield fail('nothing was sent');
      }),
  },
  {
    id: 'E-02',
    name: 'MUST send a cancel once',
    check: (scene) =>
      onCancel(scene, async function* (_harness, cancel) {
        await cancel();
        if (findRepeated(scene.server.requests)) yield fail('a request was sent twice');
      }),
  },
  {
    id: 'E-03',
    name: 'MUST report a cancel that failed, and never repeat it by itself',
    check: (scene) =>
      onCancel(scene, async function* (_harness, _cancel, ref) {
        for (const failure of [{ status: 503 }, 'reset'] as const) {
          scene.server.play(() => failure);
          const outcome = await settle(async () => scene.adapter.cancel?.(ref));
          if (!isRequestError(outcome, ['transient']))
            yield fail(`a cancel that failed became ${describeOutcome(outcome)}`, evidenceOf(outcome));
          if (findRepeated(scene.server.requests)) yield fail('the request was repeated after a failure');
        }
      }),
  },
  {
    id: 'E-04',
    name: 'MUST refuse to cancel what is no ref with a ConfigurationError, and send nothing',
    check: (scene) =>
      onCancel(scene, async function* () {
        scene.server.play(() => ({ status: 503 }));
        for (const wrong of [7, 'text', null, []]) {
          const outcome = await settle(async () => scene.adapter.cancel?.(wrong));
          if (!isRefusal(outcome) || scene.server.requests.length > 0)
            yield fail(`${JSON.stringify(wrong)} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'E-05',
    name: 'MUST report a cancel that the provider rejects',
    check: (scene) =>
      onCancel(scene, async function* (_harness, _cancel, ref) {
        scene.server.play(() => ({ status: 409 }));
        const outcome = await settle(async () => scene.adapter.cancel?.(ref));
        if (!('error' in outcome) || !ProviderRequestError.isInstance(outcome.error))
          yield fail(`HTTP 409 became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }),
  },
];

/** Runs a check of a cancel, where the adapter offers it. */
async function* onCancel(
  scene: Scene,
  check: (
    harness: CancelHarness,
    cancel: () => Promise<Outcome<unknown>>,
    ref: unknown,
  ) => AsyncGenerator<AuditResult, void, undefined>,
): AsyncGenerator<AuditResult, void, undefined> {
  const { adapter, harness, server } = scene;
  const { cancel } = harness;
  if (adapter.cancel === undefined) yield skip('the adapter offers no "cancel"');
  else if (cancel === undefined) yield skip('the harness has no "cancel", as K-03 tells');
  else {
    const ref = cancel.ref ?? scene.ref;
    const send = () => {
      server.play((request) => toAnswer(cancel.reply, request, ref));
      return settle(async () => adapter.cancel?.(ref));
    };
    yield* check(cancel, send, ref);
  }
}
