import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { HttpClient, MigrationAdapter, MigrationStatus } from '@migration-status/core/adapter';
import { describe, expect, test } from 'vitest';
import { expectNoCanary } from '../../../../../test/support/canary.ts';
import { createAbsoluteUrlAdapter } from './absolute-url.ts';
import { createCountedProgressAdapter } from './counted-progress.ts';
import { createEndAfterSettlingAdapter } from './end-after-settling.ts';
import { createEndSeenTwiceAdapter } from './end-seen-twice.ts';
import { createEventLogAdapter } from './event-log.ts';
import { createScriptedHttp, followToEnd, type Script } from './follow.ts';
import { createHttpStatusOnlyAdapter } from './http-status-only.ts';
import { createLifecycleAndOutcomeAdapter } from './lifecycle-and-outcome.ts';
import { createNamedMetersAdapter } from './named-meters.ts';
import { createNestedTasksAdapter } from './nested-tasks.ts';
import { createPartialAsCountAdapter } from './partial-as-count.ts';
import { createPartialAsFlagAdapter } from './partial-as-flag.ts';
import { createPartialAsStateAdapter } from './partial-as-state.ts';
import { createPercentProgressAdapter } from './percent-progress.ts';
import { createSingletonAdapter } from './singleton.ts';

/** What a status says, without the address and what the provider sent. */
type Told = Omit<MigrationStatus, 'provider' | 'key' | 'ref' | 'observedAt' | 'native'>;

function toTold({ provider, key, ref, observedAt, native, ...told }: MigrationStatus): Told {
  return told;
}

/** What a provider can look like, in the file that shows how the contract carries it. */
interface Shape {
  readonly shape: string;
  readonly file: string;
  readonly create: (http: HttpClient) => MigrationAdapter;
  readonly ref: unknown;
  readonly key: string;
  readonly script: Script;
  /** Where each request goes, after the origin. */
  readonly asked: readonly string[];
  /** What is told on the way, the end last. */
  readonly told: readonly Told[];
}

const unexplained = expect.objectContaining({ code: 'unexplained_failure' });
const job = { ref: { jobId: 'a/b' }, asked: ['/jobs/a%2Fb', '/jobs/a%2Fb'] };

