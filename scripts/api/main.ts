import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '../../test/support/workspace.ts';
import { createApiReports } from './create-api-reports.ts';

/** Writes the public surface of every package into `api/`, afresh. */
const folder = path.join(workspaceRoot, 'api');
const reports = await createApiReports();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, report] of reports) writeFileSync(path.join(folder, `${name}.md`), report);
console.log(`api/: ${[...reports.keys()].map((name) => `${name}.md`).join(', ')}`);
