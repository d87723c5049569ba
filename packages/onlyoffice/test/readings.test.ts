import { pollUntilDone } from '@migration-status/core';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';
import type { OnlyOfficeRef } from '../src/onlyoffice-options.ts';
import { onlyOfficeStates } from '../src/onlyoffice-states.ts';

const readFixture = createFixtureReader(import.meta.url);
const options = { portalUrl: 'https://portal.example.com', auth: { apiKey: 'sk-key' } };
const portal = createOnlyOfficeAdapter(options);
const requestedAt = '2026-04-28T10:30:00.000Z';
const requestedAtMs = Date.parse(requestedAt);

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

function answerWith(body: string): void {
  nock('https://portal.example.com')
    .get('/api/2.0/migration/status')
    .reply(200, body, { 'content-type': 'application/json; charset=utf-8' });
}

/** The reading of a fixture, or of a job in its envelope. */
async function read(
  body: string | object,
  ref: OnlyOfficeRef = {},
  wallTime = requestedAtMs,
  memo?: unknown,
) {
  const envelope = { count: 1, links: [], status: 0, statusCode: 200 };
  answerWith(typeof body === 'string' ? readFixture(body) : JSON.stringify({ response: body, ...envelope }));
  return portal.getStatus(ref, { wallTime, memo });
}

/** The job as the portal sent it. */
function jobIn(fixture: string) {
  return JSON.parse(readFixture(fixture)).response;
}

const unreadableArchive = {
  severity: 'warning',
  code: 'failed_archive',
  message: 'The archive could not be read.',
};

