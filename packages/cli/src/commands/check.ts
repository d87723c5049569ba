import {
  ConfigurationError,
  type MigrationAdapter,
  MigrationStatusError,
  StoreError,
} from '@migration-status/core';
import type { Account, Accounts } from '../config/accounts.ts';
import { describeSource } from '../config/credential-tree.ts';
import { knownAdapters } from '../config/known-adapters.ts';
import { configFiles, type LoadedConfig } from '../config/load-config.ts';
import { loadDurable } from '../database/load-durable.ts';
import { toDatabasePlace } from '../database/to-database-place.ts';
import { describeSchema } from '../database/to-schema-verdict.ts';
import { describeError } from '../describe-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderWords } from '../render/render-words.ts';
import { toJsonText } from '../render/to-json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `check`. */
export interface CheckFlags extends SourceFlags {
  readonly json?: boolean | undefined;
}

/** What was found out about one account, or one thing that it needs, or about the database. */
export interface Finding {
  /** Its name; `database` for the database. */
  readonly account: string;
  readonly what: string;
  /** `ok`; `missing` where somebody has to set something; `refused`, `throttled` and `unreachable` are the provider's; `skipped` was not asked. */
  readonly verdict: 'ok' | 'missing' | 'refused' | 'throttled' | 'unreachable' | 'skipped';
  readonly detail: string;
}

/**
 * Says what is configured, what is missing, and whether each provider and the database answers: a provider is asked about a
 * configured migration, or about one that is not there. Credentials are never shown. Gives the exit code.
 */
export async function check(flags: CheckFlags, surroundings: Surroundings): Promise<number> {
  const opened = await openAccounts(flags, surroundings);
  const checked = toChecked(opened).map((account) => checkAccount(account, opened, surroundings));
  const findings = (await Promise.all([...checked, checkDatabase(opened, surroundings)])).flat();
  const { stdout, stderr } = surroundings;
  const { file, migrations } = opened;
  stderr.write(
    file === undefined
      ? `There is no configuration here (${configFiles.join(', ')}); what follows goes by default.\n`
      : `${file}: ${migrations.length} migrations\n`,
  );
  const lines = findings.map(({ account, what, verdict, detail }) => [verdict, account, what, detail]);
  const head = ['VERDICT', 'ACCOUNT', 'WHAT', 'DETAIL'];
  stdout.write(`${flags.json ? toJsonText(findings, 2) : renderWords([head, ...lines])}\n`);
  return toCheckCode(findings);
}

/** What nobody has configured is only looked at where nothing else is. */
function toChecked({ accounts }: Accounts): readonly Account[] {
  const all = [...accounts.values()];
  const configured = all.filter(({ isConfigured }) => isConfigured);
  return configured.length > 0 ? configured : all;
}

async function checkAccount(
  account: Account,
  opened: Accounts & LoadedConfig,
  { interruption }: Surroundings,
): Promise<readonly Finding[]> {
  const credentials = await Promise.all(account.credentials.map((leaf) => checkCredential(account, leaf)));
  if (credentials.some(({ verdict }) => verdict !== 'ok')) return credentials;
  const rest = await checkProvider(account, opened, interruption);
  return [...credentials, rest];
}

/** How the database stands, where one is configured. */
async function checkDatabase(
  loaded: LoadedConfig,
  { environment }: Surroundings,
): Promise<readonly Finding[]> {
  const { database } = loaded.config;
  if (database === undefined) return [];
  const finding = { account: 'database', what: database.schema ?? 'migration_status' };
  try {
    const place = await toDatabasePlace(loaded, environment);
    const { readDatabaseStatus } = await loadDurable();
    const status = await readDatabaseStatus(place);
    const verdict = status.isUsable ? 'ok' : 'missing';
    return [{ ...finding, verdict, detail: describeSchema(status) }];
  } catch (error) {
    return [{ ...finding, verdict: toDatabaseVerdict(error), detail: describeError(error).message }];
  }
}

function toDatabaseVerdict(error: unknown): Finding['verdict'] {
  if (StoreError.isInstance(error)) return 'skipped';
  if (!MigrationStatusError.isInstance(error) || error.code === 'database_unreachable') return 'unreachable';
  return error.kind === 'database' ? 'refused' : 'missing';
}

async function checkCredential(account: Account, leaf: Account['credentials'][number]): Promise<Finding> {
  const what = leaf.path.join('.');
  const detail = describeSource(leaf.source);
  try {
    await account.readCredential(leaf);
    return { account: account.name, what, verdict: 'ok', detail };
  } catch {
    return { account: account.name, what, verdict: 'missing', detail: `${detail} holds nothing` };
  }
}

async function checkProvider(
  account: Account,
  { migrations }: Accounts,
  signal: AbortSignal,
): Promise<Finding> {
  const finding = { account: account.name, what: account.adapterName ?? 'adapter' };
  let adapter: MigrationAdapter;
  try {
    adapter = await account.load();
  } catch (error) {
    return { ...finding, verdict: 'missing', detail: describeError(error).message };
  }
  const named = migrations.find((migration) => migration.account === account.name);
  const ref = named?.ref ?? knownAdapters.get(account.adapterName ?? '')?.probe;
  if (ref === undefined)
    return { ...finding, verdict: 'skipped', detail: 'not asked: no migration of it is configured' };
  try {
    const { state } = await adapter.getStatus(adapter.parseRef(ref), { signal });
    return { ...finding, verdict: 'ok', detail: `answers${named ? `: ${named.name} is ${state}` : ''}` };
  } catch (error) {
    const verdict = ConfigurationError.isInstance(error) ? 'missing' : toVerdict(adapter, error);
    return { ...finding, verdict, detail: describeError(error).message };
  }
}

function toVerdict(adapter: MigrationAdapter, error: unknown): Finding['verdict'] {
  const failure = adapter.classify(error);
  if (failure === 'throttled') return 'throttled';
  return failure === 'unauthorized' || failure === 'forbidden' ? 'refused' : 'unreachable';
}

function toCheckCode(findings: readonly Finding[]): number {
  const has = (...verdicts: readonly Finding['verdict'][]) =>
    findings.some(({ verdict }) => verdicts.includes(verdict));
  if (has('missing')) return exitCodes.usage;
  return has('refused', 'throttled', 'unreachable') ? exitCodes.notFoundOut : exitCodes.succeeded;
}
