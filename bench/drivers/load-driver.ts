import type { Driver } from './driver.ts';

export const driverNames = ['bullmq', 'pg-boss', 'ours'] as const;

export type DriverName = (typeof driverNames)[number];

/** One driver, without loading the others. */
export async function loadDriver(name: DriverName): Promise<Driver> {
  switch (name) {
    case 'bullmq':
      return (await import('./bullmq.ts')).bullmq;
    case 'pg-boss':
      return (await import('./pg-boss.ts')).pgBoss;
    case 'ours':
      return (await import('./ours.ts')).ours;
  }
}
