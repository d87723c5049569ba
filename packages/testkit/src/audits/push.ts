import { isTerminalState, parseMigrationStatus } from '@migration-status/core';
import { type MigrationStatus, MigrationStatusError, PushRefusedError } from '@migration-status/core/adapter';
import { type AuditDefinition, type AuditResult, fail, skip } from '../audit.ts';
import type { PushHarness } from '../harness.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { createSecret, type Scene } from '../scene.ts';
import { differenceOf } from './mapping.ts';
import { reveals } from './security.ts';

const dayMs = 86_400_000;

/** What is made of messages that the provider sends by itself. */
export const pushAudits: readonly AuditDefinition[] = [
  {
    id: 'P-01',
    name: 'MUST read every sample of a message as it is meant',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        for (const { label, body, expect } of samples) {
          const outcome = await push({ body });
          const difference =
            'value' in outcome && outcome.value === undefined ? 'was passed over' : undefined;
          const fault = difference ?? differenceOf(expect, toObject(outcome));
          if (fault) yield fail(`the message "${label}" ${fault}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'P-02',
    name: 'MUST refuse a message whose body is not the one that was signed',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        for (const { body } of samples) {
          const outcome = await push({ body, sentBody: body.replace(/\}\s*$/, ' }') });
          if (!isPushRefusal(outcome, 'invalid_signature'))
            yield fail(`a body that was changed became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'P-03',
    name: 'MUST refuse a message without a signature',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        const outcome = await push({ body: samples[0]?.body ?? '', headers: {} });
        if (!isPushRefusal(outcome, 'invalid_signature'))
          yield fail(`a message without a signature became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }),
  },
  {
    id: 'P-04',
    name: 'MUST refuse a message that was signed with another secret',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        const outcome = await push({ body: samples[0]?.body ?? '', secret: createSecret() });
        if (!isPushRefusal(outcome, 'invalid_signature'))
          yield fail(`a message of somebody else became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }),
  },
  {
    id: 'P-05',
    name: 'MUST refuse a message that was signed long ago, or in the future, as stale',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        for (const shiftMs of [-dayMs, dayMs]) {
          const outcome = await push({ body: samples[0]?.body ?? '', shiftMs });
          if (!isPushRefusal(outcome, 'stale_message'))
            yield fail(`a message that is a day off became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'P-06',
    name: 'MUST refuse a message that it has taken before',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        const body = samples[0]?.body ?? '';
        const first = await push({ body, id: 'repeated' });
        const second = await push({ body, id: 'repeated' });
        if ('value' in first && !isPushRefusal(second, 'repeated_message'))
          yield fail(`a message that came again became ${describeOutcome(second)}`, evidenceOf(second));
      }),
  },
  {
    id: 'P-07',
    name: 'MUST pass over a message that tells nothing about a migration',
    check: (scene) =>
      onPush(scene, async function* ({ unknownEvent }, push) {
        const outcome = await push({ body: unknownEvent });
        if (!('value' in outcome) || outcome.value !== undefined)
          yield fail(
            `a message about something else became ${describeOutcome(outcome)}`,
            evidenceOf(outcome),
          );
      }),
  },
  {
    id: 'P-08',
    name: 'MUST NOT see an end in a signed message of another shape, nor fail with an error of another kind',
    check: (scene) =>
      onPush(scene, async function* (_harness, push) {
        for (const body of ['', '42', 'null', '[]', '{}', '{"type":null,"data":7}', 'not json', '{"cut":']) {
          const outcome = await push({ body });
          const isKnown = 'error' in outcome && MigrationStatusError.isInstance(outcome.error);
          const isOpen = 'value' in outcome && !(outcome.value && isTerminalState(outcome.value.state));
          if (!isKnown && !isOpen)
            yield fail(`the body ${body || '""'} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
      }),
  },
  {
    id: 'P-09',
    name: 'MUST give statuses of the model, under the key of their ref',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        for (const { label, body } of samples) {
          const outcome = await push({ body });
          if (!('value' in outcome) || outcome.value === undefined) continue;
          const parsed = await settle(() => parseMigrationStatus({ ...outcome.value }));
          if ('error' in parsed)
            yield fail(`the message "${label}": ${describeOutcome(parsed)}`, outcome.value);
          const { key, ref, provider } = outcome.value;
          const own = await settle(() => scene.adapter.key(ref));
          if (provider !== scene.adapter.provider || !('value' in own) || own.value !== key)
            yield fail(`the message "${label}" has a key that is not that of its ref`, outcome.value);
        }
      }),
  },
  {
    id: 'P-10',
    name: 'MUST NOT reveal a secret, or the message, in the refusal of a message',
    check: (scene) =>
      onPush(scene, async function* ({ samples }, push) {
        const body = samples[0]?.body ?? '';
        for (const outcome of [
          await push({ body, headers: {} }),
          await push({ body, sentBody: `${body} ` }),
          await push({ body, shiftMs: -dayMs }),
        ])
          if ('error' in outcome && (reveals(outcome.error, scene.secret) || reveals(outcome.error, body)))
            yield fail('the refusal reveals what it must not', outcome.error);
      }),
  },
];

interface Delivery {
  /** What is signed. */
  readonly body: string;
  /** What is sent. Default what was signed. */
  readonly sentBody?: string;
  /** Sent instead of those that the provider would send. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly secret?: string;
  /** How far from the time of the delivery it was signed. */
  readonly shiftMs?: number;
}

type Pushed = Outcome<MigrationStatus | undefined>;
type Push = (delivery: Delivery) => Promise<Pushed>;

/** Runs a check of a push, where the adapter offers it. */
async function* onPush(
  scene: Scene,
  check: (harness: PushHarness, push: Push) => AsyncGenerator<AuditResult, void, undefined>,
): AsyncGenerator<AuditResult, void, undefined> {
  const { adapter, harness } = scene;
  const { push } = harness;
  if (adapter.parsePush === undefined) yield skip('the adapter offers no "parsePush"');
  else if (push === undefined) yield skip('the harness has no "push", as K-03 tells');
  else {
    let count = 0;
    const wallTime = Date.now();
    yield* check(push, ({ body, sentBody = body, headers, secret = scene.secret, shiftMs = 0, ...given }) => {
      count += 1;
      const { id = `message${count}` } = given;
      const signed = headers ?? push.sign({ id, body, wallTime: wallTime + shiftMs, secret });
      const message = { headers: new Headers({ ...signed }), body: sentBody };
      return settle(async () => adapter.parsePush?.(message, { wallTime }));
    });
  }
}

function isPushRefusal(outcome: Pushed, code: string): boolean {
  return 'error' in outcome && PushRefusedError.isInstance(outcome.error) && outcome.error.code === code;
}

function toObject(outcome: Pushed): { readonly value: object } | { readonly error: unknown } {
  return 'error' in outcome ? outcome : { value: outcome.value ?? {} };
}