describe('for somebody who awaits the import, what the portal shows becomes a reading', () => {
  test.each([
    {
      fixture: 'parse_queued.json',
      state: 'pending',
      nativeState: 'parse:queued',
      phase: 'parse',
      percent: 0,
    },
    {
      fixture: 'parse_starting.json',
      state: 'running',
      nativeState: 'parse:running',
      phase: 'parse',
      percent: 1,
    },
    {
      fixture: 'parse_running.json',
      state: 'running',
      nativeState: 'parse:running',
      phase: 'parse',
      percent: 27.5,
    },
    {
      fixture: 'parse_running_at_100.json',
      state: 'running',
      nativeState: 'parse:running',
      phase: 'parse',
      percent: 100,
    },
    {
      fixture: 'parse_completed_awaiting_input.json',
      state: 'awaiting_input',
      nativeState: 'parse:completed',
      phase: 'parse',
      percent: 100,
    },
    {
      fixture: 'usertype_numeric_variant.json',
      state: 'awaiting_input',
      nativeState: 'parse:completed',
      phase: 'parse',
      percent: 100,
    },
    {
      fixture: 'migration_queued.json',
      state: 'pending',
      nativeState: 'import:queued',
      phase: 'import',
      percent: 0,
    },
    {
      fixture: 'migration_queued_echoed_operation_parse.json',
      state: 'pending',
      nativeState: 'import:queued',
      phase: 'import',
      percent: 0,
    },
    {
      fixture: 'migration_starting.json',
      state: 'running',
      nativeState: 'import:running',
      phase: 'import',
      percent: 1,
    },
    {
      fixture: 'migration_running.json',
      state: 'running',
      nativeState: 'import:running',
      phase: 'import',
      percent: 45,
    },
    {
      fixture: 'migration_running_fields_filtered.json',
      state: 'running',
      nativeState: 'import:running',
      phase: 'import',
      percent: 45,
    },
  ])('$fixture', async ({ fixture, percent, ...words }) => {
    expect(await read(fixture)).toEqual({ ...words, progress: { percent }, native: jobIn(fixture) });
  });

  test.each([
    {
      fixture: 'migration_completed.json',
      state: 'succeeded',
      nativeState: 'import:completed',
      progress: { percent: 100, completed: 2, failed: 0, total: 2, unit: 'users' },
    },
    {
      fixture: 'migration_completed_with_failures.json',
      state: 'partially_succeeded',
      nativeState: 'import:completed_with_failures',
      progress: { percent: 100, completed: 1, failed: 1, total: 2, unit: 'users' },
      issues: [
        { severity: 'error', message: "ben - Couldn't import user" },
        { severity: 'error', message: "Couldn't create file report.docx" },
      ],
    },
    {
      fixture: 'migration_completed_file_errors_only.json',
      state: 'partially_succeeded',
      nativeState: 'import:completed_with_failures',
      progress: { percent: 100, completed: 2, failed: 0, total: 2, unit: 'users' },
      issues: [{ severity: 'error', message: "Couldn't create file report.docx" }],
    },
    {
      fixture: 'migration_completed_all_users_failed.json',
      state: 'partially_succeeded',
      nativeState: 'import:completed_with_failures',
      progress: { percent: 100, completed: 0, failed: 2, total: 2, unit: 'users' },
      issues: [
        { severity: 'error', message: "anna - Couldn't import user" },
        { severity: 'error', message: "ben - Couldn't import user" },
      ],
    },
    {
      fixture: 'migration_running_with_errors.json',
      state: 'running',
      nativeState: 'import:running',
      progress: { percent: jobIn('migration_running_with_errors.json').progress },
      issues: [{ severity: 'warning', message: "Couldn't create file report.docx" }],
    },
    {
      fixture: 'migration_failed.json',
      state: 'failed',
      nativeState: 'import:failed',
      progress: { percent: 1 },
      issues: [{ severity: 'error', message: 'Backup is larger than the total size of the portal' }],
    },
  ])('$fixture, in the phase import', async ({ fixture, ...reading }) => {
    expect(await read(fixture)).toEqual({ ...reading, phase: 'import', native: jobIn(fixture) });
  });

  test.each([
    {
      fixture: 'parse_completed_some_archives_failed.json',
      state: 'awaiting_input',
      nativeState: 'parse:completed',
      progress: { percent: 100 },
      issues: [{ ...unreadableArchive, subject: 'takeout-003.zip' }],
    },
    {
      fixture: 'parse_completed_no_users.json',
      state: 'awaiting_input',
      nativeState: 'parse:completed',
      progress: { percent: 100 },
      issues: [{ severity: 'warning', code: 'empty_source', message: 'The backup holds no users.' }],
    },
    {
      fixture: 'parse_failed.json',
      state: 'failed',
      nativeState: 'parse:failed',
      progress: { percent: 100 },
      issues: [
        { severity: 'error', message: "Couldn't parse nextcloud-backup archive" },
        { ...unreadableArchive, subject: 'nextcloud-backup.zip' },
      ],
    },
    {
      fixture: 'parse_failed_wrong_archive_type.json',
      state: 'failed',
      nativeState: 'parse:failed',
      progress: { percent: 0 },
      issues: [
        { severity: 'error', message: 'Archive must be .zip' },
        { ...unreadableArchive, subject: 'backup.rar' },
      ],
    },
  ])('$fixture, in the phase parse', async ({ fixture, ...reading }) => {
    expect(await read(fixture)).toEqual({ ...reading, phase: 'parse', native: jobIn(fixture) });
  });

  test.each([
    {
      fixture: 'parse_failed_unknown_migrator.json',
      message: 'Object reference not set to an instance of an object.',
    },
    { fixture: 'migration_failed_missing_upload.json', message: 'The required file was not found' },
  ])('$fixture, in a phase that is not told', async ({ fixture, message }) => {
    expect(await read(fixture)).toEqual({
      state: 'failed',
      nativeState: 'failed',
      progress: { percent: 0 },
      issues: [{ severity: 'error', message }],
      native: jobIn(fixture),
    });
  });

  test('no_migration.json', async () => {
    expect(await read('no_migration.json')).toEqual({
      state: 'not_found',
      nativeState: 'none',
      native: null,
    });
  });
});

