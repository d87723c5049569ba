import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/config/accounts.ts';
import type { MigrationStatusConfig } from '../../src/config/config.ts';
import { withConfigFlags } from '../../src/config/config-flags.ts';
import { isCredentialTree, listCredentials } from '../../src/config/credential-tree.ts';
import { findSecretName } from '../../src/config/find-secret-name.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { setAtPath } from '../../src/config/set-at-path.ts';

let folder = '';

/** Somebody else's adapter, as it would be published. */
const acmeSource = `export function createAcmeAdapter(options) {
      const rest = { parseRef: (ref) => ref, key: () => 'acme/1', lane: () => 'acme', getStatus() {}, classify() {} };
      return { specVersion: 1, provider: options.provider ?? 'acme', capabilities: {}, states: {}, ...rest };
    }`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'migration-status-config-'));
});

afterAll(() => rm(folder, { recursive: true }));

const velt = { adapter: 'velt', credentials: { apiKey: { env: 'KEY' }, authToken: { file: 'token' } } };

describe('a configuration', () => {
  it('is taken as it is where it fits', () => {
    const config: MigrationStatusConfig = {
      accounts: { velt, acme: { adapter: () => Promise.reject(new Error('unused')), refFields: ['id'] } },
      migrations: [{ name: 'handbook', account: 'velt', ref: { organizationId: 'o' }, group: 'wave 1' }],
      policy: { floorMs: 10 },
    };
    expect(parseConfig(config, 'a.ts')).toEqual(config);
    expect(parseConfig({}, 'a.ts')).toEqual({});
  });

  it.each<[string, unknown]>([
    ['a.ts: the argument must be object, got nothing', undefined],
    ['a.ts: there is no option "acounts"', { acounts: {} }],
    [
      'a.ts: "accounts.velt.adapter" must be the name of an adapter or of a package, or a function that makes an adapter',
      { accounts: { velt: { adapter: 5 } } },
    ],
    [
      'a.ts: there is no option "accounts.velt.adaptor"',
      { accounts: { velt: { adapter: 'velt', adaptor: 1 } } },
    ],
    [
      'a.ts: "accounts.velt.credentials" must be names with { env: "VARIABLE" } or { file: "path" } each, never the credential itself',
      { accounts: { velt: { adapter: 'velt', credentials: { apiKey: 'very-secret' } } } },
    ],
    [
      'a.ts: "accounts.velt.options.apiKey" must stand in "credentials", as { env: "VARIABLE" } or { file: "path" }',
      { accounts: { velt: { adapter: 'velt', options: { apiKey: 'very-secret' } } } },
    ],
    [
      'a.ts: "accounts.o.options.auth.token" must stand in "credentials", as { env: "VARIABLE" } or { file: "path" }',
      { accounts: { o: { adapter: 'onlyoffice', options: { auth: { token: 'very-secret' } } } } },
    ],
    ['a.ts: "migrations[0].name" must be', { migrations: [{ account: 'velt', ref: {} }] }],
    [
      'a.ts: "migrations[1].name" is taken by another migration',
      {
        migrations: [
          { name: 'a', account: 'velt', ref: {} },
          { name: 'a', account: 'velt', ref: {} },
        ],
      },
    ],
    [
      'a.ts: "database.connectionString" must be { env: "VARIABLE" } or { file: "path" }, never the address itself, which holds a password',
      { database: { connectionString: 'postgres://app:very-secret@db/app' } },
    ],
    ['a.ts: "database" must have either "connectionString" or "dataDir"', { database: {} }],
    [
      'a.ts: "database" must have either "connectionString" or "dataDir"',
      { database: { connectionString: { env: 'URL' }, dataDir: 'data' } },
    ],
    [
      'a.ts: "database" takes the place of "store"; only one of them can be there',
      { database: { dataDir: 'data' }, store: { file: 'a.jsonl' } },
    ],
    [
      'a.ts: "database.retainMs" must be a whole number above 0',
      { database: { dataDir: 'data', retainMs: 0 } },
    ],
    ['a.ts: there is no option "database.password"', { database: { dataDir: 'd', password: 'very-secret' } }],
    ['a.ts: "policy.floorMs" must be', { policy: { floorMs: 'fast' } }],
  ])('is refused with the place of what is wrong: %s', (message, value) => {
    const refused = () => parseConfig(value, 'a.ts');
    expect(refused).toThrow(message);
    expect(refused).not.toThrow('very-secret');
  });

  it('refuses a name of an account that could not stand in an address', () => {
    expect(() => parseConfig({ accounts: { 'a/b': velt } }, 'a.ts')).toThrow('letters, digits, "-" and "_"');
  });
});

