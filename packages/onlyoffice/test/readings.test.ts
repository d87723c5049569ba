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
async function read(body: string | object, ref: OnlyOfficeRef = {}, wallTime = requestedAtMs) {
  const envelope = { count: 1, links: [], status: 0, statusCode: 200 };
  answerWith(typeof body === 'string' ? readFixture(body) : JSON.stringify({ response: body, ...envelope }));
  return portal.getStatus(ref, { wallTime });
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

describe('after an import was requested, the finished parse is not an answer to it', () => {
  const ref = { importRequestedAt: requestedAt };
  const finishedParse = 'parse_completed_awaiting_input.json';

  test.each([
    { fixture: finishedParse, nativeState: 'parse:completed', native: jobIn(finishedParse) },
    {
      fixture: 'parse_completed_some_archives_failed.json',
      nativeState: 'parse:completed',
      native: jobIn('parse_completed_some_archives_failed.json'),
    },
    { fixture: 'no_migration.json', nativeState: 'none', native: null },
  ])('$fixture is a pending import', async ({ fixture, nativeState, native }) => {
    expect(await read(fixture, ref)).toEqual({ state: 'pending', nativeState, phase: 'import', native });
  });

  test.each([
    { title: 'at the last millisecond of the grace', afterMs: 119_999, state: 'pending' },
    { title: 'at the end of the grace', afterMs: 120_000, state: 'awaiting_input' },
    { title: 'by a clock that is a little behind', afterMs: -119_999, state: 'pending' },
    { title: 'by a clock that is far behind', afterMs: -120_000, state: 'awaiting_input' },
  ])('$title it is $state', async ({ afterMs, state }) => {
    expect(await read(finishedParse, ref, requestedAtMs + afterMs)).toMatchObject({ state });
  });

  test('after the grace, no job is not found again', async () => {
    expect(await read('no_migration.json', ref, requestedAtMs + 120_000)).toEqual(
      await read('no_migration.json'),
    );
  });

  test.each([
    'parse_running.json',
    'parse_failed.json',
    'migration_queued.json',
    'migration_completed.json',
    'migration_failed.json',
    'migration_failed_missing_upload.json',
  ])('%s is what it always is', async (fixture) => {
    expect(await read(fixture, ref)).toEqual(await read(fixture));
  });

  test.each([
    { staleGraceMs: 5000, afterMs: 4999, state: 'pending' },
    { staleGraceMs: 5000, afterMs: 5000, state: 'awaiting_input' },
    { staleGraceMs: 0, afterMs: 0, state: 'awaiting_input' },
  ])(
    'a grace of $staleGraceMs ms gives $state after $afterMs ms',
    async ({ staleGraceMs, afterMs, state }) => {
      answerWith(readFixture(finishedParse));
      const reading = await createOnlyOfficeAdapter({ ...options, staleGraceMs }).getStatus(ref, {
        wallTime: requestedAtMs + afterMs,
      });
      expect(reading).toMatchObject({ state });
    },
  );

  test('the time may be in any zone', async () => {
    const elsewhere = { importRequestedAt: '2026-04-28T12:30:00+02:00' };
    expect(await read(finishedParse, elsewhere, requestedAtMs)).toMatchObject({ state: 'pending' });
  });
});

test('one import from beginning to end, with the progress that falls back', async () => {
  const ref = { importRequestedAt: requestedAt };
  const steps = [
    { fixture: 'parse_queued.json', ref: {} },
    { fixture: 'parse_starting.json', ref: {} },
    { fixture: 'parse_running.json', ref: {} },
    { fixture: 'parse_running_at_100.json', ref: {} },
    { fixture: 'parse_completed_awaiting_input.json', ref: {} },
    { fixture: 'parse_completed_awaiting_input.json', ref },
    { fixture: 'no_migration.json', ref },
    { fixture: 'migration_queued.json', ref },
    { fixture: 'migration_starting.json', ref },
    { fixture: 'migration_running.json', ref },
    { fixture: 'migration_completed.json', ref },
  ];
  const seen: unknown[] = [];
  for (const step of steps) {
    const { state, phase, progress } = await read(step.fixture, step.ref);
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
    'is unknown whatever is awaited, also after an import was requested: %s',
    async (operation) => {
      const job = { error: '', parseResult: { operation, ...counts, importGroups: true }, isCompleted: true };
      const unknown = { state: 'unknown', nativeState: operation, native: job };
      expect(await read(job, { awaiting: 'parse' })).toEqual(unknown);
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
