import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApiReports } from '../scripts/api/create-api-reports.ts';
import { listPackages, readText, workspaceRoot } from './support/workspace.ts';

const reports = await createApiReports();

describe('the public surface in api/', () => {
  const names = listPackages().map(({ folder }) => folder);

  it('is written down for each package, and for nothing else', () => {
    expect(readdirSync(path.join(workspaceRoot, 'api')).sort()).toEqual(names.map((name) => `${name}.md`));
  });

  it('has the whole text of a declaration, and what is reached without being exported', () => {
    const report = reports.get('velt');
    expect(report).toContain('export function createVeltAdapter(options: VeltAdapterOptions): VeltAdapter;');
    expect(report).toContain('  readonly apiKey: string;\n  readonly authToken: string;\n');
    expect(reports.get('core')).toContain('\ninterface ErrorDetails {\n');
  });

  it.each(names)('is what %s exports; `pnpm api` writes it afresh', (name) => {
    expect(readText(`api/${name}.md`)).toBe(reports.get(name));
  });
});
