import { createSandbox } from '@migration-status/sandbox';
import { createVeltAdapter, pollUntilDone } from '@migration-status/velt';

await using sandbox = await createSandbox();
sandbox.velt.nextTimeline([{ status: 'in_progress', forMs: 2_000 }, { status: 'completed' }]);
const velt = createVeltAdapter({ baseUrl: sandbox.velt.baseUrl, ...sandbox.velt.credentials });
const ref = await velt.start({ organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' });
const status = await pollUntilDone(velt, ref, { onChange: (row) => console.log(row.status?.nativeState) });
console.log(status.state === 'succeeded' ? 'done' : status.issues);
