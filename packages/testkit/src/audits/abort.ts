import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuditDefinition, fail } from '../audit.ts';
import { settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import type { Scene } from '../scene.ts';
import { traceWork } from '../trace-timers.ts';
import { waitUntil } from '../wait-until.ts';
import { findOpenSample } from './http.ts';

/** How long the server keeps an answer back that must be given up meanwhile; only who does not waits for so long. */
const holdMs = 1_000;

/** How long a call may take to clear up behind it; a busy machine takes its time. */
const settleMs = 200;

/** What happens when a call is given up. */
export const abortAudits: readonly AuditDefinition[] = [
  {
    id: 'A-01',
    name: 'MUST reject with the reason of a signal that is aborted already, and send nothing',
    async *check(scene) {
      const reason = new Error('given up before');
      const signal = AbortSignal.abort(reason);
      for (const [name, call] of listCalls(scene, signal)) {
        scene.server.play(() => ({ status: 503 }));
        const outcome = await settle(call);
        if (!('error' in outcome) || outcome.error !== reason)
          yield fail(`${name} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        if (scene.server.requests.length > 0) yield fail(`${name} sent a request all the same`);
      }
    },
  },
  {
    id: 'A-02',
    name: 'MUST reject with the reason of a signal that is aborted while an answer is awaited',
    async *check(scene) {
      const reason = new Error('given up meanwhile');
      const outcome = await giveUp(scene, reason);
      if (!('error' in outcome) || outcome.error !== reason)
        yield fail(`the read became ${describeOutcome(outcome)}`, evidenceOf(outcome));
    },
  },
  {
    id: 'A-03',
    name: 'MUST leave no timer behind, after a status, an error or an abort',
    async *check(scene) {
      const { sample, ref } = await findOpenSample(scene);
      const tracer = await traceWork(async () => {
        await scene.read(sample.reply, { ref });
        await scene.read({ status: 503 }, { ref });
        await giveUp(scene, new Error('given up'));
      });
      // Whether a request goes on after its abort is another question.
      await waitUntil(() => scene.server.openRequests === 0);
      await waitUntil(() => tracer.look().pendingTimers === 0, settleMs);
      const { pendingTimers } = tracer.look();
      tracer.end();
      if (pendingTimers > 0) yield fail(`${pendingTimers} timers were left behind`);
    },
  },
  {
    id: 'A-04',
    name: 'MUST cut the request that an abort has made needless',
    async *check(scene) {
      await giveUp(scene, new Error('given up'));
      const isCut = await waitUntil(() => scene.server.cutRequests > 0, holdMs);
      if (!isCut) yield fail('the request went on after the abort');
    },
  },
  {
    id: 'A-05',
    name: 'SHOULD take its listener off the signal when a call is over',
    async *check(scene) {
      const { sample, ref } = await findOpenSample(scene);
      const { signal } = new AbortController();
      await scene.read(sample.reply, { ref, context: { signal } });
      const left = getEventListeners(signal, 'abort').length;
      if (left > 0) yield fail(`${left} listeners were left on the signal`);
    },
  },
];

/** A read that is given up once its request has come in. */
async function giveUp({ server, adapter, ref }: Scene, reason: Error) {
  const controller = new AbortController();
  server.play(async () => {
    controller.abort(reason);
    await sleep(holdMs, undefined, { ref: false });
    return { status: 503 };
  });
  return settle(() => adapter.getStatus(ref, { signal: controller.signal }));
}

/** Every call over the network that the adapter offers. */
function listCalls(
  { adapter, harness, ref }: Scene,
  signal: AbortSignal,
): readonly (readonly [name: string, call: () => Promise<unknown>])[] {
  const { getStatuses, list, start, cancel } = adapter;
  return [
    ['getStatus', () => adapter.getStatus(ref, { signal })],
    ...(getStatuses ? [['getStatuses', async () => adapter.getStatuses?.([ref], { signal })] as const] : []),
    ...(list && harness.list
      ? [['list', async () => takeFirst(adapter.list?.(harness.list?.filter, { signal }))] as const]
      : []),
    ...(start && harness.start
      ? [['start', async () => adapter.start?.(harness.start?.input, { signal })] as const]
      : []),
    ...(cancel
      ? [['cancel', async () => adapter.cancel?.(harness.cancel?.ref ?? ref, { signal })] as const]
      : []),
  ];
}

async function takeFirst(items: AsyncIterable<unknown> | undefined): Promise<unknown> {
  for await (const item of items ?? []) return item;
  return undefined;
}
