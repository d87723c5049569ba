import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMigrationState, isTerminalState } from '@migration-status/core';
import { type MigrationReading, ProviderResponseError } from '@migration-status/core/adapter';
import { alterJson } from '../alter-reply.ts';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import type { ExpectedReading, FixtureReply } from '../harness.ts';
import { dropAt, replaceAt } from '../json-tree.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { type Scene, toSampleRef } from '../scene.ts';
import { statePathsOf } from '../state-paths.ts';

const wordElsewhere = 'the word for the state does not stand in the answer by itself';

/** What the provider's words mean. */
export const mappingAudits: readonly AuditDefinition[] = [
  {
    id: 'S-01',
    name: 'MUST read every sample of a migration that the provider knows as it is meant',
    async *check({ readSamples }) {
      for (const { sample, outcome } of await readSamples()) {
        if (sample.expect.state === 'not_found') continue;
        const difference = differenceOf(sample.expect, outcome);
        if (difference) yield fail(`the sample "${sample.label}" ${difference}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'S-02',
    name: 'MUST read a word that nobody has documented as unknown, and keep the word',
    async *check({ harness, read }) {
      const outcome = await read(harness.unrecognised);
      const isUnknown = 'value' in outcome && outcome.value.state === 'unknown';
      if (!isUnknown) yield fail(`expected unknown, got ${describeOutcome(outcome)}`, evidenceOf(outcome));
      else if (outcome.value.nativeState === '' || isMigrationState(outcome.value.nativeState))
        yield fail(`the word was lost: nativeState is "${outcome.value.nativeState}"`, outcome.value);
    },
  },
  {
    id: 'S-03',
    name: 'MUST read the same answer the same way each time',
    async *check(scene) {
      const context = { wallTime: Date.now() };
      for (const sample of scene.harness.samples) {
        const ref = toSampleRef(scene.harness, sample);
        const first = await scene.read(sample.reply, { ref, context });
        const second = await scene.read(sample.reply, { ref, context });
        if ('value' in first && !isDeepStrictEqual(first, second))
          yield fail(`the sample "${sample.label}" was read in two ways`, [first, second]);
      }
    },
  },
  {
    id: 'S-04',
    name: 'MUST have a table of states in which every word has a state of the model',
    async *check({ adapter }) {
      const entries = Object.entries(adapter.states);
      const foreign = entries.find(([, state]) => !isMigrationState(state));
      if (entries.length === 0) yield fail('the table of states is empty');
      if (foreign) yield fail(`"${foreign[0]}" has no state of the model`, foreign[1]);
    },
  },
  {
    id: 'S-05',
    name: 'MUST take words such as "__proto__" and "constructor" for words like any other',
    async *check(scene) {
      const withWord = await findWord(scene);
      if (!withWord) return yield skip(wordElsewhere);
      for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '']) {
        const outcome = await scene.read(withWord(word));
        const isUnknown = 'value' in outcome && outcome.value.state === 'unknown';
        const isRefused = 'error' in outcome && ProviderResponseError.isInstance(outcome.error);
        const isEmpty = word === '' && 'value' in outcome && !isTerminalState(outcome.value.state);
        if (!isUnknown && !isRefused && !isEmpty)
          yield fail(`"${word}" became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'S-06',
    name: 'MUST NOT see an end where the word for the state is missing or no text',
    async *check(scene) {
      const withWord = await findWord(scene);
      if (!withWord) return yield skip(wordElsewhere);
      for (const word of [null, 0, 7, true, false, [], {}, undefined]) {
        const outcome = await scene.read(withWord(word));
        const isRefused = 'error' in outcome && ProviderResponseError.isInstance(outcome.error);
        const isOpen = 'value' in outcome && !isTerminalState(outcome.value.state);
        const said = JSON.stringify(word) ?? 'no word';
        if (!isRefused && !isOpen)
          yield fail(`${said} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'S-07',
    name: 'SHOULD document the table of states as it is in the code',
    async *check({ harness, adapter }) {
      const { statesTable } = harness;
      if (statesTable === undefined) yield skip('the harness names no statesTable');
      else {
        const documented = parseStatesTable(statesTable);
        const words = new Set([...Object.keys(documented), ...Object.keys(adapter.states)]);
        for (const word of words)
          if (
            documented[word] !== adapter.states[word] &&
            isMigrationState(adapter.states[word] ?? 'unknown')
          )
            yield fail(`"${word}" is documented as ${documented[word]} and read as ${adapter.states[word]}`);
      }
    },
  },
  {
    id: 'S-08',
    name: 'MUST be shown with a sample of every word in its table of states',
    async *check(scene) {
      const shown = new Set((await scene.readSamples()).map(({ outcome }) => nativeStateOf(outcome)));
      const missing = Object.keys(scene.adapter.states).filter((word) => !shown.has(word));
      if (missing.length > 0) yield fail(`no sample has the word ${missing.join(', ')}`);
    },
  },
];

/** In what an outcome differs from what is expected of it; undefined when in nothing. */
export function differenceOf(
  expected: ExpectedReading,
  outcome: { readonly value: object } | { readonly error: unknown },
): string | undefined {
  if ('error' in outcome) return `could not be read: ${describeOutcome(outcome)}`;
  const reading = new Map<string, unknown>(Object.entries(outcome.value));
  const field = Object.entries(expected).find(
    ([name, value]) => !isDeepStrictEqual(reading.get(name), value),
  );
  if (field === undefined) return undefined;
  return `has ${JSON.stringify(reading.get(field[0])) ?? 'no value'} as ${field[0]}, not ${JSON.stringify(field[1])}`;
}

/**
 * Makes the unrecognised answer with another word, or without any; undefined where the word that the adapter did not
 * recognise stands nowhere by itself.
 */
async function findWord({ harness, read }: Scene): Promise<((word: unknown) => FixtureReply) | undefined> {
  const { unrecognised } = harness;
  const word = nativeStateOf(await read(unrecognised)) ?? '';
  const find = (json: unknown) => (word === '' ? [] : statePathsOf(json, word, undefined));
  let isFound = false;
  const watched = alterJson(unrecognised, (json) => {
    isFound ||= find(json).length > 0;
    return json;
  });
  await read(watched);
  if (!isFound) return undefined;
  return (other) =>
    alterJson(unrecognised, (json) =>
      find(json).reduce(
        (left, path) => (other === undefined ? dropAt(left, path) : replaceAt(left, path, other)),
        json,
      ),
    );
}

function nativeStateOf(
  outcome: { readonly value: MigrationReading } | { readonly error: unknown },
): string | undefined {
  return 'value' in outcome ? outcome.value.nativeState : undefined;
}

/** The rows of the table that begins `| native | state |`. */
function parseStatesTable(source: string | URL): Readonly<Record<string, string | undefined>> {
  const text = typeof source === 'string' ? source : readFileSync(source, 'utf8');
  const table = text.split(/\n\s*\n/).find((block) => block.startsWith('| native | state |')) ?? '';
  const rows = [...table.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)];
  return Object.fromEntries(rows.map(([, word, state]) => [word, state]));
}
