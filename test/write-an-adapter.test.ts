import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  createHttpClient,
  type HttpClient,
  type MigrationAdapter,
  type MigrationReading,
} from '@migration-status/core/adapter';
import { describe, expect, it } from 'vitest';
import { openAdapterPage, toRecipeAdapter } from './support/adapter-page.ts';
import {
  createLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from './support/loopback-server.ts';
import { refusalOf } from './support/refusal.ts';
import { runCommand } from './support/run-command.ts';
import { readText, workspaceRoot } from './support/workspace.ts';

const document = 'docs/write-an-adapter.md';
const page = openAdapterPage('write-an-adapter');

describe('the contract in the page for authors', () => {
  it('has a line for each member, and no other', () => {
    expect(listRows('member')).toEqual(listMembers('MigrationAdapter'));
  });

  it('has a line for each capability, and no other', () => {
    expect(listRows('capability')).toEqual(listMembers('AdapterCapabilities'));
  });
});

describe('the example in the page for authors', () => {
  const ref = { jobId: 'job 7' };

  it('reads a job over the network', async () => {
    const body = { id: 'job_7', status: 'copying', percent: 40, error: null };
    await using server = await createJsonServer([body]);
    const adapter = await createExample(server.origin);
    expect(await adapter.getStatus(ref)).toEqual({
      state: 'running',
      nativeState: 'copying',
      progress: { percent: 40 },
      native: body,
    });
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      url: '/v1/jobs/job%207',
      headers: { authorization: 'Bearer canary' },
    });
  });

  it('keeps the promises that the test kit knows, run as the page says', async () => {
    const { exitCode, stdout } = await runCommand('node', ['--conditions=source', '--test'], {
      cwd: page.folder,
    });
    expect(stdout).toMatch(/(?:✔|ok \d+ -) S-01 MUST read every sample/);
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('✖')]);
  });

  it('is told by name which promise it breaks, as the page says', async () => {
    const broken = openAdapterPage('write-an-adapter-broken');
    const file = path.join(broken.folder, 'acme-adapter.ts');
    const code = readFileSync(file, 'utf8');
    writeFileSync(file, code.replace('encodeURIComponent(jobId)', 'jobId'));
    const audit = [
      '--conditions=source',
      path.join(workspaceRoot, 'packages/testkit/src/cli.ts'),
      'acme-harness.ts',
    ];
    const { exitCode, stdout } = await runCommand('node', audit, { cwd: broken.folder });
    const [, shown] = readText(document).match(/^```\n(BROKEN.*?)^```$/ms) ?? [];
    expect(stdout).toContain(shown);
    expect(exitCode).toBe(1);
  });

  it('is what the page says of its parts', async () => {
    const adapter = await createExample('http://127.0.0.1:9');
    expect(adapter.key(ref)).toBe('acme/job%207');
    expect(adapter.lane(ref)).toBe('http://127.0.0.1:9');
    expect(adapter.capabilities).toEqual(defaults({ progress: 'percent' }));
    expect(() => adapter.parseRef({ jobId: '' })).toThrow(/"jobId"/);
  });
});

