import type { SandboxClock } from './sandbox-clock.ts';

/** What the providers of one sandbox share. */
export interface ProviderSetup {
  readonly clock: SandboxClock;
  readonly seed: number;
}