describe('loading', () => {
  it('is content without a file, but not without one that is named', async () => {
    expect(await loadConfig(folder, undefined)).toEqual({ config: {}, folder });
    await expect(loadConfig(folder, 'other.json')).rejects.toThrow('--config: there is no file other.json');
  });

  it.each([
    ['json', JSON.stringify({ accounts: { velt } })],
    ['js', `export default ${JSON.stringify({ accounts: { velt } })};`],
    ['ts', `type Any = object;\nexport default ${JSON.stringify({ accounts: { velt } })} satisfies Any;`],
  ])('reads .%s, the first of ts, js and json', async (extension, text) => {
    const file = path.join(folder, `migration-status.config.${extension}`);
    await writeFile(file, text);
    const loaded = await loadConfig(folder, undefined);
    expect(loaded).toEqual({ config: { accounts: { velt } }, folder, file });
    if (extension === 'ts')
      for (const each of ['json', 'js', 'ts']) {
        await rm(path.join(folder, `migration-status.config.${each}`));
      }
  });

  it('says which file is broken', async () => {
    await writeFile(path.join(folder, 'broken.json'), '{');
    await writeFile(path.join(folder, 'empty.js'), 'export const a = 1;');
    await expect(loadConfig(folder, 'broken.json')).rejects.toThrow(/^broken\.json: /);
    await expect(loadConfig(folder, 'empty.js')).rejects.toThrow(/^empty\.js: the argument must be object/);
  });
});

