export type { BookedProvider } from './booked-provider.ts';
export type { Fault, InjectFaultOptions } from './faults.ts';
export type { GenericMigrationsCredentials } from './generic-migrations/generic-migrations-api.ts';
export type {
  GenericMigrationRef,
  GenericMigrationScript,
  GenericMigrationsSandbox,
  GenericMigrationTaskScript,
} from './generic-migrations/generic-migrations-provider.ts';
export type { ListEnvelope } from './generic-migrations/list-page.ts';
export type { MigrationScript, NextTimelineOptions } from './migration-book.ts';
export type {
  OnlyOfficePortal,
  OnlyOfficeSandbox,
  PortalScript,
} from './onlyoffice/onlyoffice-provider.ts';
export type { PortalCredentials } from './onlyoffice/portal-access.ts';
export type {
  ImportOutcome,
  ImportScript,
  ParseOutcome,
  ParseScript,
  PhaseDurations,
} from './onlyoffice/portal-script.ts';
export type { LoggedRequest, ProviderControls } from './provider-controls.ts';
export type { RateLimit } from './rate-limiter.ts';
export type { Sandbox, SandboxOptions } from './sandbox.ts';
export { createSandbox } from './sandbox.ts';
export type { SnapLogicAsset, SnapLogicCredentials } from './snaplogic/snaplogic-api.ts';
export type {
  SnapLogicMigrationRef,
  SnapLogicMigrationScript,
  SnapLogicSandbox,
} from './snaplogic/snaplogic-provider.ts';
export type { Timeline, TimelineEntry } from './timeline.ts';
export type { VeltCredentials } from './velt/velt-api.ts';
export type { VeltMigrationRef, VeltMigrationScript, VeltSandbox } from './velt/velt-provider.ts';
export type { WebhookAttempt, WebhookControls, WebhookFault } from './webhook-sender.ts';
