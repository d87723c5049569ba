import type { RateLimit } from './rate-limiter.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** What the providers of one sandbox share. */
export interface ProviderSetup {
  readonly clock: SandboxClock;
  readonly seed: number;
  /** Whether the clock goes by itself: it is the platform's, not one that a test sets. */
  readonly isTimed: boolean;
  /** Where the Migrations API sends its webhooks. */
  readonly webhookUrl: string | undefined;
  /** How long each answer takes, in real milliseconds. */
  readonly latencyMs: number;
  /** What each account may ask; everything when there is none. */
  readonly rateLimit: RateLimit | undefined;
  /** How many requests each log keeps. */
  readonly logSize: number;
  /** The port for the next server; 0 for a free one. */
  nextPort(): number;
}
