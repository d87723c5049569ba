/**
 * Proves, by name, which promises an adapter keeps.
 *
 * @module
 */
export type { Audit, AuditName, AuditResult, Requirement } from './audit.ts';
export { auditAdapter } from './audit-adapter.ts';
export { auditLive, type LiveHarness } from './audit-live.ts';
export type { AuditOptions } from './audit-options.ts';
export type {
  AdapterHarness,
  BatchHarness,
  BatchItem,
  CancelHarness,
  ExpectedReading,
  FixtureAnswer,
  FixtureReply,
  FixtureRequest,
  HarnessContext,
  ListHarness,
  PushHarness,
  PushSample,
  PushToSign,
  Sample,
  StartHarness,
} from './harness.ts';
export { type ReportFormat, renderAuditReport } from './render-audit-report.ts';
export { type AuditReport, type ReportedAudit, type RunOptions, runAudits } from './run-audits.ts';
