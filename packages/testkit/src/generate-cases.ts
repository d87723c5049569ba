import { isTerminalState } from '@migration-status/core';
import { formatJsonPath, type MigrationReading } from '@migration-status/core/adapter';
import { alterReply, toJson } from './alter-reply.ts';
import type { GeneratedCase } from './generated-case.ts';
import type { FixtureAnswer, FixtureReply } from './harness.ts';
import { isOnTheWay } from './json-tree.ts';
import { type Mutation, mutateJson } from './mutate-json.ts';
import { listReadSamples, type ReadSample } from './read-outcomes.ts';
import type { Scene } from './scene.ts';
import { createSeededRandom } from './seeded-random.ts';
import { statePathsOf } from './state-paths.ts';

const statuses = [
  201, 202, 203, 206, 226, 300, 301, 304, 305, 308, 400, 402, 404, 405, 406, 407, 408, 409, 410, 411, 412,
  413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 431, 451, 499, 501, 505, 506, 507, 508,
  510, 511, 520, 521, 522, 524, 530, 599,
];

const bodies = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '""',
  '[]',
  '{}',
  '[[[]]]',
  '{"a":1',
  '{"__proto__":{"status":"done"}}',
  '\uFEFF{}',
  '<!doctype html><h1>502</h1>',
  '<?xml version="1.0"?><a/>',
  'NaN',
  "{'a':1}",
  '\u0000\u0001',
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  'x'.repeat(50_000),
  'data: {"a":1}\n\n',
];

/** Puts the adapter through answers that nobody has recorded; as many as asked for, the same for the same seed. */
export async function generateCases(
  scene: Scene,
  count: number,
  seed: number,
): Promise<readonly GeneratedCase[]> {
  const samples = (await listReadSamples(scene)).filter(({ reading }) => reading.state !== 'not_found');
  const random = createSeededRandom(seed);
  const cases: GeneratedCase[] = [];
  const open = samples.filter(({ reading }) => !isTerminalState(reading.state));
  const sampleAt = (index: number, all = samples) => all[index % all.length];

  async function add(
    sample: ReadSample | undefined,
    kind: GeneratedCase['kind'],
    change: Change,
  ): Promise<void> {
    if (sample === undefined) return;
    const seen: { title: string; isStateKept: boolean }[] = [];
    const reply: FixtureReply = alterReply(sample.sample.reply, (answer) => {
      const { title, isStateKept, answer: changed } = change(answer, sample.reading);
      seen.push({ title, isStateKept });
      return changed;
    });
    const outcome = await scene.read(reply, { ref: sample.ref });
    cases.push({
      title: `${sample.sample.label}: ${seen.map(({ title }) => title).join('; ')}`,
      kind,
      reading: sample.reading,
      isStateKept: seen.every(({ isStateKept }) => isStateKept),
      // A copy, because an adapter may change what it has handed out.
      outcome: 'value' in outcome ? { value: { ...outcome.value } } : outcome,
      secret: scene.secret,
    });
  }

  for (const [index, status] of statuses.slice(0, count).entries())
    await add(sampleAt(index, open), 'status', (answer) => ({
      title: `with HTTP ${status}`,
      isStateKept: true,
      answer: { ...answer, status },
    }));
  for (const [index, text] of bodies.slice(0, Math.max(0, count - cases.length)).entries())
    await add(sampleAt(index), 'body', (answer) => ({
      title: `with the body ${JSON.stringify(text.slice(0, 20))}`,
      isStateKept: false,
      answer: { ...answer, json: undefined, text },
    }));
  for (let index = 0; cases.length < count && samples.length > 0; index += 1)
    await add(sampleAt(index), 'mutation', (answer, reading) => {
      const json = toJson(answer);
      if (json === undefined) return { title: 'as it is', isStateKept: true, answer };
      const turn = { visit: Math.floor(index / samples.length), shift: index % samples.length };
      const mutation = mutateJson(json, turn, random, scene.secret);
      const { text: _text, ...rest } = answer;
      return {
        title: `${formatJsonPath(mutation.path)} ${mutation.change}`,
        isStateKept: isElsewhere(mutation, json, reading.nativeState, scene.harness.stateFields),
        answer: { ...rest, json: mutation.json },
      };
    });
  return cases;
}

type Change = (
  answer: FixtureAnswer,
  reading: MigrationReading,
) => { readonly title: string; readonly isStateKept: boolean; readonly answer: FixtureAnswer };

function isElsewhere(
  { path, isAddition }: Mutation,
  json: unknown,
  nativeState: string,
  stateFields: readonly string[] | undefined,
): boolean {
  if (isAddition) return true;
  return !statePathsOf(json, nativeState, stateFields).some((place) => isOnTheWay(place, path));
}