describe('for somebody who awaits the parse', () => {
  test.each([
    { fixture: 'parse_queued.json', state: 'pending', nativeState: 'parse:queued' },
    { fixture: 'parse_running.json', state: 'running', nativeState: 'parse:running' },
    { fixture: 'parse_running_at_100.json', state: 'running', nativeState: 'parse:running' },
    { fixture: 'parse_completed_awaiting_input.json', state: 'succeeded', nativeState: 'parse:completed' },
  ])('$fixture is $state', async ({ fixture, ...words }) => {
    const native = jobIn(fixture);
    const progress = { percent: native.progress };
    expect(await read(fixture, { awaiting: 'parse' })).toEqual({
      ...words,
      phase: 'parse',
      progress,
      native,
    });
  });

  test.each([
    { fixture: 'migration_queued.json', nativeState: 'import:queued' },
    { fixture: 'migration_queued_echoed_operation_parse.json', nativeState: 'import:queued' },
    { fixture: 'migration_running.json', nativeState: 'import:running' },
    { fixture: 'migration_completed.json', nativeState: 'import:completed' },
    { fixture: 'migration_completed_with_failures.json', nativeState: 'import:completed_with_failures' },
    { fixture: 'migration_failed.json', nativeState: 'import:failed' },
  ])(
    '$fixture means that it has ended well, whatever becomes of the import',
    async ({ fixture, nativeState }) => {
      const native = jobIn(fixture);
      const reading = { state: 'succeeded', nativeState, phase: 'import', native };
      expect(await read(fixture, { awaiting: 'parse' })).toEqual(reading);
    },
  );

  test('an import that failed before it began still means that the parse has ended well', async () => {
    const native = jobIn('migration_failed_missing_upload.json');
    const reading = { state: 'succeeded', nativeState: 'failed', native };
    expect(await read('migration_failed_missing_upload.json', { awaiting: 'parse' })).toEqual(reading);
  });

  test.each([
    'parse_failed.json',
    'parse_failed_wrong_archive_type.json',
    'parse_failed_unknown_migrator.json',
  ])('%s reads the same as for the import', async (fixture) => {
    expect(await read(fixture, { awaiting: 'parse' })).toEqual(await read(fixture));
  });

  test('an empty backup is parsed, with a warning', async () => {
    const reading = await read('parse_completed_no_users.json', { awaiting: 'parse' });
    expect(reading).toEqual({ ...(await read('parse_completed_no_users.json')), state: 'succeeded' });
    expect(reading.issues).toHaveLength(1);
  });

  test('no job, and an operation that nobody knows, read the same as for the import', async () => {
    const renamed = {
      ...jobIn('migration_running.json'),
      parseResult: { operation: 'rollback', successedUsers: 0, failedUsers: 0, importGroups: true },
    };
    expect(await read('no_migration.json', { awaiting: 'parse' })).toEqual(await read('no_migration.json'));
    expect(await read(renamed, { awaiting: 'parse' })).toEqual(await read(renamed));
  });

  test('when an import was requested makes no difference', async () => {
    const ref = { awaiting: 'parse', importRequestedAt: requestedAt } as const;
    expect(await read('no_migration.json', ref)).toMatchObject({ state: 'not_found' });
    expect(await read('parse_completed_awaiting_input.json', ref)).toMatchObject({ state: 'succeeded' });
  });
});

