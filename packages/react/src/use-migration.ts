'use client';
import type { MigrationHistory, MigrationRow, StatusView } from '@migration-status/core';
import { useSyncExternalStore } from 'react';

/**
 * The row of one migration; undefined where the view does not show it. The component renders again only when there is news of
 * that row.
 *
 * @example
 * const row = useMigration(view, 'velt/org_1/mig_7');
 */
export function useMigration(view: StatusView, key: string): MigrationRow | undefined {
  const getRow = () => view.getSnapshot().rows.get(key);
  return useSyncExternalStore(view.subscribe, getRow, getRow);
}

/**
 * What has happened to one migration since the view has shown it; undefined where the view does not show it.
 *
 * @example
 * const history = useMigrationHistory(view, 'velt/org_1/mig_7');
 */
export function useMigrationHistory(view: StatusView, key: string): MigrationHistory | undefined {
  const getHistory = () => view.getHistory(key);
  return useSyncExternalStore(view.subscribe, getHistory, getHistory);
}
