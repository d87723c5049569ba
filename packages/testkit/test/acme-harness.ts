import type { AdapterHarness } from '../src/index.ts';
import { createAcmeAdapter } from './acme-adapter.ts';

/** All that somebody needs who has an adapter with reads alone. */
export const acmeHarness: AdapterHarness<{ jobId: string }> = {
  create: ({ baseUrl, secret }) => createAcmeAdapter({ baseUrl, apiKey: secret }),
  toRef: (jobId) => ({ jobId }),
  samples: [
    { label: 'running', reply: { json: { status: 'RUNNING' } }, expect: { state: 'running' } },
    { label: 'done', reply: { json: { status: 'DONE' } }, expect: { state: 'succeeded' } },
    { label: 'not known', reply: { status: 404 }, expect: { state: 'not_found' } },
  ],
  unrecognised: { json: { status: 'REPLICATING' } },
};