describe.each([
  { phase: 'parse', ref: { parseRequestedAt: requestedAt } },
  { phase: 'import', ref: { importRequestedAt: requestedAt } },
  { phase: 'parse', ref: { awaiting: 'parse', parseRequestedAt: requestedAt } },
  {
    phase: 'parse',
    ref: { awaiting: 'parse', parseRequestedAt: requestedAt, importRequestedAt: requestedAt },
  },
  { phase: 'import', ref: { parseRequestedAt: '2025-01-01T00:00:00Z', importRequestedAt: requestedAt } },
] as const)('after the request in $ref', ({ phase, ref }) => {
  const memo = { begun: requestedAt };
  const awaiting = 'awaiting' in ref ? { awaiting: ref.awaiting } : {};
  const ends = [
    { fixture: 'parse_completed_awaiting_input.json', nativeState: 'parse:completed' },
    { fixture: 'parse_completed_some_archives_failed.json', nativeState: 'parse:completed' },
    { fixture: 'parse_failed.json', nativeState: 'parse:failed' },
    { fixture: 'parse_failed_unknown_migrator.json', nativeState: 'failed' },
    { fixture: 'migration_completed.json', nativeState: 'import:completed' },
    { fixture: 'migration_completed_with_failures.json', nativeState: 'import:completed_with_failures' },
    { fixture: 'migration_failed.json', nativeState: 'import:failed' },
    { fixture: 'migration_failed_missing_upload.json', nativeState: 'failed' },
    { fixture: 'no_migration.json', nativeState: 'none' },
  ];

  test.each(ends)('$fixture is no answer to it', async ({ fixture, nativeState }) => {
    const native = jobIn(fixture) ?? null;
    expect(await read(fixture, ref)).toEqual({ state: 'pending', nativeState, phase, native });
  });

  test.each(ends)('$fixture is an answer once it has begun, and it stays begun', async ({ fixture }) => {
    expect(await read(fixture, ref, requestedAtMs, memo)).toEqual({
      ...(await read(fixture, awaiting)),
      memo,
    });
  });

  test.each(ends)('$fixture is what it always is after the grace', async ({ fixture }) => {
    expect(await read(fixture, ref, requestedAtMs + 120_000)).toEqual(await read(fixture, awaiting));
  });

  test.each([
    { memo: undefined },
    { memo: null },
    { memo: 'begun' },
    { memo: { begun: true } },
    { memo: { begun: '2026-04-28T10:29:59.000Z' } },
  ])('the memo $memo does not tell that it has begun', async ({ memo }) => {
    const reading = await read('migration_failed.json', ref, requestedAtMs, memo);
    expect(reading).toMatchObject({ state: 'pending' });
    expect(reading).not.toHaveProperty('memo');
  });
});

describe('what shows that a job has begun is that it goes on', () => {
  const fixtures = {
    parse: ['parse_queued.json', 'parse_starting.json', 'parse_running.json', 'parse_running_at_100.json'],
    import: [
      'migration_queued.json',
      'migration_queued_echoed_operation_parse.json',
      'migration_starting.json',
      'migration_running.json',
      'migration_running_fields_filtered.json',
    ],
  };
  const memo = { begun: requestedAt };

  test.each([
    ...fixtures.parse.map((fixture) => ({ fixture, ref: { parseRequestedAt: requestedAt } })),
    ...fixtures.import.map((fixture) => ({ fixture, ref: { importRequestedAt: requestedAt } })),
  ])('$fixture does, for $ref', async ({ fixture, ref }) => {
    expect(await read(fixture, ref)).toEqual({ ...(await read(fixture)), memo });
  });

  test.each([
    ...fixtures.import.map((fixture) => ({ fixture, ref: { parseRequestedAt: requestedAt } })),
    ...fixtures.parse.map((fixture) => ({ fixture, ref: { importRequestedAt: requestedAt } })),
  ])('$fixture is shown as it is and proves nothing, for $ref', async ({ fixture, ref }) => {
    expect(await read(fixture, ref)).toEqual(await read(fixture));
  });

  test.each(fixtures.import)(
    '%s does not mean that a parse has ended well which was asked for just before',
    async (fixture) => {
      const ref = { awaiting: 'parse', parseRequestedAt: requestedAt } as const;
      expect(await read(fixture, ref)).toMatchObject({ state: 'pending', phase: 'parse' });
    },
  );

  test.each([
    { title: 'a ref without a request', ref: {} },
    { title: 'a ref that awaits the parse', ref: { awaiting: 'parse', importRequestedAt: requestedAt } },
  ] as const)('$title leaves no memo', async ({ ref }) => {
    for (const fixture of [...fixtures.parse, ...fixtures.import])
      expect(await read(fixture, ref, requestedAtMs, memo)).not.toHaveProperty('memo');
  });
});

