import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { families } from './families.ts';
import { describeMachine } from './harness/machine.ts';
import { measureAll, type Progress } from './harness/measure-all.ts';
import { type Report, toReportRows } from './harness/report.ts';
import { renderReport } from './table.ts';

const [familyName = '', ...given] = process.argv.slice(2);
const family = families[familyName];
if (family === undefined) throw new RangeError(`there is no family ${familyName}`);
const { command, measurements, page, results, listPeers } = family;
const names = measurements.map(({ name }) => name);
const usage = `${command} [--only <name>]… [--share <0..1>] [--keep]

  --only <name>   only this: ${names.join(', ')}
  --share <part>  a part of the full size, for a quick look
  --keep          also put the table into bench/${page}; not with a part of it, nor where something failed
`;

const values = parseValues();
const share = Number(values.share);
const unknown = values.only.find((name) => !names.includes(name));
const isPartial = share < 1 || names.some((name) => !values.only.includes(name));
const complaint = toComplaint();
if (complaint || values.help) {
  process.stderr.write(complaint ? `${complaint}\n\n${usage}` : usage);
  process.exit(complaint ? 2 : 0);
}

const chosen = measurements.filter(({ name }) => values.only.includes(name));
const startedAt = performance.now();
const secondsOf = new Map<string, number>();
const outcomes = await measureAll(chosen, { share, onProgress });
for (const [name, seconds] of secondsOf) process.stderr.write(`${name}: ${seconds.toFixed(1)} s\n`);
const report: Report = {
  format: 'migration-status/bench',
  version: 1,
  measuredAt: new Date().toISOString(),
  seconds: (performance.now() - startedAt) / 1_000,
  share,
  machine: describeMachine(),
  peers: await listPeers(),
  rows: toReportRows(chosen, outcomes),
};

const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL(results, folder), `${JSON.stringify(report, null, 2)}\n`);
const text = renderReport(report);
process.stdout.write(`${text}\n`);
if (values.keep) keepUnlessFailed(text);

function toComplaint(): string | undefined {
  if (unknown !== undefined) return `there is no measurement "${unknown}"`;
  if (!(share > 0 && share <= 1)) return `"--share" must be above 0 and at most 1, got ${values.share}`;
  if (values.keep && isPartial) return '"--keep" takes a whole run: leave out "--only" and "--share"';
  return undefined;
}

/** On stderr, so that the table alone goes down a pipe. */
function onProgress({ measurement, caseName, done, total, seconds, result }: Progress): void {
  secondsOf.set(measurement, (secondsOf.get(measurement) ?? 0) + seconds);
  const end = 'failed' in result ? `  failed: ${result.failed}` : '';
  process.stderr.write(`${done}/${total}  ${measurement}  ${caseName}  ${seconds.toFixed(1)} s${end}\n`);
}

/** A table with holes is shown, but not kept. */
function keepUnlessFailed(table: string): void {
  const failed = [...outcomes].flatMap(([name, cases]) =>
    Object.entries(cases).flatMap(([caseName, outcome]) =>
      'failed' in outcome ? `${name} ${caseName}` : [],
    ),
  );
  if (failed.length === 0) {
    keep(table);
  } else {
    process.stderr.write(`not kept, bench/${page} is as it was; these failed: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}

/** The table of the page is the block after its heading. */
function keep(table: string): void {
  const file = new URL(page, import.meta.url);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/(## The last table\n\n```text\n)[\s\S]*?(```)/, (_all, head, end) =>
    [head, `${table}\n`, end].join(''),
  );
  writeFileSync(file, after);
}

/** What was asked for; who asks for something else is told what there is. */
function parseValues() {
  try {
    return parseArgs({
      args: given,
      options: {
        only: { type: 'string', multiple: true, default: names },
        share: { type: 'string', default: '1' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return process.exit(2);
  }
}
