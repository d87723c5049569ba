import { isTerminalState } from '@migration-status/core';
import { MigrationStatusError } from '@migration-status/core/adapter';
import { type AuditDefinition, fail } from '../audit.ts';
import type { GeneratedCase } from '../generated-case.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { jsonFaultOf, modelFaultOf } from './model.ts';
import { reveals } from './security.ts';

/**
 * What holds for answers that nobody has recorded. What is wrong with a sample already is told by the audits of the samples,
 * and not once more.
 */
export const generatedAudits: readonly AuditDefinition[] = [
  {
    id: 'G-01',
    name: 'MUST meet any answer at all with a reading, or with an error of this library',
    async *check({ runCases }) {
      for (const { title, outcome } of await runCases())
        if ('error' in outcome && !MigrationStatusError.isInstance(outcome.error))
          yield fail(`${title}: ${describeOutcome(outcome)}`, outcome.error);
    },
  },
  {
    id: 'G-02',
    name: 'MUST NOT end a migration by a change of the answer elsewhere than in its state',
    async *check({ runCases }) {
      const changed = (await runCases()).filter(
        ({ kind, isStateKept }) => kind === 'mutation' && isStateKept,
      );
      for (const { title, reading, outcome } of changed)
        if (isEnd(outcome) && !isTerminalState(reading.state))
          yield fail(`${title}: ${reading.state} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
    },
  },
  {
    id: 'G-03',
    name: 'MUST give readings of the model whatever is answered',
    async *check({ runCases }) {
      for (const { title, reading, outcome } of await runCases()) {
        const fault = 'value' in outcome && !modelFaultOf(reading) ? modelFaultOf(outcome.value) : undefined;
        if (fault) yield fail(`${title}: ${fault}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'G-04',
    name: 'MUST give readings that survive JSON whatever is answered',
    async *check({ runCases }) {
      for (const { title, reading, outcome } of await runCases()) {
        const fault = 'value' in outcome && !jsonFaultOf(reading) ? jsonFaultOf(outcome.value) : undefined;
        if (fault) yield fail(`${title}: ${fault}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'G-05',
    name: 'MUST NOT repeat in an error what was answered, where that is a credential',
    async *check({ runCases }) {
      for (const { title, outcome, secret, kind } of await runCases())
        if (kind === 'mutation' && 'error' in outcome && reveals(outcome.error, secret))
          yield fail(`${title}: the error reveals a credential`, outcome.error);
    },
  },
  {
    id: 'G-06',
    name: 'MUST NOT take an HTTP status that says nothing about the migration for its end',
    async *check({ runCases }) {
      const refused = (await runCases()).filter(
        ({ kind, title }) => kind === 'status' && / HTTP [345]/.test(title),
      );
      for (const { title, outcome } of refused) {
        const isUnknownRef = / HTTP (?:404|410)$/.test(title) && isNotFound(outcome);
        if (isEnd(outcome) && !isUnknownRef)
          yield fail(`${title}: became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
];

function isEnd(outcome: GeneratedCase['outcome']): boolean {
  return 'value' in outcome && isTerminalState(outcome.value.state);
}

function isNotFound(outcome: GeneratedCase['outcome']): boolean {
  return 'value' in outcome && outcome.value.state === 'not_found';
}