describe('the grace', () => {
  const fixture = 'migration_completed.json';

  test.each([
    { title: 'at its last millisecond', afterMs: 119_999, state: 'pending' },
    { title: 'when it is over', afterMs: 120_000, state: 'succeeded' },
    { title: 'by a clock that is a little behind', afterMs: -119_999, state: 'pending' },
    { title: 'by a clock that is far behind', afterMs: -120_000, state: 'succeeded' },
  ])('$title makes an end $state', async ({ afterMs, state }) => {
    for (const ref of [{ parseRequestedAt: requestedAt }, { importRequestedAt: requestedAt }])
      expect(await read(fixture, ref, requestedAtMs + afterMs)).toMatchObject({ state });
  });

  test.each([
    { staleGraceMs: 5000, afterMs: 4999, state: 'pending' },
    { staleGraceMs: 5000, afterMs: 5000, state: 'succeeded' },
    { staleGraceMs: 0, afterMs: 0, state: 'succeeded' },
  ])('of $staleGraceMs ms gives $state after $afterMs ms', async ({ staleGraceMs, afterMs, state }) => {
    answerWith(readFixture(fixture));
    const reading = await createOnlyOfficeAdapter({ ...options, staleGraceMs }).getStatus(
      { parseRequestedAt: requestedAt },
      { wallTime: requestedAtMs + afterMs },
    );
    expect(reading).toMatchObject({ state });
  });

  test('counts from a time in any zone', async () => {
    const elsewhere = { parseRequestedAt: '2026-04-28T12:30:00+02:00' };
    expect(await read(fixture, elsewhere, requestedAtMs)).toMatchObject({ state: 'pending' });
  });
});

