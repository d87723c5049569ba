import { describe, expect, test } from 'vitest';
import { toMigrationStatus } from '../../src/model/to-migration-status.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import { parseRowJson } from '../../src/view/parse-row-json.ts';
import { toRowJson, toSnapshotJson } from '../../src/view/snapshot-json.ts';
import { createStatusView } from '../../src/view/status-view.ts';
import { createManualSource, toRow } from './row-source.ts';

const full: MigrationRow = {
  ...toRow('a', { conditions: ['unreachable', 'stalled'], group: 'wave 1' }),
  status: toMigrationStatus(
    { state: 'running', nativeState: 'RUNNING', native: { owner: 'somebody@example.com' } },
    { provider: 'acme', key: 'a', ref: { key: 'a' }, observedAt: '2026-01-01T00:00:00.000Z' },
  ),
  stopped: 'refused',
  estimatedEndAt: '2026-01-01T01:00:00.000Z',
  name: 'handbook',
  meta: { callback() {} },
};

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('a snapshot as JSON', () => {
  test('is versioned, and says what the snapshot says', () => {
    const source = createManualSource();
    source.track('b', { state: 'running', group: 'wave 1', conditions: ['unreachable'] });
    source.track('a', { state: 'succeeded' });
    const snapshot = createStatusView(source).getSnapshot();
    const { rows, groups, toJSON: _toJson, ...numbers } = snapshot;
    expect(throughJson(snapshot)).toEqual({
      format: 'migration-status/snapshot',
      version: 1,
      ...numbers,
      groups: [...groups],
      rows: [...rows],
    });
    expect(throughJson(toSnapshotJson(snapshot))).toEqual(throughJson(snapshot));
  });

  test('keeps what the provider sent, and what the caller noted, to itself', () => {
    const json = toRowJson(full);
    expect(JSON.stringify(json)).not.toContain('somebody@example.com');
    expect(json).not.toHaveProperty('meta');
    expect(json.status).toEqual({ ...full.status, native: null });
  });

  test('holds what the provider sent where that is asked for', () => {
    expect(toRowJson(full, { native: true }).status).toEqual(full.status);
  });
});

describe('a row that was read back', () => {
  test.each<[string, MigrationRow]>([
    ['all that there can be', full],
    ['the least that there is', toRow('a')],
  ])('is what was written, frozen: %s', (_title, row) => {
    const back = parseRowJson(throughJson(toRowJson(row, { native: true })));
    const { meta: _meta, ...said } = row;
    expect(back).toEqual(said);
    expect([back, back.conditions, back.ref].every(Object.isFrozen)).toBe(true);
  });

  test('leaves out what a later version may have written', () => {
    const conditions = [...full.conditions, { kind: 'elsewhere', since: 7 }];
    expect(parseRowJson({ ...toRowJson(full), conditions, mood: 'good' })).toEqual(toRowJson(full));
  });

  test.each([
    [null, '$'],
    [{ ...toRow('a'), provider: 7 }, '$.provider'],
    [{ ...toRow('a'), key: '' }, '$.key'],
    [{ ...toRow('a'), ref: undefined }, '$.ref'],
    [{ ...toRow('a'), conditions: {} }, '$.conditions'],
    [
      { ...toRow('a'), conditions: [{ kind: 'unreachable', since: 'today', message: '' }] },
      '$.conditions[0]',
    ],
    [{ ...toRow('a'), conditions: [null] }, '$.conditions[0]'],
    [{ ...toRow('a'), stopped: 'done' }, '$.stopped'],
    [{ ...toRow('a'), reads: 1.5 }, '$.reads'],
    [{ ...toRow('a'), estimatedEndAt: 'soon' }, '$.estimatedEndAt'],
    [{ ...toRow('a'), group: 7 }, '$.group'],
    [{ ...toRow('a'), name: 7 }, '$.name'],
    [{ ...toRow('a'), status: { state: 'great' } }, '$.provider'],
  ])('is refused with its place: %j', (value, option) => {
    expect(() => parseRowJson(value)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option }),
    );
  });
});
