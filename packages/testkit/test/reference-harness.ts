import { toJson } from '../src/alter-reply.ts';
import type { AdapterHarness } from '../src/harness.ts';
import {
  createReferenceAdapter,
  type ReferenceFaults,
  type ReferenceRef,
  signMessage,
} from './reference-adapter.ts';

const times = { createdAt: '2026-04-28T10:30:00.000Z', startedAt: '2026-04-28T10:31:00.000Z' };
const ended = { ...times, finishedAt: '2026-04-28T11:00:00.000Z' };
const copied = { json: { status: 'COPIED', processed: 400, total: 400, ...times } };

const tasks = [
  { name: 'users', status: 'DONE' },
  { name: 'files', status: 'RUNNING' },
];

const pages = [
  {
    jobs: [
      { id: 'one', status: 'RUNNING', processed: 1, total: 2 },
      { id: 'two', status: 'DONE' },
    ],
    next: 2,
  },
  { jobs: [], next: 3 },
  {
    jobs: [
      { id: 'two', status: 'DONE' },
      { id: 'three', status: 'QUEUED' },
    ],
    next: null,
  },
];

/** The made-up provider, and an adapter for it with the given faults. */
export function createReferenceHarness(faults: ReferenceFaults = {}): AdapterHarness<ReferenceRef> {
  return {
    create: (context) => createReferenceAdapter(context, faults),
    toRef: (jobId) => ({ jobId }),
    samples: [
      {
        label: 'queued',
        reply: { json: { status: 'QUEUED', createdAt: times.createdAt } },
        expect: { state: 'pending', progress: undefined },
      },
      {
        label: 'running',
        reply: {
          json: {
            status: 'RUNNING',
            processed: 120,
            total: 400,
            percent: 30,
            cursor: 'c17',
            tasks,
            ...times,
          },
        },
        expect: { state: 'running', progress: { completed: 120, total: 400, percent: 30 } },
      },
      { label: 'copied', reply: copied, expect: { state: 'awaiting_input' } },
      {
        label: 'copied, as awaited',
        reply: copied,
        expect: { state: 'succeeded' },
        ref: { jobId: 'copy', awaiting: 'copy' },
      },
      {
        label: 'held',
        reply: { json: { status: 'HELD', processed: 5, total: 400, ...times } },
        expect: { state: 'paused' },
      },
      {
        label: 'done',
        reply: { json: { status: 'DONE', processed: 400, total: 400, ...ended } },
        expect: { state: 'succeeded' },
      },
      {
        label: 'done with errors',
        reply: { json: { status: 'DONE_WITH_ERRORS', processed: 390, total: 400, ...ended } },
        expect: { state: 'partially_succeeded' },
      },
      {
        label: 'failed',
        reply: { json: { status: 'FAILED', error: { message: 'Disk full' }, ...ended } },
        expect: { state: 'failed', issues: [{ severity: 'error', message: 'Disk full' }] },
      },
      { label: 'canceled', reply: { json: { status: 'CANCELED', ...ended } }, expect: { state: 'canceled' } },
      {
        label: 'not known',
        reply: { status: 404, json: { error: 'no such job' } },
        expect: { state: 'not_found' },
      },
    ],
    unrecognised: { json: { status: 'REPLICATING', processed: 1, total: 2 } },
    batch: {
      toAnswer: (items) => ({
        json: { jobs: Object.fromEntries(items.map(({ ref, answer }) => [ref.jobId, toJson(answer)])) },
      }),
    },
    list: { pages: pages.map((json) => ({ json })), ids: ['one', 'two', 'three'] },
    start: {
      input: { source: 'crm' },
      reply: { status: 201, json: { id: 'started' } },
      expect: { jobId: 'started' },
    },
    cancel: { reply: { status: 204 } },
    push: {
      sign: signMessage,
      samples: [
        {
          label: 'running',
          body: toEvent({ id: 'one', status: 'RUNNING', processed: 1, total: 2 }),
          expect: { state: 'running' },
        },
        {
          label: 'failed',
          body: toEvent({ id: 'two', status: 'FAILED', error: { message: 'Disk full' } }),
          expect: { state: 'failed' },
        },
      ],
      unknownEvent: JSON.stringify({ type: 'invoice.paid' }),
    },
    statesTable: [
      '| native | state |',
      '|---|---|',
      '| `QUEUED` | `pending` |',
      '| `RUNNING` | `running` |',
      '| `COPIED` | `awaiting_input` |',
      '| `HELD` | `paused` |',
      '| `DONE` | `succeeded` |',
      '| `DONE_WITH_ERRORS` | `partially_succeeded` |',
      '| `FAILED` | `failed` |',
      '| `CANCELED` | `canceled` |',
    ].join('\n'),
  };
}

function toEvent(job: object): string {
  return JSON.stringify({ type: 'job.updated', job });
}