describe('from read to read', () => {
  const parse: OnlyOfficeRef = { parseRequestedAt: requestedAt };
  const importing: OnlyOfficeRef = { importRequestedAt: requestedAt };
  const oldImport = 'migration_completed.json';
  const oldParse = 'parse_completed_awaiting_input.json';

  test.each<{ title: string; ref: OnlyOfficeRef; steps: readonly [string, number, string][] }>([
    {
      title: 'the old import is no end of the parse, and the end of the parse is not delayed',
      ref: parse,
      steps: [
        [oldImport, 0, 'pending parse'],
        ['no_migration.json', 1_000, 'pending parse'],
        ['parse_queued.json', 2_000, 'pending parse'],
        ['parse_running.json', 3_000, 'running parse'],
        [oldParse, 4_000, 'awaiting_input parse'],
      ],
    },
    {
      title: 'the old import is no end of the parse that is awaited',
      ref: { ...parse, awaiting: 'parse' },
      steps: [
        [oldImport, 0, 'pending parse'],
        ['parse_running.json', 1_000, 'running parse'],
        [oldParse, 2_000, 'succeeded parse'],
      ],
    },
    {
      title: 'the failure before a second try is not the failure of the second try',
      ref: parse,
      steps: [
        ['parse_failed.json', 0, 'pending parse'],
        ['parse_running.json', 1_000, 'running parse'],
        ['parse_failed.json', 2_000, 'failed parse'],
      ],
    },
    {
      title: 'an old parse that stays is believed after the grace',
      ref: parse,
      steps: [
        [oldParse, 0, 'pending parse'],
        [oldParse, 119_999, 'pending parse'],
        [oldParse, 120_000, 'awaiting_input parse'],
      ],
    },
    {
      title: 'a parse that nobody has seen go on is believed after the grace',
      ref: parse,
      steps: [
        ['no_migration.json', 0, 'pending parse'],
        ['parse_failed_wrong_archive_type.json', 1_000, 'pending parse'],
        ['parse_failed_wrong_archive_type.json', 120_000, 'failed parse'],
      ],
    },
    {
      title: 'one empty answer does not make the old import the end of the parse',
      ref: parse,
      steps: [
        [oldImport, 0, 'pending parse'],
        ['no_migration.json', 1_000, 'pending parse'],
        [oldImport, 2_000, 'pending parse'],
      ],
    },
    {
      title: 'once the parse has begun, no job is no job',
      ref: parse,
      steps: [
        ['parse_running.json', 0, 'running parse'],
        ['no_migration.json', 1_000, 'not_found'],
        [oldParse, 2_000, 'awaiting_input parse'],
      ],
    },
    {
      title: 'a clock that is set back into the grace takes nothing back',
      ref: parse,
      steps: [
        ['parse_running.json', 150_000, 'running parse'],
        [oldParse, -1_000, 'awaiting_input parse'],
      ],
    },
    {
      title: 'the finished parse is no answer to the import, and the end of the import is not delayed',
      ref: importing,
      steps: [
        [oldParse, 0, 'pending import'],
        ['no_migration.json', 1_000, 'pending import'],
        [oldParse, 2_000, 'pending import'],
        ['migration_queued.json', 3_000, 'pending import'],
        ['no_migration.json', 4_000, 'not_found'],
        ['migration_running.json', 5_000, 'running import'],
        [oldImport, 6_000, 'succeeded import'],
      ],
    },
    {
      title: 'the failure before a second import is not the failure of the second',
      ref: importing,
      steps: [
        ['migration_failed.json', 0, 'pending import'],
        ['migration_running.json', 1_000, 'running import'],
        [oldImport, 2_000, 'succeeded import'],
      ],
    },
  ])('$title', async ({ ref, steps }) => {
    const seen: string[] = [];
    let memo: unknown;
    for (const [fixture, afterMs] of steps) {
      const reading = await read(fixture, ref, requestedAtMs + afterMs, memo);
      memo = reading.memo && JSON.parse(JSON.stringify(reading.memo));
      seen.push([reading.state, reading.phase].filter(Boolean).join(' '));
    }
    expect(seen).toEqual(steps.map(([, , expected]) => expected));
  });

  test('another process, without the memo, waits for the grace', async () => {
    expect(await read('parse_running.json', parse)).toHaveProperty('memo');
    expect(await read(oldParse, parse, requestedAtMs + 1_000)).toMatchObject({ state: 'pending' });
    expect(await read(oldParse, parse, requestedAtMs + 120_000)).toMatchObject({ state: 'awaiting_input' });
  });

  test('a wait hands the memo back, so that it ends when the parse does', async () => {
    const ref = { parseRequestedAt: new Date().toISOString() };
    for (const fixture of [oldImport, 'parse_running.json', oldParse]) answerWith(readFixture(fixture));
    const status = await pollUntilDone(portal, ref, { policy: { floorMs: 1 } });
    expect(status).toMatchObject({ state: 'awaiting_input', nativeState: 'parse:completed', phase: 'parse' });
  });
});

test('one import from beginning to end, with progress that falls back and a memo that vouches for its request only', async () => {
  const parse = { parseRequestedAt: '2026-04-28T10:29:00.000Z' };
  const ref = { importRequestedAt: requestedAt };
  const steps = [
    { fixture: 'parse_queued.json', ref: parse },
    { fixture: 'parse_starting.json', ref: parse },
    { fixture: 'parse_running.json', ref: parse },
    { fixture: 'parse_running_at_100.json', ref: parse },
    { fixture: 'parse_completed_awaiting_input.json', ref: parse },
    { fixture: 'parse_completed_awaiting_input.json', ref },
    { fixture: 'no_migration.json', ref },
    { fixture: 'migration_queued.json', ref },
    { fixture: 'migration_starting.json', ref },
    { fixture: 'migration_running.json', ref },
    { fixture: 'migration_completed.json', ref },
  ];
  const seen: unknown[] = [];
  let lastMemo: unknown;
  for (const step of steps) {
    const { state, phase, progress, memo } = await read(step.fixture, step.ref, requestedAtMs, lastMemo);
    lastMemo = memo;
    seen.push([state, phase, progress?.percent]);
  }
  expect(seen).toEqual([
    ['pending', 'parse', 0],
    ['running', 'parse', 1],
    ['running', 'parse', 27.5],
    ['running', 'parse', 100],
    ['awaiting_input', 'parse', 100],
    ['pending', 'import', undefined],
    ['pending', 'import', undefined],
    ['pending', 'import', 0],
    ['running', 'import', 1],
    ['running', 'import', 45],
    ['succeeded', 'import', 100],
  ]);
});

