import {
  type MigrationAdapter,
  type MigrationReading,
  MigrationStatusError,
} from '@migration-status/core/adapter';
import { type AuditResult, fail, skip } from './audit.ts';
import { jsonFaultOf, modelFaultOf } from './audits/model.ts';
import { reveals } from './audits/security.ts';
import { kitVersion } from './kit-version.ts';
import { type Outcome, settle } from './outcome.ts';
import type { AuditReport, ReportedAudit } from './run-audits.ts';

/** An adapter for the provider itself, and what there is to look at. */
export interface LiveHarness<Ref = unknown> {
  readonly adapter: MigrationAdapter<unknown, Ref>;
  /** A migration that the provider knows. It is read twice, and nothing else is done to it. */
  readonly ref: Ref;
  /** A migration that the provider does not know. Left out, what it says then is not looked at. */
  readonly unknownRef?: Ref | undefined;
  /** The credentials, to look for where they must not be. */
  readonly secrets: readonly string[];
}

interface LiveAudit {
  readonly id: string;
  readonly name: `${'MUST' | 'SHOULD'} ${string}`;
  /** Undefined where the promise is kept. */
  readonly look: () => AuditResult | undefined;
}

/**
 * Looks at the provider itself, through an adapter with real credentials: whether what it says today is what the adapter
 * expects. It only reads. What fails here and not in the other audits is a change at the provider, or a wrong sample.
 *
 * @example
 * const report = await auditLive({ adapter, ref: { jobId: '7' }, secrets: [apiKey] });
 * process.exitCode = report.isConformant ? 0 : 1;
 */
export async function auditLive<Ref>({
  adapter,
  ref,
  unknownRef,
  secrets,
}: LiveHarness<Ref>): Promise<AuditReport> {
  const known = await settle(() => adapter.getStatus(ref));
  const again = await settle(() => adapter.getStatus(ref));
  const unknown = unknownRef === undefined ? undefined : await settle(() => adapter.getStatus(unknownRef));
  const isRevealed = (value: unknown) => secrets.some((secret) => secret !== '' && reveals(value, secret));
  const shown = [adapter.key(ref), adapter.lane(ref), toValue(known), toValue(again)];
  const errors = [known, again, unknown].map((outcome) => toError(outcome));

  const liveAudits: readonly LiveAudit[] = [
    {
      id: 'V-01',
      name: 'MUST read a migration that the provider knows',
      look: () => ('error' in known ? fail(describe(known.error), known.error) : undefined),
    },
    {
      id: 'V-02',
      name: 'MUST give a reading of the model',
      look: () => judge(known, (reading) => modelFaultOf(reading) ?? jsonFaultOf(reading)),
    },
    {
      id: 'V-03',
      name: 'SHOULD know the word that the provider uses',
      look: () =>
        judge(known, ({ state, nativeState }) =>
          state === 'unknown' ? `it does not know the word ${JSON.stringify(nativeState)}` : undefined,
        ),
    },
    {
      id: 'V-04',
      name: 'MUST see at once what the provider does not know',
      look: () => (unknown === undefined ? skip('there is no "unknownRef"') : judgeUnknown(unknown)),
    },
    {
      id: 'V-05',
      name: 'MUST NOT put a credential into a reading, a key or a lane',
      look: () => (shown.some(isRevealed) ? fail('a credential can be read') : undefined),
    },
    {
      id: 'V-06',
      name: 'MUST NOT reveal a credential in an error',
      look: () => {
        const thrown = errors.filter((error) => error !== undefined);
        if (thrown.length === 0) return skip('there was no error');
        return thrown.some(isRevealed) ? fail('a credential can be read') : undefined;
      },
    },
  ];
  const audits = liveAudits.map(
    ({ id, name, look }): ReportedAudit => ({ id, name, ...(look() ?? { status: 'pass' }) }),
  );
  return toReport(adapter.provider, audits);
}

function toReport(provider: string, audits: readonly ReportedAudit[]): AuditReport {
  const count = (status: AuditResult['status']) => audits.filter((audit) => audit.status === status).length;
  return {
    provider,
    kitVersion,
    isConformant: !audits.some(({ status, name }) => status === 'fail' && name.startsWith('MUST')),
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skip'),
    cases: 0,
    audits,
  };
}

function judge(
  outcome: Outcome,
  faultOf: (reading: MigrationReading) => string | undefined,
): AuditResult | undefined {
  if ('error' in outcome) return skip('there is no reading');
  const fault = faultOf(outcome.value);
  return fault === undefined ? undefined : fail(fault);
}

/** A refusal is as clear as a state: some providers do not tell whether a migration is not there or not ours. */
function judgeUnknown(outcome: Outcome): AuditResult | undefined {
  if ('error' in outcome)
    return MigrationStatusError.isInstance(outcome.error)
      ? undefined
      : fail(describe(outcome.error), outcome.error);
  const { state } = outcome.value;
  return state === 'not_found' ? undefined : fail(`it is said to be ${state}`);
}

function toValue(outcome: Outcome): unknown {
  return 'value' in outcome ? outcome.value : undefined;
}

function toError(outcome: Outcome | undefined): unknown {
  return outcome !== undefined && 'error' in outcome ? outcome.error : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