describe('the recipes in the page for authors', () => {
  it('an awkward answer: each of its fields is read for what it is', async () => {
    const job = {
      lifecycle: 'finished',
      outcome: 'ok',
      copied: '1200',
      total: '1250',
      skipped: '50',
      steps: [{ name: 'inbox', lifecycle: 'active' }],
      finished_at: 1_793_577_600,
      look_again_in: 5,
    };
    const bodies = [
      job,
      { ...job, outcome: 'some' },
      { ...job, skipped: '0' },
      { ...job, lifecycle: 'active', outcome: null },
      { ...job, outcome: 'lost' },
    ];
    await using server = await createJsonServer([...bodies, { ...job, copied: null }]);
    const adapter = await createRecipe('awkward', server);
    const readings = await readTimes(adapter, bodies.length);
    expect(readings[0]).toEqual({
      state: 'partially_succeeded',
      nativeState: 'finished/ok',
      progress: { completed: 1200, total: 1250, failed: 50, unit: 'mails' },
      parts: [{ name: 'inbox', nativeState: 'active' }],
      finishedAt: '2026-11-02T00:00:00.000Z',
      retryAfterMs: 5_000,
      native: job,
    });
    expect(readings.slice(1).map(({ state, nativeState }) => `${nativeState}: ${state}`)).toEqual([
      'finished/some: partially_succeeded',
      'finished/ok: succeeded',
      'active: running',
      'finished/lost: unknown',
    ]);
    expect(await refusalOf(() => adapter.getStatus({ jobId: 'a' }))).toMatchObject({ path: '$.copied' });
  });

  it.each([
    ['scan', 'scan', 'running', 'running'],
    ['scan', 'scan', 'done', 'succeeded'],
    ['scan', 'scan', 'error', 'failed'],
    ['scan', 'copy', 'error', 'succeeded'],
    ['copy', 'scan', 'done', 'awaiting_input'],
    ['copy', 'copy', 'done', 'succeeded'],
    ['copy', 'copy', 'stuck', 'unknown'],
  ])('phases: while the %s is awaited, a %s that is %s is %s', async (awaiting, phase, status, state) => {
    await using server = await createJsonServer([{ phase, status }]);
    const adapter = await createRecipe('phases', server);
    expect(adapter.key({ awaiting })).toBe(`acme/account-1/${awaiting}`);
    expect(await adapter.getStatus({ awaiting })).toMatchObject({
      state,
      phase,
      nativeState: `${phase}/${status}`,
    });
  });

  it('a log of events: each read goes on where the one before stopped', async () => {
    const events = [
      [{ id: 'e1', type: 'started' }],
      [
        { id: 'e2', type: 'copied', mails: 3 },
        { id: 'e3', type: 'copied', mails: 4 },
      ],
      [],
      [{ id: 'e4', type: 'finished' }],
    ];
    await using server = await createJsonServer(events.map((list) => ({ events: list })));
    const adapter = await createRecipe('event-log', server);
    const readings = await readTimes(adapter, events.length);
    expect(readings.map(({ state, progress }) => [state, progress?.completed])).toEqual([
      ['running', undefined],
      ['running', 7],
      ['running', 7],
      ['succeeded', 7],
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual(
      ['0', 'e1', 'e3', 'e3'].map((cursor) => `/v1/jobs/a/events?after=${cursor}`),
    );
    expect(JSON.parse(JSON.stringify(readings[1]?.memo))).toEqual(readings[1]?.memo);
  });

  it('a log of events: a memo that is none begins anew', async () => {
    await using server = await createJsonServer([{ events: [] }]);
    const adapter = await createRecipe('event-log', server);
    expect(await adapter.getStatus({ jobId: 'a' }, { memo: { cursor: 7 } })).toMatchObject({
      state: 'pending',
    });
    expect(server.requests[0]?.url).toMatch(/after=0$/);
  });

  it.each(['location', 'azure-asyncoperation'])(
    'a link: a start gives that of %s, which is read',
    async (name) => {
      const codes = [202, 202, 200];
      await using server = await createLoopbackServer(({ method }, response) => {
        const headers: Record<string, string> = method === 'POST' ? { [name]: '/operations/7?api=1' } : {};
        response.writeHead(codes.shift() ?? 500, headers).end();
      });
      const http = createHttp(server);
      const { createStart } = await page.load('recipes/location.ts');
      const ref = await createStart(http)({ mailbox: 'ada' });
      expect(ref).toEqual({ link: `${server.origin}/operations/7?api=1` });
      const adapter = await createRecipe('location', server);
      expect((await adapter.getStatus(ref)).state).toBe('running');
      expect((await adapter.getStatus(ref)).state).toBe('succeeded');
      expect(await refusalOf(() => adapter.getStatus({ link: 'https://elsewhere.example/7' }))).toMatchObject(
        {
          option: 'url',
        },
      );
      expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
        'POST /v1/jobs',
        'GET /operations/7?api=1',
        'GET /operations/7?api=1',
      ]);
    },
  );

  it.each([{}, { location: 'https://elsewhere.example/7' }, { location: 'http://' }])(
    'a link: a start without one that can be followed is an answer that does not fit (%o)',
    async (headers) => {
      await using server = await createLoopbackServer((_request, response) =>
        response.writeHead(202, headers).end(),
      );
      const { createStart } = await page.load('recipes/location.ts');
      const start = createStart(createHttp(server));
      expect(await refusalOf(() => start({}))).toMatchObject({ option: 'mailbox' });
      expect(server.requests).toHaveLength(0);
      expect(await refusalOf(() => start({ mailbox: 'ada' }))).toMatchObject({ code: 'invalid_response' });
    },
  );

  it('errors inside a 200: they are failures of the read, and only no job is not found', async () => {
    const bodies = [
      { data: { job: { status: 'RUNNING' } } },
      { data: { job: null } },
      { errors: [{ message: 'canary', extensions: { code: 'RATE_LIMITED' } }], data: { job: null } },
      { errors: [{ message: 'canary' }] },
      {},
    ];
    await using server = await createJsonServer(bodies);
    const adapter = await createRecipe('graphql', server);
    expect((await readTimes(adapter, 2)).map(({ state }) => state)).toEqual(['running', 'not_found']);
    const read = () => adapter.getStatus({ jobId: 'a' });
    expect(await refusalOf(read, ['canary'])).toMatchObject({ failure: 'throttled', code: 'throttled' });
    expect(await refusalOf(read, ['canary'])).toMatchObject({ failure: 'transient', code: 'server_error' });
    expect(await refusalOf(read)).toMatchObject({ failure: 'invalid_response' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ variables: { id: 'a' } });
  });

  it('signing: each request has a signature of its own, also after a redirect', async () => {
    await using server = await createLoopbackServer(({ url }, response) => {
      if (url === '/v1/jobs/a') response.writeHead(307, { location: '/v2/jobs/a?x=1' }).end();
      else response.end('{"status":"done"}');
    });
    const { createSigningFetch } = await page.load('recipes/signing.ts');
    const reply = await createHttp(server, createSigningFetch('canary')).send({ path: '/v1/jobs/a' });
    expect(reply.json()).toEqual({ status: 'done' });
    for (const { method, url, headers } of server.requests) {
      const text = [method, url, headers['x-acme-time']].join('\n');
      expect(headers['x-acme-signature']).toBe(createHmac('sha256', 'canary').update(text).digest('base64'));
    }
    expect(server.requests).toHaveLength(2);
  });

  it('batches: many in one request, and what is wrong with one is told of that one', async () => {
    const jobs = [
      { id: 'b', status: 'done' },
      { id: 'a', status: 'copying', percent: 5 },
      { id: 'c', status: 7 },
    ];
    await using server = await createJsonServer([{ jobs }]);
    const adapter = await createBatchRecipe(server);
    const refs = ['a', 'b', 'c', 'd/e', 'a'].map((jobId) => ({ jobId }));
    const results = await adapter.getStatuses(refs);
    expect([...results].map(([key, result]) => [key, summaryOf(result)])).toEqual([
      ['acme/a', 'running'],
      ['acme/b', 'succeeded'],
      ['acme/c', '$.jobs[2].status'],
      ['acme/d%2Fe', 'not_found'],
    ]);
    const url = '/v1/jobs?id=a&id=b&id=c&id=d%2Fe&id=a';
    expect(server.requests.map((request) => request.url)).toEqual([url]);
    expect(refs.reduce((length, ref) => length + adapter.urlLengthOf(ref), 0)).toBe(
      url.length - '/v1/jobs'.length,
    );
    expect(adapter.capabilities).toEqual(defaults({ progress: 'percent', maxBatchSize: 100 }));
  });

  it('batches: too many are refused before they are asked for, and none are not asked for', async () => {
    await using server = await createJsonServer([]);
    const adapter = await createBatchRecipe(server);
    const refs = Array.from({ length: 101 }, (_, index) => ({ jobId: `${index}` }));
    expect(await refusalOf(() => adapter.getStatuses(refs))).toMatchObject({ option: 'refs' });
    expect(await adapter.getStatuses([])).toEqual(new Map());
    expect(server.requests).toEqual([]);
  });

  it('news: a signed message is a status, once', async () => {
    const parsePush = await createPushRecipe();
    const body = { type: 'job.updated', id: 'job_7', job: { status: 'done', percent: 100 } };
    const message = toMessage(body);
    expect(await parsePush(message, { wallTime: sentAt + 1_000 })).toEqual({
      provider: 'acme',
      key: 'acme/job_7',
      ref: { jobId: 'job_7' },
      observedAt: new Date(sentAt).toISOString(),
      state: 'succeeded',
      nativeState: 'done',
      progress: { percent: 100 },
      native: body.job,
    });
    const again = () => parsePush(message, { wallTime: sentAt + 2_000 });
    expect(await refusalOf(again, ['canary'])).toMatchObject({ code: 'repeated_message' });
  });

  it('news: what could not be read may come again', async () => {
    const parsePush = await createPushRecipe();
    const message = toMessage({ type: 'job.updated', id: 'job_7', job: {} });
    const read = () => parsePush(message, { wallTime: sentAt });
    expect(await refusalOf(read)).toMatchObject({ path: '$.job.status' });
    expect(await refusalOf(read)).toMatchObject({ path: '$.job.status' });
  });

  it('news: what is about no job says nothing, and what cannot be trusted is refused', async () => {
    const parsePush = await createPushRecipe();
    const message = toMessage({ type: 'invoice.paid' });
    const forged = { ...message, body: message.body.replace('invoice', 'job') };
    const codeOf = (at: number, pushed = message) => refusalOf(() => parsePush(pushed, { wallTime: at }));
    expect(await codeOf(sentAt, forged)).toMatchObject({ code: 'invalid_signature' });
    expect(await codeOf(sentAt, { ...message, headers: new Headers() })).toMatchObject({
      code: 'invalid_signature',
    });
    expect(await codeOf(sentAt + 301_000)).toMatchObject({ code: 'stale_message' });
    expect(await codeOf(sentAt - 301_000)).toMatchObject({ code: 'stale_message' });
    expect(await parsePush(message, { wallTime: sentAt })).toBeUndefined();
  });
});