describe('the same is read from every form of an answer', () => {
  const envelope = { count: 0, links: [], status: 0, statusCode: 200 };

  test.each([
    { title: 'an envelope without a job', body: envelope },
    { title: 'an envelope around null', body: { response: null, ...envelope } },
    { title: 'an envelope around {}', body: { response: {}, ...envelope } },
    { title: 'null without an envelope', body: null },
    { title: '{} without an envelope', body: {} },
    { title: 'an envelope of which only the job is left', body: { response: null } },
  ])('$title is no job', async ({ body }) => {
    answerWith(JSON.stringify(body));
    expect(await portal.getStatus({})).toEqual({ state: 'not_found', nativeState: 'none', native: null });
  });

  test.each(['parse_queued.json', 'parse_failed.json', 'migration_completed.json'])(
    '%s without its envelope',
    async (fixture) => {
      answerWith(JSON.stringify(jobIn(fixture)));
      expect(await portal.getStatus({})).toEqual(await read(fixture));
    },
  );

  test('a field that is not filled may be null or missing', async () => {
    const parseResult = { operation: 'migration', successedUsers: 3, failedUsers: 0 };
    const expected = {
      state: 'succeeded',
      nativeState: 'import:completed',
      phase: 'import',
      progress: { completed: 3, failed: 0, total: 3, unit: 'users' },
    };
    const sparse = { isCompleted: true, parseResult };
    const nulled = {
      isCompleted: true,
      error: null,
      progress: null,
      parseResult: { ...parseResult, errors: null, failedArchives: null, users: null, importGroups: null },
    };
    expect(await read(sparse)).toEqual({ ...expected, native: sparse });
    expect(await read(nulled)).toEqual({ ...expected, native: nulled });
  });
});

describe('an operation that is not known', () => {
  const counts = { successedUsers: 0, failedUsers: 0 };

  test.each([
    'rollback',
    'Migration',
    'PARSE',
    'none',
    'failed',
    'import:completed',
    '__proto__',
    'constructor',
    'toString',
  ])('is unknown under its own word, however the job ended: %s', async (operation) => {
    const running = { progress: 40, error: '', parseResult: { operation, ...counts }, isCompleted: false };
    const unknown = { state: 'unknown', nativeState: operation, progress: { percent: 40 } };
    expect(await read(running)).toEqual({ ...unknown, native: running });
    const completed = { ...running, isCompleted: true };
    expect(await read(completed)).toEqual({ ...unknown, native: completed });
    const broken = { ...completed, error: 'Nope' };
    const issues = [{ severity: 'error', message: 'Nope' }];
    expect(await read(broken)).toEqual({ ...unknown, issues, native: broken });
  });

  test.each(['parse:completed', 'none', 'import:running', 'rollback'])(
    'is unknown whatever is awaited, also right after a request: %s',
    async (operation) => {
      const job = { error: '', parseResult: { operation, ...counts, importGroups: true }, isCompleted: true };
      const unknown = { state: 'unknown', nativeState: operation, native: job };
      expect(await read(job, { awaiting: 'parse' })).toEqual(unknown);
      expect(await read(job, { parseRequestedAt: requestedAt })).toEqual(unknown);
      expect(await read(job, { importRequestedAt: requestedAt })).toEqual(unknown);
    },
  );

  test('is not guessed where a job has ended without error and without any', async () => {
    const job = { progress: 100, error: '', isCompleted: true };
    expect(await read(job)).toEqual({
      state: 'unknown',
      nativeState: '',
      progress: { percent: 100 },
      native: job,
    });
  });

  test('is the same as none when it is empty', async () => {
    const job = {
      error: '',
      parseResult: { operation: '', migratorName: 'Nextcloud', ...counts },
      isCompleted: false,
    };
    expect(await read(job)).toEqual({
      state: 'pending',
      nativeState: 'import:queued',
      phase: 'import',
      native: job,
    });
  });
});

