import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { Fault, Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixtureText = createFixtureReader(new URL('../../velt/test/', import.meta.url).href);
const readFixture = (name: string) => JSON.parse(readFixtureText(`${name}.json`));

const path = '/api/1/rest/public/apim_service/migration_status/sandbox-env';

let clock: ManualClock;
let sandbox: Sandbox;
let statusToken: string;

beforeEach(async () => {
  clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
  sandbox = await createSandbox({ now: clock.now, timeScale: 10 });
  statusToken = sandbox.snaplogic.addMigration({ timeline: [{ status: 'Migrating' }] }).statusToken;
});

afterEach(async () => {
  vi.restoreAllMocks();
  await sandbox.close();
});

function read(init: RequestInit = {}) {
  const { controlPlane, credentials } = sandbox.snaplogic;
  const headers = { authorization: `Bearer ${credentials.jwt}` };
  return ask(`${controlPlane}${path}?status_token=${statusToken}`, { headers, ...init });
}

function lastRequest() {
  return sandbox.snaplogic.requests.at(-1);
}

function expectedRequest(fault: Fault['type'], status: number | undefined, answered: string[] = []) {
  return {
    at: clock.now(),
    method: 'GET',
    path,
    query: `status_token=${statusToken}`,
    status,
    fault,
    subjects: [statusToken],
    answered,
  };
}

describe('rate_limit', () => {
  const retryAfterOf = async (fault: Omit<Extract<Fault, { type: 'rate_limit' }>, 'type'>) => {
    sandbox.snaplogic.injectFault({ type: 'rate_limit', ...fault });
    const { status, headers } = await read();
    return [status, headers.get('retry-after')];
  };

  it('answers 429 with Retry-After in real time, rounded up, in the form asked for', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-01-01T00:00:00.100Z'));
    expect(await retryAfterOf({})).toEqual([429, null]);
    expect(await retryAfterOf({ retryAfterMs: 1_001 })).toEqual([429, '2']);
    expect(await retryAfterOf({ retryAfterMs: 0 })).toEqual([429, '0']);
    expect(await retryAfterOf({ retryAfterMs: 5_000, retryAfterForm: 'absent' })).toEqual([429, null]);
    expect(await retryAfterOf({ retryAfterMs: 5_000, retryAfterForm: 'http_date' })).toEqual([
      429,
      'Thu, 01 Jan 2026 00:00:06 GMT',
    ]);
    expect(lastRequest()).toEqual(expectedRequest('rate_limit', 429));
  });

  it('has the body of each provider', async () => {
    const { velt, onlyoffice, snaplogic, genericMigrations } = sandbox;
    const portal = await onlyoffice.addPortal();
    const bodies = [];
    for (const provider of [velt, onlyoffice, snaplogic, genericMigrations]) {
      provider.injectFault({ type: 'rate_limit' });
    }
    for (const url of [velt.baseUrl, portal.portalUrl, snaplogic.baseUrl, genericMigrations.baseUrl]) {
      bodies.push((await ask(url)).body);
    }
    expect(bodies).toEqual([
      { error: { message: 'Too many requests.', status: 'RESOURCE_EXHAUSTED' } },
      '',
      '',
      { detail: 'Too Many Requests' },
    ]);
  });
});

describe('server_error', () => {
  it('is a proxy’s page for 502 and above, and the provider’s own body for 500', async () => {
    sandbox.snaplogic.injectFault({ type: 'server_error', status: 502 });
    const page = await read();
    expect([page.status, page.headers.get('content-type'), page.body]).toEqual([
      502,
      'text/html',
      '<html>\n<head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center></body>\n</html>\n',
    ]);
    sandbox.velt.injectFault({ type: 'server_error' });
    const own = await ask(sandbox.velt.baseUrl);
    expect([own.status, own.body]).toEqual([500, readFixture('error_internal')]);
  });

  it('takes the other body when told to', async () => {
    sandbox.snaplogic.injectFault({ type: 'server_error', status: 500, body: 'html' });
    expect((await read()).body).toContain('<h1>500 Internal Server Error</h1>');
    const codes = [];
    for (const status of [503, 504] as const) {
      sandbox.velt.injectFault({ type: 'server_error', status, body: 'provider' });
      const answer = await ask(sandbox.velt.baseUrl);
      codes.push([answer.status, answer.body.error.status]);
    }
    expect(codes).toEqual([
      [503, 'UNAVAILABLE'],
      [504, 'DEADLINE_EXCEEDED'],
    ]);
  });
});

