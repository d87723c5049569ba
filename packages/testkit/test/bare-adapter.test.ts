import { createHttpClient, defineAdapter, mapState, noBody } from '@migration-status/core/adapter';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { runAudits } from '../src/index.ts';
import { acmeHarness, acmeReplies } from './acme-harness.ts';

test('an adapter without optional capabilities passes, and each skip says why', async () => {
  const { audits, cases, isConformant } = await runAudits(acmeHarness);
  expect(audits.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(isConformant).toBe(true);
  expect(cases).toBe(320);
  const reasons = audits.flatMap((audit) => (audit.status === 'skip' ? [audit.reason] : []));
  expect([...new Set(reasons)]).toEqual([
    'no sample has a ref that awaits something else',
    'the harness names no statesTable',
    'no sample shows any progress',
    'no sample has issues',
    'no sample has two times to compare',
    'no sample has parts',
    'no sample leaves a memo',
    'the adapter offers no "getStatuses"',
    'the adapter offers no "list"',
    'the adapter offers no "start"',
    'the adapter offers no "cancel"',
    'the adapter offers no "parsePush"',
  ]);
});

test('an adapter whose state comes from the HTTP status alone passes too', async () => {
  const words = { 'HTTP 202': 'running', 'HTTP 200': 'succeeded' } as const;
  const { audits } = await runAudits({
    ...acmeHarness,
    create: ({ baseUrl, secret }) =>
      defineAdapter({
        provider: 'bare',
        states: words,
        http: createHttpClient({ provider: 'bare', baseUrl, credentials: { authorization: secret } }),
        refSchema: z.strictObject({ jobId: z.string().check(z.regex(/^(?!\.{1,2}$)./s, 'an id')) }),
        toKeyParts: ({ jobId }) => [jobId],
        toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
        schema: noBody,
        toReading: (_body, { reply }) => {
          const word = `HTTP ${reply.status}`;
          return { state: mapState(words, word), nativeState: word, native: null };
        },
      }),
    samples: [
      { label: 'running', reply: { status: 202 }, expect: { state: 'running' } },
      { label: 'done', reply: { status: 200 }, expect: { state: 'succeeded' } },
      { label: 'not known', reply: { status: 404 }, expect: { state: 'not_found' } },
    ],
    unrecognised: { status: 207 },
  });
  expect(audits.filter(({ status }) => status === 'fail')).toEqual([]);
});

test('an adapter whose refs are whole URLs passes too', async () => {
  const states = { RUNNING: 'running', DONE: 'succeeded' } as const;
  const { audits } = await runAudits<{ url: string }>({
    ...acmeReplies,
    create({ baseUrl, secret }) {
      const http = createHttpClient({ provider: 'bare', baseUrl, credentials: { authorization: secret } });
      const isOwn = (url: string) => URL.parse(url)?.origin === http.origin;
      return defineAdapter({
        provider: 'bare',
        states,
        http,
        refSchema: z.strictObject({ url: z.string().check(z.refine(isOwn, 'a URL of the provider')) }),
        toKeyParts: ({ url }) => [url],
        toRequest: ({ url }) => ({ url }),
        schema: z.object({ status: z.string() }),
        toReading: ({ status }, { native }) => ({
          state: mapState(states, status),
          nativeState: status,
          native,
        }),
      });
    },
    toRef: (id, { baseUrl }) => ({ url: `${baseUrl}/jobs/${encodeURIComponent(id)}` }),
  });
  expect(audits.filter(({ status }) => status === 'fail')).toEqual([]);
});
