import { ConfigurationError } from '@migration-status/core/adapter';
import { expect, test } from 'vitest';
import { auditAdapter, runAudits } from '../src/index.ts';
import { createReferenceHarness } from './reference-harness.ts';

const sample = { label: 'running', reply: { json: {} }, expect: { state: 'running' } };

test.each([
  { change: { create: undefined }, option: 'create' },
  { change: { toRef: 'id' }, option: 'toRef' },
  { change: { samples: [] }, option: 'samples' },
  { change: { samples: [sample, sample] }, option: 'samples[1].label' },
  { change: { samples: [{ ...sample, reply: 'text' }] }, option: 'samples[0].reply' },
  { change: { samples: [{ ...sample, expect: 'running' }] }, option: 'samples[0].expect' },
  { change: { unrecognised: undefined }, option: 'unrecognised' },
  { change: { stateFields: [7] }, option: 'stateFields' },
  { change: { requestsPerStatus: 0 }, option: 'requestsPerStatus' },
  { change: { batch: {} }, option: 'batch.toAnswer' },
  { change: { list: { pages: [], ids: [] } }, option: 'list.pages' },
  { change: { list: { pages: [{}], ids: 'all' } }, option: 'list.ids' },
  { change: { list: { pages: [{}], ids: [] } }, option: 'list.ids' },
  { change: { start: { input: {} } }, option: 'start.reply' },
  { change: { cancel: {} }, option: 'cancel.reply' },
  { change: { push: {} }, option: 'push.sign' },
  { change: { statesTable: 7 }, option: 'statesTable' },
])('a harness with a wrong $option is refused by that name', ({ change, option }) => {
  const harness = { ...createReferenceHarness(), ...change } as never;
  const refused = (() => {
    try {
      return auditAdapter(harness);
    } catch (error) {
      return error;
    }
  })();
  expect(ConfigurationError.isInstance(refused) && refused.option).toBe(option);
});

test('making the audits makes no adapter', () => {
  const harness = createReferenceHarness();
  const create = () => {
    throw new Error('made too early');
  };
  expect(auditAdapter({ ...harness, create }).length).toBeGreaterThan(100);
});

test('an adapter that cannot be made fails every audit, and none rejects', async () => {
  const create = () => {
    throw new Error('no such adapter');
  };
  const { audits, failed, isConformant } = await runAudits({ ...createReferenceHarness(), create });
  expect({ failed, isConformant }).toEqual({ failed: audits.length, isConformant: false });
  expect(audits[0]).toMatchObject({ status: 'fail', reason: 'Error: no such adapter' });
});
