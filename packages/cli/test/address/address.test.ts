import { describe, expect, it } from 'vitest';
import { createScriptedAdapter } from '../../../../test/support/scripted-adapter.ts';
import { parseAddress } from '../../src/address/parse-address.ts';
import { resolveTargets } from '../../src/address/resolve-targets.ts';
import { createAccounts } from '../../src/config/accounts.ts';
import type { MigrationStatusConfig } from '../../src/config/config.ts';

const environment = {
  VELT_API_KEY: 'k',
  VELT_AUTH_TOKEN: 't',
  SNAPLOGIC_JWT: 'j',
  ONLYOFFICE_API_KEY: 'sk-1',
  MIGRATIONS_API_KEY: 'k',
};

const config: MigrationStatusConfig = {
  accounts: {
    velt: { adapter: 'velt' },
    'snap-eu': { adapter: 'snaplogic', options: { orgName: 'eu', controlPlane: 'emea.snaplogic.com' } },
    'snap-us': { adapter: 'snaplogic', options: { orgName: 'us' } },
    portal: { adapter: 'onlyoffice', options: { portalUrl: 'https://portal.example.com' } },
    acme: { adapter: () => createScriptedAdapter({ script: {} }) },
  },
  migrations: [
    { name: 'handbook', account: 'velt', ref: { organizationId: 'org_1', migrationId: 'mig_1' }, group: 'a' },
    { name: 'broken', account: 'gone', ref: {} },
  ],
};

const configured = createAccounts({ config, folder: '/' }, {}, { environment });

/** The keys and refs that addresses lead to. */
async function resolve(addresses: readonly string[], ref?: string) {
  const targets = await resolveTargets(addresses, ref, configured);
  return targets.map((target) => ({ key: target.adapter.key(target.ref), ref: target.ref }));
}

describe('an address', () => {
  it.each([
    ['velt/org_1/mig_7', 'velt/org_1/mig_7', { organizationId: 'org_1', migrationId: 'mig_7' }],
    ['velt/org%2F1/mig_7', 'velt/org%2F1/mig_7', { organizationId: 'org/1', migrationId: 'mig_7' }],
    ['generic-migrations/a', 'generic-migrations/a', { migrationId: 'a' }],
    ['snap-us/tok', 'snaplogic/elastic.snaplogic.com/us/tok', { statusToken: 'tok' }],
    [
      'snap-us/elastic.snaplogic.com/us/tok',
      'snaplogic/elastic.snaplogic.com/us/tok',
      { statusToken: 'tok' },
    ],
    ['portal/import', 'onlyoffice/portal.example.com/import', { awaiting: 'import' }],
    ['onlyoffice/portal.example.com/parse', 'onlyoffice/portal.example.com/parse', { awaiting: 'parse' }],
  ])('%s is %s', async (address, key, ref) => {
    expect(await resolve([address])).toEqual([{ key, ref }]);
  });

  it('is that of one account, where several are at a provider', async () => {
    await expect(resolve(['snaplogic/tok'])).rejects.toThrow(
      'there are several accounts at snaplogic: say snap-eu, snap-us in its place',
    );
    await expect(resolve(['snap-eu/elastic.snaplogic.com/us/tok'])).rejects.toThrow(
      'snaplogic/elastic.snaplogic.com/us/tok is not at the account snap-eu, where it would be snaplogic/emea.snaplogic.com/eu/tok',
    );
  });

  it.each([
    [
      'nobody/1',
      'there is no account "nobody": there are velt, snap-eu, snap-us, portal, acme, generic-migrations',
    ],
    ['velt/org_1', 'an address of velt has the form velt/<organizationId>/<migrationId>'],
    ['velt//x', 'an address of velt has the form velt/<organizationId>/<migrationId>'],
    ['velt/a/b/c', 'velt/a/b/c is not at the account velt, where it would be velt/b/c'],
    ['velt/%/x', 'the address "velt/%/x" is not well encoded'],
    ['portal/other', '"awaiting" must be'],
    [
      'acme/1',
      'acme: what stands in its addresses is not known: give "refFields" in the configuration, or --ref',
    ],
    ['broken', 'the migration broken names the account gone'],
  ])('%s is refused: %s', async (address, message) => {
    await expect(resolve([address])).rejects.toThrow(message);
  });

  it('can be the name of a configured migration', async () => {
    const [target] = await resolveTargets(['handbook'], undefined, configured);
    expect(target).toMatchObject({ name: 'handbook', group: 'a', ref: { migrationId: 'mig_1' } });
  });

  it('can be a ref as JSON after an account', async () => {
    expect(await resolve(['acme'], '{"id":"a"}')).toEqual([{ key: 'acme/a', ref: { id: 'a' } }]);
    await expect(resolve(['acme'], 'secret')).rejects.toThrow(
      '--ref must be JSON, such as \'{"jobId":"7"}\'',
    );
    await expect(resolve(['velt/a/b'], '{}')).rejects.toThrow('--ref goes with one account');
    await expect(resolve(['velt', 'acme'], '{}')).rejects.toThrow('--ref goes with one account');
  });

  it('is needed where no migration is configured', async () => {
    const bare = createAccounts({ config: {}, folder: '/' }, {}, { environment });
    await expect(resolveTargets([], undefined, bare)).rejects.toThrow('nothing to look at: give an address');
  });

  it('has its parts decoded', () => {
    expect(parseAddress('velt/a%20b/c%2Fd', configured.accounts).parts).toEqual(['a b', 'c/d']);
  });
});
