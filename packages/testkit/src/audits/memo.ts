import { isDeepStrictEqual } from 'node:util';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import { describeOutcome, evidenceOf, listReadSamples } from '../read-outcomes.ts';
import { findOpenSample } from './http.ts';
import { jsonFaultIn } from './model.ts';
import { reveals } from './security.ts';

/** What an adapter wants back at the next read. */
export const memoAudits: readonly AuditDefinition[] = [
  {
    id: 'N-01',
    name: 'MUST leave memos that survive JSON unchanged',
    async *check(scene) {
      const memos = await listMemos(scene);
      if (memos.length === 0) yield skip(noMemo);
      for (const { sample, reading } of memos) {
        const fault = jsonFaultIn(reading.memo);
        if (fault) yield fail(`the memo of the sample "${sample.label}" has ${fault}`, reading.memo);
      }
    },
  },
  {
    id: 'N-02',
    name: 'MUST take its own memo back',
    async *check(scene) {
      const memos = await listMemos(scene);
      if (memos.length === 0) yield skip(noMemo);
      for (const { sample, ref, reading } of memos) {
        const memo: unknown = JSON.parse(JSON.stringify(reading.memo));
        const outcome = await scene.read(sample.reply, { ref, context: { memo } });
        if ('error' in outcome || outcome.value.state !== reading.state)
          yield fail(
            `with its memo the sample "${sample.label}" became ${describeOutcome(outcome)}`,
            evidenceOf(outcome),
          );
      }
    },
  },
  {
    id: 'N-03',
    name: 'MUST NOT be led astray by a memo that is none of its own',
    async *check(scene) {
      const { sample, ref, reading } = await findOpenSample(scene);
      for (const memo of [
        'text',
        7,
        null,
        [],
        {},
        true,
        { cursor: null },
        { next: 'https://elsewhere.example/' },
        [[[]]],
      ]) {
        const outcome = await scene.read(sample.reply, { ref, context: { memo } });
        if ('error' in outcome || !isDeepStrictEqual(outcome.value.state, reading.state))
          yield fail(
            `with the memo ${JSON.stringify(memo)} it became ${describeOutcome(outcome)}`,
            evidenceOf(outcome),
          );
      }
    },
  },
  {
    id: 'N-04',
    name: 'MUST NOT put a credential into a memo',
    async *check(scene) {
      const memos = await listMemos(scene);
      if (memos.length === 0) yield skip(noMemo);
      for (const { sample, ref } of memos) {
        const outcome = await scene.read(sample.reply, { ref });
        if ('value' in outcome && reveals(outcome.value.memo, scene.secret))
          yield fail(`the memo of the sample "${sample.label}" reveals a credential`, outcome.value.memo);
      }
    },
  },
];

const noMemo = 'no sample leaves a memo';

async function listMemos(scene: Parameters<typeof listReadSamples>[0]) {
  return (await listReadSamples(scene)).filter(({ reading }) => reading.memo !== undefined);
}
