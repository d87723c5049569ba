import { readFileSync } from 'node:fs';
import type { AdapterHarness, FixtureReply } from '@migration-status/testkit';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';
import type { YourProviderRef } from '../src/your-provider-options.ts';
import { readFixture } from './read-fixture.ts';
import { samples } from './samples.ts';

/** A recorded answer about the migration that is asked for. */
function answerWith(fixture: string, status: number): FixtureReply<YourProviderRef> {
  const body: object = JSON.parse(readFixture(fixture));
  return (_request, { migrationId }) => ({
    status,
    json: 'id' in body ? { ...body, id: migrationId } : body,
  });
}

/** YourProvider as its documentation and its recorded answers show it. */
export const harness: AdapterHarness<YourProviderRef> = {
  create: ({ baseUrl, secret }) => createYourProviderAdapter({ apiKey: secret, baseUrl }),
  toRef: (migrationId) => ({ migrationId }),
  samples: samples.map(({ fixture, httpStatus, reading }) => ({
    label: fixture,
    reply: answerWith(fixture, httpStatus),
    expect: reading,
  })),
  unrecognised: (_request, { migrationId }) => ({ json: { id: migrationId, status: 'REPLICATING' } }),
  statesTable: readFileSync(new URL('../README.md', import.meta.url), 'utf8'),
};