const sentAt = 1_793_577_600_000;

function toMessage(json: unknown, messageId = 'msg_1') {
  const body = JSON.stringify(json);
  const time = String(sentAt / 1000);
  const signature = createHmac('sha256', 'canary').update(`${messageId}.${time}.${body}`).digest('base64');
  const headers = { 'x-acme-message': messageId, 'x-acme-time': time, 'x-acme-signature': signature };
  return { headers: new Headers(headers), body };
}

async function createPushRecipe() {
  const { createParsePush } = await page.load('recipes/push.ts');
  return createParsePush(await createExample('http://127.0.0.1:9'), 'canary');
}

async function createBatchRecipe(server: LoopbackServer) {
  const { withBatches } = await page.load('recipes/batch.ts');
  return withBatches(await createExample(server.origin), createHttp(server));
}

function summaryOf(result: MigrationReading | Error): unknown {
  return result instanceof Error ? Reflect.get(result, 'path') : result.state;
}

async function createRecipe(name: string, server: LoopbackServer): Promise<MigrationAdapter> {
  return toRecipeAdapter(await page.loadRecipe(name), createHttp(server));
}

async function createExample(baseUrl: string) {
  const { createAcmeAdapter } = await page.load('acme-adapter.ts');
  return createAcmeAdapter({ apiKey: 'canary', baseUrl });
}

