import { setTimeout as sleep } from 'node:timers/promises';
import { type AuditDefinition, fail } from '../audit.ts';
import { hasOneMigration } from '../one-migration.ts';
import { settle } from '../outcome.ts';
import { describeOutcome, listReadSamples, type ReadSample } from '../read-outcomes.ts';
import { toAnswer } from '../scene.ts';
import { fingerprintOf } from './http.ts';

/** How many reads go on at the same time. */
const readCount = 50;

/** What happens when several calls go on at once. */
export const concurrencyAudits: readonly AuditDefinition[] = [
  {
    id: 'C-01',
    name: 'MUST keep 50 reads that go on at once apart',
    async *check(scene) {
      const { harness, adapter, server } = scene;
      const samples = (await listReadSamples(scene)).filter(({ sample }) => sample.ref === undefined);
      const calls = Array.from({ length: readCount }, (_, index) => ({
        ref: harness.toRef(`mig${index}`),
        sample: samples[index % samples.length],
        delayMs: index % 4,
      }));
      const askers = new Map<string, (typeof calls)[number]>();
      for (const call of calls) {
        server.play((request) => {
          if (!askers.has(fingerprintOf(request))) askers.set(fingerprintOf(request), call);
          return toSampleAnswer(askers.get(fingerprintOf(request)) ?? call, request);
        });
        await settle(() => adapter.getStatus(call.ref));
      }
      // An adapter without ids asks the same for all, and is answered the same.
      const isShared = hasOneMigration(harness);
      server.play(async (request) => {
        const asker = askers.get(fingerprintOf(request));
        if (asker === undefined) return { status: 503 };
        await sleep(asker.delayMs);
        return toSampleAnswer(asker, request);
      });
      const outcomes = await Promise.all(calls.map(({ ref }) => settle(() => adapter.getStatus(ref))));
      for (const [index, outcome] of outcomes.entries()) {
        const expected = (isShared ? calls[0] : calls[index])?.sample?.reading.state;
        const state = 'value' in outcome ? outcome.value.state : describeOutcome(outcome);
        if (state !== expected) yield fail(`read ${index} of ${readCount} got ${state}, not ${expected}`);
      }
    },
  },
];

function toSampleAnswer(
  { sample, ref }: { readonly sample: ReadSample | undefined; readonly ref: unknown },
  request: Parameters<typeof toAnswer>[1],
) {
  return sample === undefined ? { status: 503 } : toAnswer(sample.sample.reply, request, ref);
}
