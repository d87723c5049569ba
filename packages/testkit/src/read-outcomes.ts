import { type MigrationReading, MigrationStatusError } from '@migration-status/core/adapter';
import type { Outcome } from './outcome.ts';
import type { SampleReading, Scene } from './scene.ts';

/** A sample that could be read. */
export type ReadSample = Omit<SampleReading, 'outcome'> & { readonly reading: MigrationReading };

/** The samples that could be read; of the others, S-01 and H-03 tell. Throws when there are none. */
export async function listReadSamples({ readSamples }: Scene): Promise<readonly ReadSample[]> {
  const read = (await readSamples()).flatMap(({ outcome, ...rest }) =>
    'value' in outcome ? [{ ...rest, reading: outcome.value }] : [],
  );
  if (read.length === 0) throw new Error('no sample could be read');
  return read;
}

/** What came of a call, in a few words. */
export function describeOutcome(outcome: Outcome<unknown>): string {
  if ('value' in outcome) return `a result${describeState(outcome.value)}`;
  const { error } = outcome;
  if (MigrationStatusError.isInstance(error)) return `${error.name} (${error.code}): ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : `${error}`;
}

/** What stands behind an outcome, as evidence. */
export function evidenceOf(outcome: Outcome<unknown>): unknown {
  return 'value' in outcome ? outcome.value : outcome.error;
}

function describeState(value: unknown): string {
  const state = typeof value === 'object' && value !== null ? Reflect.get(value, 'state') : undefined;
  return state === undefined ? '' : ` with the state ${String(state)}`;
}
