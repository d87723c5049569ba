import type { SandboxClock } from './sandbox-clock.ts';

/** What the providers of one sandbox share. */
export interface ProviderSetup {
  readonly clock: SandboxClock;
  readonly seed: number;
}

/** A provider that listens, and how to stop it. */
export interface RunningProvider<Provider> {
  readonly provider: Provider;
  close(): Promise<void>;
}