function createHttp({ origin }: LoopbackServer, fetch?: typeof globalThis.fetch): HttpClient {
  return createHttpClient({
    provider: 'acme',
    baseUrl: origin,
    ...(fetch && { secrets: ['canary'], fetch }),
  });
}

/** Answers with one body after the other. */
function createJsonServer(bodies: readonly unknown[]): Promise<LoopbackServer> {
  const left = [...bodies];
  return createLoopbackServer((_request: ReceivedRequest, response) =>
    response.end(JSON.stringify(left.shift())),
  );
}

/** As many reads of one job, each of which is handed the memo of the one before. */
async function readTimes(adapter: MigrationAdapter, times: number): Promise<readonly MigrationReading[]> {
  const readings: MigrationReading[] = [];
  for (let read = 0; read < times; read += 1) {
    readings.push(await adapter.getStatus({ jobId: 'a' }, { memo: readings.at(-1)?.memo }));
  }
  return readings;
}

function defaults(more: Partial<MigrationAdapter['capabilities']>) {
  return {
    progress: 'none',
    maxBatchSize: 1,
    list: false,
    start: false,
    cancel: false,
    push: false,
    ...more,
  };
}

/** The names in the first column of the table whose first column is called so, with their question marks. */
function listRows(column: string): readonly string[] {
  const table =
    readText(document)
      .split('\n\n')
      .find((block) => block.startsWith(`| ${column} |`)) ?? '';
  const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+\??)/g)].map(([, name = '']) => name)).sort();
}

/** The members of an interface of the contract, with their question marks. */
function listMembers(name: string): readonly string[] {
  const contract = readText('packages/core/src/adapter/contract.ts');
  const body =
    contract.match(new RegExp(`^export interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms'))?.[1] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+\??)[:(]/gm)].map(([, member = '']) => member).sort();
}