const shapes: readonly Shape[] = [
  {
    ...job,
    shape: 'a job and its tasks, each with a state of its own',
    file: 'nested-tasks.ts',
    create: createNestedTasksAdapter,
    key: 'nested/a%2Fb',
    script: [
      {
        json: {
          status: 'active',
          tasks: [
            { table: 'users', status: 'COPIED' },
            { table: 'files', status: 'COPYING' },
          ],
        },
      },
      {
        json: {
          status: 'broken',
          tasks: [
            { table: 'users', status: 'COPIED' },
            { table: 'files', status: 'STUCK', reason: 'disk full' },
          ],
        },
      },
    ],
    told: [
      {
        state: 'running',
        nativeState: 'active',
        parts: [
          { name: 'users', state: 'succeeded', nativeState: 'COPIED' },
          { name: 'files', state: 'running', nativeState: 'COPYING' },
        ],
      },
      {
        state: 'failed',
        nativeState: 'broken',
        issues: [unexplained],
        parts: [
          { name: 'users', state: 'succeeded', nativeState: 'COPIED' },
          { name: 'files', state: 'failed', nativeState: 'STUCK', message: 'disk full' },
        ],
      },
    ],
  },
  {
    ...job,
    shape: 'progress as a percentage',
    file: 'percent-progress.ts',
    create: createPercentProgressAdapter,
    key: 'percent/a%2Fb',
    script: [
      { json: { status: 'RUNNING', percentComplete: null } },
      { json: { status: 'RUNNING', percentComplete: 62.5 } },
      { json: { status: 'DONE', percentComplete: 100 } },
    ],
    asked: ['/jobs/a%2Fb', '/jobs/a%2Fb', '/jobs/a%2Fb'],
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'running', nativeState: 'RUNNING', progress: { percent: 62.5 } },
      { state: 'succeeded', nativeState: 'DONE', progress: { percent: 100 } },
    ],
  },
  {
    ...job,
    shape: 'progress as counts',
    file: 'counted-progress.ts',
    create: createCountedProgressAdapter,
    key: 'counted/a%2Fb',
    script: [
      { json: { status: 'RUNNING' } },
      { json: { status: 'RUNNING', rows: { copied: '90', all: '120' } } },
      { json: { status: 'DONE', rows: { copied: '120', all: '120' } } },
    ],
    asked: ['/jobs/a%2Fb', '/jobs/a%2Fb', '/jobs/a%2Fb'],
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'running', nativeState: 'RUNNING', progress: { completed: 90, total: 120, unit: 'rows' } },
      { state: 'succeeded', nativeState: 'DONE', progress: { completed: 120, total: 120, unit: 'rows' } },
    ],
  },
  {
    ...job,
    shape: 'progress as meters with names',
    file: 'named-meters.ts',
    create: createNamedMetersAdapter,
    key: 'meters/a%2Fb',
    script: [
      { json: { status: 'RUNNING', meters: { rows: { done: 5, of: 9 }, bytes: { done: 1024 } } } },
      { json: { status: 'DONE', meters: { rows: { done: 9, of: 9 }, bytes: { done: 4096 } } } },
    ],
    told: [
      {
        state: 'running',
        nativeState: 'RUNNING',
        parts: [
          { name: 'rows', progress: { completed: 5, total: 9, unit: 'rows' } },
          { name: 'bytes', progress: { completed: 1024, unit: 'bytes' } },
        ],
      },
      {
        state: 'succeeded',
        nativeState: 'DONE',
        parts: [
          { name: 'rows', progress: { completed: 9, total: 9, unit: 'rows' } },
          { name: 'bytes', progress: { completed: 4096, unit: 'bytes' } },
        ],
      },
    ],
  },
  {
    shape: 'a log of events with a cursor',
    file: 'event-log.ts',
    create: createEventLogAdapter,
    ref: { jobId: 'a' },
    key: 'log/a',
    script: [
      { json: { events: [] } },
      {
        json: {
          events: [
            { id: 3, kind: 'started' },
            { id: 4, kind: 'copied' },
          ],
        },
      },
      { json: { events: [{ id: 9, kind: 'copied' }] } },
      { json: { events: [{ id: 11, kind: 'finished' }] } },
    ],
    asked: [0, 0, 4, 9].map((cursor) => `/jobs/a/events?after=${cursor}`),
    told: [
      { state: 'pending', nativeState: '', progress: { completed: 0, unit: 'tables' } },
      { state: 'running', nativeState: 'started', progress: { completed: 1, unit: 'tables' } },
      { state: 'running', nativeState: 'started', progress: { completed: 2, unit: 'tables' } },
      { state: 'succeeded', nativeState: 'finished', progress: { completed: 2, unit: 'tables' } },
    ],
  },
  {
    shape: 'a handle that is an absolute URL',
    file: 'absolute-url.ts',
    create: createAbsoluteUrlAdapter,
    ref: { url: 'https://api.example/eu/operations/7?version=3' },
    key: 'links/https%3A%2F%2Fapi.example%2Feu%2Foperations%2F7%3Fversion%3D3',
    script: [{ json: { status: 'InProgress' } }, { json: { status: 'Succeeded' } }],
    asked: ['/eu/operations/7?version=3', '/eu/operations/7?version=3'],
    told: [
      { state: 'running', nativeState: 'InProgress' },
      { state: 'succeeded', nativeState: 'Succeeded' },
    ],
  },
  {
    shape: 'a state that comes from the HTTP status alone',
    file: 'http-status-only.ts',
    create: createHttpStatusOnlyAdapter,
    ref: { operationId: 'a' },
    key: 'codes/a',
    script: [
      { httpStatus: 202, location: '/waiting/1' },
      { httpStatus: 202, location: 'https://api.example/waiting/2?token=x' },
      { httpStatus: 202 },
      { httpStatus: 200 },
    ],
    asked: ['/operations/a', '/waiting/1', '/waiting/2?token=x', '/waiting/2?token=x'],
    told: [
      { state: 'running', nativeState: 'HTTP 202' },
      { state: 'succeeded', nativeState: 'HTTP 200' },
    ],
  },
  {
    shape: 'a migration of which there is one, without an id',
    file: 'singleton.ts',
    create: createSingletonAdapter,
    ref: {},
    key: 'singleton/api.example',
    script: [{ json: { status: 'busy' } }, { json: { status: 'finished' } }],
    asked: ['/migration', '/migration'],
    told: [
      { state: 'running', nativeState: 'busy' },
      { state: 'succeeded', nativeState: 'finished' },
    ],
  },
  {
    ...job,
    shape: 'a word for the life and a word for the outcome',
    file: 'lifecycle-and-outcome.ts',
    create: createLifecycleAndOutcomeAdapter,
    key: 'pair/a%2Fb',
    script: [
      { json: { status: 'queued', conclusion: null } },
      { json: { status: 'in_progress' } },
      { json: { status: 'completed', conclusion: null } },
      { json: { status: 'completed', conclusion: 'neutral' } },
    ],
    asked: ['/jobs/a%2Fb', '/jobs/a%2Fb', '/jobs/a%2Fb', '/jobs/a%2Fb'],
    told: [
      { state: 'pending', nativeState: 'queued' },
      { state: 'running', nativeState: 'in_progress' },
      { state: 'unknown', nativeState: 'completed' },
      { state: 'partially_succeeded', nativeState: 'completed:neutral' },
    ],
  },
  {
    ...job,
    shape: 'partial success as a state',
    file: 'partial-as-state.ts',
    create: createPartialAsStateAdapter,
    key: 'partial-state/a%2Fb',
    script: [{ json: { status: 'RUNNING' } }, { json: { status: 'DONE_WITH_ERRORS' } }],
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'partially_succeeded', nativeState: 'DONE_WITH_ERRORS' },
    ],
  },
  {
    ...job,
    shape: 'partial success as a flag',
    file: 'partial-as-flag.ts',
    create: createPartialAsFlagAdapter,
    key: 'partial-flag/a%2Fb',
    script: [{ json: { status: 'RUNNING', hasErrors: true } }, { json: { status: 'DONE', hasErrors: true } }],
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'partially_succeeded', nativeState: 'DONE' },
    ],
  },
  {
    ...job,
    shape: 'partial success as a count',
    file: 'partial-as-count.ts',
    create: createPartialAsCountAdapter,
    key: 'partial-count/a%2Fb',
    script: [
      { json: { status: 'RUNNING', items: { copied: 0, skipped: 2 } } },
      { json: { status: 'DONE', items: { copied: 95, skipped: 5 } } },
    ],
    told: [
      { state: 'running', nativeState: 'RUNNING', progress: { completed: 0, failed: 2, unit: 'items' } },
      {
        state: 'partially_succeeded',
        nativeState: 'DONE',
        progress: { completed: 95, failed: 5, unit: 'items' },
      },
    ],
  },
  {
    ...job,
    shape: 'an end that changes afterwards, believed at the second look',
    file: 'end-seen-twice.ts',
    create: createEndSeenTwiceAdapter,
    key: 'twice/a%2Fb',
    script: ['RUNNING', 'FAILED', 'RUNNING', 'DONE', 'DONE'].map((status) => ({ json: { status } })),
    asked: Array(5).fill('/jobs/a%2Fb'),
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'running', nativeState: 'FAILED' },
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'running', nativeState: 'DONE' },
      { state: 'succeeded', nativeState: 'DONE' },
    ],
  },
  {
    ...job,
    shape: 'an end that changes afterwards, believed once it has stood for a while',
    file: 'end-after-settling.ts',
    create: (http) => createEndAfterSettlingAdapter(http, { settlingMs: 600_000 }),
    key: 'settling/a%2Fb',
    script: ['RUNNING', 'DONE', 'FAILED', 'FAILED'].map((status) => ({ json: { status } })),
    asked: Array(4).fill('/jobs/a%2Fb'),
    told: [
      { state: 'running', nativeState: 'RUNNING' },
      { state: 'running', nativeState: 'DONE' },
      { state: 'running', nativeState: 'FAILED' },
      { state: 'failed', nativeState: 'FAILED', issues: [unexplained] },
    ],
  },
];

describe.each(shapes)('$shape', ({ file, create, ref, key, script, asked, told }) => {
  test('is followed to its end', async () => {
    const { http, requests } = createScriptedHttp(script);
    const statuses = await followToEnd(create(http), ref);
    expect(statuses.map(toTold)).toEqual(told);
    expect(requests.map(({ url }) => url.replace('https://api.example', ''))).toEqual(asked);
    expectNoCanary(statuses, ['canary-4711']);
  });

  test('has a ref that survives JSON, and a key without secrets', () => {
    const adapter = create(createScriptedHttp(script).http);
    expect(adapter.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
    expect(adapter.key(ref)).toBe(key);
    expect(adapter.lane(ref)).toBe('https://api.example');
  });

  test('takes at most forty lines without imports and comments', () => {
    const text = readFileSync(path.join(import.meta.dirname, file), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^import [\s\S]*?;$/gm, '');
    expect(code).toContain('defineAdapter({');
    expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(40);
  });
});

test('each adapter in this folder is one of the shapes', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !/\.test\.ts$|^follow\.ts$/.test(name));
  expect(files.toSorted()).toEqual(shapes.map(({ file }) => file).toSorted());
});