test('an import at 100 percent goes on until the portal says that it has ended', async () => {
  const job = { ...jobIn('migration_running.json'), progress: 100 };
  expect(await read(job)).toEqual({
    state: 'running',
    nativeState: 'import:running',
    phase: 'import',
    progress: { percent: 100 },
    native: job,
  });
});

describe('what gives a queued import away', () => {
  const flags = [
    'importPersonalFiles',
    'importSharedFiles',
    'importSharedFolders',
    'importCommonFiles',
    'importProjectFiles',
    'importGroups',
  ];

  test.each(flags)('%s alone', async (flag) => {
    const job = jobIn('parse_running.json');
    expect(await read(job)).toMatchObject({ nativeState: 'parse:running' });
    const queued = { ...job, parseResult: { ...job.parseResult, [flag]: true } };
    expect(await read(queued)).toMatchObject({ state: 'pending', nativeState: 'import:queued' });
  });

  test('a flag says nothing about a job that has ended', async () => {
    const job = jobIn('parse_completed_awaiting_input.json');
    const flagged = { ...job, parseResult: { ...job.parseResult, importGroups: true } };
    expect(await read(flagged)).toMatchObject({ state: 'awaiting_input', nativeState: 'parse:completed' });
  });

  test('without operation, migrator and flag it is a parse that waits', async () => {
    const job = { ...jobIn('parse_failed_unknown_migrator.json'), error: '', isCompleted: false };
    expect(await read(job)).toMatchObject({ state: 'pending', nativeState: 'parse:queued', phase: 'parse' });
  });
});

describe('issues', () => {
  test('an error of a job that goes on is a warning, and ends nothing', async () => {
    const job = { ...jobIn('migration_running.json'), error: 'Se produjo un error' };
    const reading = await read('migration_running.json');
    const issues = [{ severity: 'warning', message: 'Se produjo un error' }];
    expect(await read(job)).toEqual({ ...reading, issues, native: job });
  });

  test.each([
    { archive: '/app/data/migration/k3x1.t2m/backup.rar', subject: { subject: 'backup.rar' } },
    { archive: 'C:\\data\\migration\\backup.rar', subject: { subject: 'backup.rar' } },
    { archive: '/app/data/backup/', subject: { subject: 'backup' } },
    { archive: 'backup.rar', subject: { subject: 'backup.rar' } },
    { archive: '/', subject: {} },
  ])('the archive $archive is told by its file name', async ({ archive, subject }) => {
    const job = jobIn('parse_running.json');
    const { issues } = await read({ ...job, parseResult: { ...job.parseResult, failedArchives: [archive] } });
    expect(issues).toEqual([{ ...unreadableArchive, ...subject }]);
  });

  test.each(['users', 'withoutEmailUsers', 'existUsers'])(
    'a backup is not empty when %s holds somebody, or is left out of the answer',
    async (list) => {
      const job = jobIn('parse_completed_no_users.json');
      const user = { key: 'anna', userType: 'User' };
      const filled = { ...job, parseResult: { ...job.parseResult, [list]: [user] } };
      const trimmed = { ...job, parseResult: { ...job.parseResult, [list]: undefined } };
      expect((await read(filled)).issues).toBeUndefined();
      expect((await read(trimmed)).issues).toBeUndefined();
    },
  );
});

test('every word has a state, and the table is frozen', () => {
  expect(onlyOfficeStates).toEqual({
    none: 'not_found',
    'parse:queued': 'pending',
    'parse:running': 'running',
    'parse:completed': 'awaiting_input',
    'parse:failed': 'failed',
    'import:queued': 'pending',
    'import:running': 'running',
    'import:completed': 'succeeded',
    'import:completed_with_failures': 'partially_succeeded',
    'import:failed': 'failed',
    failed: 'failed',
  });
  expect(Object.isFrozen(onlyOfficeStates)).toBe(true);
});