describe('credentials', () => {
  it('are named by trees of sources', () => {
    const tree = { apiKey: { env: 'A' }, auth: { token: { file: 'b' } } };
    expect(isCredentialTree(tree)).toBe(true);
    expect(listCredentials(tree)).toEqual([
      { path: ['apiKey'], source: { env: 'A' } },
      { path: ['auth', 'token'], source: { file: 'b' } },
    ]);
    for (const wrong of [null, 'x', { env: 'A' }, { a: 'x' }, { a: { env: '' } }, { a: ['x'] }]) {
      expect(isCredentialTree(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });

  it('are known by their names', () => {
    for (const name of ['apiKey', 'api_key', 'authToken', 'password', 'clientSecret', 'jwt', 'cookie']) {
      expect(findSecretName({ [name]: 'x' }), name).toBe(name);
      expect(findSecretName({ auth: { [name]: 'x' } })).toBe(`auth.${name}`);
    }
    expect(
      findSecretName({ baseUrl: 'x', states: { TOKEN_READY: 'running' }, tokenUrl: 'x' }),
    ).toBeUndefined();
  });

  it('are put into the options at their places', () => {
    expect(setAtPath({ a: 1, auth: { user: 'u' } }, ['auth', 'token'], 't')).toEqual({
      a: 1,
      auth: { user: 'u', token: 't' },
    });
    expect(setAtPath({}, ['__proto__', 'polluted'], true)).not.toHaveProperty('polluted');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('an account', () => {
  const open = (config: MigrationStatusConfig, environment: Record<string, string> = {}, flags = {}) =>
    createAccounts({ config, folder }, flags, { environment }).accounts;

  it('is there for each known adapter, also when nothing is configured', async () => {
    const accounts = open({});
    expect([...accounts.keys()]).toEqual(['velt', 'onlyoffice', 'snaplogic', 'generic-migrations']);
    expect([...open({ accounts: { mine: velt } }).keys()]).toEqual([
      'mine',
      'onlyoffice',
      'snaplogic',
      'generic-migrations',
    ]);
  });

  it('reads its credentials from variables and files', async () => {
    await writeFile(path.join(folder, 'token'), 'the-token\n');
    const account = open({ accounts: { velt } }, { KEY: 'the-key' }).get('velt');
    const adapter = await account?.load();
    expect(adapter?.provider).toBe('velt');
    expect(await account?.load()).toBe(adapter);
  });

  it('says which credential is missing, and where it was looked for', async () => {
    const load = (environment: Record<string, string>, credentials = velt.credentials) =>
      open({ accounts: { velt: { ...velt, credentials } } }, environment)
        .get('velt')
        ?.load();
    await expect(load({})).rejects.toThrow('"accounts.velt.credentials.apiKey": the variable KEY is not set');
    const gone = { ...velt.credentials, authToken: { file: 'gone' } };
    await expect(load({ KEY: 'k' }, gone)).rejects.toThrow(
      '"accounts.velt.credentials.authToken": the file gone cannot be read',
    );
    await writeFile(path.join(folder, 'blank'), '\n');
    const blank = { ...velt.credentials, authToken: { file: 'blank' } };
    await expect(load({ KEY: 'k' }, blank)).rejects.toThrow('the file blank is empty');
  });

  it('never shows a credential, also one that the adapter refuses', async () => {
    const account = open({ accounts: { velt } }, { KEY: 'very\nsecret' }).get('velt');
    await expect(account?.load()).rejects.toThrow('"apiKey" must be a non-empty string without line breaks');
    await expect(account?.load()).rejects.not.toThrow('secret');
  });

  it('is made by a package that is found from the configuration, by its name or its path', async () => {
    await writeFile(path.join(folder, 'acme.mjs'), acmeSource);
    const load = (adapter: string, more = {}) =>
      open({ accounts: { acme: { adapter, ...more } } })
        .get('acme')
        ?.load();
    expect((await load('./acme.mjs', { options: { provider: 'acme-eu' } }))?.provider).toBe('acme-eu');
    await expect(load('@acme/nowhere')).rejects.toThrow(
      '"accounts.acme.adapter": @acme/nowhere cannot be loaded',
    );
    await writeFile(
      path.join(folder, 'two.mjs'),
      `${acmeSource}\nexport const createOtherAdapter = () => 5;`,
    );
    await expect(load('./two.mjs')).rejects.toThrow(
      'there is several: createAcmeAdapter, createOtherAdapter. "factory" can say which',
    );
    expect((await load('./two.mjs', { factory: 'createAcmeAdapter' }))?.provider).toBe('acme');
    await expect(load('./two.mjs', { factory: 'createOtherAdapter' })).rejects.toThrow('is no adapter');
    await expect(load('./two.mjs', { factory: 'createThirdAdapter' })).rejects.toThrow('createThirdAdapter');
  });

  it('is made by a package that is installed beside the configuration, also one for ES modules alone', async () => {
    const place = path.join(folder, 'node_modules/@acme/migration-status-acme');
    await mkdir(place, { recursive: true });
    const manifest = {
      name: '@acme/migration-status-acme',
      type: 'module',
      exports: { '.': { import: './main.js' } },
    };
    await writeFile(path.join(place, 'package.json'), JSON.stringify(manifest));
    await writeFile(path.join(place, 'main.js'), acmeSource);
    const account = open({ accounts: { acme: { adapter: '@acme/migration-status-acme' } } }).get('acme');
    expect((await account?.load())?.provider).toBe('acme');
  });

  it('can be made by a function', async () => {
    const account = open({
      accounts: { mine: { adapter: () => JSON.parse('{}') } },
    }).get('mine');
    await expect(account?.load()).rejects.toThrow('"accounts.mine.adapter" must make an adapter');
  });
});

describe('the flags', () => {
  const accounts = new Map([
    ['velt', { adapter: 'velt' }],
    ['portal', { adapter: 'onlyoffice', options: { fields: false } }],
  ]);

  it('set options, as JSON where they are JSON', () => {
    const next = withConfigFlags(accounts, {
      option: ['velt.baseUrl=http://127.0.0.1:1', 'portal.fields=true', 'portal.staleGraceMs=5'],
    });
    expect(next.get('velt')?.options).toEqual({ baseUrl: 'http://127.0.0.1:1' });
    expect(next.get('portal')?.options).toEqual({ fields: true, staleGraceMs: 5 });
  });

  it('name where credentials are, and leave the others where they always are', () => {
    const next = withConfigFlags(accounts, {
      credential: ['velt.apiKey=env:OTHER', 'portal.auth.username=env:U', 'portal.auth.password=file:p'],
    });
    expect(next.get('velt')?.credentials).toEqual({
      apiKey: { env: 'OTHER' },
      authToken: { env: 'VELT_AUTH_TOKEN' },
    });
    expect(next.get('portal')?.credentials).toEqual({
      auth: { username: { env: 'U' }, password: { file: 'p' } },
    });
  });

  it.each([
    [{ option: ['velt.apiKey=very-secret'] }, '--option never takes a credential'],
    [{ option: ['portal.auth.token=very-secret'] }, '--option never takes a credential'],
    [
      { credential: ['velt.apiKey=very-secret'] },
      '--credential <account>.<name>= must be env:<variable> or file:<path>',
    ],
    [{ option: ['velt'] }, '--option must be <account>.<name>=<value>'],
    [{ option: ['acme.a=b'] }, '--option names no account: there are velt, portal'],
  ])('refuse %j', (flags, message) => {
    expect(() => withConfigFlags(accounts, flags)).toThrow(message);
    expect(() => withConfigFlags(accounts, flags)).not.toThrow('very-secret');
  });
});