describe('faults of the connection', () => {
  it('hang: takes the request and never answers', async () => {
    sandbox.snaplogic.injectFault({ type: 'hang' });
    const controller = new AbortController();
    const reading = read({ signal: controller.signal });
    await vi.waitFor(() => expect(lastRequest()).toEqual(expectedRequest('hang', undefined)));
    controller.abort();
    await expect(reading).rejects.toThrow('aborted');
  });

  it('reset: destroys the connection', async () => {
    sandbox.snaplogic.injectFault({ type: 'reset' });
    await expect(read()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(lastRequest()).toEqual(expectedRequest('reset', undefined));
  });

  it('slow_body: sends the right answer in many pieces', async () => {
    const { body: whole } = await read();
    sandbox.snaplogic.injectFault({ type: 'slow_body', chunkDelayMs: 1, chunkBytes: 20 });
    const { controlPlane, credentials } = sandbox.snaplogic;
    const response = await fetch(`${controlPlane}${path}?status_token=${statusToken}`, {
      headers: { authorization: `Bearer ${credentials.jwt}` },
    });
    const pieces = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece).toString());
    expect(pieces.length).toBeGreaterThan(3);
    expect(JSON.parse(pieces.join(''))).toEqual(whole);
    expect(lastRequest()).toEqual(expectedRequest('slow_body', 200, ['Migrating']));
  });
});

describe('faults of the body', () => {
  it('truncated_json: half of the right answer', async () => {
    const whole = JSON.stringify((await read()).body);
    sandbox.snaplogic.injectFault({ type: 'truncated_json' });
    const { controlPlane, credentials } = sandbox.snaplogic;
    const response = await fetch(`${controlPlane}${path}?status_token=${statusToken}`, {
      headers: { authorization: `Bearer ${credentials.jwt}` },
    });
    expect([response.status, await response.text()]).toEqual([
      200,
      whole.slice(0, Math.ceil(whole.length / 2)),
    ]);
    expect(lastRequest()).toEqual(expectedRequest('truncated_json', 200));
  });

  it.each(['truncated_json', 'malformed_json'] as const)(
    '%s: never parses, not even for an empty body',
    async (type) => {
      const { genericMigrations, onlyoffice } = sandbox;
      genericMigrations.envelope = 'array';
      const portal = await onlyoffice.addPortal();
      const { apiKey } = genericMigrations.credentials;
      const targets = [
        [genericMigrations, `${genericMigrations.baseUrl}/migrations`],
        [portal, `${portal.portalUrl}/api/2.0/migration/status`],
      ] as const;
      for (const [provider, url] of targets) {
        provider.injectFault({ type });
        const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } });
        const text = await response.text();
        expect(() => JSON.parse(text), text).toThrow(SyntaxError);
      }
    },
  );
});

it('redirect: sends the client to another origin', async () => {
  const location = 'http://127.0.0.1:9/elsewhere';
  sandbox.snaplogic.injectFault({ type: 'redirect', location });
  sandbox.snaplogic.injectFault({ type: 'redirect', location, status: 307 });
  const answers = [await read(), await read()];
  expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
    [302, location],
    [307, location],
  ]);
});

