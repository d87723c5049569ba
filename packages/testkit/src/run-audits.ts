import type { AuditResult } from './audit.ts';
import { prepareAudits } from './audit-adapter.ts';
import type { AuditOptions } from './audit-options.ts';
import type { AdapterHarness } from './harness.ts';
import { kitVersion } from './kit-version.ts';
import { settle } from './outcome.ts';
import { createSecret } from './scene.ts';
import { watchStrays } from './watch-strays.ts';

/** One line of a report. */
export type ReportedAudit = AuditResult & { readonly id: string; readonly name: string };

/** What came of all audits of one adapter; JSON, but for what stands as evidence. */
export interface AuditReport {
  /** The adapter's provider. */
  readonly provider: string;
  /** The version of the kit. */
  readonly kitVersion: string;
  /** Whether no MUST is broken. */
  readonly isConformant: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How many generated cases the adapter was put through. */
  readonly cases: number;
  readonly audits: readonly ReportedAudit[];
}

/** How the audits are run. */
export interface RunOptions extends AuditOptions {
  /** Is told of each result as it comes. */
  readonly onResult?: ((audit: ReportedAudit) => void) | undefined;
}

/**
 * Runs all audits of an adapter, one after another, and sums up what came of them.
 *
 * @example
 * const report = await runAudits(harness);
 * console.log(renderAuditReport(report));
 */
export async function runAudits<Ref>(
  harness: AdapterHarness<Ref>,
  { onResult, ...options }: RunOptions = {},
): Promise<AuditReport> {
  const prepared = prepareAudits(harness, options);
  const audits: ReportedAudit[] = [];
  const strays = watchStrays();
  for (const { id, name, run } of prepared.audits) {
    const result = await run();
    const reported = { id, name, ...((await strays.take()) ?? result) };
    audits.push(reported);
    onResult?.(reported);
  }
  strays.end();
  const count = (status: AuditResult['status']) => audits.filter((audit) => audit.status === status).length;
  return {
    provider: await readProvider(harness),
    kitVersion,
    isConformant: !audits.some(({ status, name }) => status === 'fail' && name.startsWith('MUST')),
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skip'),
    cases: prepared.countCases(),
    audits,
  };
}

/** An adapter that cannot be made has no name; its audits tell why. */
async function readProvider<Ref>({ create }: AdapterHarness<Ref>): Promise<string> {
  const made = await settle(() => create({ baseUrl: 'http://127.0.0.1:9', secret: createSecret() }));
  return 'value' in made ? made.value.provider : 'an adapter that cannot be made';
}
