import { readFileSync } from 'node:fs';
import type { AdapterHarness, FixtureAnswer } from '@migration-status/testkit';
import { type BoxliftRef, createBoxliftAdapter } from '../src/boxlift-adapter.ts';

/** What Boxlift answered, with where that comes from; see the page "Write an adapter". */
function readFixture(name: string): FixtureAnswer {
  const { status, body } = JSON.parse(readText(`fixtures/${name}.json`));
  return { status, json: body };
}

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** Boxlift as its page and its answers show it. */
export const harness: AdapterHarness<BoxliftRef> = {
  create: ({ baseUrl, secret }) => createBoxliftAdapter({ token: secret, baseUrl }),
  toRef: (transferId) => ({ transferId }),
  samples: [
    { label: 'waiting', reply: readFixture('waiting'), expect: { state: 'pending', progress: undefined } },
    { label: 'scanning', reply: readFixture('scanning'), expect: { state: 'running', progress: undefined } },
    {
      label: 'copying',
      reply: readFixture('copying'),
      expect: { state: 'running', progress: { percent: 40 }, issues: undefined },
    },
    {
      label: 'on hold',
      reply: readFixture('on_hold'),
      expect: { state: 'paused', issues: [{ severity: 'warning', message: 'The destination is full.' }] },
    },
    { label: 'finished', reply: readFixture('finished'), expect: { state: 'succeeded' } },
    {
      label: 'finished with gaps',
      reply: readFixture('finished_with_gaps'),
      expect: { state: 'partially_succeeded' },
    },
    {
      label: 'failed',
      reply: readFixture('failed'),
      expect: { state: 'failed', issues: [{ severity: 'error', message: 'The source was disconnected.' }] },
    },
    { label: 'cancelled', reply: readFixture('cancelled'), expect: { state: 'canceled' } },
    { label: 'no such transfer', reply: readFixture('no_such_transfer'), expect: { state: 'not_found' } },
  ],
  unrecognised: readFixture('undocumented'),
  cancel: { reply: readFixture('cancel_accepted') },
  statesTable: readText('../README.md'),
};
