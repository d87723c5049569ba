import type { AdapterHarness } from '../src/index.ts';
import { createAcmeAdapter } from './acme-adapter.ts';

/** What Acme answers, whatever its refs look like. */
export const acmeReplies = {
  samples: [
    { label: 'running', reply: { json: { status: 'RUNNING' } }, expect: { state: 'running' } },
    { label: 'done', reply: { json: { status: 'DONE' } }, expect: { state: 'succeeded' } },
    { label: 'not known', reply: { status: 404 }, expect: { state: 'not_found' } },
  ],
  unrecognised: { json: { status: 'REPLICATING' } },
} satisfies Partial<AdapterHarness<unknown>>;

/** All that somebody needs who has an adapter with reads alone. */
export const acmeHarness: AdapterHarness<{ jobId: string }> = {
  ...acmeReplies,
  create: ({ baseUrl, secret }) => createAcmeAdapter({ baseUrl, apiKey: secret }),
  toRef: (jobId) => ({ jobId }),
};
