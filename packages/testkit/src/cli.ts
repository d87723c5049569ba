#!/usr/bin/env node
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { AdapterHarness } from './harness.ts';
import { type ReportFormat, renderAuditReport } from './render-audit-report.ts';
import { type ReportedAudit, runAudits } from './run-audits.ts';

const usage = `Usage: migration-status-audit <harness module> [--json | --markdown]

Audits an adapter. The module exports its harness as "harness", or by default.
The report goes to the standard output, the progress to the standard error.
Exit code: 0 when every MUST is kept, 1 when one is broken, 2 for wrong usage.
`;

const marks = { pass: '.', fail: 'F', skip: '-' } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  if (options.isHelp) {
    process.stdout.write(usage);
    return 0;
  }
  const onResult = ({ status }: ReportedAudit) => process.stderr.write(marks[status]);
  try {
    const harness = await loadHarness(options.module);
    const report = await runAudits(harness, { onResult });
    process.stderr.write('\n');
    process.stdout.write(renderAuditReport(report, options.format));
    return report.isConformant ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function readOptions():
  | { readonly module: string; readonly format: ReportFormat; readonly isHelp: boolean }
  | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        markdown: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [module = '', ...others] = positionals;
    const isHelp = values.help === true;
    if (!isHelp && (module === '' || others.length > 0 || (values.json && values.markdown))) return undefined;
    return { module, format: values.json ? 'json' : values.markdown ? 'markdown' : 'text', isHelp };
  } catch {
    return undefined;
  }
}

async function loadHarness(module: string): Promise<AdapterHarness> {
  const loaded: { readonly harness?: AdapterHarness; readonly default?: AdapterHarness } = await import(
    pathToFileURL(path.resolve(module)).href
  );
  const harness = loaded.harness ?? loaded.default;
  if (harness === undefined) throw new Error(`${module} exports no "harness"`);
  return harness;
}