describe('how long a fault stays', () => {
  const statuses = async (times: number) => {
    const seen = [];
    while (seen.length < times) seen.push((await read()).status);
    return seen;
  };

  it('is one request by default, or as many as told', async () => {
    sandbox.snaplogic.injectFault({ type: 'server_error' });
    expect(await statuses(2)).toEqual([500, 200]);
    sandbox.snaplogic.injectFault({ type: 'server_error' }, { times: 2 });
    expect(await statuses(3)).toEqual([500, 500, 200]);
  });

  it('is a time in provider time, and every request within it', async () => {
    sandbox.snaplogic.injectFault({ type: 'server_error' }, { forMs: 1_000 });
    await clock.advance(99);
    expect(await statuses(3)).toEqual([500, 500, 500]);
    await clock.advance(1);
    expect(await statuses(1)).toEqual([200]);
    sandbox.snaplogic.injectFault({ type: 'server_error' }, { forMs: 1_000, times: 1 });
    expect(await statuses(2)).toEqual([500, 200]);
  });

  it('ends when it is taken out', async () => {
    const takeOut = sandbox.snaplogic.injectFault({ type: 'server_error', status: 503 }, { times: 9 });
    sandbox.snaplogic.injectFault({ type: 'server_error', status: 504 }, { times: 9 });
    expect(await statuses(1)).toEqual([503]);
    takeOut();
    takeOut();
    expect(await statuses(1)).toEqual([504]);
    sandbox.snaplogic.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });

  it('may be narrowed to a path', async () => {
    sandbox.snaplogic.injectFault({ type: 'server_error', status: 503 }, { path: '/elsewhere' });
    sandbox.snaplogic.injectFault({ type: 'server_error', status: 504 }, { path: /migration_status/ });
    expect(await statuses(2)).toEqual([504, 200]);
  });
});

it('lets a fault that replaces the answer keep a command from having any effect', async () => {
  const { baseUrl, credentials, injectFault } = sandbox.genericMigrations;
  const headers = { authorization: `Bearer ${credentials.apiKey}` };
  const openModal = () =>
    ask(`${baseUrl}/migration-modal`, { method: 'POST', headers, body: JSON.stringify({ user_id: 'u' }) });
  const count = async () => (await ask(`${baseUrl}/migrations`, { headers })).body.total;
  injectFault({ type: 'server_error' });
  await openModal();
  expect(await count()).toBe(0);
  injectFault({ type: 'slow_body', chunkDelayMs: 0, chunkBytes: 1_000 });
  await openModal();
  expect(await count()).toBe(1);
});

it.each<[string, string]>([
  ['{"type":"explode"}', 'fault.type must be one of rate_limit, server_error, hang'],
  ['{"type":"hang","forMs":1}', 'fault: the option name must be one of type; got forMs'],
  ['{"type":"rate_limit","retryAfterMs":-1}', 'fault.retryAfterMs must be a finite number'],
  ['{"type":"rate_limit","retryAfterForm":"date"}', 'fault.retryAfterForm must be one of'],
  ['{"type":"server_error","status":404}', 'fault.status must be one of'],
  ['{"type":"slow_body"}', 'fault.chunkDelayMs must be a finite number'],
  [
    '{"type":"slow_body","chunkDelayMs":1,"chunkBytes":0}',
    'fault.chunkBytes must be a whole number, 1 or more',
  ],
  ['{"type":"redirect"}', 'fault.location must be a non-empty string'],
])('refuses the fault %s', (fault, message) => {
  expect(() => sandbox.velt.injectFault(JSON.parse(fault))).toThrow(message);
});

it('refuses options that make no sense', () => {
  const inject = (options: object) => () => sandbox.velt.injectFault({ type: 'hang' }, options);
  expect(inject({ times: 0 })).toThrow('options.times must be a whole number, 1 or more; got 0');
  expect(inject({ forMs: -1 })).toThrow('options.forMs must be a finite number');
  expect(inject({ path: 5 })).toThrow('options.path must be a string or a regular expression; got 5');
  expect(inject({ count: 1 })).toThrow(
    'options: the option name must be one of times, forMs, path; got count',
  );
});
