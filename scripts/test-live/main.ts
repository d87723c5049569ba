import { auditLive, renderAuditReport } from '@migration-status/testkit';
import { liveProviders } from './live-providers.ts';

/**
 * Asks providers themselves, with the credentials in the environment, and only reads:
 * `MIGRATION_STATUS_LIVE=velt,snaplogic pnpm test:live`. What is asked for and cannot be done is a failure, never left out.
 */
const names = (process.env.MIGRATION_STATUS_LIVE ?? '').split(',').filter(Boolean);
const unknown = names.filter((name) => !Object.hasOwn(liveProviders, name));
const missing = names.flatMap((name) => {
  const { secrets = [], settings = [] } = liveProviders[name] ?? {};
  return [...secrets, ...settings].filter((variable) => !process.env[variable]);
});

if (names.length === 0 || unknown.length > 0) {
  const known = Object.keys(liveProviders).join(', ');
  console.error(`Set MIGRATION_STATUS_LIVE to one or more of ${known}, with commas between them.`);
  process.exitCode = 2;
} else if (missing.length > 0) {
  console.error(`Not set: ${missing.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of names) await askProvider(name);
}

async function askProvider(name: string): Promise<void> {
  const provider = liveProviders[name];
  if (provider === undefined) return;
  const prefix = name.toUpperCase().replaceAll('-', '_');
  const read = (variable: string) => process.env[variable] ?? '';
  const adapter = provider.create(read, process.env[`${prefix}_BASE_URL`]);
  const ref = adapter.parseRef(JSON.parse(read(`${prefix}_REF`)));
  const report = await auditLive({ adapter, ref, secrets: provider.secrets.map(read) });
  process.stdout.write(renderAuditReport(report, 'text'));
  if (!report.isConformant) process.exitCode = 1;
}
