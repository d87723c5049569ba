import { createStatusView, createTracker, describeSummary } from '@migration-status/core';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import { createSandbox } from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';
import { toTable } from './to-table.ts';

await using sandbox = await createSandbox({ seed: 7, timeScale: 10 });
const { velt, onlyoffice, snaplogic, genericMigrations } = sandbox;
const portal = await onlyoffice.addPortal({ import: { runningForMs: 12_000 } });
portal.begin('import');

const veltAdapter = createVeltAdapter({ baseUrl: velt.baseUrl, ...velt.credentials });
const portalAdapter = createOnlyOfficeAdapter({
  portalUrl: portal.portalUrl,
  auth: { apiKey: portal.credentials.apiKey },
});
const snapLogicAdapter = createSnapLogicAdapter({
  controlPlane: snaplogic.controlPlane,
  orgName: snaplogic.orgName,
  auth: { jwt: snaplogic.credentials.jwt },
});
const genericAdapter = createGenericMigrationsAdapter({
  baseUrl: genericMigrations.baseUrl,
  ...genericMigrations.credentials,
});

await using tracker = createTracker({
  adapters: [veltAdapter, portalAdapter, snapLogicAdapter, genericAdapter],
  policy: { ceilingMs: 1_000 },
});
using view = createStatusView(tracker, { sortBy: ({ key }) => key });
view.subscribe(() => console.log(describeSummary(view.getSnapshot(), Date.now())));

const handles = [
  tracker.track(
    veltAdapter,
    velt.addMigration({ timeline: [{ status: 'in_progress', forMs: 10_000 }, { status: 'completed' }] }),
    { name: 'handbook' },
  ),
  tracker.track(portalAdapter, {}, { name: 'Berlin' }),
  tracker.track(
    snapLogicAdapter,
    snaplogic.addMigration({ timeline: [{ status: 'Migrating', forMs: 15_000 }, { status: 'Failed' }] }),
    { name: 'pet store' },
  ),
  tracker.track(
    genericAdapter,
    genericMigrations.addMigration({
      timeline: [{ status: 'WORKING', forMs: 20_000 }, { status: 'COMPLETED_WITH_FAILURES' }],
    }),
    { name: 'Acme' },
  ),
];
await Promise.all(handles.map((handle) => handle.settled()));
console.log(`\n${toTable(view.getSnapshot().rows)}`);
