import { type AuditDefinition, fail } from '../audit.ts';
import { listReadSamples } from '../read-outcomes.ts';

/** What an adapter says about itself. */
export const capabilityAudits: readonly AuditDefinition[] = [
  {
    id: 'K-01',
    name: 'MUST have the members that its capabilities claim, and no others',
    async *check({ adapter }) {
      const { capabilities, getStatuses, list, start, cancel, parsePush } = adapter;
      const claims = [
        ['getStatuses', capabilities.maxBatchSize > 1, getStatuses],
        ['list', capabilities.list, list],
        ['start', capabilities.start, start],
        ['cancel', capabilities.cancel, cancel],
        ['parsePush', capabilities.push, parsePush],
      ] as const;
      for (const [name, isClaimed, member] of claims)
        if (isClaimed !== (typeof member === 'function'))
          yield fail(isClaimed ? `"${name}" is claimed and missing` : `"${name}" is there and not claimed`);
    },
  },
  {
    id: 'K-02',
    name: 'MUST claim the progress that its samples show',
    async *check(scene) {
      const shown = (await listReadSamples(scene)).map(({ reading }) => reading.progress);
      const isCounted = shown.some(
        (progress) => progress?.completed !== undefined || progress?.total !== undefined,
      );
      const isPercent = shown.some((progress) => progress?.percent !== undefined);
      const claimed = scene.adapter.capabilities.progress;
      if (claimed === 'none' && (isCounted || isPercent))
        yield fail('progress is shown: capabilities.progress must be "percent" or "counts", and is "none"');
      if (claimed === 'counts' && !isCounted)
        yield fail('no sample shows counts, which capabilities.progress claims');
      if (claimed === 'percent' && !isPercent)
        yield fail('no sample shows a percentage, which capabilities.progress claims');
    },
  },
  {
    id: 'K-03',
    name: 'MUST be shown with all that it claims',
    async *check({ adapter, harness }) {
      const { getStatuses, list, start, cancel, parsePush } = adapter;
      const needs = [
        ['batch', getStatuses],
        ['list', list],
        ['start', start],
        ['cancel', cancel],
        ['push', parsePush],
      ] as const;
      for (const [part, member] of needs)
        if (member !== undefined && harness[part] === undefined) yield fail(`the harness has no "${part}"`);
    },
  },
  {
    id: 'K-04',
    name: 'MUST be of the version of the contract that this kit knows, and name its provider in lower case',
    async *check({ adapter }) {
      if (adapter.specVersion !== 1) yield fail(`expected specVersion 1, got ${adapter.specVersion}`);
      if (!/^[a-z][a-z0-9-]*$/.test(adapter.provider))
        yield fail(`"${adapter.provider}" is no name of a provider`);
      const { maxBatchSize, progress } = adapter.capabilities;
      if (!Number.isSafeInteger(maxBatchSize) || maxBatchSize < 1)
        yield fail(`maxBatchSize is ${maxBatchSize}`);
      if (!['none', 'percent', 'counts'].includes(progress)) yield fail(`progress is "${progress}"`);
    },
  },
];
