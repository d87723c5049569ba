import { inspect } from 'node:util';
import type { AuditReport, ReportedAudit } from './run-audits.ts';
import { wrapText } from './wrap-text.ts';

/** In which form a report is written: for a terminal, for programs, for a README. */
export type ReportFormat = 'text' | 'json' | 'markdown';

const words = { pass: 'kept', fail: 'BROKEN', skip: 'not claimed' } as const;

/**
 * Writes a report: as text in 80 columns without colour, with what is broken first; as JSON; or as Markdown with a row for
 * each audit.
 *
 * @param format Default `text`.
 *
 * @example
 * writeFileSync('conformance.md', renderAuditReport(await runAudits(harness), 'markdown'));
 */
export function renderAuditReport(report: AuditReport, format: ReportFormat = 'text'): string {
  if (format === 'json')
    return `${JSON.stringify({ ...report, audits: report.audits.map(withText) }, null, 2)}\n`;
  return format === 'markdown' ? toMarkdown(report) : toText(report);
}

function withText(audit: ReportedAudit): object {
  return audit.status === 'fail' && audit.evidence !== undefined
    ? { ...audit, evidence: toEvidence(audit.evidence) }
    : audit;
}

function toText(report: AuditReport): string {
  const order = ['fail', 'pass', 'skip'] as const;
  const blocks = order.map((status) =>
    report.audits.filter((audit) => audit.status === status).map(toTextLines),
  );
  const body = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${[summarize(report).join('\n'), ...body].join('\n\n')}\n`;
}

function toTextLines(audit: ReportedAudit): string {
  const indent = ' '.repeat(19);
  const head = `${words[audit.status].padEnd(12)} ${audit.id}  ${audit.name}`;
  if (audit.status === 'pass') return wrapText(head, 80, indent);
  const lines = [wrapText(head, 80, indent), wrapText(`${indent}${toLine(audit.reason)}`, 80, indent)];
  if (audit.status === 'fail' && audit.evidence !== undefined) {
    const seen = toEvidence(audit.evidence).split('\n').slice(0, 12);
    lines.push(...seen.map((line) => `${indent}| ${line}`.slice(0, 80)));
  }
  return lines.join('\n');
}

function toMarkdown(report: AuditReport): string {
  const [title = '', ...summary] = summarize(report);
  const rows = report.audits.map((audit) => {
    const why = audit.status === 'pass' ? '' : `: ${toLine(audit.reason)}`;
    return `| ${audit.id} | ${toCell(audit.name)} | ${toCell(`${words[audit.status]}${why}`)} |`;
  });
  return [
    `## ${title}`,
    '',
    summary.join(' '),
    '',
    '| id | promise | result |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function summarize({
  provider,
  kitVersion,
  passed,
  failed,
  skipped,
  cases,
  audits,
}: AuditReport): readonly string[] {
  const broken = audits.filter(({ status, name }) => status === 'fail' && name.startsWith('MUST'));
  return [
    `${provider}, audited with version ${kitVersion} of the kit`,
    `${audits.length} audits: ${passed} kept, ${failed} broken, ${skipped} not claimed. ${cases} generated cases.`,
    broken.length === 0
      ? 'Every MUST is kept.'
      : wrapText(`Broken: ${broken.map(({ id }) => id).join(', ')}.`, 80, ''),
  ];
}

/** Of an error, where it was made says little, and its message stands among its properties. */
function toEvidence(evidence: unknown): string {
  const shown =
    evidence instanceof Error ? { ...evidence, name: evidence.name, message: evidence.message } : evidence;
  return inspect(shown, { depth: 5, breakLength: 58, maxStringLength: 400, maxArrayLength: 20 });
}

/** Text of a provider may hold anything: it stays on its line. */
function toLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
}

function toCell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
