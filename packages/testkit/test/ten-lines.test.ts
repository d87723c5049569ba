import { testAdapter } from '../src/vitest.ts';
import { createAcmeAdapter } from './acme-adapter.ts';

testAdapter({
  create: ({ baseUrl, secret }) => createAcmeAdapter({ apiKey: secret, baseUrl }),
  toRef: (jobId) => ({ jobId }),
  samples: [
    { label: 'running', reply: { json: { status: 'RUNNING' } }, expect: { state: 'running' } },
    { label: 'done', reply: { json: { status: 'DONE' } }, expect: { state: 'succeeded' } },
    { label: 'not known', reply: { status: 404, json: {} }, expect: { state: 'not_found' } },
  ],
  unrecognised: { json: { status: 'REPLICATING' } },
});
