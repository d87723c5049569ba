import type { ExportedRow, MigrationState } from '@migration-status/core';
import { describe, expect, it } from 'vitest';
import { createMirror } from '../src/tracker/mirror.ts';
import type { News, StoredMigration } from '../src/tracker/news-feed.ts';

function open() {
  const events: string[] = [];
  const mirror = createMirror(
    () => ({}),
    (name, { row }) => events.push(`${name} ${row.key} ${row.status?.state}`),
    () => {},
  );
  const take = (news: Partial<News>) => mirror.take({ migrations: [], shards: [], forgotten: [], ...news });
  return { mirror, events, take };
}

function toStored(revision: number, state?: MigrationState, id = '1'): StoredMigration {
  const row: ExportedRow = {
    provider: 'acme',
    key: 'acme/a',
    lane: 'lane',
    ref: { id: 'a' },
    trackedAt: 0,
    reads: revision,
    ...(state && { reading: { state, nativeState: state } }),
  };
  return { id, shardId: '1', revision, name: undefined, row };
}

describe('the mirror of all migrations', () => {
  it('tells of each change once, however often it is told', () => {
    const { events, take } = open();
    take({ migrations: [toStored(0)] });
    take({ migrations: [toStored(1, 'running')] });
    take({ migrations: [toStored(1, 'running')] });
    take({ migrations: [toStored(0)] });
    expect(events).toEqual(['tracked acme/a undefined', 'change acme/a running']);
  });

  it('shows no packed row that is older than the one it has', () => {
    const { mirror, take } = open();
    take({ migrations: [toStored(2, 'running')] });
    const { id, row } = toStored(1, 'pending');
    take({ shards: [{ id: '1', unserved: undefined, lanes: [], rows: [{ id, revision: 1, row }] }] });
    expect(mirror.get('acme/a')?.status?.state).toBe('running');
    take({ shards: [{ id: '1', unserved: undefined, lanes: [], rows: [{ id, revision: 2, row }] }] });
    expect(mirror.get('acme/a')?.status?.state).toBe('pending');
  });

  it('shows nothing that is forgotten, also when both are told at once, and what is tracked again as another', () => {
    const { mirror, events, take } = open();
    take({ migrations: [toStored(3, 'running')] });
    take({ migrations: [toStored(4, 'paused')], forgotten: [{ id: '1', key: 'acme/a' }] });
    expect(mirror.size).toBe(0);
    take({ migrations: [toStored(0, undefined, '2')], forgotten: [{ id: '1', key: 'acme/a' }] });
    expect(mirror.get('acme/a')).toMatchObject({ key: 'acme/a', reads: 0 });
    expect(events.slice(2)).toEqual(['forgotten acme/a running', 'tracked acme/a undefined']);
  });

  it('says of the rows of a shard that nobody there has their adapter, for as long as that is so', () => {
    const { mirror, take } = open();
    const unserved = { providers: ['acme'], since: '2026-01-01T00:00:00.000Z' };
    take({ migrations: [toStored(0)], shards: [{ id: '1', unserved, lanes: [], rows: [] }] });
    expect(mirror.get('acme/a')?.conditions).toMatchObject([{ kind: 'unreachable', since: unserved.since }]);
    take({ shards: [{ id: '1', unserved: undefined, lanes: [], rows: [] }] });
    expect(mirror.get('acme/a')?.conditions).toEqual([]);
  });

  it('shows what is expected until it is there, and takes it back where it could not be stored', () => {
    const { mirror, events, take } = open();
    const { row } = toStored(0);
    mirror.expect(row, 'Team site');
    expect(mirror.get('acme/a')).toMatchObject({ name: 'Team site', reads: 0 });
    take({ migrations: [{ ...toStored(1, 'running'), name: 'Team site' }] });
    mirror.unexpect('acme/a');
    mirror.expect(row, undefined);
    expect(mirror.get('acme/a')).toMatchObject({ name: 'Team site', status: { state: 'running' } });
    expect(events).toEqual(['tracked acme/a undefined', 'change acme/a running']);
    mirror.expect({ ...row, key: 'acme/b' }, undefined);
    mirror.unexpect('acme/b');
    expect(events.slice(2)).toEqual(['tracked acme/b undefined', 'forgotten acme/b undefined']);
    expect(mirror.size).toBe(1);
  });

  it('takes a sign of life for no change, and another name for another label', () => {
    const { mirror, events, take } = open();
    const { row, ...migration } = toStored(1, 'running');
    take({ migrations: [{ ...migration, row }] });
    const reading = {
      state: 'running',
      nativeState: 'running',
      updatedAt: '2026-01-01T00:00:00.000Z',
    } as const;
    const later = { ...row, reads: 2, reading };
    take({
      shards: [{ id: '1', unserved: undefined, lanes: [], rows: [{ id: '1', revision: 1, row: later }] }],
    });
    expect(mirror.get('acme/a')).toMatchObject({ reads: 2, status: { updatedAt: reading.updatedAt } });
    take({ migrations: [{ ...migration, row, name: 'Renamed' }] });
    expect(mirror.get('acme/a')).toMatchObject({ reads: 2, name: 'Renamed' });
    expect(events).toEqual(['tracked acme/a running', 'change acme/a running', 'tracked acme/a running']);
  });

  it('says when a migration will have ended, as whoever follows it would', () => {
    const { mirror, take } = open();
    const at = Date.parse('2026-01-01T01:00:00.000Z');
    const row: ExportedRow = {
      ...toStored(1).row,
      trackedAt: at - 600_000,
      reading: { state: 'running', nativeState: 'running', progress: { percent: 50 } },
      observedAt: at,
      readAt: at,
      stillSince: at,
      progressFrom: 0,
      progressSince: at - 600_000,
    };
    take({ migrations: [{ ...toStored(1), row }] });
    expect(mirror.get('acme/a')?.estimatedEndAt).toBe('2026-01-01T01:10:00.000Z');
  });
});
