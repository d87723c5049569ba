import type { MigrationProgress, MigrationRow } from '@migration-status/core';

/** How far it is, in the provider's own terms; nothing where the provider does not say. */
export function describeProgress({ status }: MigrationRow): string {
  const { percent, completed, total }: MigrationProgress = status?.progress ?? {};
  if (completed !== undefined && total !== undefined) return `${completed}/${total}`;
  return percent === undefined ? '' : `${Math.floor(percent)}%`;
}

/** What is wrong, if anything: first with our looking, then with the migration itself. */
export function describeTrouble({ status, conditions }: MigrationRow): string {
  const [condition] = conditions;
  if (condition) return toPlainText(`${condition.kind}: ${condition.message}`);
  if (status === undefined) return '';
  if (status.state === 'unknown') return toPlainText(`says "${status.nativeState}"`);
  if (status.state === 'awaiting_input') return 'a person has to act';
  const issue = status.issues?.find(({ severity }) => severity === 'error') ?? status.issues?.[0];
  return toPlainText(issue?.message ?? '');
}

/** Provider text is text: no line breaks and no terminal control codes. */
function toPlainText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
